"""Why a value of a setting cannot be used, and which values are missing: one sentence each.

Reads only; needs the tenant's scope. Saves nothing: what may be saved is decided in settings.service.
"""

from collections.abc import Mapping
from datetime import date

from integrations.models import SettingsVersion
from integrations.records.lookup import MirrorView, why_unusable
from integrations.settings.declared import Setting, all_settings, switches_requiring
from integrations.settings.selectors import place_of


def problem_of(setting: Setting, value: str, mirror: MirrorView) -> str:
    """Why the value of a setting cannot be used, in one sentence, or "". Empty is a problem where it is required."""
    if not value:
        return _why_not_empty(setting) if setting.is_always_required else ""
    if setting.list_key:
        return why_unusable(setting.list_key, value, mirror.get(setting.list_key, value))
    if setting.choices and value not in dict(setting.choices):
        return f"“{value}” is not one of the choices: {', '.join(label for _, label in setting.choices)}."
    if setting.is_date:
        try:
            date.fromisoformat(value)
        except ValueError:
            return f"“{value}” is not a date. Write it as YYYY-MM-DD."
    return ""


def _why_not_empty(setting: Setting) -> str:
    what = f"one of the {setting.kind.label}" if setting.kind else "a value"
    return f"Choose {what}; this is required."


def look_up_chosen(values: Mapping[str, str], mirror: MirrorView) -> None:
    """Read the records that the values stand for, all at once, for what is asked of the mirror next."""
    chosen: dict[str, list[str]] = {}
    for setting in all_settings():
        if setting.list_key:
            chosen.setdefault(setting.list_key, []).append(values.get(setting.key, "") or setting.default)
    mirror.fetch_some_of_each(chosen)


def settings_problems(values: Mapping[str, str], mirror: MirrorView) -> dict[str, str]:
    """Problem per setting, only those that have one."""
    look_up_chosen(values, mirror)
    problems = {setting.key: problem_of(setting, values.get(setting.key, ""), mirror) for setting in all_settings()}
    return {key: problem for key, problem in problems.items() if problem}


def missing_values(version: SettingsVersion, mirror: MirrorView) -> list[str]:
    """What keeps these settings from being complete, a sentence for each setting that is required.

    A setting that a switch requires counts while the switch is on. A value of an entity or project counts for that
    place only, so the company's value is asked for all the same.
    """
    look_up_chosen(version.values, mirror)
    sentences = []
    for setting in all_settings():
        value = version.values.get(setting.key, "") or setting.default
        requiring = [switch for switch in switches_requiring(setting) if version.switches.get(switch.key)]
        if not setting.is_always_required and not requiring:
            continue
        if not value and setting.is_always_required:
            sentences.append(f"{setting.title} is not chosen yet.")
        elif problem := problem_of(setting, value, mirror):
            sentences.append(f"{setting.title}: {problem}")
        elif not value:
            on = " and ".join(switch.label for switch in requiring)
            sentences.append(f"{setting.title}: not chosen, and required while {on} is on. Its documents are blocked.")
    return sentences


def override_problems(overrides: Mapping[str, Mapping[str, str]], mirror: MirrorView) -> dict[str, str]:
    """Problem per setting of values of entities and projects, only those that have one; `place` for the place itself.

    A place whose last value is taken away need not exist any more.
    """
    problems = {}
    for key, own in overrides.items():
        given = {name: value for name, value in own.items() if value}
        place = place_of(key)
        if place is None:
            problems["place"] = f"“{key}” is neither an entity nor a project."
            continue
        allowed = {setting.key: setting for setting in place.settings()}
        item = mirror.get(place.list_key, place.name)
        if given and (item is None or not item.is_known):
            problems["place"] = why_unusable(place.list_key, place.name, item)
        for name, value in given.items():
            if name not in allowed:
                problems[name] = f"No {place.level} has a value of its own for it. The company alone has this setting."
            elif problem := problem_of(allowed[name], value, mirror):
                problems[name] = problem
    return problems
