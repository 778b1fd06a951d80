"""Connect a tenant to Intacct, renew its credentials, disconnect it.

Every sign-in here is live, counted by `tries`, and at most two per call. Raises the Intacct error family, or Refused
for what our own state does not allow; nothing is stored before Intacct has accepted it.
"""

import logging
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.audit import Change, record_event, told_by_event
from accounts.models import Tenant, User
from accounts.refusal import Refused
from integrations import intacct
from integrations.connections.tries import Attempt, counted
from integrations.delivery.holds import release_holds
from integrations.event_kinds import IntegrationEvent
from integrations.gateway import client as gateway
from integrations.gateway.access import live_connection, why_not_connect
from integrations.gateway.slots import NoSlot, company_slot, sign_in_slot
from integrations.intacct import (
    SIGN_IN_REFUSED,
    BusyError,
    Client,
    Credentials,
    EntityError,
    IntacctError,
    SignInError,
)
from integrations.judging import judge_all_again
from integrations.models import ACTIVE_RUNS, Connection, ConnectionState, linked_models
from integrations.runs.service import cancel_run

logger = logging.getLogger(__name__)

SLOT_WAIT_SECONDS = 5.0
_CREDENTIALS = ("user_id", "password", "credentials_set_at")
_STATE = ("state", "state_reason", "state_advice", "state_code", "state_changed_at")


def normalise_id(value: str) -> str:
    """An id as people mean it: composed, without surrounding blanks and without the invisible characters of a paste."""
    composed = unicodedata.normalize("NFC", value)
    return "".join(letter for letter in composed if unicodedata.category(letter) not in ("Cf", "Cc")).strip()


@sensitive_variables()
def normalise_password(value: str) -> str:
    """A password without the line ends of a paste; blanks may belong to it."""
    return value.strip("\r\n\t")


@sensitive_variables("password")
def authorize(
    tenant: Tenant, *, company_id: str, user_id: str, password: str, entity_id: str = "", by: User | None = None
) -> Connection:
    """Sign in to the company (and entity) and keep the connection. A company connected before keeps its history.

    Raises Refused when the tenant is connected already; SenderError, SignInError, EntityError, TransportError,
    BusyError and their kin for what Intacct answers, with nothing stored but the exchanges.
    """
    if live_connection() is not None:
        raise Refused(
            "Sage Intacct is connected already.", "Use “Update credentials”, or disconnect first.", code="CON-CONNECTED"
        )
    credentials = Credentials(
        company=normalise_id(company_id),
        user=normalise_id(user_id),
        password=normalise_password(password),
        entity=normalise_id(entity_id),
    )
    _require(credentials)
    entities = _verify(Attempt(tenant, credentials, by))
    try:
        connection = _keep(tenant, credentials, entities, by)
    except IntegrityError:
        # The constraint on live connections: somebody else's connection came first.
        raise _overtaken() from None
    release_holds(connection, by=by)
    logger.info("tenant %s connected to Intacct company %s", tenant.slug, connection.company_id)
    return connection


def _require(credentials: Credentials) -> None:
    """Raise Refused, naming what is missing, before anything is sent: a refused sign-in counts against the user."""
    without_sender = why_not_connect()
    if without_sender is not None:
        raise without_sender
    needed = {"Company ID": credentials.company, "User ID": credentials.user, "Password": credentials.password}
    missing = [label for label, value in needed.items() if not value]
    if missing:
        raise Refused(f"Missing: {', '.join(missing)}.", "Fill it in and try again.", code="CON-MISSING")


def _overtaken() -> Refused:
    return Refused(
        "Somebody else connected Sage Intacct just now.", "Reload the page to see the connection.", code="CON-CONNECTED"
    )


def _keep(
    tenant: Tenant, credentials: Credentials, entities: tuple[intacct.EntityDetail, ...], by: User | None
) -> Connection:
    with transaction.atomic():
        with told_by_event():
            connection, _ = Connection.objects.get_or_create(
                tenant=tenant,
                company_id=credentials.company,
                entity_id=credentials.entity,
                defaults={"state": ConnectionState.DISCONNECTED},
            )
        connection = _locked(connection)
        if live_connection() is not None:
            raise _overtaken()
        connection.connected_by = by
        _store(connection, credentials, entities)
        carried = _carry_links_over(connection)
        text = f"{connection}, as {connection.user_id}."
        if carried:
            text += f" {carried} links made at another level of the company were carried over."
        judge_all_again(connection)
        record_event(IntegrationEvent.CONNECTED, text, about=connection, by=by)
    return connection


