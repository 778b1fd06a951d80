"""What is sent of lines means what stood on the page: no line is taken for another, no version overwritten."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import FormDraft
from erp_admin.models import ChangeOrder, Commitment
from erp_admin.purchasing.service import save_commitment, void
from integrations.models import Approval, Connection
from tests import lists
from tests.erp_admin.entered import entered, lines_json
from tests.erp_admin.samples import commitment
from tests.erp_admin.views.test_entry import filled
from tests.shown_forms import version_of
from tests.snapshot import read_lists

pytestmark = pytest.mark.django_db

Url = Callable[..., str]
CELLS = ("description", "project", "task_id", "cost_type_id", "item_id", "unit_price", "unit")


@pytest.fixture
def listed(connection: Connection) -> Connection:
    return read_lists(connection, lists.DOCUMENTS)


def changed(text: str, **more: Any) -> dict[str, Any]:
    return {
        "title": "Deeper", "dated_on": "2026-04-01",
        "lines_json": lines_json({"description": "x", "unit_price": "5", "changes_line": text}), **more,
    }  # fmt: skip


class TestSigns:
    @pytest.mark.parametrize("name", CELLS)
    @pytest.mark.parametrize("sign", ["\\ud800", "\\u0000"])
    def test_a_sign_that_cannot_be_kept_is_named_with_its_cell(
        self, listed: Connection, ben: Client, url: Url, name: str, sign: str
    ) -> None:
        sent = f'[{{"description": "First", "unit_price": "1"}}, {{"{name}": "a{sign}b"}}]'
        answer = ben.post(url("new_commitment"), entered(lines_json=sent))
        assert answer.status_code == 422
        assert "Line 2, " in answer.text
        assert "a sign that cannot be stored" in answer.text
        assert filled(answer.text)["lines_json"] == sent
        assert not Commitment.objects.exists()

    @pytest.mark.parametrize("name", CELLS)
    def test_while_typing_only_that_cell_is_at_fault(
        self, listed: Connection, ben: Client, url: Url, name: str
    ) -> None:
        asked: dict[str, Any] = {
            "type": "commitments",
            "project": "\ud800",
            "lines": [{name: "a\ud800"}, {"unit_price": "$5"}],
        }
        asked["fields"] = {"vendor_id": "\ud800", "project": "\ud800", "title": "\ud800", "dated_on": "3/4/26"}
        answer = ben.post(url("read_values"), json.dumps(asked), content_type="application/json").json()
        first, second = answer["lines"]
        assert "cannot be stored" in first[name]["fault"]
        assert second["unit_price"]["text"] == "5.00"
        assert "cannot be stored" in answer["fields"]["vendor_id"]["fault"]
        assert answer["fields"]["dated_on"]["text"] == "03/04/2026"

    def test_what_a_form_was_made_from_holds_no_half_sign_either(
        self, listed: Connection, ben: Client, url: Url
    ) -> None:
        document = commitment(listed, "SC-1", "100", approved=False)
        address = url("edit_commitment", pk=document.pk)
        typed = filled(ben.get(address).text)
        save_commitment(document, list(document.lines.all()))
        for lines in ([], [{"line": document.lines.get().pk, "description": "\ud800"}]):
            made_from = json.dumps({"head": {"title": "\ud800"}, "lines": lines})
            assert ben.post(address, typed | {"made_from": made_from, "title": "Mine"}).status_code == 422

    def test_a_draft_of_a_place_that_cannot_be_kept_is_none(self, listed: Connection, ben: Client, url: Url) -> None:
        body = {"place": "/\ud800", "opening": "7d0f6f0e-2f3c-4d52-9d5c-0b6d2b0a8c11", "number": 1, "typed": []}
        assert ben.post(url("keep_draft"), json.dumps(body), content_type="application/json").status_code == 400

    def test_digests_nested_too_deep_change_nothing(self, listed: Connection, ben: Client, url: Url) -> None:
        assert ben.post(url("approve_commitments"), {"seen": "[" * 100_000}).status_code == 302


class TestCells:
    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ('[{"description": "a", "unit_price": true}]', "It begins at line 1, Unit price."),
            ('[{"description": "a", "unit_price": "1"}, {"description": {}}]', "It begins at line 2, Description."),
            ('[{"line": "1"}]', "It begins at line 1."),
            (f'[{{"description": "{"x" * 2001}"}}]', "Line 1, Description: 2,001 characters; at most 2,000"),
            ('[{"line": 1}, {"line": 1}]', "The same line is in it twice."),
        ],
    )
    def test_what_did_not_arrive_is_named(
        self, listed: Connection, ben: Client, url: Url, sent: str, said: str
    ) -> None:
        answer = ben.post(url("new_commitment"), entered(lines_json=sent))
        assert answer.status_code == 422
        assert said in answer.text
        assert filled(answer.text)["lines_json"] == sent

    def test_signs_nobody_sees_are_no_description(self, listed: Connection, ben: Client, url: Url) -> None:
        answer = ben.post(url("new_commitment"), entered({"description": "\u200b\u2060", "unit_price": "1"}))
        assert "Description is missing." in answer.text
        assert 'href="#cell-0-description"' in answer.text

    def test_a_total_that_cannot_be_stored_is_told_as_such(self, listed: Connection, ben: Client, url: Url) -> None:
        line = {"description": "All", "quantity": "9", "unit_price": "999999999999.99"}
        answer = ben.post(url("new_commitment"), entered(*[line] * 20))
        assert "The lines add up to $179,999,999,999,998.20, which is more than can be stored." in answer.text

    @pytest.mark.parametrize("stored", ["=A1", "'=A1", "''=A1", "=", "'", "'a"])
    def test_a_text_is_stored_again_as_it_was(self, listed: Connection, ben: Client, url: Url, stored: str) -> None:
        document = commitment(listed, "SC-1", "100", approved=False)
        document.lines.update(description=stored)
        address = url("edit_commitment", pk=document.pk)
        assert ben.post(address, filled(ben.get(address).text)).status_code == 302
        assert document.lines.get().description == stored

    def test_ends_of_lines_are_no_edit(self, listed: Connection, ben: Client, url: Url) -> None:
        """A browser sends what it shows with CR LF, whatever is stored."""
        document = commitment(listed, "SC-1", "100", approved=False, scope="one\ntwo")
        address = url("edit_commitment", pk=document.pk)
        mine = filled(ben.get(address).text) | {"scope": "one\r\ntwo"}
        assert ben.post(address, mine).status_code == 302
        assert Commitment.objects.get().scope == "one\ntwo"
        mine = filled(ben.get(address).text) | {"scope": "one\r\ntwo", "title": "Mine"}
        theirs = Commitment.objects.get()
        theirs.scope = "one\ntwo\nthree"
        save_commitment(theirs, list(theirs.lines.all()))
        kept = filled(ben.post(address, mine).text)
        assert (kept["title"], kept["scope"]) == ("Mine", "one\ntwo\nthree")


class TestVersions:
    @pytest.mark.parametrize("seen", [None, "", "x", "2020-01-01T00:00:00+00:00", "9999-01-01T00:00:00+00:00"])
    def test_a_form_of_no_known_version_overwrites_nothing(
        self, listed: Connection, ben: Client, url: Url, seen: str | None
    ) -> None:
        document = commitment(listed, "SC-1", "100", approved=False)
        address = url("edit_commitment", pk=document.pk)
        typed = {name: text for name, text in filled(ben.get(address).text).items() if name != "seen"}
        answer = ben.post(address, typed | {"title": "Mine"} | ({} if seen is None else {"seen": seen}))
        assert answer.status_code == 422
        assert Commitment.objects.get().title == "Footings"
        assert ben.post(address, filled(answer.text)).status_code == 302
        assert Commitment.objects.get().title == "Mine"

    def test_the_version_of_another_document_is_none(self, listed: Connection, ben: Client, url: Url) -> None:
        one, other = (commitment(listed, number, "100", approved=False) for number in ("SC-1", "SC-2"))
        typed = filled(ben.get(url("edit_commitment", pk=one.pk)).text)
        typed |= version_of(ben, url("edit_commitment", pk=other.pk)) | {"title": "Mine"}
        assert ben.post(url("edit_commitment", pk=one.pk), typed).status_code == 422
        assert Commitment.objects.get(pk=one.pk).title == "Footings"


class TestLinesOfTheCommitment:
    """A change order names lines by their numbers, which others may change while it is typed."""

    def renumber(self, base: Commitment, ben: Client, url: Url, keep: slice = slice(None)) -> None:
        address = url("edit_commitment", pk=base.pk)
        typed = filled(ben.get(address).text)
        lines = [{"description": "New first", "unit_price": "1"}, *json.loads(typed["lines_json"])[keep]]
        assert ben.post(address, typed | {"lines_json": json.dumps(lines)}).status_code == 302

    def test_a_number_that_means_another_line_now_is_asked_about(
        self, listed: Connection, ben: Client, url: Url
    ) -> None:
        base = commitment(listed, "SC-1", "100", "200", approved=False)
        address = f"{url('new_change_order')}?commitment={base.pk}"
        assert ben.post(address, filled(ben.get(address).text) | changed("2")).status_code == 302
        document = ChangeOrder.objects.get()
        edited = url("edit_change_order", pk=document.pk)
        old, new = filled(ben.get(edited).text), filled(ben.get(address).text) | changed("2")
        self.renumber(base, ben, url)
        for where, typed in ((edited, old | {"title": "Only the title"}), (address, new)):
            answer = ben.post(where, typed)
            assert answer.status_code == 422
            assert "what was line 2 is line 3 now. Choose the one you mean" in answer.text
            assert "3 Part 2" in answer.text
            assert "2 Part 1" in answer.text
        assert str(document.lines.get().changes_line).endswith("Part 2")
        again = filled(answer.text) | {"lines_json": changed("3")["lines_json"]}
        assert ben.post(address, again).status_code == 302
        assert str(ChangeOrder.objects.latest("pk").lines.get().changes_line).endswith("Part 2")
        assert ben.post(edited, filled(ben.get(edited).text) | {"title": "The title"}).status_code == 302
        assert str(document.lines.get().changes_line).endswith("Part 2")

    def test_a_line_that_went_or_came_meanwhile(self, listed: Connection, ben: Client, url: Url) -> None:
        base = commitment(listed, "SC-1", "100", "200", approved=False)
        address = f"{url('new_change_order')}?commitment={base.pk}"
        typed = filled(ben.get(address).text)
        self.renumber(base, ben, url, slice(1, None))
        gone = ben.post(address, typed | changed("1")).text
        assert "The line that was line 1 when you opened this page is not there any more." in gone
        self.renumber(base, ben, url)
        assert (
            "There was no line 3 when you opened this page; now it is" in ben.post(address, typed | changed("3")).text
        )
        assert "There is no line 9 to change." in ben.post(address, typed | changed("9")).text
        assert not ChangeOrder.objects.exists()

    @pytest.mark.parametrize("shown", [None, "", "[]", "nonsense", '{"1": "x"}', '{"1": 1e400}', "[" * 100_000])
    def test_a_form_that_does_not_know_the_lines_takes_none_for_granted(
        self, listed: Connection, ben: Client, url: Url, shown: str | None
    ) -> None:
        base = commitment(listed, "SC-1", "100", approved=False)
        address = f"{url('new_change_order')}?commitment={base.pk}"
        typed = {name: text for name, text in filled(ben.get(address).text).items() if name != "shown_lines"}
        typed |= changed("1", **({} if shown is None else {"shown_lines": shown}))
        answer = ben.post(address, typed)
        assert answer.status_code == 422
        assert ben.post(address, filled(answer.text)).status_code == 302

    def test_a_commitment_that_was_made_void_meanwhile_costs_no_typed_word(
        self, listed: Connection, ben: Client, url: Url
    ) -> None:
        base = commitment(listed, "SC-1", "100", approved=False)
        address = f"{url('new_change_order')}?commitment={base.pk}"
        typed = filled(ben.get(address).text) | changed("1", title="Typed by hand")
        void(Commitment.objects.get())
        answer = ben.post(address, typed)
        assert answer.status_code == 422
        assert "Commitment SC-1 is void, so it takes no change orders." in answer.text
        assert filled(answer.text)["title"] == "Typed by hand"
        assert not ChangeOrder.objects.exists()
        assert ben.get(address).status_code == 302


@pytest.mark.parametrize(("price", "is_hidden"), [("-100", True), ("-100.01", False)])
def test_a_revised_total_below_zero_is_said(
    listed: Connection, ben: Client, url: Url, price: str, is_hidden: bool
) -> None:
    base = commitment(listed, "SC-1", "100", approved=False)
    address = f"{url('new_change_order')}?commitment={base.pk}"
    typed = filled(ben.get(address).text) | changed("1")
    typed["lines_json"] = lines_json({"description": "Left out", "unit_price": price})
    assert ben.post(address, typed).status_code == 302
    page = ben.get(url("edit_change_order", pk=ChangeOrder.objects.get().pk)).text
    assert ("data-below-zero hidden>" in page) is is_hidden


def test_the_draft_of_what_was_saved_goes_even_if_it_was_not_approved(
    listed: Connection, ben: Client, url: Url
) -> None:
    opening = "7d0f6f0e-2f3c-4d52-9d5c-0b6d2b0a8c11"
    body = {"place": url("new_commitment"), "opening": opening, "number": 1, "typed": [["title", "x", ""]]}
    ben.post(url("keep_draft"), json.dumps(body), content_type="application/json")
    ben.post(url("new_commitment"), entered(then="approve", draft_of_form=opening))
    assert Commitment.objects.get().approval == Approval.DRAFT
    assert FormDraft.objects.get().closed_as == "saved"
