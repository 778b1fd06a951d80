"""How many API transactions the vendor is expected to bill for a request.

Owns the counting rule: a read call or page is one, a written record is one (Sage Intacct release notes, API usage
dashboard). Must not decide limits or know prices.
"""

from __future__ import annotations

from collections.abc import Sequence

from integrations.intacct.answer import SUCCESS, RawResult
from integrations.intacct.classifier import is_rolled_back
from integrations.intacct.functions import Function


def billable_of_answer(functions: Sequence[Function], results: Sequence[RawResult]) -> int:
    """Count what an answer shows as done: functions that succeeded, and the saved records of a part that failed."""
    by_id = {result.control_id: result for result in results}
    return sum(_billable(function, by_id.get(function.control_id)) for function in functions)


def billable_at_most(functions: Sequence[Function]) -> int:
    """Count a request whose answer was lost: all of it may have been done."""
    return sum(function.records for function in functions)


def _billable(function: Function, result: RawResult | None) -> int:
    if result is None:
        return 0
    if result.status == SUCCESS:
        return function.records
    partly_saved = function.name in {"create", "update"} and not is_rolled_back(result)
    return len(result.rows) if partly_saved else 0
