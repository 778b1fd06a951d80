"""Whether a list is on time, late, stopped and why, never read or not scheduled; and what a sync by hand is offered."""

from datetime import time, timedelta

from django.utils import timezone

from accounts.ui.formats import Formats, TimeFormat, formats_of_a_company
from integrations import jobs
from integrations.mirror.service import start_list_sync
from integrations.models import (
    Cadence,
    Connection,
    ConnectionState,
    ListState,
    Mode,
    RunState,
    SyncProfile,
    SyncSchedule,
)
from integrations.schedules.freshness import ListFreshness, freshness
from integrations.schedules.profiles import Choice, ProfileChoices, pause_profile, save_profile
from integrations.schedules.selectors import sync_defaults
from tests.integrations.dispatching import pass_a_minute


def schedule(connection: Connection, entity: str = "", **cadences: Choice) -> SyncProfile:
    chosen = cadences or {"projects": Choice(Cadence.HOURLY)}
    return save_profile(connection, entity, ProfileChoices(chosen, None, (), {}), version=0)


def read(connection: Connection, kind: str = "projects", entity: str = "", **facts: object) -> ListState:
    now = timezone.now()
    defaults = {"last_read_at": now, "complete_through": now, "records": 41, "tenant_id": connection.tenant_id, **facts}
    state, _ = ListState.objects.update_or_create(connection=connection, kind=kind, entity_id=entity, defaults=defaults)
    return state


def of(connection: Connection, kind: str = "projects", entity: str = "") -> ListFreshness:
    return next(each for each in freshness(connection, entity) if each.kind.key == kind)


def seen(connection: Connection, kind: str = "projects", entity: str = "") -> tuple[str, str]:
    state = of(connection, kind, entity).state
    return state.value, state.reason


def test_every_state_a_list_can_be_in(connection: Connection) -> None:
    assert seen(connection) == ("never_read", "")
    read(connection)
    assert seen(connection) == ("not_scheduled", "")
    schedule(connection)
    found = of(connection)
    assert (found.state.value, found.records) == ("on_time", 41)
    assert found.next_due_at is not None
    assert found.next_due_at > timezone.now()
    assert seen(connection, "items") == ("never_read", "")
    jobs.beat()
    SyncSchedule.objects.filter(group="projects").update(next_due_at=timezone.now() - timedelta(minutes=20))
    value, reason = seen(connection)
    assert (value, reason.startswith("due since ")) == ("late", True)
    assert reason.endswith((" AM", " PM"))
    with formats_of_a_company(Formats(time=TimeFormat.TWENTY_FOUR)):
        assert not seen(connection)[1].endswith((" AM", " PM"))


def test_a_list_that_was_refused_is_stopped_with_the_reason_until_it_is_read_again(connection: Connection) -> None:
    schedule(connection)
    hour = timedelta(hours=1)
    now = timezone.now()
    read(connection, last_read_at=now - hour, last_problem="The right Projects is missing.", last_problem_at=now)
    assert seen(connection) == ("stopped", "The right Projects is missing.")
    read(connection, last_read_at=now - hour, last_problem="Not all came.", last_problem_code="LIST-INCOMPLETE")
    assert seen(connection) == ("late", "Not all came.")
    read(connection, last_read_at=now + hour)
    assert seen(connection) == ("on_time", "")


def test_a_paused_profile_and_an_unusable_connection_stop_it(connection: Connection) -> None:
    read(connection)
    profile = schedule(connection)
    Connection.objects.update(state=ConnectionState.NEEDS_CREDENTIALS, state_reason="The password has expired.")
    connection.refresh_from_db()
    value, reason = seen(connection)
    assert (value, "The password has expired." in reason) == ("stopped", True)
    pause_profile(profile)
    value, reason = seen(connection)
    assert (value, reason.startswith("paused")) == ("stopped", True)


def test_a_scheduled_run_that_failed_makes_its_lists_late(connection: Connection) -> None:
    profile = schedule(connection)
    read(connection, last_read_at=timezone.now() - timedelta(hours=2))
    SyncSchedule.objects.filter(profile=profile, group="projects").update(
        next_due_at=timezone.now() - timedelta(minutes=1)
    )
    pass_a_minute()
    run = SyncSchedule.objects.get(group="projects").last_run
    assert run is not None
    assert seen(connection)[0] == "on_time"
    run.state = RunState.FAILED
    run.save()
    assert seen(connection) == ("late", f"sync {run.number} did not succeed")


def test_what_is_read_of_all_entities_is_recent_for_each(connection: Connection) -> None:
    read(connection, entity="100", last_read_at=timezone.now() - timedelta(days=3))
    assert seen(connection, entity="100") == ("not_scheduled", "")
    schedule(connection)
    newer = read(connection)
    found = of(connection, entity="100")
    assert (found.state.value, found.last_read_at) == ("on_time", newer.last_read_at)
    assert seen(connection, entity="200")[0] == "on_time"
    schedule(connection, "100", projects=Choice(Cadence.DAILY, time(4)))
    assert seen(connection, entity="100")[0] == "on_time"


def test_the_questions_do_not_grow_with_the_lists(
    connection: Connection, django_assert_max_num_queries: object
) -> None:
    schedule(connection)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        freshness(connection, "100")


def test_after_a_complete_read_a_partial_from_it_on_is_offered(connection: Connection) -> None:
    assert sync_defaults(connection).mode == Mode.FULL
    now = timezone.now()
    read(connection, "projects", complete_through=now - timedelta(hours=1))
    read(connection, "items", complete_through=now - timedelta(hours=5))
    offered = sync_defaults(connection)
    assert (offered.mode, offered.sync_from) == (Mode.PARTIAL, now - timedelta(hours=5))
    assert sync_defaults(connection, "100").mode == Mode.FULL
    save_profile(connection, "", ProfileChoices({}, None, ("items",), {}), version=0)
    assert sync_defaults(connection).sync_from == now - timedelta(hours=1)
    run = start_list_sync(connection, mode=offered.mode, sync_from=offered.sync_from).run
    assert run.sync_from == now - timedelta(hours=5)
