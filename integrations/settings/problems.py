"""Why a value of a setting cannot be used: what is missing, inactive, unknown or written wrongly, in one sentence each.

Reads only; needs the tenant's scope. Saves nothing: what may be saved is decided in settings.service.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import F
from django.utils import timezone

from integrations.models import Connection, ListItem
from integrations.records.lookup import MirrorView, why_unusable
from integrations.settings.declared import REQUIRED_SETTINGS, FlowSetting, RequiredSetting, flow_settings
from integrations.settings.selectors import place_of


def chosen_item(connection: Connection, setting: RequiredSetting | FlowSetting, business_id: str) -> ListItem | None:
    """The mirrored record a setting's business id stands for; of several, one still there, and of those an active one.

    A record that was removed and made anew in Intacct has two rows here.
    """
    if not business_id:
        return None
    found = ListItem.objects.filter(connection=connection, kind=setting.list_key, business_id=business_id)
    there_first = F("missing_at").asc(nulls_first=True)  # the databases disagree on where an empty value sorts
    return found.order_by(there_first, "-is_active", "record_no").first()


def problem_with(connection: Connection, setting: RequiredSetting, business_id: str) -> str:
    """Why the value cannot be used, in one sentence, or "" when it can."""
    kind = setting.kind
    if not business_id:
        return f"Choose one of the {kind.label}; this is required."
    item = chosen_item(connection, setting, business_id)
    if item is None:
        return f"“{business_id}” is not among the {kind.label} read from Intacct. Choose one of them, or sync the list."
    if item.missing_at is not None:
        return f"{kind.singular} {item} is no longer in Intacct since {_day(item.missing_at)}. Choose another one."
    if not item.is_active:
        since = _day(item.changed_at)
        return f"{kind.singular} {item} is inactive in Intacct since {since} at the latest. Choose an active one."
    return ""


def option_problem(option: FlowSetting, value: str, mirror: MirrorView) -> str:
    """Why the value of a flow's setting cannot be used, in one sentence, or ""."""
    if not value:
        return ""
    if option.list_key:
        return why_unusable(option.list_key, value, mirror.get(option.list_key, value))
    if option.choices and value not in dict(option.choices):
        return f"“{value}” is not one of the choices: {', '.join(label for _, label in option.choices)}."
    if option.is_date:
        try:
            date.fromisoformat(value)
        except ValueError:
            return f"“{value}” is not a date. Write it as YYYY-MM-DD."
    return ""


def _day(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d")


def settings_problems(connection: Connection, values: Mapping[str, str]) -> dict[str, str]:
    """Problem per setting, only those that have one. A flow's setting may be empty; a chosen value must be usable."""
    problems = {
        setting.key: problem_with(connection, setting, values.get(setting.key, "")) for setting in REQUIRED_SETTINGS
    }
    mirror = MirrorView(connection)
    for option in flow_settings():
        problems[option.key] = option_problem(option, values.get(option.key, ""), mirror)
    return {key: problem for key, problem in problems.items() if problem}


def override_problems(connection: Connection, overrides: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Problem per setting of values of entities and projects, only those that have one; `place` for the place itself.

    A place whose last value is taken away need not exist any more.
    """
    mirror, found = MirrorView(connection), {}
    for key, own in overrides.items():
        given = {name: value for name, value in own.items() if value}
        place = place_of(key)
        if place is None:
            found["place"] = f"“{key}” is neither an entity nor a project."
            continue
        allowed = {option.key: option for option in place.options()}
        if given and mirror.get(place.list_key, place.name) is None:
            found["place"] = why_unusable(place.list_key, place.name, None)
        for name, value in given.items():
            if name not in allowed:
                found[name] = f"No {place.level} has a value of its own for it. The company alone has this setting."
            elif problem := option_problem(allowed[name], value, mirror):
                found[name] = problem
    return found
