"""What cannot be read is never taken for permitted: what was known is kept, the rest is unknown until it is read."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from integrations.intacct import Client as IntacctClient
from integrations.mirror.service import start_list_sync, start_refresh
from integrations.models import (
    UNKNOWN_OWNER,
    Connection,
    ListDefinition,
    ListItem,
    ListItemChange,
    ListState,
    Mode,
    RunState,
    RunStep,
    StepState,
    SyncRun,
)
from integrations.records.lookup import MirrorView, why_unusable
from integrations.runs.runner import run_to_end, work_slice
from integrations.sandbox.facade import SandboxServer
from tests.integrations.mirror.test_missing import Change, answer_with

__all__ = ["answer_with"]

Withhold = Callable[..., None]


@pytest.fixture
def withhold(intacct: SandboxServer) -> Withhold:
    """Have Intacct refuse to select fields of an object."""

    def withhold(object_name: str, *names: str) -> None:
        for name in names:
            intacct.control(do="fault", kind="unselectable", object=object_name, field=name)

    return withhold


def sync(connection: Connection, *kinds: str, mode: Mode = Mode.FULL, entity: str = "") -> RunStep:
    connection.refresh_from_db()
    started = start_list_sync(connection, kinds=kinds, mode=mode, entity=entity, queued=False)
    run = run_to_end(started.run)
    step: RunStep = run.steps.get(key__startswith="list:")
    return step


def log_of(run: SyncRun) -> str:
    return " ".join(run.log.values_list("message", flat=True))


def known(kind: str = "vendors") -> dict[int, tuple[Any, ...]]:
    """What the mirror holds of a list, all that decides on the use of a record among it."""
    rows = ListItem.objects.filter(kind=kind).order_by("record_no")
    return {
        item.record_no: (item.business_id, item.name, item.parent_id, item.entity_id, item.is_active, item.is_known)
        for item in rows
    }


def new_vendor(intacct: SandboxServer, vendor_id: str = "V-NEW", **facts: str) -> None:
    record = {"VENDORID": vendor_id, "NAME": f"Made {vendor_id}", "STATUS": "active", **facts}
    intacct.control(do="put", object="VENDOR", record=record)


def vendor(vendor_id: str = "V-NEW") -> ListItem:
    return ListItem.objects.get(kind="vendors", business_id=vendor_id)


@pytest.fixture
def vendors(connection: Connection, intacct: SandboxServer) -> Connection:
    """Vendors of every kind: some inactive, some owned by an entity, some below another."""
    intacct.control(do="put", object="VENDOR", record={"RECORDNO": "12", "STATUS": "inactive"})
    intacct.control(do="put", object="VENDOR", record={"RECORDNO": "13", "MEGAENTITYID": "200", "ONHOLD": "true"})
    sync(connection, "vendors")
    return connection


@pytest.mark.parametrize("mode", [Mode.FULL, Mode.PARTIAL])
@pytest.mark.parametrize("name", ["STATUS", "MEGAENTITYID", "PARENTID", "ONHOLD"])
def test_a_refused_field_keeps_what_was_known(
    vendors: Connection, intacct: SandboxServer, withhold: Withhold, name: str, mode: Mode
) -> None:
    before, fields = known(), {item.record_no: item.fields for item in ListItem.objects.filter(kind="vendors")}
    withhold("VENDOR", name)
    intacct.control(do="put", object="VENDOR", record={"RECORDNO": "14", "VENDTYPE": "Other"})
    for _ in range(2):
        step = sync(vendors, "vendors", mode=mode)
        assert (step.state, step.error_code, step.run.state) == ("limited", "LIST-LIMITED", RunState.PARTLY)
        assert name in step.message
    assert known() == before
    for item in ListItem.objects.filter(kind="vendors"):
        assert item.fields[name] == fields[item.record_no][name]
        assert set(item.unread or {}) == {name}
    state = ListState.objects.get(kind="vendors")
    assert (list(state.limited), state.unknown, state.last_problem_code) == ([name], 0, "LIST-LIMITED")


# Of each list a field that says whether, where or how a record may be used.
DECISIVE = [
    ("vendors", "VENDOR", "STATUS"),
    ("vendors", "VENDOR", "MEGAENTITYID"),
    ("vendors", "VENDOR", "PARENTID"),
    ("vendors", "VENDOR", "ONHOLD"),
    ("vendors", "VENDOR", "ONETIME"),
    ("vendors", "VENDOR", "TERMNAME"),
    ("vendors", "VENDOR", "CURRENCY"),
    ("vendors", "VENDOR", "DISPLAYCONTACT.EMAIL1"),
    ("gl_accounts", "GLACCOUNT", "ACCOUNTTYPE"),
    ("gl_accounts", "GLACCOUNT", "CLOSINGTYPE"),
    ("items", "ITEM", "ITEMTYPE"),
    ("projects", "PROJECT", "PROJECTSTATUS"),
    ("projects", "PROJECT", "BEGINDATE"),
    ("projects", "PROJECT", "CURRENCY"),
    ("tasks", "TASK", "TASKSTATUS"),
    ("tasks", "TASK", "BILLABLE"),
    ("tasks", "TASK", "PROJECTID"),
    ("ap_terms", "APTERM", "STATUS"),
    ("locations", "LOCATION", "ENDDATE"),
    ("purchasing_definitions", "PODOCUMENTPARAMS", "ENABLEDOCCHANGE"),
    ("purchasing_definitions", "PODOCUMENTPARAMS", "STATUS"),
]


@pytest.mark.parametrize(("kind", "object_name", "name"), DECISIVE)
def test_where_nothing_was_known_nothing_may_be_used_until_it_is_read(
    connection: Connection, intacct: SandboxServer, withhold: Withhold, kind: str, object_name: str, name: str
) -> None:
    withhold(object_name, name)
    step = sync(connection, kind)
    assert (step.state, step.run.state) == (StepState.LIMITED, RunState.PARTLY)
    items = ListItem.objects.filter(kind=kind)
    assert 0 < items.count() == items.filter(is_known=False, is_active=False).count() == step.announced
    assert f"{items.count()} records cannot be used" in step.message
    for item in items:
        assert item.shown_state.label == "Unknown"
        assert name in why_unusable(kind, item.business_id, item)
    intacct.control(do="heal")
    step = sync(connection, kind, mode=Mode.PARTIAL)
    assert (step.state, step.message) == (StepState.SUCCEEDED, "")
    assert not items.filter(is_known=False).exists()
    assert not items.filter(unread__isnull=False).exists()
    assert items.filter(is_active=True).exists()
    assert f"{name} can be read again" in log_of(step.run)
    assert not ListItemChange.objects.exists(), "nothing changed in Intacct"
    assert ListState.objects.get(kind=kind).limited == {}


def test_a_field_that_only_describes_keeps_no_record_from_use(connection: Connection, withhold: Withhold) -> None:
    withhold("PROJECT", "DESCRIPTION", "RECORD_URL")
    step = sync(connection, "projects")
    assert step.state == StepState.LIMITED
    assert {"DESCRIPTION", "RECORD_URL"} <= set(step.message.replace(",", "").split())
    assert not ListItem.objects.filter(kind="projects", is_known=False).exists()


def test_a_new_record_of_unknown_owner_belongs_to_nobody(
    vendors: Connection, intacct: SandboxServer, withhold: Withhold
) -> None:
    withhold("VENDOR", "MEGAENTITYID")
    new_vendor(intacct, MEGAENTITYID="300")
    sync(vendors, "vendors", mode=Mode.PARTIAL)
    assert (vendor().entity_id, vendor().is_known) == (UNKNOWN_OWNER, False)
    assert vendor().fields.get("MEGAENTITYID") is None
    sync(vendors, "vendors", entity="200")
    assert vendor().missing_at is None
    intacct.control(do="heal")
    step = sync(vendors, "vendors", entity="200", mode=Mode.PARTIAL)
    assert vendor().missing_at is None
    sync(vendors, "vendors", mode=Mode.PARTIAL)
    assert (vendor().entity_id, vendor().is_known) == ("300", True), log_of(step.run)


def test_what_changed_while_it_could_not_be_read_is_seen_afterwards(
    vendors: Connection, intacct: SandboxServer, withhold: Withhold
) -> None:
    withhold("VENDOR", "STATUS")
    intacct.control(do="put", object="VENDOR", record={"RECORDNO": "12", "STATUS": "active"})
    intacct.control(do="put", object="VENDOR", record={"RECORDNO": "14", "STATUS": "inactive"})
    sync(vendors, "vendors", mode=Mode.PARTIAL)
    of = {number: facts[4] for number, facts in known().items()}
    assert (of[12], of[14]) == (False, True), "as they were known"
    intacct.control(do="heal")
    sync(vendors, "vendors", mode=Mode.PARTIAL)
    of = {number: facts[4] for number, facts in known().items()}
    assert (of[12], of[14]) == (True, False)
    assert sorted(ListItemChange.objects.values_list("kind", flat=True)) == ["active", "inactive"]


def test_a_partial_goes_on_from_where_it_was_while_a_field_is_refused(
    vendors: Connection, intacct: SandboxServer, withhold: Withhold
) -> None:
    withhold("VENDOR", "STATUS", "ONHOLD")
    sync(vendors, "vendors")
    step = sync(vendors, "vendors", mode=Mode.PARTIAL)
    assert "read whole" not in log_of(step.run)
    whole = ListItem.objects.filter(kind="vendors").count()
    assert step.read < whole or step.checkpoint["since"]
    assert step.requests <= 4, "two questions about what was refused, the page, and no look-up"


def test_a_refusal_that_begins_and_ends_between_pages_leaves_no_record_permitted(
    connection: Connection, intacct: SandboxServer, withhold: Withhold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 5)
    run = start_list_sync(connection, kinds=["vendors"], queued=False).run
    work_slice(run.pk, seconds=0)
    work_slice(run.pk, seconds=0)
    withhold("VENDOR", "STATUS")
    work_slice(run.pk, seconds=0)
    intacct.control(do="heal")
    run_to_end(run)
    items = ListItem.objects.filter(kind="vendors")
    assert run.steps.get().state == StepState.LIMITED
    assert 0 < items.filter(is_known=True).count() < items.count()
    assert not items.filter(is_active=True).exclude(fields__has_key="STATUS").exists()
    assert run.steps.get().read == items.count()
    sync(connection, "vendors", mode=Mode.PARTIAL)
    assert not items.filter(is_known=False).exists()


def test_the_owner_that_is_refused_between_pages_begins_the_list_once_more(
    vendors: Connection, intacct: SandboxServer, withhold: Withhold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read of one entity is chosen by the owner."""
    monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 5)
    before = known()
    vendors.refresh_from_db()
    run = start_list_sync(vendors, kinds=["vendors"], entity="200", queued=False).run
    work_slice(run.pk, seconds=0)
    work_slice(run.pk, seconds=0)
    withhold("VENDOR", "MEGAENTITYID")
    run_to_end(run)
    step = run.steps.get()
    assert (step.state, step.read, step.missing) == (StepState.LIMITED, len(before), 0)
    assert known() == before


