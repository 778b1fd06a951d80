"""One record that cannot be read among many: the others are looked up, read back and compared all the same."""

from typing import Any

import pytest

from integrations.delivery.apart import ask_apart
from integrations.delivery.contract import push_flow
from integrations.delivery.verification import start_verification
from integrations.intacct import Flaw, Query, SpoiltAnswer, TransportError
from integrations.models import Connection, Push, PushState, RowOutcome
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests import lists
from tests.erp_admin.samples import choose_settings, commitment
from tests.integrations.delivery.test_element_order import push
from tests.integrations.intacct_faults import practice
from tests.snapshot import read_lists
from tests.standing import Standing, standing


@pytest.fixture
def pushing(connection: Connection) -> Connection:
    read_lists(connection, lists.PURCHASING)
    choose_settings(connection)
    return connection


@pytest.mark.parametrize(
    ("object_name", "field", "way"),
    [
        ("PODOCUMENT", "MESSAGE", "control"),
        ("PODOCUMENT", "TRX_TOTAL", "nested"),
        ("PODOCUMENT", "STATE", "twice"),
        ("PODOCUMENT", "DOCID", "bytes"),
        ("PODOCUMENTENTRY", "MEMO", "entity"),
        ("PODOCUMENTENTRY", "LINE_NO", "tag"),
    ],
)
def test_one_bad_record_does_not_keep_others_from_being_compared(
    pushing: Connection, intacct: SandboxServer, object_name: str, field: str, way: str
) -> None:
    documents = [commitment(pushing, f"SC-{number}") for number in range(5)]
    push(pushing, *documents)
    chosen: Any = documents[2]
    key = chosen.remote_record_no
    if object_name == "PODOCUMENTENTRY":
        key = chosen.lines.get().remote_record_no
    intacct.control(do="fault", kind="spoilt", object=object_name, key=key, field=field, way=way)
    run = run_to_end(start_verification(pushing, [push_flow("commitments")], queued=False).run)
    step = run.steps.get()
    assert (step.read, step.same, step.failed, step.missing) == (4, 4, 1, 0)
    row = run.rows.get(outcome=RowOutcome.FAILED)
    assert row.document_id == chosen.pk
    assert "could not be compared" in row.message
    for document in documents:
        document.refresh_from_db()
    assert {standing(document) for document in documents} == {Standing.VERIFIED}, "what was known of it stays"


def test_one_bad_record_does_not_keep_others_from_being_read_back(pushing: Connection, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="visibility")
    documents = [commitment(pushing, f"SC-{number}") for number in range(3)]
    push(pushing, *documents)
    assert set(Push.objects.values_list("state", "read_back_at")) == {(PushState.DELIVERED, None)}
    intacct.control(do="settle")
    newest = max(_numbers(intacct))
    intacct.control(do="fault", kind="spoilt", object="PODOCUMENT", key=newest - 1, field="MESSAGE")
    Push.objects.update(due_at="2026-01-01T00:00:00+00:00")
    push(pushing, commitment(pushing, "SC-9"))
    unread = Push.objects.filter(read_back_at=None, document_id__in=[document.pk for document in documents])
    assert unread.get().looks > 0


def _numbers(intacct: SandboxServer) -> list[int]:

    with practice(intacct) as work:
        return [int(row["RECORDNO"]) for row in work.client.query(Query("PODOCUMENT", ("RECORDNO",))).rows]


@pytest.mark.parametrize("bad", [set(), {0}, {49}, {24, 25}, set(range(50))])
def test_each_bad_one_is_found_by_halves(bad: set[int]) -> None:
    asked = []

    def ask(part: Any) -> dict[int, str]:
        asked.append(len(part))
        if bad & set(part):
            raise SpoiltAnswer("no", Flaw("no"))
        return dict.fromkeys(part, "found")

    answer = ask_apart(range(50), ask)
    assert {number for number, _ in answer.spoilt} == bad
    assert set(answer.found) == set(range(50)) - bad
    assert len(asked) <= 1 + 12 * max(1, len(bad))


def test_nothing_is_asked_about_nothing_and_other_errors_pass() -> None:
    def fail(part: Any) -> dict[int, str]:
        raise TransportError("down", code="CON-TIMEOUT")

    assert ask_apart([], fail).found == {}
    with pytest.raises(TransportError):
        ask_apart([1, 2], fail)
