"""Matching the results of an answer to the functions of its request.

Owns the rule that a result belongs to a function by control id, never by position, and what a missing result means.
Must not send anything or read vendor texts.
"""

from __future__ import annotations

from collections.abc import Sequence

from integrations.intacct.answer import Answer, RawResult
from integrations.intacct.classifier import incomplete, is_rolled_back, result_error
from integrations.intacct.errors import IntacctError, UnknownOutcome
from integrations.intacct.functions import Function
from integrations.intacct.types import Result


def match_results(functions: Sequence[Function], answer: Answer, *, write: bool) -> list[Result]:
    """Return one result for each function, in the order of the functions.

    A function without exactly one result that carries a status gets an error: UnknownOutcome for a write, because it
    may have been executed, and ProtocolError for a read.
    """
    by_id: dict[str, list[RawResult]] = {}
    for raw in answer.results:
        by_id.setdefault(raw.control_id, []).append(raw)
    return [_result(function, by_id.get(function.control_id.strip(), []), write=write) for function in functions]


def lost(sentence: str) -> UnknownOutcome:
    """The error for a write that may have been executed; `sentence` says what happened to its answer."""
    return UnknownOutcome(
        "It is not known whether Sage Intacct saved this. " + sentence,
        code="ANS-LOST",
    )


def _result(function: Function, found: list[RawResult], *, write: bool) -> Result:
    if len(found) != 1 or not found[0].status:
        what = f"{len(found)} results" if len(found) > 1 else "no clear result"
        sentence = f"Sage Intacct returned {what} for {function.name}."
        error: IntacctError = lost(sentence) if write else incomplete(sentence)
        return Result(function.control_id, function.name, "", error=error)
    raw = found[0]
    return Result(
        control_id=function.control_id,
        function=function.name,
        status=raw.status,
        key=raw.key,
        rows=[] if is_rolled_back(raw) else raw.rows,
        list_type=raw.list_type,
        total=raw.total,
        count=raw.count,
        remaining=raw.remaining,
        offset=raw.offset,
        errors=raw.errors,
        error=result_error(raw),
    )
