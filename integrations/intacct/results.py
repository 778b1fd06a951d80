"""Matching the results of an answer to the functions of its request.

Owns the rule that a result belongs to a function by control id, never by position, and what a missing result means.
Must not send anything or read vendor texts.
"""

from __future__ import annotations

from collections.abc import Sequence

from integrations.intacct.answer import SUCCESS, Answer, RawResult
from integrations.intacct.classifier import incomplete, is_rolled_back, result_error
from integrations.intacct.errors import IntacctError, UnknownOutcome
from integrations.intacct.functions import Function
from integrations.intacct.types import Result

# Every word the vendor's documentation has for the status of a result (Web Services > Responses).
STATUSES = frozenset({SUCCESS, "failure", "aborted"})
LONGEST_KEY = 200


def match_results(functions: Sequence[Function], answer: Answer, *, write: bool) -> list[Result]:
    """Return one result for each function, in the order of the functions.

    A function without exactly one result of its own that says what became of it gets an error: UnknownOutcome for a
    write, because it may have been executed, and ProtocolError for a read.
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
    why = _why_unclear(function, found, write=write)
    if why:
        error: IntacctError = lost(why) if write else incomplete(why)
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


def _why_unclear(function: Function, found: list[RawResult], *, write: bool) -> str:
    """Why what came does not say what became of a function, "" when it does."""
    if len(found) != 1 or not found[0].status:
        what = f"{len(found)} results" if len(found) > 1 else "no clear result"
        return f"Sage Intacct returned {what} for {function.name}."
    raw = found[0]
    if raw.function and raw.function.casefold() != function.name.casefold():
        return f"Sage Intacct answered {function.name} with the result of {raw.function[:80]}."
    if raw.status not in STATUSES:
        return f"Sage Intacct answered {function.name} with “{raw.status[:40]}”, a status that it does not have."
    if write:
        return _why_no_key(function, raw)
    if raw.senseless and raw.status == SUCCESS:
        return f"The answer to {function.name} has a {raw.senseless} that is no number of records."
    foreign = _foreign_rows(function.row_tag, raw.row_names) if function.row_tag else []
    return f"The answer for {function.row_tag} holds {foreign[0][:80]}, which was not asked for." if foreign else ""


def _foreign_rows(wanted: str, names: frozenset[str]) -> list[str]:
    """Names of rows that were not asked for; the object's own name may come in other letters, but in one way only."""
    if len(names) == 1 and wanted.casefold() == next(iter(names)).casefold():
        return []
    return sorted(names - {wanted})


def _why_no_key(function: Function, raw: RawResult) -> str:
    """Why the key of a write cannot be the key of what was saved: kept, it would name no record."""
    if len(raw.key) > LONGEST_KEY or not raw.key.isprintable():
        return f"Sage Intacct answered {function.name} with a key that no record can have."
    if raw.key and raw.status != SUCCESS:
        return f"Sage Intacct refused {function.name} and named a record that it saved."
    return ""
