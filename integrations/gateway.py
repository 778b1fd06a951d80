"""The way from a connection to Intacct: builds the client, stores each exchange, keeps the connection's state true.

Owns the one place where a stored password is opened, and the mapping from an error to a connection's state. Remote
calls never happen inside a database transaction: `opened` refuses to.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from integrations import intacct
from integrations.intacct import Category, Client, Credentials, IntacctError, Sender, SessionCache
from integrations.models import Connection, ConnectionState, Exchange, RunStep

SESSIONS = SessionCache()  # process memory only, never stored
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


def build_client(
    credentials: Credentials, observer: Callable[[intacct.Exchange], None] | None = None, *, attempts: int = 5
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
    )


def credentials_of(connection: Connection) -> Credentials:
    """The stored credentials, opened. Raises SecretUnreadable."""
    return Credentials(
        company=connection.company_id,
        user=connection.user_id,
        password=connection.reveal_password(),
        entity=connection.entity_id,
    )


@contextmanager
def opened(connection: Connection, step: RunStep | None = None) -> Iterator[Client]:
    """A client for the connection; each exchange is stored, and a failure or success moves the connection's state.

    Raises the Intacct error family, SecretUnreadable, and RuntimeError inside a transaction.
    """
    with transaction.atomic(durable=True):
        pass  # raises when a transaction is open: remote calls must not hold locks, nor be undone by a rollback

    def observe(exchange: intacct.Exchange) -> None:
        store_exchange(exchange, tenant_id=connection.tenant_id, connection=connection, step=step)

    with build_client(credentials_of(connection), observe) as client:
        try:
            yield client
        except IntacctError as error:
            note_failure(connection, error)
            raise
        else:
            note_success(connection)


def store_exchange(
    exchange: intacct.Exchange, *, tenant_id: int, connection: Connection | None, step: RunStep | None = None
) -> Exchange:
    """Keep a finished, already redacted exchange, and add it to the step's requests and billable count."""
    row = Exchange.objects.create(
        tenant_id=tenant_id,
        connection=connection,
        run_id=step.run_id if step else None,
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
        request_xml=exchange.request_xml.replace("\x00", ""),
        response_xml=exchange.response_xml.replace("\x00", ""),
    )
    if step is not None:
        RunStep.objects.filter(pk=step.pk).update(
            requests=F("requests") + 1, billable=F("billable") + exchange.billable
        )
    return row


def note_failure(connection: Connection, error: IntacctError) -> None:
    """Move the connection to the state its error asks for; errors about single records change nothing."""
    state = _STATE_FOR.get(error.category)
    if state is not None and connection.state != ConnectionState.DISCONNECTED:
        _set_state(connection, state, error.sentence, error.advice, error.code)


def note_success(connection: Connection) -> None:
    """Intacct answered: an offline connection is connected again. A limited one stays so until its rights are read."""
    now = timezone.now()
    connection.verified_at = now
    connection.save(update_fields=["verified_at"])
    if connection.state in (ConnectionState.OFFLINE, ConnectionState.NEEDS_CREDENTIALS):
        _set_state(connection, ConnectionState.CONNECTED)


def clear_limits(connection: Connection) -> None:
    """Everything asked for was allowed: a limited connection is connected again."""
    if connection.state == ConnectionState.LIMITED:
        _set_state(connection, ConnectionState.CONNECTED)


def _set_state(
    connection: Connection, state: ConnectionState, reason: str = "", advice: str = "", code: str = ""
) -> None:
    connection.state = state
    connection.state_reason = reason[:500]
    connection.state_advice = advice[:500]
    connection.state_code = code
    connection.state_changed_at = timezone.now()
    # The row may have been disconnected by somebody meanwhile; that decision stands.
    Connection.objects.filter(pk=connection.pk).exclude(state=ConnectionState.DISCONNECTED).update(
        state=state,
        state_reason=connection.state_reason,
        state_advice=connection.state_advice,
        state_code=code,
        state_changed_at=connection.state_changed_at,
    )