def _carry_links_over(connection: Connection) -> int:
    """Bring the links made at another level of the same company along, and return how many.

    A RECORDNO is one within the whole company.
    """
    carried = 0
    for model in linked_models():
        elsewhere = model.objects.filter(connection__company_id=connection.company_id).exclude(connection=connection)
        carried += elsewhere.update(connection=connection)
    return carried


def _locked(connection: Connection) -> Connection:
    """The row as it is now, held until the transaction ends: nobody disconnects or renews it in between."""
    return Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)


@sensitive_variables("password")
def update_credentials(connection: Connection, *, user_id: str, password: str, by: User | None = None) -> Connection:
    """Test other credentials for the same company and entity, then swap them in. Old ones stay on any failure."""
    if connection.state == ConnectionState.DISCONNECTED:
        raise Refused(
            "This connection is disconnected.", "Connect again under Settings → Integrations.", code="CON-NONE"
        )
    credentials = Credentials(
        company=connection.company_id,
        user=normalise_id(user_id),
        password=normalise_password(password),
        entity=connection.entity_id,
    )
    _require(credentials)
    entities = _verify(Attempt(connection.tenant, credentials, by, proven=connection))
    with transaction.atomic():
        if _locked(connection).state == ConnectionState.DISCONNECTED:
            raise Refused(
                "The connection was disconnected meanwhile.",
                "Connect again under Settings → Integrations.",
                code="CON-NONE",
            )
        user_before = connection.user_id
        _store(connection, credentials, entities)
        changes: list[Change] = [{"label": "Password", "before": "", "after": "set again"}]
        if user_before != connection.user_id:
            changes.insert(0, {"label": "User ID", "before": user_before, "after": connection.user_id})
        judge_all_again(connection)  # its user may enter other entities
        record_event(IntegrationEvent.CREDENTIALS_RENEWED, "", about=connection, changes=changes, by=by)
    release_holds(connection)
    logger.info("credentials of connection %s were renewed", connection.pk)
    return connection


def check(connection: Connection, *, by: User | None = None) -> Connection:
    """Sign in again with the stored credentials and refresh the connection's state. Raises what Intacct answers.

    A sign-in proves no right: a limited connection stays so until what was refused is allowed.
    """
    attempt = Attempt(connection.tenant, gateway.credentials_of(connection), by, proven=connection)
    with counted(attempt), _turn(attempt), gateway.opened(connection) as client:
        client.open_session(fresh=True)
    gateway.clear_limits(connection)
    return connection


def disconnect(connection: Connection, *, by: User | None = None) -> Connection:
    """Forget the credentials and stop all work; lists, settings, runs and links stay for a reconnect."""
    now = timezone.now()
    connection.user_id, connection.password = "", type(connection.password)()
    connection.credentials_set_at = None
    connection.state, connection.state_changed_at = ConnectionState.DISCONNECTED, now
    connection.state_reason = f"Disconnected by {by}."[:500] if by else "Disconnected."
    connection.state_advice, connection.state_code = "", ""
    with told_by_event():
        connection.save(update_fields=[*_CREDENTIALS, *_STATE])
    record_event(IntegrationEvent.DISCONNECTED, "The credentials were removed.", about=connection, by=by)
    # A run that was being started has been stored by now, or finds the connection disconnected: see start_run.
    for run in connection.runs.filter(state__in=ACTIVE_RUNS):
        cancel_run(run, by=by)
    logger.info("connection %s was disconnected", connection.pk)
    return connection


