"""Lines sent as one value: read as people write them, refused cell by cell, never stored over something newer."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import html

from accounts.models import AuditEntry, Tenant
from erp_admin.documents.proposing import next_numbers
from erp_admin.documents.types import type_for
from erp_admin.models import ChangeOrder, Commitment, Project
from erp_admin.purchasing.service import save_commitment
from integrations.models import Approval, Connection, ListItem
from tests import lists
from tests.erp_admin.entered import entered, lines_json
from tests.erp_admin.samples import change_order, commitment, some_vendor
from tests.shown_forms import version_of
from tests.snapshot import read_lists

pytestmark = pytest.mark.django_db

Url = Callable[..., str]


@pytest.fixture
def listed(connection: Connection) -> Connection:
    return read_lists(connection, lists.DOCUMENTS)


@pytest.fixture
def project(listed: Connection) -> Project:
    tasks = ListItem.objects.filter(kind="tasks", missing_at=None, is_active=True).exclude(scope_id="")
    there = tasks.earliest("record_no").scope_id
    return Project.objects.create(tenant=listed.tenant, number="24-001", name="Here", currency="USD", remote_id=there)


def task_of(project: Project) -> ListItem:
    return ListItem.objects.filter(kind="tasks", scope_id=project.remote_id, missing_at=None).earliest("record_no")


def filled(page: str) -> dict[str, Any]:
    """What a browser posts of the form as it is shown."""
    form = html.fromstring(page).get_element_by_id("entry")
    return {name: (value or "").removeprefix("\n") for name, value in form.form_values()}


def part(number: int) -> dict[str, Any]:
    return {"description": f"Part {number}", "quantity": "2", "unit_price": "$1,000.50"}


def reading(queries: CaptureQueriesContext) -> int:
    return sum(query["sql"].startswith("SELECT") for query in queries.captured_queries)


class TestSaving:
    @pytest.mark.parametrize(
        "sent", ["", "nonsense", "{}", "[1]", '[{"surprise": "x"}]', '[{"quantity": 1}]', "[" * 999]
    )
    def test_what_is_no_list_of_lines_is_refused_in_words(
        self, scoped: Tenant, ben: Client, url: Url, sent: str
    ) -> None:
        answer = ben.post(url("new_commitment"), entered(lines_json=sent))
        assert answer.status_code == 422
        assert "The lines did not arrive as they were typed" in answer.text
        assert not Commitment.objects.exists()

    def test_at_most_a_thousand_lines(self, scoped: Tenant, ben: Client, url: Url) -> None:
        answer = ben.post(url("new_commitment"), entered(*map(part, range(1002))))
        assert "There are 1,002 lines; a document takes at most 1,000. Remove 2." in answer.text
        assert len(json.loads(filled(answer.text)["lines_json"])) == 1002

    def test_two_hundred_lines_cost_as_many_queries_as_two(self, scoped: Tenant, ben: Client, url: Url) -> None:
        """Reads are as many; writes grow by the batches alone, for SQLite takes 999 values in a statement."""
        reads, writes = [], []
        for count in (1, 2, 200):
            with CaptureQueriesContext(
                database,
            ) as queries:
                began = time.process_time()
                answer = ben.post(url("new_commitment"), entered(*map(part, range(count)), number=f"N-{count}"))
                taken = time.process_time() - began
            assert answer.status_code == 302
            reads.append(reading(queries))
            writes.append(len(queries) - reads[-1])
            document = Commitment.objects.get(number=f"N-{count}")
            lines = [{"line": line.pk, **part(line.number), "unit_price": "7"} for line in document.lines.all()]
            typed = filled(ben.get(url("edit_commitment", pk=document.pk)).text)
            with CaptureQueriesContext(database) as queries:
                ben.post(url("edit_commitment", pk=document.pk), typed | {"lines_json": lines_json(*lines)})
            reads.append(reading(queries))
            writes.append(len(queries) - reads[-1])
            assert str(Commitment.objects.get(number=f"N-{count}").total) == f"{14 * count}.00"
        assert reads[2:4] == reads[4:]
        assert writes[4] - writes[2] < 10
        assert writes[5] - writes[3] < 10
        assert taken < 2
        told = AuditEntry.objects.filter(object_label__startswith="200 Part").order_by("pk")
        assert [entry.kind for entry in told] == ["created", "changed"]

    def test_lines_are_put_in_order_and_numbered_as_they_stand(self, listed: Connection, ben: Client, url: Url) -> None:
        document = commitment(listed, "SC-1", "1", "2", "3", approved=False)
        first, second, third = document.lines.all()
        lines = [
            {"line": third.pk, "description": "c", "unit_price": "3"},
            {"description": "new", "unit_price": "4"},
            {"line": first.pk, "description": "a", "unit_price": "1"},
        ]
        address = url("edit_commitment", pk=document.pk)
        answer = ben.post(address, entered(*lines, number="SC-1", **version_of(ben, address)))
        assert answer.status_code == 302
        kept = [(line.number, line.description) for line in document.lines.all()]
        assert kept == [(1, "c"), (2, "new"), (3, "a")]
        assert {third.pk, first.pk} < {line.pk for line in document.lines.all()}
        assert second.pk not in {line.pk for line in document.lines.all()}

    def test_each_fault_is_told_with_its_cell(self, listed: Connection, ben: Client, url: Url) -> None:
        lines = [
            {"description": "=A1*2", "unit_price": "1.234,56"},
            {"description": "x" * 201, "quantity": "500 LBS", "unit_price": "5"},
            {"description": "Amount", "quantity": "30,000", "amount": "100"},
            {"description": "Both", "quantity": "3", "unit_price": "5", "amount": "16"},
            {"description": "Type alone", "cost_type_id": "L", "unit_price": "1"},
            {"description": "Elsewhere", "project": "NO-SUCH", "unit_price": "1"},
        ]
        answer = ben.post(url("new_commitment"), entered(*lines))
        form = html.fromstring(answer.text).cssselect("[data-grid]")[0]
        faults = {(each["line"], each["name"]): each for each in json.loads(form.get("data-grid-faults"))}
        assert set(faults) == {
            (0, "description"), (0, "unit_price"), (1, "description"), (1, "quantity"), (2, "amount"), (3, "amount"),
            (4, "task_id"), (5, "project"),
        }  # fmt: skip
        assert faults[0, "unit_price"]["choices"] == [["1234.56", "1,234.56"]]
        assert faults[1, "quantity"]["choices"] == [["500", "500"]]
        assert "No unit price of 6 decimals makes this amount" in faults[2, "amount"]["text"]
        assert faults[3, "amount"]["choices"] == [["15.00", "15.00"]]
        assert "There is no project “NO-SUCH”" in faults[5, "project"]["text"]
        assert 'href="#cell-0-unit_price"' in answer.text

    def test_an_amount_alone_makes_the_unit_price_and_names_become_codes(
        self, listed: Connection, ben: Client, url: Url, project: Project
    ) -> None:
        task, vendor = task_of(project), some_vendor(listed)
        lines = [{"description": "'=not a formula", "quantity": "4", "amount": "(100)", "task_id": task.name.upper()}]
        answer = ben.post(url("new_commitment"), entered(*lines, project=project.number, vendor_id=vendor.business_id))
        assert answer.status_code == 302
        document = Commitment.objects.get()
        line = document.lines.get()
        assert (str(line.unit_price), str(line.amount), line.task_id) == ("-25.000000", "-100.00", task.business_id)
        assert (line.description, document.project, document.vendor_name) == ("=not a formula", project, vendor.name)
        again = ben.get(url("edit_commitment", pk=document.pk)).text
        assert json.loads(filled(again)["lines_json"])[0]["description"] == "'=not a formula"
        assert ben.post(url("edit_commitment", pk=document.pk), filled(again)).status_code == 302


class TestGoingOn:
    def test_saved_approved_and_on_to_the_summary_of_its_push(self, listed: Connection, ben: Client, url: Url) -> None:
        answer = ben.post(url("new_commitment"), entered(part(1), then="push"), follow=True)
        assert "Commitment SC-100 was added and approved." in answer.text
        assert answer.redirect_chain[-1][0].startswith(url("preview_commitments"))
        assert Commitment.objects.get().approval == Approval.APPROVED
        assert "SC-100" in answer.text

    def test_what_cannot_be_approved_is_saved_all_the_same(self, scoped: Tenant, ben: Client, url: Url) -> None:
        answer = ben.post(url("new_commitment"), entered(then="approve"), follow=True)
        assert "was added, but not approved. It has no lines" in answer.text

    def test_the_next_number_is_proposed_by_kind_and_parent(self, listed: Connection, ben: Client, url: Url) -> None:
        commitment(listed, "SC-24-017")
        base = commitment(listed, "SC-24-009")
        commitment(listed, "PO-3", kind="purchase_order")
        blank = type_for("commitments").blank(listed.tenant, None)
        assert next_numbers(blank) == {"subcontract": "SC-24-018", "purchase_order": "PO-4"}
        commitment(listed, "sc 24 018")
        assert next_numbers(blank)["subcontract"] != "SC-24-018"
        assert 'value="CO-1"' in ben.get(f"{url('new_change_order')}?commitment={base.pk}").text
        change_order(base, "CO-1")
        assert 'value="CO-2"' in ben.get(f"{url('new_change_order')}?commitment={base.pk}").text
        assert not ChangeOrder.objects.filter(number="CO-2").exists()


class TestTwoVersions:
    def test_both_are_shown_and_each_keeps_what_it_alone_changed(
        self, listed: Connection, ben: Client, url: Url
    ) -> None:
        document = commitment(listed, "SC-1", "100", "200", "300", approved=False)
        address = url("edit_commitment", pk=document.pk)
        mine = filled(ben.get(address).text)
        lines = list(document.lines.all())
        document.title, lines[0].unit_price = "Theirs", 111
        save_commitment(document, lines[:2])
        typed = json.loads(mine["lines_json"])
        typed[0]["description"], typed[1]["unit_price"], typed[2]["unit_price"] = "Mine", "222", "333"
        answer = ben.post(address, mine | {"scope": "Mine too", "lines_json": json.dumps(typed)})
        assert answer.status_code == 422
        assert "while you had it open. Nothing of yours was saved." in answer.text
        kept = filled(answer.text)
        assert (kept["title"], kept["scope"]) == ("Theirs", "Mine too")
        shown = [(each["description"], each["unit_price"]) for each in json.loads(kept["lines_json"])]
        assert shown == [("Mine", "111.00"), ("Part 2", "222"), ("Part 3", "333")]
        assert Commitment.objects.get().scope == ""
        assert ben.post(address, kept).status_code == 302
        assert [str(line.amount) for line in document.lines.all()] == ["111.00", "222.00", "333.00"]

    @pytest.mark.parametrize(
        "made_from", ["", "nonsense", "[]", '{"head": 3, "lines": 4}', '{"head": {}, "lines": [1]}']
    )
    def test_a_form_that_does_not_know_what_it_was_made_from_loses_nothing_either(
        self, listed: Connection, ben: Client, url: Url, made_from: str
    ) -> None:
        document = commitment(listed, "SC-1", "100", approved=False)
        address = url("edit_commitment", pk=document.pk)
        mine = filled(ben.get(address).text) | {"made_from": made_from, "title": "Mine"}
        save_commitment(document, list(document.lines.all()))
        kept = filled(ben.post(address, mine).text)
        assert kept["title"] == "Mine"
        assert ben.post(address, kept).status_code == 302


class TestReading:
    def ask(self, client: Client, url: Url, **asked: Any) -> Any:
        return client.post(
            url("read_values"), json.dumps({"type": "commitments", **asked}), content_type="application/json"
        )

    def test_many_cells_are_read_in_few_queries(
        self, listed: Connection, ben: Client, url: Url, project: Project
    ) -> None:
        task = task_of(project)
        lines = [
            {"task_id": task.business_id if number % 12 else f"{task.business_id}X", "unit_price": "1.234,56"}
            for number in range(500)
        ]
        with CaptureQueriesContext(database) as queries:
            began = time.process_time()
            answer = self.ask(ben, url, project=project.number, lines=lines)
            assert time.process_time() - began < 3
        assert len(queries) < 15
        first, second = answer.json()["lines"][:2]
        assert f"Intacct has no cost code “{task.business_id}X”" in first["task_id"]["caution"]
        assert first["task_id"]["choices"][0][0] == task.business_id
        assert second["task_id"]["label"] == task.name
        assert second["unit_price"]["choices"] == [["1234.56", "1,234.56"]]

    def test_fields_of_the_head_are_shown_back_or_asked_about(self, listed: Connection, ben: Client, url: Url) -> None:
        vendor = some_vendor(listed)
        fields = {
            "dated_on": "3/4/26", "due_on": "31/12/2026", "retainage_percent": "0.1", "vendor_id": vendor.name,
            "control_total": "$1,234.5", "nothing": "x",
        }  # fmt: skip
        found = self.ask(ben, url, fields=fields).json()["fields"]
        assert found["dated_on"]["text"] == "03/04/2026"
        assert found["due_on"]["choices"] == [["2026-12-31", "Dec 31, 2026"]]
        assert [each[0] for each in found["retainage_percent"]["choices"]] == ["10%", "0.10%"]
        assert (found["vendor_id"]["text"], found["vendor_id"]["label"]) == (vendor.business_id, vendor.name)
        assert found["control_total"]["text"] == "1,234.50"
        assert "nothing" not in found

    @pytest.mark.parametrize("body", ["", "[]", "nonsense", '{"type": "commitments", "lines": 5}'])
    def test_nonsense_is_refused(self, scoped: Tenant, ben: Client, url: Url, body: str) -> None:
        assert ben.post(url("read_values"), body, content_type="application/json").status_code == 400

    def test_types_and_parents_that_are_not_there(self, scoped: Tenant, ben: Client, url: Url) -> None:
        assert self.ask(ben, url, type="nothing").status_code == 404
        assert self.ask(ben, url, type="change_orders", parent="1").status_code == 404
