"""The functions of an operation, in order: repeats refused, each by its handler, or all or none in a transaction.

Owns idempotency and transactions. Must not know HTTP, senders or any single function's work.
"""

from __future__ import annotations

from dataclasses import dataclass

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.counts import Statistics
from integrations.sandbox.data.store import Company
from integrations.sandbox.faults.inside import abort_error, cut_short, falsify, refuse_before, stopped_half_way
from integrations.sandbox.faults.pending import Fault
from integrations.sandbox.faults.spoilt import spoil_rows
from integrations.sandbox.handlers import HANDLERS
from integrations.sandbox.wire.answer import Result
from integrations.sandbox.wire.documents import child_text
from integrations.sandbox.wire.failures import (
    LOCAL_REPEATED_CONTROL_ID,
    LOCAL_SESSION_NOT_ALONE,
    ROLLED_BACK,
    ErrorEntry,
    FunctionFailure,
)
from integrations.sandbox.wire.nodes import Node

ROLLED_BACK_ENTRY = ErrorEntry(
    ROLLED_BACK, "The entire transaction in this operation has been rolled back due to an error."
)


class _PartFailed(Exception):
    """A function of a transaction was refused, so that all of it is undone."""


@dataclass(slots=True)
class Execution:
    """One operation at work. Needs the store's lock. `unique`: completed control ids are refused."""

    company: Company
    unique: bool
    transaction: bool
    statistics: Statistics
    fault: Fault | None = None

    def run(self, contexts: list[Context]) -> list[Result]:
        """Execute the functions; a result for each, in their order."""
        if len(contexts) > 1 and any(context.call.name == "getAPISession" for context in contexts):
            entry = ErrorEntry(LOCAL_SESSION_NOT_ALONE, "getAPISession must be the only function of its request.")
            return [Result(c.call.name, c.call.controlid, "failure", errors=[entry]) for c in contexts]
        if self.transaction or self._is_aborted:
            return self._all_or_nothing(contexts)
        return [self._one(context) for context in contexts]

    @property
    def _is_aborted(self) -> bool:
        return self.fault is not None and self.fault.kind == "aborted"

    def _all_or_nothing(self, contexts: list[Context]) -> list[Result]:
        """After the first failure nothing more runs, and what ran is undone and reported as aborted."""
        remembered = len(self.company.completed)
        results: list[Result] = []
        try:
            with self.company.atomic():
                for context in contexts:
                    results.append(self._one(context))
                    if results[-1].status != "success":
                        raise _PartFailed
                if self._is_aborted:
                    raise _PartFailed
        except _PartFailed:
            self.company.forget_completed(remembered)
        else:
            return results
        undone = [_undone(result) for result in results]
        if self._is_aborted and all(result.status == "aborted" for result in undone):
            # The culprit may itself be called aborted, its own error first (intacct-sdk-php, ResultTest).
            undone[-1].errors.insert(0, abort_error())
        return undone + [_aborted(c.call.name, c.call.controlid) for c in contexts[len(results) :]]

    def _one(self, context: Context) -> Result:
        call = context.call
        self._count(context)
        if self.unique and call.controlid in self.company.completed:
            entry = ErrorEntry(LOCAL_REPEATED_CONTROL_ID, "A function with this control id was already executed.")
            return Result(call.name, call.controlid, "failure", errors=[entry])
        try:
            refuse_before(self.fault, context)
            is_cut = cut_short(self.fault, context)
            payload = HANDLERS[call.name](context)
            data = payload if isinstance(payload, Node) else None
            if is_cut:
                raise stopped_half_way(data)
        except FunctionFailure as failure:
            return Result(call.name, call.controlid, "failure", failure.data, list(failure.errors))
        falsify(self.fault, data)
        named = child_text(call.element, "object").upper()
        spoil_rows(data, self.company.restrictions.spoilt.get(named, {}))
        if self.unique:
            self.company.complete(call.controlid)
        return Result(call.name, call.controlid, "success", payload)

    def _count(self, context: Context) -> None:
        call = context.call
        self.statistics.functions[call.name] += 1
        named = (call.element.findtext("object") or "").strip().upper()
        if named:
            self.statistics.objects[f"{call.name} {named}"] += 1


def _undone(result: Result) -> Result:
    if result.status != "failure":
        return _aborted(result.function, result.controlid)
    if isinstance(result.payload, Node):
        result.payload.children = []
        result.payload.attributes = {"listtype": "objects", "count": "0"}
    result.errors.append(ROLLED_BACK_ENTRY)
    return result


def _aborted(function: str, controlid: str) -> Result:
    return Result(function, controlid, "aborted", errors=[ROLLED_BACK_ENTRY])