@sensitive_variables("attempt", "credentials", "top")
def _verify(attempt: Attempt) -> tuple[intacct.EntityDetail, ...]:
    """Sign in, and tell a wrong entity from wrong credentials; return the entities the user may enter."""
    credentials = attempt.credentials
    with counted(attempt), _turn(attempt):
        try:
            with _client(attempt, credentials) as client:
                client.open_session(fresh=True)
                return _entities(client)
        except SignInError as error:
            if not credentials.entity:
                _name_what_was_typed(error, attempt)
                raise
            top = Credentials(credentials.company, credentials.user, credentials.password)
            try:
                with _client(attempt, top) as client:
                    client.open_session(fresh=True)
            except IntacctError:
                if attempt.proven is not None:
                    _name_what_was_typed(error, attempt)
                raise error from None
            raise EntityError(
                f"Intacct accepts the company, user and password, but not the entity “{credentials.entity}”.",
                code="CON-ENTITY",
                advice="Check the Entity ID under Company → Setup → Entities, and that the user may enter it. Leave it "
                "blank to connect at top level.",
                details=error.details,
            ) from error


def _name_what_was_typed(error: SignInError, attempt: Attempt) -> None:
    """Where Intacct does not tell what is wrong, name what this person filled in, and no entity that nobody gave."""
    if error.sentence != SIGN_IN_REFUSED:
        return
    if attempt.proven is None:
        error.sentence = "Sage Intacct does not accept this company, user or password."
        error.advice = "Check company ID, user ID and password, upper and lower case included."
    else:
        error.sentence = (
            f"Sage Intacct does not accept this user or password for company {attempt.credentials.company}."
        )
        error.advice = "Check user ID and password, upper and lower case included."
    error.advice += " A password is mailed to the user's mailbox when it is created or reset."


def _entities(client: Client) -> tuple[intacct.EntityDetail, ...]:
    """A user whose role cannot list entities can still work; the list is then empty."""
    try:
        return tuple(client.entity_details())
    except (intacct.PermissionDenied, intacct.SubscriptionError, intacct.DataError):
        return ()


def _client(attempt: Attempt, credentials: Credentials) -> Client:
    def observe(exchange: intacct.Exchange) -> None:
        gateway.store_exchange(exchange, tenant_id=attempt.tenant.pk, connection=attempt.proven)

    return gateway.build_client(credentials, observe, attempts=1)


@contextmanager
def _turn(attempt: Attempt) -> Iterator[None]:
    """Wait for one's turn: at the company, where it is proven to be the tenant's own, else among those who sign in.

    Anybody can type any company. Whether its slots are taken would tell that it is synced here, and slow it.
    """
    company = attempt.proven
    if company is None or not company.is_usable:
        with _sign_in_turn(attempt.tenant.pk):
            yield
        return
    try:
        with company_slot(company.company_id, wait_seconds=SLOT_WAIT_SECONDS):
            yield
    except NoSlot:
        raise BusyError(
            "Two requests to this Intacct company are under way already, which is as many as it takes.",
            code="LIM-SLOTS",
            advice="Wait a minute and try again. Running syncs are listed under Sync history.",
            retryable=True,
            nothing_left=True,
        ) from None


@contextmanager
def _sign_in_turn(tenant_id: int) -> Iterator[None]:
    try:
        with sign_in_slot(tenant_id, wait_seconds=SLOT_WAIT_SECONDS):
            yield
    except NoSlot:
        raise BusyError(
            "Other sign-ins to Sage Intacct are being tried just now.",
            code="LIM-SIGN-INS",
            advice="Wait a minute and try again.",
            retryable=True,
            nothing_left=True,
        ) from None


def _store(connection: Connection, credentials: Credentials, entities: tuple[intacct.EntityDetail, ...]) -> None:
    now = timezone.now()
    connection.user_id = credentials.user
    connection.seal_password(credentials.password)
    connection.credentials_set_at = connection.verified_at = connection.state_changed_at = now
    connection.entities = [{"id": entity.id, "name": entity.name} for entity in entities]
    connection.entity_name = next((entity.name for entity in entities if entity.id == credentials.entity), "")
    connection.state = ConnectionState.CONNECTED
    connection.state_reason = connection.state_advice = connection.state_code = ""
    with told_by_event():
        connection.save(
            update_fields=[*_CREDENTIALS, *_STATE, "verified_at", "entities", "entity_name", "connected_by"]
        )
