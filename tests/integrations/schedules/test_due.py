"""Schedules start runs: once per slot, together, in turn, never in quiet hours, and they say why when they do not."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfoNotFoundError

import pytest
from django.db.models import QuerySet
from django.utils import timezone
from django_q.models import OrmQ

from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from integrations import jobs
from integrations.lists import Group
from integrations.mirror.service import start_list_sync
from integrations.models import (
    FULL,
    Cadence,
    Connection,
    ConnectionState,
    ListItem,
    Mode,
    RunState,
    SyncProfile,
    SyncRun,
    SyncSchedule,
    Trigger,
)
from integrations.records.kinds import chosen_custom_fields, kinds_for
from integrations.runs.runner import run_to_end
from integrations.schedules.cadence import QuietHours
from integrations.schedules.due import start_due
from integrations.schedules.profiles import (
    Choice,
    Outdated,
    ProfileChoices,
    ensure_profile,
    pause_profile,
    resume_profile,
    save_profile,
)
from integrations.schedules.selectors import profile_lines, profile_of
from tests.integrations.dispatching import pass_a_minute

HOURLY = Choice(Cadence.HOURLY)
NEVER = Choice(Cadence.NEVER)


def save(
    connection: Connection,
    entity: str = "",
    *,
    quiet: QuietHours | None = None,
    left_out: tuple[str, ...] = (),
    custom_fields: dict[str, list[str]] | None = None,
    **cadences: Choice,
) -> SyncProfile:
    version = profile_of(connection, entity).version
    choices = ProfileChoices(cadences, quiet, left_out, custom_fields or {})
    return save_profile(connection, entity, choices, version=version)


def rows(profile: SyncProfile, *groups: str) -> QuerySet[SyncSchedule]:
    found = SyncSchedule.objects.filter(profile=profile)
    return found.filter(group__in=groups) if groups else found.exclude(cadence=Cadence.NEVER)


def make_due(profile: SyncProfile, *groups: str, ago: timedelta = timedelta(minutes=1)) -> None:
    rows(profile, *groups).update(next_due_at=timezone.now() - ago)


def steps(run: SyncRun) -> set[str]:
    return set(run.steps.values_list("key", flat=True))


def state(connection: Connection, entity: str = "") -> tuple[str, str]:
    line = next(line for line in profile_lines(connection) if line.entity.id == entity)
    return line.state.value, line.state.reason


def test_a_due_group_starts_a_partial_of_its_lists(connection: Connection) -> None:
    profile = save(connection, partners=HOURLY, projects=HOURLY)
    make_due(profile, "projects")
    pass_a_minute()
    run = SyncRun.objects.get()
    assert (run.trigger, run.mode, run.started_by, run.entity_id) == (Trigger.SCHEDULE, Mode.PARTIAL, None, "")
    assert "list:projects" in steps(run)
    assert "list:gl_accounts" not in steps(run)
    row = rows(profile, "projects").get()
    assert row.last_run == run
    assert row.next_due_at is not None
    assert row.next_due_at > timezone.now()
    assert run_to_end(run).state == RunState.SUCCEEDED
    assert rows(profile, "partners").get().last_started_at is None


def test_groups_due_together_are_one_run_and_a_full_covers_them(connection: Connection) -> None:
    profile = save(
        connection,
        left_out=("customers",),
        accounting=HOURLY,
        projects=HOURLY,
        full=Choice(Cadence.WEEKLY, time(3), 6),
    )
    make_due(profile, "accounting", "projects")
    pass_a_minute()
    run = SyncRun.objects.get()
    assert run.mode == Mode.PARTIAL
    assert {"list:gl_accounts", "list:projects", "list:tasks"} <= steps(run)
    assert "list:items" not in steps(run)
    run_to_end(run)
    make_due(profile, "projects", FULL)
    pass_a_minute()
    full = SyncRun.objects.latest("pk")
    assert full.mode == Mode.FULL
    assert {"list:gl_accounts", "list:projects", "list:items"} <= steps(full)
    assert "list:customers" not in steps(full)
    assert set(rows(profile, "projects", FULL).values_list("last_run", flat=True)) == {full.pk}
    run_to_end(full)
    save(connection, full=Choice(Cadence.WEEKLY))
    make_due(profile, FULL)
    pass_a_minute()
    assert {f"list:{kind.key}" for kind in kinds_for(connection)} <= steps(SyncRun.objects.latest("pk"))


def test_missed_slots_are_made_up_for_once(connection: Connection) -> None:
    profile = save(connection, projects=Choice(Cadence.QUARTER_HOURLY))
    make_due(profile, ago=timedelta(days=3))
    for _ in range(3):
        pass_a_minute()
    run_to_end(SyncRun.objects.get())
    pass_a_minute()
    assert SyncRun.objects.count() == 1


def test_two_dispatchers_that_saw_the_same_row_start_one_run(connection: Connection, scoped: Tenant) -> None:
    profile = save(connection, projects=HOURLY)
    make_due(profile)
    now = timezone.now()
    assert len(start_due(scoped, now)) == 1
    run_to_end(SyncRun.objects.get())
    # The other one asks the same question as at the same moment, after the first one's run has ended.
    assert start_due(scoped, now) == []
    assert SyncRun.objects.count() == 1


def test_while_a_run_is_under_way_it_waits_says_so_and_follows(connection: Connection) -> None:
    by_hand = start_list_sync(connection, kinds=["items"]).run
    profile = save(connection, projects=HOURLY)
    make_due(profile)
    pass_a_minute()
    assert SyncRun.objects.count() == 1
    assert rows(profile).get().next_due_at < timezone.now()  # type: ignore[operator]
    assert rows(profile).get().last_started_at is None
    assert state(connection) == ("waiting", f"sync {by_hand.number} is under way")
    run_to_end(by_hand)
    assert state(connection)[0] == "due"
    pass_a_minute()
    assert SyncRun.objects.latest("pk").trigger == Trigger.SCHEDULE


def test_entities_take_turns_the_longest_waiting_first(connection: Connection) -> None:
    first, second = save(connection, "200", projects=HOURLY), save(connection, "100", projects=HOURLY)
    make_due(first, ago=timedelta(minutes=20))
    make_due(second, ago=timedelta(minutes=5))
    served = []
    for _ in range(3):
        pass_a_minute()
        run = SyncRun.objects.latest("pk")
        if run.is_active:
            served.append(run.entity_id)
            SyncRun.objects.filter(pk=run.pk).update(state=RunState.SUCCEEDED)
    assert served == ["200", "100"]


def test_quiet_hours_that_began_while_it_waited_defer_it_to_their_end(connection: Connection, scoped: Tenant) -> None:
    quiet = QuietHours(time(22), time(6))
    profile = save(connection, quiet=quiet, projects=HOURLY)
    night = datetime(2026, 6, 10, 23, 5, tzinfo=scoped.zone)
    rows(profile).update(next_due_at=night - timedelta(minutes=70))
    assert start_due(scoped, night) == []
    assert rows(profile).get().next_due_at == datetime(2026, 6, 11, 6, tzinfo=scoped.zone)
    assert len(start_due(scoped, datetime(2026, 6, 11, 6, 0, 30, tzinfo=scoped.zone))) == 1


@pytest.mark.parametrize("quiet", [None, QuietHours(time(20), time(6))])
def test_what_waited_into_a_day_that_is_not_chosen_is_due_on_the_next_that_is(
    connection: Connection, scoped: Tenant, quiet: QuietHours | None
) -> None:
    profile = save(connection, quiet=quiet, projects=HOURLY)
    SyncProfile.objects.filter(pk=profile.pk).update(weekdays="01234")
    friday = datetime(2026, 6, 12, 19, tzinfo=scoped.zone)
    rows(profile).update(next_due_at=friday)
    late = friday + timedelta(hours=1, minutes=5) if quiet else friday + timedelta(hours=14)  # no worker ran
    assert start_due(scoped, late) == []
    monday = datetime(2026, 6, 15, 6 if quiet else 0, tzinfo=scoped.zone)
    assert rows(profile).get().next_due_at == monday
    assert len(start_due(scoped, monday)) == 1


def test_a_full_that_waited_is_made_up_for_on_any_day(connection: Connection, scoped: Tenant) -> None:
    profile = save(connection, full=Choice(Cadence.WEEKLY, time(23), 4))
    SyncProfile.objects.filter(pk=profile.pk).update(weekdays="01234")
    friday = datetime(2026, 6, 12, 23, tzinfo=scoped.zone)
    rows(profile).update(next_due_at=friday)
    assert len(start_due(scoped, friday + timedelta(hours=9))) == 1


def test_another_time_zone_moves_what_is_due_with_the_next_minute(connection: Connection, tenant: Tenant) -> None:
    profile = save(connection, projects=Choice(Cadence.DAILY, time(5)))
    before = rows(profile).get().next_due_at
    Tenant.objects.filter(pk=tenant.pk).update(time_zone="Europe/Berlin")
    pass_a_minute()
    row = rows(profile).get()
    tenant.refresh_from_db()
    assert row.next_due_at != before
    assert row.next_due_at is not None
    assert row.next_due_at.astimezone(tenant.zone).time() == time(5)
    assert row.zone == "Europe/Berlin"
    assert not SyncRun.objects.exists()


@pytest.mark.parametrize("unusable", [ConnectionState.NEEDS_CREDENTIALS, ConnectionState.PAUSED])
def test_an_unusable_connection_stops_it_with_the_reason_until_it_is_usable(
    connection: Connection, unusable: ConnectionState
) -> None:
    profile = save(connection, projects=HOURLY)
    make_due(profile, ago=timedelta(hours=5))
    Connection.objects.update(state=unusable, state_reason="The password has expired.")
    connection.refresh_from_db()
    pass_a_minute()
    assert not SyncRun.objects.exists()
    value, reason = state(connection)
    assert value == "stopped"
    assert "The password has expired." in reason
    Connection.objects.update(state=ConnectionState.CONNECTED, state_reason="")
    pass_a_minute()
    assert SyncRun.objects.count() == 1


def test_a_disconnected_company_is_left_alone(connection: Connection) -> None:
    make_due(save(connection, projects=HOURLY))
    Connection.objects.update(state=ConnectionState.DISCONNECTED)
    pass_a_minute()
    assert not SyncRun.objects.exists()


def test_the_profile_of_an_entity_that_was_removed_stops_with_the_reason(connection: Connection) -> None:
    assert "100" in [row["id"] for row in connection.entities]
    gone, kept = save(connection, "100", projects=HOURLY), save(connection, projects=HOURLY)
    make_due(gone, ago=timedelta(hours=2))
    make_due(kept)
    Connection.objects.update(entities=[row for row in connection.entities if row["id"] != "100"])
    pass_a_minute()
    assert list(SyncRun.objects.values_list("entity_id", flat=True)) == [""]
    connection.refresh_from_db()
    value, reason = state(connection, "100")
    assert (value, "100" in reason) == ("stopped", True)


def test_a_paused_profile_waits_for_its_next_slot_after_it_is_resumed(connection: Connection, admin: User) -> None:
    profile = save(connection, projects=HOURLY)
    make_due(profile)
    assert pause_profile(profile, by=admin)
    assert not pause_profile(profile, by=admin)
    pass_a_minute()
    assert not SyncRun.objects.exists()
    assert state(connection) == ("paused", "by Alma Reyes")
    assert resume_profile(profile)
    assert not resume_profile(profile)
    pass_a_minute()
    assert not SyncRun.objects.exists()
    assert rows(profile).get().next_due_at > timezone.now()  # type: ignore[operator]
    assert state(connection)[0] == "scheduled"


def test_a_stopped_worker_is_named_as_the_reason(connection: Connection) -> None:
    make_due(save(connection, projects=HOURLY), ago=timedelta(minutes=10))
    value, reason = state(connection)
    assert value == "stopped"
    assert "worker" in reason
    jobs.beat()
    assert state(connection) == ("due", "starts within a minute")


def test_a_group_without_any_list_is_never_due(connection: Connection) -> None:
    accounting = [kind.key for kind in kinds_for(connection) if kind.group is Group.ACCOUNTING]
    profile = save(connection, left_out=tuple(accounting), accounting=HOURLY, projects=HOURLY)
    assert rows(profile, "accounting").get().next_due_at is None
    assert rows(profile, "projects").get().next_due_at is not None
    everything = tuple(kind.key for kind in kinds_for(connection))
    save(connection, left_out=everything, full=Choice(Cadence.WEEKLY))
    assert state(connection) == ("not_scheduled", "no list is included")


def test_registering_again_and_again_leaves_one_row_of_each(connection: Connection) -> None:
    profile = ensure_profile(connection)
    groups = list(SyncSchedule.objects.order_by("pk").values_list("group", flat=True))
    assert len(groups) == len(set(groups))
    assert FULL in groups
    SyncSchedule.objects.filter(group="projects").delete()
    SyncSchedule.objects.create(tenant_id=profile.tenant_id, profile=profile, group="of-a-former-version")
    for _ in range(3):
        assert ensure_profile(connection) == profile
    assert sorted(SyncSchedule.objects.values_list("group", flat=True)) == sorted(groups)
    assert state(connection)[0] == "not_scheduled"


def test_a_newer_version_is_not_overwritten(connection: Connection) -> None:
    save(connection, projects=HOURLY)
    with pytest.raises(Outdated) as outdated:
        save_profile(connection, "", ProfileChoices({"projects": NEVER}, None, (), {}), version=0)
    assert outdated.value.profile.version == 1
    assert SyncSchedule.objects.get(group="projects").cadence == Cadence.HOURLY


def test_saving_keeps_what_is_due_and_never_ends_it(connection: Connection) -> None:
    profile = save(connection, projects=HOURLY)
    make_due(profile)
    due_at = rows(profile).get().next_due_at
    save(connection, projects=Choice(Cadence.DAILY, time(4)))
    assert rows(profile, "projects").get().next_due_at == due_at
    save(connection, projects=NEVER)
    assert rows(profile, "projects").get().next_due_at is None


def test_custom_fields_that_any_profile_chose_are_read_for_all(connection: Connection) -> None:
    save(connection, custom_fields={"projects": ["SITE_CODE"]})
    save(connection, "100", custom_fields={"projects": ["REGION"], "items": []})
    assert chosen_custom_fields(connection, "", "projects") == ("REGION", "SITE_CODE")
    assert chosen_custom_fields(connection, "100", "items") == ()


def test_each_tenant_is_started_by_its_own_rows(connection: Connection, other_tenant: Tenant) -> None:
    with tenant_scope(other_tenant):
        theirs = Connection.objects.create(tenant=other_tenant, company_id="other-co")
        make_due(save(theirs, projects=HOURLY))
    pass_a_minute()
    assert not SyncRun.objects.exists()
    with tenant_scope(other_tenant):
        assert SyncRun.objects.get().connection == theirs


def test_a_tenant_is_looked_after_once_however_long_the_queue_is(connection: Connection) -> None:
    make_due(save(connection, projects=HOURLY))
    for _ in range(3):
        jobs.dispatch()
    assert [entry.task["func"] for entry in OrmQ.objects.all()] == ["integrations.jobs.run_due_work"]


def test_a_tenant_that_cannot_be_looked_after_holds_up_no_other(connection: Connection, other_tenant: Tenant) -> None:
    make_due(save(connection, projects=HOURLY))
    with tenant_scope(other_tenant):
        theirs = Connection.objects.create(tenant=other_tenant, company_id="other-co")
        make_due(save(theirs, projects=HOURLY))
    Tenant.objects.filter(pk=connection.tenant_id).update(time_zone="Nowhere/At-all")
    jobs.dispatch()
    assert OrmQ.objects.count() == 2
    with pytest.raises(ZoneInfoNotFoundError):
        jobs.run_due_work(connection.tenant_id)
    jobs.run_due_work(other_tenant.pk)
    with tenant_scope(other_tenant):
        assert SyncRun.objects.count() == 1
    jobs.run_due_work(424242)


def test_the_list_of_legal_entities_stops_the_profile_of_one_that_is_gone(connection: Connection) -> None:
    mirrors = [kind.key for kind in kinds_for(connection) if kind.object == "LOCATIONENTITY"]
    save(connection, "100", projects=HOURLY)
    now = timezone.now()
    entity = ListItem.objects.create(
        tenant_id=connection.tenant_id, connection=connection, kind=mirrors[0], record_no=1, business_id="100",
        digest="x", first_seen_at=now, changed_at=now,
    )  # fmt: skip
    assert state(connection, "100")[0] == "scheduled"
    ListItem.objects.filter(pk=entity.pk).update(is_active=False)
    assert state(connection, "100") == ("stopped", "Entity 100 is inactive in Intacct.")
    ListItem.objects.filter(pk=entity.pk).update(is_active=True, missing_at=now)
    assert state(connection, "100") == ("stopped", "Entity 100 is no longer in Intacct.")
