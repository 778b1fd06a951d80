"""Documents with lines of a list of their own, over the local Intacct: each line is known by its record number."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from integrations.imports import flow as flows
from integrations.imports import service
from integrations.imports.contract import WhenGone
from integrations.imports.preview import ADDED, BLOCKED, CHANGED, CREATE, GONE, NOTHING, UPDATE, Preview, preview_of
from integrations.imports.selectors import ImportRecord, filtered_records, records_in, state_counts
from integrations.intacct import Client
from integrations.lists import KINDS_BY_KEY
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ListItem, Mode, RunState, SyncRun
from integrations.runs.runner import run_to_end, work_slice
from integrations.sandbox.facade import SandboxServer
from tests.toy_imports.declared import LINES, ContractImport, contract_declaration
from tests.toy_imports.installed import use_flow
from tests.toy_imports.models import ToyBilling, ToyContract, ToyContractLine

DECLARED = contract_declaration()
FIRST, SECOND = "PC-24-001", "PC-24-002"


def sync(connection: Connection, *kinds: str, mode: Mode = Mode.FULL) -> None:
    run = run_to_end(start_list_sync(connection, kinds=kinds, mode=mode, queued=False).run)
    assert run.state == RunState.SUCCEEDED, list(run.log.values_list("message", flat=True))


@pytest.fixture
def listed(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """A connection whose contracts and lines have been read."""
    use_flow(monkeypatch, ContractImport())
    sync(connection, "toy_contracts", "toy_lines")
    return connection


def do_import(connection: Connection, *ids: str, flow: ContractImport | None = None) -> SyncRun:
    chosen = records_in(DECLARED, connection).filter(business_id__in=ids)
    return run_to_end(service.start_import(flow or ContractImport(), connection, chosen, queued=False).run)


def outcomes(run: SyncRun) -> dict[str, str]:
    return {row.label.split(" ")[0]: row.outcome for row in run.rows.all()}


def lines_of(contract_id: str) -> list[ToyContractLine]:
    return list(ToyContractLine.objects.filter(contract__number=contract_id).order_by("remote_record_no"))


def state(connection: Connection, contract_id: str) -> str:
    return str(records_in(DECLARED, connection).get(business_id=contract_id).import_state)


def effect(connection: Connection, contract_id: str) -> Any:
    preview: Preview[ToyContract] = preview_of(
        DECLARED, connection, records_in(DECLARED, connection).filter(business_id=contract_id)
    )
    (only,) = [effect for effects in preview.effects.values() for effect in effects]
    return only


def put_line(intacct: SandboxServer, number: int | None, **fields: str) -> None:
    own = {"RECORDNO": str(number)} if number is not None else {}
    intacct.control(do="put", object="PROJECTCONTRACTLINE", record={**own, **fields})


def new_line(intacct: SandboxServer, contract_id: str = FIRST, name: str = "990") -> None:
    put_line(
        intacct, None, PROJECTCONTRACTID=contract_id, PROJECTCONTRACTLINEID=name, NAME="Extra work",
        CONTRACTLINEDATE="03/01/2025", ACCOUNTNO="4000", BILLINGTYPE="Progress", ITEMID="BILLING",
        MAXIMUMBILLING="Total revised price", PROJECTID="24-001", MAXIMUMBILLINGAMOUNT="1234.5",
    )  # fmt: skip


def test_a_document_is_imported_with_its_lines(listed: Connection) -> None:
    there = ListItem.objects.filter(kind="toy_lines", parent_id=FIRST)
    planned = effect(listed, FIRST)
    assert (planned.action, len(planned.lines)) == (CREATE, there.count())
    assert {line.action for line in planned.lines} == {ADDED}
    run = do_import(listed, FIRST)
    assert outcomes(run) == {FIRST: "new"}
    contract = ToyContract.objects.get(number=FIRST)
    assert (contract.is_billable, contract.is_active, contract.job) == (True, True, "24-001")
    assert [line.remote_record_no for line in lines_of(FIRST)] == sorted(there.values_list("record_no", flat=True))
    assert lines_of(FIRST)[0].number == "010"
    assert state(listed, FIRST) == "imported"
    assert effect(listed, FIRST).action == NOTHING
    assert outcomes(do_import(listed, FIRST)) == {FIRST: "same"}


def test_added_changed_and_removed_lines_are_found_previewed_and_taken_over(
    listed: Connection, intacct: SandboxServer
) -> None:
    do_import(listed, FIRST, SECOND)
    first, second = lines_of(FIRST)[:2]
    new_line(intacct)
    put_line(intacct, first.remote_record_no, NAME="Renamed", PROJECTCONTRACTLINEID="015")
    intacct.control(do="delete", object="PROJECTCONTRACTLINE", key=str(second.remote_record_no))
    untouched = {line.pk: line.name for line in lines_of(FIRST)[2:]}
    sync(listed, "toy_lines")

    assert (state(listed, FIRST), state(listed, SECOND)) == ("changed", "imported")
    planned = effect(listed, FIRST)
    assert (planned.action, planned.changes) == (UPDATE, ())
    assert {(line.label, line.action) for line in planned.lines} == {
        ("line 990", ADDED), ("line 015", CHANGED), (f"line {second.number}", GONE),
    }  # fmt: skip
    changed = next(line for line in planned.lines if line.action == CHANGED)
    assert {(each.label, each.before, each.after) for each in changed.changes} == {
        ("name", first.name, "Renamed"), ("line number", first.number, "015"),
    }  # fmt: skip

    assert outcomes(do_import(listed, FIRST, SECOND)) == {FIRST: "changed", SECOND: "same"}
    first.refresh_from_db()
    assert (first.name, first.number) == ("Renamed", "015")
    assert not ToyContractLine.objects.filter(pk=second.pk).exists()
    added = ToyContractLine.objects.get(number="990")
    assert (added.contract.number, added.price) == (FIRST, Decimal("1234.50"))
    assert untouched.items() <= {line.pk: line.name for line in lines_of(FIRST)}.items()
    assert state(listed, FIRST) == "imported"


def test_the_import_reads_the_lines_of_that_moment_whatever_was_mirrored(
    listed: Connection, intacct: SandboxServer
) -> None:
    do_import(listed, FIRST)
    gone = lines_of(FIRST)[0]
    new_line(intacct)
    intacct.control(do="delete", object="PROJECTCONTRACTLINE", key=str(gone.remote_record_no))
    assert outcomes(do_import(listed, FIRST)) == {FIRST: "changed"}
    assert gone.number not in {line.number for line in lines_of(FIRST)}
    assert "990" in {line.number for line in lines_of(FIRST)}
    assert ListItem.objects.get(kind="toy_lines", record_no=gone.remote_record_no).missing_at is not None


def test_a_renamed_header_keeps_its_document_and_its_lines(listed: Connection, intacct: SandboxServer) -> None:
    do_import(listed, FIRST)
    contract, before = ToyContract.objects.get(number=FIRST), {line.pk for line in lines_of(FIRST)}
    intacct.control(
        do="put", object="PROJECTCONTRACT",
        record={"RECORDNO": str(contract.remote_record_no), "PROJECTCONTRACTID": "PC-NEW"},
    )  # fmt: skip
    for line in lines_of(FIRST):
        put_line(intacct, line.remote_record_no, PROJECTCONTRACTID="PC-NEW")
    assert outcomes(do_import(listed, FIRST)) == {FIRST: "changed"}
    contract.refresh_from_db()
    assert (contract.number, contract.remote_id) == ("PC-NEW", "PC-NEW")
    assert {line.pk for line in lines_of("PC-NEW")} == before
    assert (state(listed, "PC-NEW"), effect(listed, "PC-NEW").action) == ("imported", NOTHING)


def test_a_line_that_moves_to_another_document_goes_with_it(listed: Connection, intacct: SandboxServer) -> None:
    do_import(listed, FIRST, SECOND)
    moving = lines_of(FIRST)[0]
    put_line(intacct, moving.remote_record_no, PROJECTCONTRACTID=SECOND, PROJECTCONTRACTLINEID="770")
    sync(listed, "toy_lines")
    assert (state(listed, FIRST), state(listed, SECOND)) == ("changed", "changed")
    assert [(line.label, line.action) for line in effect(listed, SECOND).lines] == [("line 770", CHANGED)]
    do_import(listed, SECOND)
    moving.refresh_from_db()
    assert (moving.contract.number, moving.number) == (SECOND, "770")
    assert effect(listed, FIRST).action == NOTHING
    assert (state(listed, FIRST), state(listed, SECOND)) == ("imported", "imported")


def test_two_lines_may_swap_their_numbers(listed: Connection, intacct: SandboxServer) -> None:
    do_import(listed, FIRST)
    one, two = lines_of(FIRST)[:2]
    put_line(intacct, one.remote_record_no, PROJECTCONTRACTLINEID="tmp")
    put_line(intacct, two.remote_record_no, PROJECTCONTRACTLINEID=one.number)
    put_line(intacct, one.remote_record_no, PROJECTCONTRACTLINEID=two.number)
    assert outcomes(do_import(listed, FIRST)) == {FIRST: "changed"}
    assert [line.number for line in lines_of(FIRST)[:2]] == [two.number, one.number]


def test_a_line_that_disappears_can_be_flagged_instead_and_comes_back(
    listed: Connection, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    flagging = ContractImport(WhenGone.FLAGGED)
    use_flow(monkeypatch, flagging)
    do_import(listed, FIRST, flow=flagging)
    gone = lines_of(FIRST)[0]
    intacct.control(do="delete", object="PROJECTCONTRACTLINE", key=str(gone.remote_record_no))
    do_import(listed, FIRST, flow=flagging)
    gone.refresh_from_db()
    since = gone.missing_at
    assert since is not None
    assert state(listed, FIRST) == "imported"
    assert outcomes(do_import(listed, FIRST, flow=flagging)) == {FIRST: "same"}
    gone.refresh_from_db()
    assert gone.missing_at == since

    new_line(intacct, name="555")
    back = ListItem.objects.filter(kind="toy_lines").latest("record_no")
    put_line(
        intacct, gone.remote_record_no, PROJECTCONTRACTID=FIRST, PROJECTCONTRACTLINEID="010", NAME="Back",
        CONTRACTLINEDATE="03/01/2025",
    )  # fmt: skip
    sync(listed, "toy_lines")
    assert state(listed, FIRST) == "changed"
    do_import(listed, FIRST, flow=flagging)
    gone.refresh_from_db()
    assert (gone.missing_at, gone.name) == (None, "Back")
    assert back.kind == "toy_lines"


def test_a_line_made_by_hand_is_left_alone(listed: Connection) -> None:
    do_import(listed, FIRST)
    contract = ToyContract.objects.get(number=FIRST)
    mine = ToyContractLine.objects.create(
        tenant=contract.tenant, contract=contract, number="H", name="By hand", price=1
    )
    assert (state(listed, FIRST), effect(listed, FIRST).action) == ("imported", NOTHING)
    assert outcomes(do_import(listed, FIRST)) == {FIRST: "same"}
    assert ToyContractLine.objects.filter(pk=mine.pk).exists()


def test_a_line_that_something_refers_to_stays_and_stops_its_document_alone(
    listed: Connection, intacct: SandboxServer
) -> None:
    do_import(listed, FIRST, SECOND)
    held = lines_of(FIRST)[0]
    ToyBilling.objects.create(tenant=held.tenant, line=held)
    intacct.control(do="delete", object="PROJECTCONTRACTLINE", key=str(held.remote_record_no))
    contract = ToyContract.objects.get(number=FIRST)
    intacct.control(
        do="put", object="PROJECTCONTRACT", record={"RECORDNO": str(contract.remote_record_no), "NAME": "Other"}
    )
    run = do_import(listed, FIRST, SECOND)
    assert (run.state, outcomes(run)) == (RunState.PARTLY, {FIRST: "failed", SECOND: "same"})
    assert f"line {held.number}" in run.rows.get(outcome="failed").message
    assert ToyContract.objects.get(number=FIRST).name == contract.name, "all of the document or nothing"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"MAXIMUMBILLINGAMOUNT": "much"}, "Line 010: MAXIMUMBILLINGAMOUNT is “much”, which is not an amount."),
        ({"MAXIMUMBILLINGAMOUNT": "NaN"}, "Line 010: MAXIMUMBILLINGAMOUNT is “NaN”, which is not an amount."),
        ({"MAXIMUMBILLINGAMOUNT": "1234567890123"}, "more than fits"),
        ({"MAXIMUMBILLINGAMOUNT": "-5"}, "Line 010: Price: Ensure this value is greater than or equal to 0."),
        ({"CONTRACTLINEDATE": "02/30/2025"}, "Line 010: CONTRACTLINEDATE is “02/30/2025”, which is not a date."),
        ({"NAME": "x" * 101}, "Line 010: NAME is 101 characters long; at most 100 fit. Shorten it in Intacct."),
    ],
)
def test_a_bad_value_in_one_line_stops_that_document_and_names_the_line(
    listed: Connection, spoil: Any, fields: dict[str, str], said: str
) -> None:
    number = ListItem.objects.filter(kind="toy_lines", parent_id=FIRST, business_id="010").get().record_no
    spoil("PROJECTCONTRACTLINE", number, fields)
    sync(listed, "toy_lines")
    planned = effect(listed, FIRST)
    assert planned.action == BLOCKED
    assert said in planned.reason
    run = do_import(listed, FIRST, SECOND)
    assert (run.state, outcomes(run)) == (RunState.PARTLY, {FIRST: "failed", SECOND: "new"})
    assert said in run.rows.get(outcome="failed").message
    assert not ToyContract.objects.filter(number=FIRST).exists()


def test_a_line_without_an_id_stops_that_document(listed: Connection, spoil: Any) -> None:
    number = ListItem.objects.filter(kind="toy_lines", parent_id=FIRST).earliest("record_no").record_no
    spoil("PROJECTCONTRACTLINE", number, {"PROJECTCONTRACTLINEID": ""})
    run = do_import(listed, FIRST, SECOND)
    assert outcomes(run) == {FIRST: "failed", SECOND: "new"}
    assert f"Line: Intacct sent no PROJECTCONTRACTLINEID for record {number}." in run.rows.get(outcome="failed").message


@pytest.fixture
def spoil(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes answers hold values that Intacct would not store."""
    query = Client.query

    def spoil(object_name: str, number: int, fields: dict[str, str]) -> None:
        def spoiled(self: Client, asked: Any, *rest: Any) -> Any:
            page = query(self, asked, *rest)
            for row in page.rows:
                if asked.object == object_name and row.get("RECORDNO") == str(number):
                    row.update({name: value for name, value in fields.items() if name in row})
            return page

        monkeypatch.setattr(Client, "query", spoiled)

    return spoil


