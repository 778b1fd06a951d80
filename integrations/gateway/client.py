"""The way from a connection to Intacct: builds the client, stores each exchange, keeps the connection's state true.

Owns the one place where a stored password is opened, and the mapping from an error to a connection's state. Remote
calls never happen inside a database transaction: `opened` refuses to.
"""

import math
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.storable import storable
from integrations import intacct
from integrations.gateway.metering import count_exchange
from integrations.intacct import (
    Category,
    Client,
    Credentials,
    EntityError,
    IntacctError,
    OutOfTime,
    Sender,
    SessionCache,
    SignInError,
)
from integrations.models import (
    FIELDS_LIMITED,
    Connection,
    ConnectionState,
    Exchange,
    ExchangeSubject,
    RunStep,
    StepState,
)

SIGN_IN = "getAPISession"
SESSIONS = SessionCache()  # process memory only, never stored
_NO_RECORDS = frozenset({SIGN_IN, "lookup"})  # functions that name no record, no matter who asked for them
PAUSE: Callable[[float], None] = time.sleep  # between attempts of a read

_STATE_FOR = {
    Category.SENDER: ConnectionState.NEEDS_CREDENTIALS,
    Category.SIGN_IN: ConnectionState.NEEDS_CREDENTIALS,
    Category.ENTITY: ConnectionState.NEEDS_CREDENTIALS,
    Category.TRANSPORT: ConnectionState.OFFLINE,
    Category.BUSY: ConnectionState.OFFLINE,
    Category.PERMISSION: ConnectionState.LIMITED,
    Category.SUBSCRIPTION: ConnectionState.LIMITED,
}


@dataclass(frozen=True)
class LeaseWatch:
    """What anyone who opens a connection wants to know and to limit.

    `after_exchange` is called after each attempt. `time_left` tells the seconds left for all requests together: the
    client begins no attempt and no pause that does not fit, and raises OutOfTime.
    """

    after_exchange: Callable[[], object]
    time_left: Callable[[], float]


_SUBJECTS: ContextVar[tuple[str, frozenset[int]]] = ContextVar("exchange_subjects", default=("", frozenset()))


@contextmanager
def about(flow_key: str, document_ids: Iterable[int]) -> Iterator[None]:
    """Until the block ends, each exchange is stored as one that writes, looks for or reads these documents."""
    token = _SUBJECTS.set((flow_key, frozenset(document_ids)))
    try:
        yield
    finally:
        _SUBJECTS.reset(token)


def build_client(
    credentials: Credentials,
    observer: Callable[[intacct.Exchange], None] | None = None,
    *,
    attempts: int = 5,
    time_left: Callable[[], float] | None = None,
) -> Client:
    """A client for the endpoint and sender of the settings. Raises UntrustedEndpoint when it may not be used."""
    return Client(
        endpoint=settings.INTACCT_ENDPOINT_URL,
        sender=Sender(settings.INTACCT_SENDER_ID, settings.INTACCT_SENDER_PASSWORD),
        credentials=credentials,
        allowed_hosts=settings.INTACCT_ALLOWED_ENDPOINT_HOSTS,
        sessions=SESSIONS,
        observer=observer,
        attempts=attempts,
        sleep=lambda seconds: PAUSE(seconds),
        time_left=time_left or _without_limit,
    )


def _without_limit() -> float:
    return math.inf


def credentials_of(connection: Connection, entity_id: str | None = None) -> Credentials:
    """The stored credentials, opened, for the connection's own entity or another one. Raises SecretUnreadable."""
    return Credentials(
        company=connection.company_id,
        user=connection.user_id,
        password=connection.reveal_password(),
        entity=connection.entity_id if entity_id is None else entity_id,
    )


class EntityClosed(EntityError):
    """The user cannot work in an entity other than the connection's own. It says nothing about the connection."""


@contextmanager
def opened(
    connection: Connection,
    step: RunStep | None = None,
    watch: LeaseWatch | None = None,
    *,
    entity_id: str | None = None,
) -> Iterator[Client]:
    """A client for the connection; each exchange is stored, and a failure or success moves the connection's state.

    In another entity (`entity_id`) a refused sign-in is raised as EntityClosed and says nothing about the connection:
    a wrong entity is answered exactly like a wrong password (developer.intacct.com, Web Services > Requests).

    Raises the Intacct error family, SecretUnreadable, and RuntimeError inside a transaction.
    """
    with transaction.atomic(durable=True):
        pass  # raises when a transaction is open: remote calls must not hold locks, nor be undone by a rollback
    accepted: set[str] = set()  # the functions Intacct answered

    def observe(exchange: intacct.Exchange) -> None:
        if exchange.outcome == "success":
            accepted.update(exchange.functions)
        store_exchange(exchange, tenant_id=connection.tenant_id, connection=connection, step=step)
        if watch is not None:
            watch.after_exchange()

    elsewhere = entity_id is not None and entity_id != connection.entity_id
    credentials = credentials_of(connection, entity_id)
    time_left = watch.time_left if watch is not None else None
    with build_client(credentials, observe, time_left=time_left) as client:
        try:
            yield client
        except EntityClosed:
            raise  # of a client opened within, for another entity
        except (SignInError, EntityError) as error:
            if elsewhere:
                raise _may_not_enter(credentials.entity, error) from error
            note_failure(connection, error)
            raise
        except IntacctError as error:
            note_failure(connection, error)
            raise
        else:
            if accepted:
                note_success(connection, signed_in=SIGN_IN in accepted)


