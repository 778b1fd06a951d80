"""What pages and commands ask about integrations: the live connection, settings in force, readiness, pick lists, runs.

Reads only. Needs the tenant's scope.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from integrations.engine.flow import Flow, FlowSetting, flow_settings, switches
from integrations.engine.mirror_view import MirrorView, why_unusable
from integrations.gaps import gaps
from integrations.lists import KINDS_BY_KEY
from integrations.models import (
    ACTIVE_RUNS,
    Connection,
    ConnectionState,
    ListItem,
    RunStep,
    SettingsVersion,
    StepState,
    SyncRun,
)
from integrations.refusal import Refused
from integrations.required import REQUIRED_SETTINGS, RequiredSetting

# A run that nobody works on and nobody was woken for counts as left behind after this time.
FORGOTTEN_AFTER = timedelta(seconds=30)
READ_TO_THE_END = (StepState.SUCCEEDED, StepState.PARTLY)


def live_connection() -> Connection | None:
    """The tenant's connection that is not disconnected, if there is one."""
    return Connection.objects.exclude(state=ConnectionState.DISCONNECTED).first()


def latest_connection() -> Connection | None:
    """The live connection, else the one disconnected last: what history belongs to."""
    return live_connection() or Connection.objects.order_by("-state_changed_at", "-pk").first()


def settings_in_force(connection: Connection | None) -> SettingsVersion | None:
    """The newest saved version, draft or not; None before anything was saved."""
    if connection is None:
        return None
    version: SettingsVersion | None = connection.settings_versions.order_by("-number").first()
    return version


def switch_is_on(connection: Connection | None, key: str) -> bool:
    version = settings_in_force(connection)
    return bool(version and version.switches.get(key))


def pick_list(connection: Connection, kind: str, search: str = "") -> QuerySet[ListItem]:
    """Items of a list by id or name, active ones first, without those missing in Intacct."""
    found = ListItem.objects.filter(connection=connection, kind=kind, missing_at=None)
    for word in search.split():
        found = found.filter(Q(business_id__icontains=word) | Q(name__icontains=word))
    return found.order_by("-is_active", "business_id", "record_no")


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


@dataclass(frozen=True)
class Readiness:
    """How far the set-up is. `missing` are sentences; `next_step` is an address name with a label, or None.

    `blocked` are sentences about switches that are on without what some of their documents need.
    """

    connection: Connection | None
    settings: SettingsVersion | None
    missing: tuple[str, ...]
    next_step: tuple[str, str] | None
    blocked: tuple[str, ...] = ()

    @property
    def is_fully_enabled(self) -> bool:
        return self.connection is not None and self.settings is not None and not self.missing


def readiness() -> Readiness:
    """What stands between the tenant and a fully enabled integration."""
    connection = live_connection()
    if connection is None:
        return Readiness(None, None, ("Sage Intacct is not connected.",), ("set_up", "Set up Sage Intacct"))
    version = settings_in_force(connection)
    if not connection.is_usable:
        reason = connection.state_reason or f"The connection is {connection.get_state_display().lower()}."
        return Readiness(connection, version, (reason,), ("connection", "Look at the connection"))
    if version is None:
        names = " and ".join(setting.label for setting in REQUIRED_SETTINGS)
        return Readiness(connection, None, (f"{names} are not chosen yet.",), ("settings", "Fill in the settings"))
    missing = [
        f"{setting.label}: {problem}"
        for setting in REQUIRED_SETTINGS
        if (problem := problem_with(connection, setting, version.values.get(setting.key, "")))
    ]
    if version.is_draft and not missing:
        missing = ["The settings are saved as a draft only."]
    blocked = tuple(str(gap) for gap in gaps(version))
    next_step = ("settings", "Complete the settings") if missing else None
    return Readiness(connection, version, tuple(missing), next_step, blocked)


def why_not_connect() -> Refused | None:
    """Why no company can be connected from this installation, or None."""
    if settings.INTACCT_SENDER_ID and settings.INTACCT_SENDER_PASSWORD:
        return None
    return Refused(
        "This installation has no Sender ID, and Intacct refuses every request without one.",
        "The person who runs this application sets INTACCT_SENDER_ID and INTACCT_SENDER_PASSWORD and restarts it.",
        code="CON-NO-SENDER",
    )


def why_not_sync(connection: Connection | None) -> Refused | None:
    """Why lists cannot be read now, or None when they can: mirroring needs only a usable connection."""
    if connection is None or connection.state == ConnectionState.DISCONNECTED:
        return Refused(
            "Sage Intacct is not connected.",
            "Connect it under Settings → Integrations.",
            code="CON-NONE",
        )
    if not connection.is_usable:
        return Refused(
            f"The connection is “{connection.get_state_display()}”. {connection.state_reason}".strip(),
            connection.state_advice or "See Settings → Integrations.",
            code=connection.state_code or "CON-STATE",
        )
    return None


def why_not_run(connection: Connection | None, flow: Flow) -> Refused | None:
    """Why a flow cannot run now: what syncing needs, and the flow's switch."""
    refused = why_not_sync(connection)
    if refused is None and flow.switch is not None and not switch_is_on(connection, flow.switch.key):
        return Refused(
            f"{flow.switch.label} is switched off.",
            "A company admin switches it on under Settings → Integrations → Sage Intacct → Settings.",
            code="SWITCH-OFF",
        )
    return refused


def active_run(connection: Connection, flow: str) -> SyncRun | None:
    return SyncRun.objects.filter(connection=connection, flow=flow, state__in=ACTIVE_RUNS).first()


def runs_left_behind() -> QuerySet[SyncRun]:
    """Active runs without a living worker: a lost wake-up, a killed worker, a busy company, a pause that is over."""
    now = timezone.now()
    is_due = Q(resume_at=None) | Q(resume_at__lte=now)
    idle = Q(lease_token="", created_at__lt=now - FORGOTTEN_AFTER) | Q(lease_expires_at__lt=now)
    return SyncRun.objects.filter(idle, is_due, state__in=ACTIVE_RUNS)


def last_pull(connection: Connection, kind_key: str) -> RunStep | None:
    """The step that last read the list to its end, single unusable records apart."""
    read = RunStep.objects.filter(run__connection=connection, key=f"list:{kind_key}", state__in=READ_TO_THE_END)
    return read.order_by("-started_at").first()


def is_mirrored(connection: Connection, kind_key: str) -> bool:
    return last_pull(connection, kind_key) is not None


def list_label(kind_key: str) -> str:
    return KINDS_BY_KEY[kind_key].label


def switch_states(connection: Connection | None) -> dict[str, bool]:
    """Every declared switch and whether it is on."""
    version = settings_in_force(connection)
    stored = version.switches if version else {}
    return {switch.key: bool(stored.get(switch.key)) for switch in switches()}
