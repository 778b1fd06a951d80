"""`schedules SLUG`: what is read when, of each legal entity."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import Tenant
from integrations.commands import TenantCommand
from integrations.schedules.selectors import ProfileLine, ScheduleLine, next_runs, profile_lines, rules_of


class Command(TenantCommand):
    help = "Show the schedules of each legal entity: how they stand, what comes next, how the last run ended."

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        lines = profile_lines(self.connection())
        facts = {"time_zone": tenant.time_zone, "profiles": [_facts(line, tenant) for line in lines]}
        self.report(facts, *(text for line in lines for text in _lines(line)), f"Times are in {tenant.time_zone}.")


def _facts(line: ProfileLine, tenant: Tenant) -> dict[str, Any]:
    profile = line.profile
    coming = next_runs(rules_of(profile, [each.schedule for each in line.schedules], tenant))
    return {
        "entity": line.entity.id,
        "label": line.entity.label,
        "state": line.state.value,
        "reason": line.state.reason,
        "quiet_from": profile.quiet_from.isoformat("minutes") if profile.quiet_from else None,
        "quiet_until": profile.quiet_until.isoformat("minutes") if profile.quiet_until else None,
        "left_out": profile.left_out,
        "custom_fields": profile.custom_fields,
        "schedules": [_schedule(each) for each in line.scheduled],
        "next_runs": [] if profile.paused_at else [{"at": each.at.isoformat(), "what": each.names} for each in coming],
    }


def _schedule(each: ScheduleLine) -> dict[str, Any]:
    row = each.schedule
    return {
        "group": row.group,
        "cadence": row.cadence,
        "at": row.at.isoformat("minutes"),
        "lists": [kind.key for kind in each.kinds],
        "next_due_at": row.next_due_at.isoformat() if row.next_due_at else None,
        "last_started_at": row.last_started_at.isoformat() if row.last_started_at else None,
        "last_run": {"run": row.last_run.number, "state": row.last_run.state} if row.last_run else None,
        "refusal": row.refusal,
    }


def _lines(line: ProfileLine) -> list[str]:
    state = f"{line.state.label}: {line.state.reason}" if line.state.reason else line.state.label
    texts = [f"{line.entity.label}: {state}"]
    for each in line.scheduled:
        row = each.schedule
        last = f"run {row.last_run.number} {row.last_run.get_state_display()}" if row.last_run else "no run yet"
        texts.append(f"  {each.label:30} {each.cadence:18} next {_shown(row.next_due_at):18} {last}")
    return texts


def _shown(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else "never"
