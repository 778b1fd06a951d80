"""The main job on sample data, step by step, through the same services that pages and commands use."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.utils import timezone

from accounts.models import Role, Tenant, User
from accounts.services import ensure_person, set_role
from accounts.tenancy import tenant_scope
from erp_admin.demo import documents
from erp_admin.projects.selectors import intacct_projects
from erp_admin.projects.service import start_import
from integrations.connections.service import authorize, update_credentials
from integrations.doctor.readiness import readiness
from integrations.gateway import access
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, Exchange, RunState, SyncRun, Trigger
from integrations.runs.runner import run_to_end, totals
from integrations.runs.service import Started
from integrations.settings.declared import built_switches
from integrations.settings.service import save_settings

if TYPE_CHECKING:
    from integrations.sandbox.facade import SandboxProcess

T = TypeVar("T")

SLUG = "summit-ridge"
PASSWORD = "summit-ridge-demo"  # noqa: S105 - printed on purpose; the demo runs only while DEBUG is on
PEOPLE = (
    ("alma@summit-ridge.example", "Alma Reyes", Role.ADMIN),
    ("ben@summit-ridge.example", "Ben Okafor", Role.ACCOUNTANT),
    ("vera@summit-ridge.example", "Vera Lindqvist", Role.VIEWER),
)
STAFF = ("sam@support.example", "Sam Support")
# A company that is not connected yet, so that a newcomer can do the main job by hand.
PRACTICE = ("harbor-point", "Harbor Point Civil")
SETTINGS = {
    "default_account": "5010",
    "default_item": "SUBCON",
    "default_location": "100",
}


@dataclass(frozen=True)
class Done:
    """A finished step of the demo: what, how it went, how many records and requests, seconds."""

    step: str
    result: str
    records: int
    requests: int
    seconds: float


class DemoFailed(Exception):
    """A run of the demo did not succeed; says which and why."""


def main_job(local: "SandboxProcess") -> Iterator[Done]:
    """Do the main job against `local`, yielding after each step. Raises DemoFailed, Refused and the Intacct family."""
    tenant, done = _timed("Create the tenant and its people", create_people)
    yield done
    with tenant_scope(tenant):
        connection, done = _timed("Connect and authorize", lambda: _connect(tenant, local))
        yield done
        yield _run("Mirror the lists", lambda: start_list_sync(connection, trigger=Trigger.COMMAND, queued=False))
        _, done = _timed("Save the required settings", lambda: _configure(connection))
        yield done
        yield _run(
            "Import the projects",
            lambda: start_import(connection, intacct_projects(connection), trigger=Trigger.COMMAND, queued=False),
        )
        yield _counted("Import sample documents", lambda: documents.import_documents(tenant, connection))
        yield _counted("Preview pushing them", lambda: documents.preview_documents(connection))
        yield _counted("Push them to Intacct", lambda: documents.push_documents(connection))


def _timed(step: str, work: Callable[[], tuple[T, str, int, int]]) -> tuple[T, Done]:
    began = time.monotonic()
    value, result, records, requests = work()
    return value, Done(step, result, records, requests, time.monotonic() - began)


def create_people() -> tuple[Tenant, str, int, int]:
    """Two companies and their people; what is there already stays as it is."""
    tenant, is_new = Tenant.objects.get_or_create(
        slug=SLUG, defaults={"name": "Summit Ridge Builders", "time_zone": "America/Denver"}
    )
    practice, _ = Tenant.objects.get_or_create(
        slug=PRACTICE[0], defaults={"name": PRACTICE[1], "time_zone": "America/Chicago"}
    )
    for email, name, role in PEOPLE:
        person = _person(email, name)
        set_role(tenant, person, role)
        if role == Role.ADMIN:
            set_role(practice, person, role)
    _person(*STAFF, is_staff=True, is_superuser=True)
    return tenant, "created" if is_new else "was there already", len(PEOPLE) + 1, 0


def _person(email: str, name: str, **flags: bool) -> User:
    person, is_new = ensure_person(email, name=name)
    if is_new:
        person.set_password(PASSWORD)
    for flag, value in flags.items():
        setattr(person, flag, value)
    person.save()
    return person


def _connect(tenant: Tenant, local: "SandboxProcess") -> tuple[Connection, str, int, int]:
    facts, began = local.credentials, timezone.now()
    known = access.live_connection()
    if known is None:
        connection = authorize(
            tenant, company_id=facts["company"], user_id=facts["user"], password=facts["password"], by=_an_admin(tenant)
        )
    else:
        connection = update_credentials(known, user_id=facts["user"], password=facts["password"])
    requests = Exchange.objects.filter(started_at__gte=began).count()
    return connection, f"{connection}, {len(connection.entities)} entities", len(connection.entities), requests


def _an_admin(tenant: Tenant) -> User | None:
    """Who is shown to have connected and chosen the settings."""
    membership = tenant.memberships.filter(role=Role.ADMIN).select_related("user").order_by("pk").first()
    return membership.user if membership is not None else None


def _configure(connection: Connection) -> tuple[None, str, int, int]:
    values = SETTINGS | documents.sample_settings()
    version, _ = save_settings(
        connection,
        values=values,
        switched={switch.key: True for switch in built_switches()},
        via="demo",
        by=_an_admin(connection.tenant),
    )
    if missing := readiness(through_queue=False).missing:
        raise DemoFailed(" ".join(missing))
    return None, f"version {version.number}, fully enabled", len(version.values) + len(version.switches), 0


def _counted(step: str, work: Callable[[], tuple[int, int, str]]) -> Done:
    began = time.monotonic()
    records, requests, result = work()
    return Done(step, result, records, requests, time.monotonic() - began)


def _run(step: str, start: Callable[[], Started]) -> Done:
    began = time.monotonic()
    run = run_to_end(start().run)
    if run.state not in (RunState.SUCCEEDED, RunState.PARTLY):
        raise DemoFailed(f"{step}: {run.error_sentence} {run.error_advice}")
    counts = totals(run)
    return Done(step, _outcome(run, counts), counts["read"], counts["requests"], time.monotonic() - began)


def _outcome(run: SyncRun, counts: dict[str, int]) -> str:
    told = [f"{counts[name]} {name}" for name in ("new", "changed", "same", "failed") if counts[name]]
    return f"run {run.number}, {run.get_state_display().lower()}: {', '.join(told) or 'nothing to do'}"


def use(local: "SandboxProcess") -> dict[str, str]:
    """Point this process at `local`, and return the variables that point another one at it."""
    facts = local.credentials
    variables = {
        "INTACCT_ENDPOINT_URL": local.endpoint,
        "INTACCT_SENDER_ID": facts["sender"],
        "INTACCT_SENDER_PASSWORD": facts["sender_password"],
        "INTACCT_ALLOWED_ENDPOINT_HOSTS": "127.0.0.1,localhost",
    }
    for name, value in variables.items():
        setattr(settings, name, value.split(",") if name.endswith("HOSTS") else value)
    return variables