def _may_not_enter(entity_id: str, error: IntacctError) -> EntityClosed:
    return EntityClosed(
        f"The Web Services user cannot work in entity {entity_id}.",
        code="CON-ENTITY",
        advice="An administrator lets the user enter this entity in Intacct, or the document is given another entity.",
        details=error.details,
        not_executed=error.not_executed,
        subject=entity_id,
    )


def store_exchange(
    exchange: intacct.Exchange, *, tenant_id: int, connection: Connection | None, step: RunStep | None = None
) -> Exchange:
    """Keep a finished, already redacted exchange with the documents it is about, and count it.

    It adds to the counts of the step and of the company's day.
    """
    with transaction.atomic():
        row = Exchange.objects.create(
            tenant_id=tenant_id,
            connection=connection,
            run=step.run if step else None,
            step=step,
            started_at=exchange.started_at,
            duration_ms=exchange.duration_ms,
            endpoint=exchange.endpoint[:300],
            company_id=exchange.company[:80],
            entity_id=exchange.entity[:80],
            functions=", ".join(exchange.functions)[:300],
            control_id=exchange.control_id[:256],
            http_status=exchange.http_status,
            outcome=exchange.outcome,
            error_code=exchange.error_code,
            attempt=exchange.attempt,
            billable=exchange.billable,
            request_bytes=exchange.request_bytes,
            response_bytes=exchange.response_bytes,
            request_xml=storable(exchange.request_xml),
            response_xml=storable(exchange.response_xml),
        )
        flow_key, document_ids = _SUBJECTS.get()
        if not _NO_RECORDS.intersection(exchange.functions):
            ExchangeSubject.objects.bulk_create(
                ExchangeSubject(tenant_id=tenant_id, exchange=row, flow=flow_key, document_id=pk)
                for pk in sorted(document_ids)
            )
        if step is not None:
            RunStep.objects.filter(pk=step.pk).update(
                requests=F("requests") + 1, billable=F("billable") + exchange.billable
            )
        count_exchange(
            tenant_id=tenant_id,
            company_id=row.company_id,
            flow=step.run.flow if step else "",
            at=row.started_at,
            billable=row.billable,
        )
    return row


def note_failure(connection: Connection, error: IntacctError) -> None:
    """Move the connection to the state its error asks for; errors about single records change nothing."""
    state = _STATE_FOR.get(error.category)
    if state is None or isinstance(error, OutOfTime):  # a gateway that is slow is there
        return
    # A gateway that cannot be reached says nothing about credentials that were refused before.
    kept = {ConnectionState.NEEDS_CREDENTIALS} if state == ConnectionState.OFFLINE else set()
    _set_state(connection, state, error.sentence, error.advice, error.code, unless=kept)


def note_success(connection: Connection, *, signed_in: bool) -> None:
    """Intacct answered: an offline connection is connected again. A limited one stays so until its rights are read.

    Credentials that were refused count as good only after a sign-in: a session may outlive the password it began with.
    """
    connection.verified_at = timezone.now()
    Connection.objects.filter(pk=connection.pk).update(verified_at=connection.verified_at)
    over = {ConnectionState.OFFLINE, *([ConnectionState.NEEDS_CREDENTIALS] if signed_in else [])}
    if connection.state in over:
        _set_state(connection, ConnectionState.CONNECTED, unless=set(ConnectionState) - over)


def clear_limits(connection: Connection) -> None:
    """A limited connection is connected again, once everything that was refused has been allowed since."""
    if connection.state != ConnectionState.LIMITED:
        return
    steps = RunStep.objects.filter(run__connection=connection)
    if connection.credentials_set_at is not None:
        steps = steps.filter(started_at__gte=connection.credentials_set_at)  # others had other rights
    refused = steps.filter(state=StepState.LIMITED).exclude(error_code=FIELDS_LIMITED)
    for key in refused.order_by().values_list("key", flat=True).distinct():
        told = steps.filter(key=key, state__in=[StepState.LIMITED, StepState.SUCCEEDED, StepState.PARTLY])
        if not told.latest("started_at").was_read:
            return
    _set_state(connection, ConnectionState.CONNECTED, unless=set(ConnectionState) - {ConnectionState.LIMITED})


def _set_state(
    connection: Connection,
    state: ConnectionState,
    reason: str = "",
    advice: str = "",
    code: str = "",
    *,
    unless: Collection[ConnectionState] = (),
) -> None:
    """Store a state learnt with the credentials of `connection`, unless the row is in one of `unless` by now."""
    facts = {
        "state": state,
        "state_reason": reason[:500],
        "state_advice": advice[:500],
        "state_code": code,
        "state_changed_at": timezone.now(),
    }
    # Somebody may have disconnected it or renewed its credentials meanwhile; what the old ones met is not about those.
    row = Connection.objects.filter(pk=connection.pk, credentials_set_at=connection.credentials_set_at)
    if row.exclude(state__in=[ConnectionState.DISCONNECTED, *unless]).update(**facts):
        for name, value in facts.items():
            setattr(connection, name, value)
