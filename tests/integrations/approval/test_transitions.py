"""Every act from every approval: the whole table, written out a second time by hand."""

from collections.abc import Iterator

import pytest

from integrations.approval.transitions import Act, target, why_not
from integrations.models import Approval

# Rows are acts, columns the approvals they are tried from: D draft, R needs review, A approved, J rejected, V void,
# I ignored; a dash where the act is not possible.
ORDER = "DRAJVI"
LETTERS = {
    "D": Approval.DRAFT,
    "R": Approval.NEEDS_REVIEW,
    "A": Approval.APPROVED,
    "J": Approval.REJECTED,
    "V": Approval.VOID,
    "I": Approval.IGNORED,
}
TABLE = {
    Act.APPROVE: "AA-A--",
    Act.REJECT: "JJ----",
    Act.BACK_TO_DRAFT: "-DDDDD",
    Act.VOID: "VVVV-V",
    Act.IGNORE: "III---",
    Act.RESTORE: "-----D",
    Act.UNLINK: "DRRJVI",
    Act.FALL: "--R---",
}


def pairs() -> Iterator[tuple[Approval, Act, str]]:
    for act, leads in TABLE.items():
        for letter, to in zip(ORDER, leads, strict=True):
            yield LETTERS[letter], act, to


def test_every_pair_stands_in_the_table() -> None:
    assert set(LETTERS.values()) == set(Approval)
    assert set(TABLE) == set(Act)


@pytest.mark.parametrize(("approval", "act", "leads"), list(pairs()))
def test_an_act_leads_where_the_table_says(approval: Approval, act: Act, leads: str) -> None:
    assert target(approval, act) == LETTERS.get(leads)
    if leads == "-":
        sentence, _ = why_not(approval, act)
        assert sentence.endswith(".")


@pytest.mark.parametrize("before", list(Approval))
def test_restoring_leads_to_what_it_was_before(before: Approval) -> None:
    assert target(Approval.IGNORED, Act.RESTORE, before) == before
    others = [approval for approval in Approval if approval != Approval.IGNORED]
    assert {target(approval, Act.RESTORE, before) for approval in others} == {None}
