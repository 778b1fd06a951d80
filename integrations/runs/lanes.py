"""Steps of one run worked on side by side, each lane in a thread and a request slot of its own.

Owns who takes which step, and how an error in one lane stops the other. Knows nothing of what a step does.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection as database
from django.db import connections
from django.db.models import QuerySet

from accounts.tenancy import tenant_scope
from integrations.gateway.slots import NoSlot, Slot, company_slot
from integrations.models import OPEN_STEPS, RunStep, SyncRun
from integrations.runs.flow import flow_for

logger = logging.getLogger(__name__)

Lane = Callable[[SyncRun, Slot], bool]


@dataclass
class LaneScheduler:
    """Hands each open step of the run to one lane. Once `halted`, nobody gets another, and lanes stop at a page."""

    run_id: int
    halted: threading.Event = field(default_factory=threading.Event)
    _taken: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> RunStep | None:
        with self._lock:
            if self.halted.is_set():
                return None
            step = self._open().exclude(pk__in=self._taken).first()
            if step is not None:
                self._taken.add(step.pk)
            return step

    def are_many(self) -> bool:
        return self._open().count() > 1

    def _open(self) -> "QuerySet[RunStep]":
        return RunStep.objects.filter(run_id=self.run_id, state__in=OPEN_STEPS).order_by("position")


def in_lanes(run: SyncRun, slot: Slot, turns: LaneScheduler, lane: Lane) -> bool:
    """Work in this thread and, where that is of use, in a second one; whether both came to the end of the steps.

    The second lane starts only when the company has a slot free at once. What a lane raises is raised here, after both
    have stopped.
    """
    if flow_for(run.flow).in_turn or not _second_is_of_use(turns):
        return lane(run, slot)
    second = _Second(run, turns, lane)
    second.start()
    try:
        finished = lane(run, slot)
    except BaseException:
        turns.halted.set()
        raise
    finally:
        second.join()
    if second.error is not None:
        raise second.error
    return finished and second.finished


def _second_is_of_use(turns: LaneScheduler) -> bool:
    """SQLite lets one writer in at a time, and a thread sees nothing of a transaction that is open here."""
    if settings.SYNC_LANES < 2 or database.vendor == "sqlite" or database.in_atomic_block:
        return False
    return turns.are_many()


class _Second(threading.Thread):
    """The second lane. Without a free slot it has finished at once."""

    def __init__(self, run: SyncRun, turns: LaneScheduler, lane: Lane) -> None:
        super().__init__(name=f"run-{run.pk}-lane-2", daemon=True)
        self._run, self._turns, self._lane = run, turns, lane
        self.finished = True
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            with tenant_scope(self._run.tenant), company_slot(self._run.connection.company_id) as slot:
                mine = SyncRun.objects.select_related("connection", "tenant").get(pk=self._run.pk)
                self.finished = self._lane(mine, slot)
        except NoSlot:
            logger.debug("run %s works in one lane: the company has no second slot free", self._run.pk)
        except BaseException as error:
            self._turns.halted.set()
            self.error = error
        finally:
            connections.close_all()
