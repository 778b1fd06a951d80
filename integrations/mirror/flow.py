"""The flow that mirrors lists: a step for each, and where needed one that finds dimensions or deletions.

Owns which steps a sync has. What a step does is pull.py's and deletions.py's work.
"""

from abc import abstractmethod
from collections.abc import Iterable, Iterator

from django.db.models import Max

from integrations.intacct import PermissionDenied, SubscriptionError
from integrations.lists import ListKind
from integrations.mirror.definitions import keep_dimensions
from integrations.mirror.deletions import DELETIONS, find_deleted
from integrations.mirror.list_states import note_end
from integrations.mirror.pull import list_step_key, pull_list
from integrations.mirror.scope import View
from integrations.mirror.sink import Sink
from integrations.mirror.store import MirrorSink
from integrations.models import Connection, Mode, RunStep, SyncRun
from integrations.records.kinds import kind_for
from integrations.runs.flow import Flow, StepPlan
from integrations.runs.step import StepWork

LISTS = "lists"
DIMENSIONS = "dimensions"


def list_steps(kinds: Iterable[ListKind], *, mode: Mode = Mode.FULL, everything: bool = False) -> list[StepPlan]:
    """The steps of a sync of these lists. A Full of `everything` also finds out which dimensions there are."""
    steps = [StepPlan(list_step_key(kind), kind.label) for kind in kinds]
    if mode == Mode.FULL and everything:
        steps.insert(0, StepPlan(DIMENSIONS, "Which dimensions there are"))
    if mode == Mode.PARTIAL:
        steps.append(StepPlan(DELETIONS, "Deleted records"))
    return steps


def kind_of_step(connection: Connection, key: str) -> ListKind | None:
    """The list kind a step pulls, or None when it does something else."""
    prefix, _, name = key.partition(":")
    return kind_for(connection, name) if prefix == "list" else None


class ListFlow(Flow):
    """Reads lists into a sink; a subclass says into which. Its key and its title are its own."""

    @abstractmethod
    def sink(self, view: View, kind: ListKind, run: SyncRun) -> Sink:
        """What takes the rows of this list."""

    def work(self, work: StepWork) -> Iterator[None]:
        if work.step.key == DIMENSIONS:
            yield from _find_dimensions(work)
        elif work.step.key == DELETIONS:
            yield from find_deleted(work, self.sink)
        else:
            yield from self._pull(work)

    def _pull(self, work: StepWork) -> Iterator[None]:
        kind = kind_of_step(work.connection, work.step.key)
        if kind is None:
            raise ValueError(f"{work.step.key!r} is not a list step.")
        try:
            yield from pull_list(work, kind, self.sink)
            if kind.names_entities:
                _renew_entities(work)
        except (PermissionDenied, SubscriptionError) as error:
            wanted = kind.permission
            error.advice = (
                f"An administrator adds {' and '.join(wanted.rights)} on {wanted.module} → {wanted.name} to the role "
                f"of the web services user. {error.advice}"
            ).strip()
            raise

    def ended(self, run: SyncRun, step: RunStep) -> None:
        kind = kind_of_step(run.connection, step.key)
        if kind is not None:
            note_end(run, step, self.sink(View(run.connection, run.entity_id), kind, run))


class MirrorFlow(ListFlow):
    key = LISTS
    title = "Sync lists"

    def sink(self, view: View, kind: ListKind, run: SyncRun) -> Sink:
        return MirrorSink(view, kind, run)

    def confirms(self, step: RunStep) -> bool:
        """What was not modified since is as it was, though all that was modified could not be read."""
        return step.checkpoint.get("since") is not None


def _renew_entities(work: StepWork) -> None:
    """Keep which entities the user may enter now, so that a sync of one that is gone is refused."""
    entities = [{"id": entity.id, "name": entity.name} for entity in work.client.entity_details()]
    with work.page():
        Connection.objects.filter(pk=work.connection.pk).update(entities=entities)


def _find_dimensions(work: StepWork) -> Iterator[None]:
    """Keep the company's user-defined dimensions, and add a step for each that this run does not have yet."""
    kinds = keep_dimensions(work.connection, work.client.dimensions())
    known = set(work.run.steps.values_list("key", flat=True))
    last = work.run.steps.aggregate(last=Max("position"))["last"] or 0
    with work.page():
        fresh = [kind for kind in kinds if list_step_key(kind) not in known]
        for position, kind in enumerate(fresh, start=last + 1):
            RunStep.objects.create(
                tenant_id=work.run.tenant_id,
                run=work.run,
                position=position,
                key=list_step_key(kind),
                title=kind.label,
            )
        names = ", ".join(kind.label for kind in kinds) or "none"
        work.say(f"User-defined dimensions in this company: {names}.")
    yield