def test_a_document_made_by_hand_with_the_same_number_stands_in_the_way(listed: Connection, accountant: User) -> None:
    mine = ToyContract.objects.create(tenant=listed.tenant, number=FIRST, name="Mine")
    planned = effect(listed, FIRST)
    assert (planned.action, planned.namesake) == (BLOCKED, mine)
    assert planned.reason == f"A contract {FIRST} Mine exists in ERP Admin already."
    run = do_import(listed, FIRST)
    assert run.rows.get().message == (
        f"A contract {FIRST} Mine, made by hand, exists in ERP Admin. Link this record to it, or give one of them "
        f"another number."
    )
    record: ImportRecord = records_in(DECLARED, listed).get(business_id=FIRST)
    service.link(DECLARED, record, mine, by=accountant)
    assert state(listed, FIRST) == "changed"
    do_import(listed, FIRST)
    mine.refresh_from_db()
    assert (mine.name != "Mine", len(lines_of(FIRST)) > 0) == (True, True)
    service.unlink(DECLARED, mine)
    assert len(lines_of(FIRST)) > 0, "the lines stay with the document"


def test_records_are_ignored_and_restored(listed: Connection, accountant: User) -> None:
    one = records_in(DECLARED, listed).filter(business_id=FIRST)
    assert service.ignore(one, by=accountant, reason="A test") == 1
    assert state(listed, FIRST) == "ignored"
    assert effect(listed, FIRST).action == "left_out"
    counts = state_counts(filtered_records(DECLARED, listed, {"q": "PC-24"}))
    assert (counts["ignored"], counts["missing"]) == (1, 0)
    assert filtered_records(DECLARED, listed, {"state": "ignored"}).get().business_id == FIRST
    assert service.restore(one) == 1
    assert outcomes(do_import(listed, FIRST)) == {FIRST: "new"}


