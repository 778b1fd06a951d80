"""The commands that show schedules and API usage, for people and as JSON."""

from datetime import time, timedelta

from django.utils import timezone

from accounts.models import Tenant
from integrations.models import Cadence, Connection, SyncRun, SyncSchedule
from integrations.schedules.cadence import QuietHours
from integrations.schedules.profiles import Choice, ProfileChoices, save_profile
from integrations.usage.service import set_budget
from tests.integrations.dispatching import pass_a_minute
from tests.integrations.management.test_commands import as_json, command


def test_schedules_tells_what_is_read_when_and_how_it_went(connection: Connection, tenant: Tenant) -> None:
    chosen = {"projects": Choice(Cadence.DAILY, time(4, 30)), "accounting": Choice(Cadence.HOURLY)}
    hour = timezone.localtime().hour  # quiet hours that are not now
    quiet = QuietHours(time((hour + 6) % 24), time((hour + 10) % 24))
    save_profile(connection, "", ProfileChoices(chosen, quiet, ("tasks",), {}), version=0)
    SyncSchedule.objects.filter(group="projects").update(next_due_at=timezone.now() - timedelta(minutes=1))
    pass_a_minute()
    run = SyncRun.objects.get()
    code, facts = as_json("schedules", tenant.slug)
    assert (code, facts["time_zone"]) == (0, "America/Denver")
    everything = facts["profiles"][0]
    assert (everything["entity"], everything["state"], everything["left_out"]) == ("", "scheduled", ["tasks"])
    assert (everything["quiet_from"], everything["quiet_until"]) == (
        quiet.begins.isoformat("minutes"),
        quiet.ends.isoformat("minutes"),
    )
    rows = {row["group"]: row for row in everything["schedules"]}
    assert (rows["projects"]["cadence"], rows["projects"]["at"]) == ("daily", "04:30")
    assert "tasks" not in rows["projects"]["lists"]
    assert rows["projects"]["last_run"] == {"run": run.number, "state": "queued"}
    assert rows["accounting"]["last_run"] is None
    assert len(everything["next_runs"]) == 5
    assert [profile["state"] for profile in facts["profiles"][1:]] == ["not_scheduled"] * 3
    code, out, _ = command("schedules", tenant.slug)
    assert code == 0
    assert "All entities: Scheduled" in out
    assert "Daily at 4:30 AM" in out
    assert f"run {run.number} Queued" in out
    assert "Times are in America/Denver." in out


def test_usage_tells_the_month_against_the_budget(mirrored: Connection, tenant: Tenant) -> None:
    set_budget(mirrored, 1000)
    code, facts = as_json("usage", tenant.slug)
    assert (code, facts["company"], facts["budget"]) == (0, "summit-demo", 1000)
    assert facts["used"] == facts["own"] == sum(row["billable"] for row in facts["days"]) > 0
    assert facts["percent"] == facts["used"] * 100 // 1000
    assert {row["flow"] for row in facts["flows"]} == {"", "lists"}
    code, out, _ = command("usage", tenant.slug)
    assert code == 0
    assert f"{facts['used']} of 1,000 API transactions" in out


def test_without_a_connection_both_are_refused(tenant: Tenant) -> None:
    for name in ("schedules", "usage"):
        code, facts = as_json(name, tenant.slug)
        assert (code, facts["error"]) == (3, "CON-NONE")
