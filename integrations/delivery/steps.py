"""A plan: the steps by which a document is written, each exactly as it is sent, and in which order they go.

Owns how what an earlier step became gets into a later one, and that a plan does not contradict itself. Pure: knows no
ledger, reads nothing.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter

from integrations import intacct
from integrations.delivery.snapshot import Snapshot
from integrations.models import Operation
from integrations.models.remote_record import TRANSACTION


class PlanDefect(ValueError):
    """A plan or a declaration of steps that contradicts itself: a defect of the flow."""


@dataclass(frozen=True)
class PlannedField:
    """One value that would be written: where in the function, under which label, and where the value comes from.

    With `from_step` the value is what an earlier step becomes; the engine fills it in, in words until it is known.
    """

    path: str
    label: str
    value: str
    source: str
    from_step: "FromStep | None" = None

    @property
    def line(self) -> str:
        """The line it belongs to, for example “Line 2”; "" for the head."""
        return self.path.rpartition("/")[0].capitalize()

    @classmethod
    def stored(cls, planned: object) -> "tuple[PlannedField, ...]":
        """From a list of what `as_json` made; what is no such entry is left out, as it only explains."""
        entries = [entry for entry in planned if isinstance(entry, dict)] if isinstance(planned, list) else []
        texts = ({name: str(value) for name, value in entry.items()} for entry in entries)
        return tuple(
            cls(text.get("path", ""), text.get("label", ""), text.get("value", ""), text.get("source", ""))
            for text in texts
        )

    def as_json(self) -> dict[str, str]:
        return {"path": self.path, "label": self.label, "value": self.value, "source": self.source}


@dataclass(frozen=True)
class Step:
    """A part of a document that becomes a record of its own. `after` names the steps that must be delivered before it.

    `advice` is what to do about a document of which this step failed while others are in Intacct.
    """

    key: str = TRANSACTION
    label: str = "Transaction"
    after: tuple[str, ...] = ()
    advice: str = ""


@dataclass(frozen=True)
class StepResult:
    """The record that a delivered step became; `record_no` is known once it was read back."""

    remote_id: str
    record_no: int | None = None
    url: str = ""


@dataclass(frozen=True)
class FromStep:
    """A value of a planned step that is known only once an earlier step is delivered: what that one became."""

    step: str
    attribute: str = "record_no"  # or "remote_id"

    def value(self, results: Mapping[str, StepResult]) -> str:
        """The value, "" while it is not known."""
        result = results.get(self.step)
        return str(getattr(result, self.attribute) or "") if result is not None else ""

    @property
    def placeholder(self) -> str:
        return f"{{{self.attribute} of {self.step}}}"

    def said(self, steps: Mapping[str, Step]) -> str:
        """What the preview shows in place of the value."""
        words = "record number" if self.attribute == "record_no" else "number"
        return f"{words} of {steps[self.step].label}, known once it is delivered"


@dataclass(frozen=True)
class PlannedStep:
    """Exactly what would be sent for a step of a document, and all that its record holds of us afterwards.

    `fields` are the elements of an ordered function, in which `FromStep` stands for what an earlier step becomes;
    `expected` is plain JSON by which `is_ours` knows the record. `after` adds to what the flow declares of the step.
    """

    operation: Operation
    function_name: str
    fields: Mapping[str, object]
    explained: tuple[PlannedField, ...]
    expected: Mapping[str, str]
    reference: str
    entity_id: str = ""
    sent: Snapshot = field(default_factory=Snapshot)
    step: str = TRANSACTION
    record_type: str = ""
    after: tuple[str, ...] = ()
    label: str = ""  # of the step; filled in by the engine, as are record type and all of `after`

    def function(self, control_id: str) -> intacct.Function:
        """The finished call, with placeholders for what is not known yet. ValueError for unknown elements."""
        return intacct.functions.ordered(self.function_name, _all_filled(self.fields, {}), control_id=control_id)

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes of the call; equal plans have equal digests."""
        return hashlib.sha256(self.function("digest").xml.encode()).hexdigest()

    @property
    def template_digest(self) -> str:
        """SHA-256 of where and what it writes, with what earlier steps become left open."""
        route = f"{self.step}\n{self.record_type}\n{self.operation}\n{self.entity_id}\n{self.digest}"
        return hashlib.sha256(route.encode()).hexdigest()

    @property
    def uses(self) -> frozenset[FromStep]:
        """The values that earlier steps give it."""
        return frozenset(_from_steps(self.fields))

    def resolved(self, results: Mapping[str, StepResult]) -> "PlannedStep":
        """With what earlier steps became put in. Raises KeyError while any of it is not known."""
        unknown = [value for value in self.uses if not value.value(results)]
        if unknown:
            raise KeyError(unknown[0].placeholder)
        explained = self._explained(lambda value: value.value(results))
        return replace(self, fields=_all_filled(self.fields, results), explained=explained) if self.uses else self

    def in_words(self, steps: Mapping[str, Step]) -> "PlannedStep":
        """With words in place of the values that earlier steps give."""
        return replace(self, explained=self._explained(lambda value: value.said(steps)))

    def _explained(self, said: "Callable[[FromStep], str]") -> tuple[PlannedField, ...]:
        return tuple(
            replace(entry, value=said(entry.from_step)) if entry.from_step is not None else entry
            for entry in self.explained
        )


def _all_filled(fields: Mapping[str, object], results: Mapping[str, StepResult]) -> dict[str, object]:
    return {name: _filled(value, results) for name, value in fields.items()}


def _filled(value: object, results: Mapping[str, StepResult]) -> object:
    if isinstance(value, FromStep):
        return value.value(results) or value.placeholder
    if isinstance(value, Mapping):
        return {name: _filled(each, results) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(each, results) for each in value]
    return value


def _from_steps(value: object) -> Iterator[FromStep]:
    if isinstance(value, FromStep):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _from_steps(each)


@dataclass(frozen=True)
class Plan:
    """The steps by which a document is written, in the order they are sent, and the route that they are.

    It leaves nothing out: the engine drops what is delivered already and not changed. `route` and
    `route_reason` are words for people; a route whose steps changed meanwhile is not gone on with.
    """

    steps: tuple[PlannedStep, ...]
    route: str = ""
    route_reason: str = ""

    @classmethod
    def of(cls, step: PlannedStep) -> "Plan":
        """A plan of one step."""
        return cls((step,))

    @property
    def explained(self) -> tuple[PlannedField, ...]:
        return tuple(entry for step in self.steps for entry in step.explained)


def in_order(after: Mapping[str, Iterable[str]], name: str) -> list[str]:
    """Steps so that each comes after those it waits for, else as declared. Raises PlanDefect for a circle."""
    try:
        TopologicalSorter(after).prepare()
    except CycleError as error:
        raise PlanDefect(f"{name}: its steps wait for each other: {' -> '.join(error.args[1])}.") from error
    ordered: list[str] = []
    while len(ordered) < len(after):
        ordered.append(next(key for key in after if key not in ordered and {*after[key]} & {*after} <= {*ordered}))
    return ordered
