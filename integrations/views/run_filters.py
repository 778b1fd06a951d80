"""The filters of Sync history: links with counts, and drop-down lists where there are many values.

Owns which filters there are and how they are worded. Counts nothing itself.
"""

from collections.abc import Mapping
from typing import Any

from accounts.access import TenantRequest
from accounts.models import User
from accounts.ui.choices import Choice, choice, tools
from accounts.ui.filters import FilterGroup, filter_group
from accounts.ui.formats import shown_day
from integrations.gateway.access import ALL_ENTITIES, entity_names, latest_connection
from integrations.models import RunState, Trigger
from integrations.runs.selectors import ACTIVE, ALL_TOGETHER, RunCounts, chosen_day, flow_title, run_counts

_PERIODS = [("", "Any time"), ("1", "Last 24 hours"), ("7", "Last 7 days"), ("30", "Last 30 days"), ("90", "90 days")]


def run_filters(request: TenantRequest, query: Mapping[str, str]) -> dict[str, Any]:
    """What templates/integrations/runs.html takes: `filters` and `tools`."""
    counts = run_counts(query)
    chosen_person = query.get("person", "")
    selects = [_entities(counts, query.get("entity", "")), _people(counts, chosen_person), _periods(query), _day(query)]
    shown = [each for each in selects if len(each.options) > 1]
    return {"filters": _links(request, counts), "tools": tools(request, shown)}


def _links(request: TenantRequest, counts: RunCounts) -> list[FilterGroup]:
    any_state = sum(counts.states[state] for state in RunState.values)
    states: list[tuple[str, str, int | None]] = [("", "All", any_state), (ACTIVE, "Active", counts.states[ACTIVE])]
    states += [(state.value, str(state.label), counts.states[state]) for state in RunState]
    flows: list[tuple[str, str, int | None]] = [("", "All", sum(counts.flows.values()))]
    flows += [(key, flow_title(key), number) for key, number in sorted(counts.flows.items())]
    triggers: list[tuple[str, str, int | None]] = [("", "All", sum(counts.triggers.values()))]
    triggers += [(each.value, str(each.label), counts.triggers.get(each.value, 0)) for each in Trigger]
    return [
        filter_group(request, "State", "state", states),
        filter_group(request, "What", "flow", flows),
        filter_group(request, "Started by", "trigger", triggers),
    ]


def _entities(counts: RunCounts, chosen: str) -> Choice:
    connection = latest_connection()
    names = entity_names(connection) if connection is not None else {}
    known = [(entity_id or ALL_TOGETHER, number) for entity_id, number in sorted(counts.entities.items())]
    labels = {**names, ALL_TOGETHER: ALL_ENTITIES}
    options = [("", "Any"), *((value, f"{labels.get(value, value)} ({number:,})") for value, number in known)]
    only_all = len(known) == 1 and not counts.entities.keys() - {""} and not chosen
    return choice("entity", "Entity", [("", "Any")] if only_all else options, chosen)


def _people(counts: RunCounts, chosen: str) -> Choice:
    names = {str(pk): name for pk, name in User.objects.filter(pk__in=list(counts.people)).values_list("pk", "name")}
    people = sorted((names.get(key, key), key, number) for key, number in counts.people.items())
    options = [("", "Anybody"), *((key, f"{name} ({number:,})") for name, key, number in people)]
    return choice("person", "Person", options, chosen if chosen in counts.people else "")


def _periods(query: Mapping[str, str]) -> Choice:
    chosen = query.get("period", "")
    return choice("period", "Period", _PERIODS, chosen if chosen in dict(_PERIODS) else "")


def _day(query: Mapping[str, str]) -> Choice:
    """The day that the strip led to, and the way out of it."""
    day = chosen_day(query)
    options = [("", "Any day"), *([(day.isoformat(), shown_day(day))] if day else [])]
    return choice("day", "Day", options, day.isoformat() if day else "")