def test_an_element_that_is_absent_in_some_records_is_unknown_in_those(
    vendors: Connection, intacct: SandboxServer, answer_with: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_vendor(intacct, "V-NEW")
    new_vendor(intacct, "V-WHOLE")
    lacking = {"12", "13", "V-NEW"}
    with monkeypatch.context() as spoilt:
        query = IntacctClient.query
        answer_with(
            lambda row: {
                name: value
                for name, value in row.items()
                if name not in ("STATUS", "MEGAENTITYID", "ONHOLD")
                or lacking.isdisjoint({row["RECORDNO"], row.get("VENDORID")})
            }
        )
        step = sync(vendors, "vendors")
        spoilt.setattr(IntacctClient, "query", query)
        assert step.state == StepState.LIMITED
        assert "some records without MEGAENTITYID, ONHOLD, STATUS" in step.message
    kept = ListItem.objects.get(kind="vendors", record_no=13)
    assert (kept.entity_id, kept.is_known, kept.fields["ONHOLD"]) == ("200", True, "true")
    assert not ListItem.objects.get(kind="vendors", record_no=12).is_active
    assert (vendor().is_known, vendor().is_active, vendor().entity_id) == (False, False, UNKNOWN_OWNER)
    assert vendor("V-WHOLE").is_active
    monkeypatch.setattr(IntacctClient, "query", query)
    ListState.objects.filter(kind="vendors").update(complete_through="2090-01-01T00:00Z")
    step = sync(vendors, "vendors", mode=Mode.PARTIAL)
    assert (step.read, step.state) == (3, StepState.SUCCEEDED), "those three are read again though none was modified"
    assert (vendor().is_known, vendor().is_active, vendor().entity_id) == (True, True, "")


@pytest.mark.parametrize("status", ["", "  ", "retired"])
def test_a_status_that_says_nothing_is_not_active(
    vendors: Connection, intacct: SandboxServer, answer_with: Change, status: str
) -> None:
    new_vendor(intacct)
    answer_with(lambda row: {**row, "STATUS": status} if row["RECORDNO"] == "12" or "V-NEW" in row.values() else row)
    sync(vendors, "vendors")
    assert (vendor().is_known, vendor().is_active) == (False, False)
    assert not ListItem.objects.get(kind="vendors", record_no=12).is_active
    assert why_unusable("vendors", "V-NEW", vendor())


def test_an_empty_owner_is_one_that_was_read(vendors: Connection, intacct: SandboxServer) -> None:
    new_vendor(intacct, MEGAENTITYID="")
    sync(vendors, "vendors")
    assert (vendor().entity_id, vendor().is_known) == ("", True)


def test_one_record_that_is_read_again_is_judged_alike(
    vendors: Connection, intacct: SandboxServer, withhold: Withhold
) -> None:
    withhold("VENDOR", "STATUS")
    new_vendor(intacct)
    sync(vendors, "vendors", mode=Mode.PARTIAL)
    inactive = ListItem.objects.get(kind="vendors", record_no=12)
    for item in (vendor(), inactive):
        run = run_to_end(start_refresh(item, queued=False).run)
        assert (run.state, run.steps.get().state) == (RunState.PARTLY, StepState.LIMITED)
        assert "STATUS" in run.steps.get().message
    assert (vendor().is_known, vendor().is_active) == (False, False)
    assert not ListItem.objects.get(pk=inactive.pk).is_active
    intacct.control(do="heal")
    run = run_to_end(start_refresh(vendor(), queued=False).run)
    assert run.state == RunState.SUCCEEDED
    assert (vendor().is_known, vendor().is_active, vendor().unread) == (True, True, None)


def test_what_is_deleted_while_its_status_is_unknown_is_found(
    vendors: Connection, intacct: SandboxServer, withhold: Withhold
) -> None:
    withhold("VENDOR", "STATUS")
    new_vendor(intacct)
    sync(vendors, "vendors", mode=Mode.PARTIAL)
    intacct.control(do="delete", object="VENDOR", key=str(vendor().record_no))
    sync(vendors, "vendors")
    assert vendor().shown_state.label == "Missing in Intacct"
    state = ListState.objects.get(kind="vendors")
    assert (state.unknown, state.missing) == (0, 1)
    intacct.control(do="heal")
    assert sync(vendors, "vendors", mode=Mode.PARTIAL).state == StepState.SUCCEEDED


def test_a_field_that_intacct_no_longer_describes_keeps_what_was_known(
    vendors: Connection, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = known()
    lookup = IntacctClient.lookup

    def without_status(self: IntacctClient, name: str, **options: Any) -> Any:
        found = lookup(self, name, **options)
        return replace(found, fields=tuple(entry for entry in found.fields if entry.name != "STATUS"))

    with monkeypatch.context() as poorer:
        poorer.setattr(IntacctClient, "lookup", without_status)
        ListDefinition.objects.update(looked_up_at="2026-01-01T00:00Z")
        for _ in range(2):
            assert sync(vendors, "vendors").state == StepState.LIMITED
            assert known() == before
    step = sync(vendors, "vendors", mode=Mode.PARTIAL)
    assert step.state == StepState.SUCCEEDED
    assert "STATUS can be read again" in log_of(step.run)
    assert known() == before


def test_a_status_that_intacct_never_described_is_unknown_until_it_does(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookup = IntacctClient.lookup

    def without_status(self: IntacctClient, name: str, **options: Any) -> Any:
        found = lookup(self, name, **options)
        return replace(found, fields=tuple(entry for entry in found.fields if entry.name != "STATUS"))

    items = ListItem.objects.filter(kind="vendors")
    with monkeypatch.context() as poorer:
        poorer.setattr(IntacctClient, "lookup", without_status)
        assert sync(connection, "vendors").state == StepState.LIMITED
        assert 0 < items.count() == items.filter(is_known=False, is_active=False).count()
    assert sync(connection, "vendors", mode=Mode.PARTIAL).state == StepState.SUCCEEDED
    assert not items.filter(is_known=False).exists()
    assert items.filter(is_active=True).exists()


def test_of_two_records_of_one_id_the_known_one_counts(vendors: Connection) -> None:
    first = ListItem.objects.filter(kind="vendors", is_active=True).earliest("record_no")
    ListItem.objects.filter(pk=first.pk).update(is_known=False, is_active=False, unread={"STATUS": "2026-01-01"})
    second = ListItem.objects.get(pk=first.pk)
    second.pk, second.record_no, second.is_known, second.is_active, second.unread = None, 999_999, True, True, None
    second.save()
    assert MirrorView(vendors).get("vendors", first.business_id) == second