def test_lines_that_were_never_read_are_not_taken_for_none(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_flow(monkeypatch, ContractImport())
    sync(connection, "toy_contracts")
    planned = effect(connection, FIRST)
    assert planned.reason == "Contract lines have not been read yet; the import reads them."
    do_import(connection, FIRST)
    assert lines_of(FIRST)


class Killed(BaseException):
    """Not an Exception, so that nothing tidies up."""


def test_a_worker_killed_between_pages_loses_one_page(listed: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows, "PAGE_SIZE", 2)
    ids = list(records_in(DECLARED, listed).values_list("business_id", flat=True))
    run = service.start_import(ContractImport(), listed, records_in(DECLARED, listed), queued=False).run
    refetch, pages = flows.refetch_owned, []

    def die_at_the_third(*args: Any) -> Any:
        pages.append(args)
        if len(pages) == 3:
            raise Killed
        return refetch(*args)

    with monkeypatch.context() as dying:
        dying.setattr(flows, "refetch_owned", die_at_the_third)
        with pytest.raises(Killed):
            work_slice(run.pk)
    step = run.steps.get()
    assert (step.read, step.new, ToyContract.objects.count()) == (4, 4, 4)
    run_to_end(run)
    step.refresh_from_db()
    assert (run.state, step.read, step.new, step.announced) == (RunState.SUCCEEDED, len(ids), len(ids), len(ids))
    there = ListItem.objects.filter(kind="toy_lines", parent_id__in=ids, missing_at=None).count()
    assert ToyContractLine.objects.count() == there


def test_a_change_of_what_is_read_makes_no_document_changed(
    listed: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digest of a line is another one then, and the line is not."""
    do_import(listed, FIRST)
    taken = [line.remote_digest for line in lines_of(FIRST)]
    more = replace(LINES, fields=(*LINES.fields, "BILLINGTYPE"))
    monkeypatch.setitem(KINDS_BY_KEY, more.key, more)
    sync(listed, "toy_lines")
    assert [line.remote_digest for line in lines_of(FIRST)] != taken
    assert state(listed, FIRST) == "imported"


def test_a_field_that_intacct_refuses_to_show_keeps_what_was_known(listed: Connection, intacct: SandboxServer) -> None:
    do_import(listed, FIRST)
    line, contract = lines_of(FIRST)[0], ToyContract.objects.get(number=FIRST)
    put_line(intacct, line.remote_record_no, MAXIMUMBILLINGAMOUNT="5", NAME="First")
    do_import(listed, FIRST)
    intacct.control(do="fault", kind="unselectable", object="PROJECTCONTRACTLINE", field="MAXIMUMBILLINGAMOUNT")
    intacct.control(do="fault", kind="unselectable", object="PROJECTCONTRACT", field="CONTRACTDATE")
    put_line(intacct, line.remote_record_no, MAXIMUMBILLINGAMOUNT="6", NAME="Second")
    run = do_import(listed, FIRST)
    assert outcomes(run) == {FIRST: "changed"}
    line.refresh_from_db()
    assert (line.name, line.price) == ("Second", Decimal(5))
    assert contract.dated_on is not None
    assert ToyContract.objects.get(number=FIRST).dated_on == contract.dated_on
    said = " ".join(run.log.filter(level="warning").values_list("message", flat=True))
    assert "MAXIMUMBILLINGAMOUNT" in said
    assert "CONTRACTDATE" in said


def test_lines_whose_document_cannot_be_told_are_not_taken_for_gone(listed: Connection, intacct: SandboxServer) -> None:
    do_import(listed, FIRST)
    held = len(lines_of(FIRST))
    intacct.control(do="fault", kind="unselectable", object="PROJECTCONTRACTLINE", field="PROJECTCONTRACTID")
    run = do_import(listed, FIRST)
    assert (run.state, run.steps.get().error_code) == (RunState.FAILED, "LIST-FIELDS")
    assert len(lines_of(FIRST)) == held


def test_a_document_that_appears_at_the_same_moment_stops_one_row(
    listed: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody stores one with the number of the record after it was looked for."""
    save = ToyContract.save

    def save_after_somebody(self: ToyContract, *args: Any, **kwargs: Any) -> None:
        if self.number == FIRST:
            ToyContract.objects.bulk_create([ToyContract(tenant=self.tenant, number=FIRST, name="Theirs")])
        save(self, *args, **kwargs)

    monkeypatch.setattr(ToyContract, "save", save_after_somebody)
    run = do_import(listed, FIRST, SECOND)
    assert outcomes(run) == {FIRST: "failed", SECOND: "new"}
    assert run.rows.get(outcome="failed").message == (
        "Somebody made a contract with this number at the same moment. Look at it, then import again."
    )
