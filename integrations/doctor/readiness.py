"""How far the set-up of a tenant's integration is, what keeps a switch that is on from working, and where it goes on.

Reads only; needs the tenant's scope. Asks the rooms that know; decides nothing of its own. Every page and command that
calls the integration ready asks here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from integrations.gateway.access import live_connection
from integrations.lists import KINDS
from integrations.lists.kinds import ListKind
from integrations.models import Connection, ConnectionState, ListState, PushHold, SettingsVersion
from integrations.records.lookup import MirrorView
from integrations.runs.flow import flows
from integrations.runs.health import queue_problem
from integrations.runs.selectors import known_flow
from integrations.settings.declared import Switch, all_settings, built_switches
from integrations.settings.problems import missing_values
from integrations.settings.selectors import settings_in_force

SET_UP: Final = ("set_up", "Set up Sage Intacct")
CONNECTION: Final = ("connection", "Look at the connection")
SETTINGS: Final = ("settings", "Complete the settings")
LISTS: Final = ("sync", "Sync the lists")
ISSUES: Final = ("issues", "See what is held")
NOWHERE: Final = ("", "")  # on no page: the person who runs the installation fixes it


@dataclass(frozen=True)
class Gap:
    """Something that keeps a switch that is on from working. `place` is an address name with the label of its link."""

    sentence: str
    place: tuple[str, str]

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Readiness:
    """How far the set-up is. `gaps` are all that is missing, gravest first; `next_step` where to go."""

    connection: Connection | None
    settings: SettingsVersion | None
    gaps: tuple[Gap, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(gap.sentence for gap in self.gaps)

    @property
    def next_step(self) -> tuple[str, str] | None:
        return next((gap.place for gap in self.gaps if gap.place[0]), None)

    @property
    def is_fully_enabled(self) -> bool:
        """Whether every switch that is on can work now, as far as that can be known without asking Intacct."""
        return self.connection is not None and self.settings is not None and not self.gaps


def readiness(*, through_queue: bool = True) -> Readiness:
    """What stands between the tenant and a fully enabled integration.

    `through_queue`: what is asked for is left to a worker, as pages do; commands can do it themselves.
    """
    connection = live_connection()
    if connection is None:
        return Readiness(None, None, (Gap("Sage Intacct is not connected.", SET_UP),))
    version = settings_in_force(connection)
    if not connection.is_usable:
        reason = connection.state_reason or f"The connection is {connection.get_state_display().lower()}."
        return Readiness(connection, version, (Gap(reason, CONNECTION),))
    if version is None:
        names = " and ".join(setting.label for setting in all_settings() if setting.is_always_required)
        return Readiness(connection, None, (Gap(f"{names} are not chosen yet.", ("settings", "Fill in the settings")),))
    gaps = [*_gaps(connection, version)]
    if through_queue and switched_on(version) and (problem := queue_problem()):
        gaps.append(Gap(f"Nothing is taken up from the queue. {problem}", NOWHERE))
    return Readiness(connection, version, tuple(gaps))


def switched_on(version: SettingsVersion | None) -> list[Switch]:
    """The switches that are on and that something works by."""
    stored = version.switches if version else {}
    return [switch for switch in built_switches() if stored.get(switch.key)]


def _gaps(connection: Connection, version: SettingsVersion) -> Iterator[Gap]:
    if connection.state == ConnectionState.OFFLINE:
        yield Gap(connection.state_reason or "Sage Intacct could not be reached.", CONNECTION)
    missing = missing_values(version, MirrorView(connection))
    yield from (Gap(sentence, SETTINGS) for sentence in missing)
    if version.is_draft and not missing:
        yield Gap("The settings are saved as a draft only.", SETTINGS)
    on = switched_on(version)
    yield from _unread_lists(connection, on)
    for hold in PushHold.objects.filter(connection=connection).order_by("flow"):
        flow = known_flow(hold.flow)
        if flow is not None and (flow.switch is None or flow.switch in on):
            yield Gap(f"{flow.title}: held. {hold.sentence}", ISSUES)


def _unread_lists(connection: Connection, on: list[Switch]) -> Iterator[Gap]:
    """The lists without which a switch that is on cannot begin, and that were never read."""
    wanted = {flow.switch.key for flow in flows() if flow.needs_lists and flow.switch in on and flow.switch}
    needed = [kind for kind in KINDS if wanted & set(kind.needed_by)]
    if not needed:
        return
    states = ListState.objects.filter(connection=connection, kind__in=[kind.key for kind in needed])
    read: set[str] = set()
    refused: dict[str, str] = {}
    for state in states.order_by("pk"):
        if state.last_read_at is not None:
            read.add(state.kind)
        elif state.last_problem:
            refused[state.kind] = state.last_problem
    never = [kind for kind in needed if kind.key not in read and kind.key not in refused]
    if never:
        yield Gap(f"{_names(never)} {'has' if len(never) == 1 else 'have'} never been read from Intacct.", LISTS)
    for kind in needed:
        if kind.key in refused and kind.key not in read:
            yield Gap(f"{kind.label} could not be read. {refused[kind.key]}", LISTS)


def _names(kinds: list[ListKind]) -> str:
    names = [kind.label for kind in kinds]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
