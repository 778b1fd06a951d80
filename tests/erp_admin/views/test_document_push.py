"""Pushing from the pages: the summary first, the push, what became of it, and everything that can be done about it."""

import html
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from lxml.html import document_fromstring

from accounts.models import User
from accounts.refusal import Refused
from erp_admin.models import Commitment, Project
from erp_admin.purchasing.service import approve, save_commitment
from integrations.delivery import requests
from integrations.models import Connection, Push, PushHold, PushState, SyncRun
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.entered import lines_json
from tests.erp_admin.samples import change_order, choose_settings, commitment, some_vendor
from tests.shown_forms import version_of
from tests.standing import Standing, standing

pytestmark = pytest.mark.django_db

Url = Callable[..., str]
Browser = Callable[[User | None], Client]


def worked_off() -> None:
    run_to_end(SyncRun.objects.latest("number"))


def pushed(ben: Client, url: Url, *documents: Commitment) -> None:
    ben.post(url("push_commitments"), {"item": [document.pk for document in documents]})
    worked_off()
    for document in documents:
        document.refresh_from_db()


def test_the_summary_comes_first_and_sends_nothing(
    pushing: Connection, ben: Client, url: Url, intacct: SandboxServer
) -> None:
    good = commitment(pushing, "SC-1", "1000.00", "250.50")
    draft = commitment(pushing, "SC-2", approved=False)
    lost = commitment(pushing, "SC-3")
    Commitment.objects.filter(pk=lost.pk).update(vendor_id="NOBODY")
    lost.lines.update(quantity=0)
    page = ben.post(url("preview_commitments"), {"item": [good.pk, draft.pk, lost.pk]}, follow=True)
    text = page.text
    assert "Nothing has been sent yet. 3 commitments chosen" in text
    assert "1,250.50" in text
    assert "Push 1 commitment" in text
    assert "about 5" in text  # one written, four to read back
    assert "PC Subcontracts" in text
    assert "company setting" in text
    assert "Only an approved commitment is pushed." in text
    assert "“NOBODY” is not among the records read from Intacct." in text
    assert "Line 1: The quantity is not positive." in text  # every problem at once
    assert f'href="{url("edit_commitment", pk=lost.pk)}"' in text
    assert not Push.objects.exists()


def test_what_is_chosen_is_pushed_and_the_run_shows_each_document(pushing: Connection, ben: Client, url: Url) -> None:
    documents = [commitment(pushing, f"SC-{number}") for number in range(3)]
    answer = ben.post(url("push_commitments"), {"all_matching": "1", "expected": "3"})
    run = SyncRun.objects.latest("number")
    assert answer["Location"] == url("run", number=run.number)
    live = ben.get(url("run_progress", number=run.number)).text
    assert "SC-2 Footings" in live
    assert "Queued" in live
    worked_off()
    done = ben.get(answer["Location"]).text
    assert "PC Subcontracts-SC-2" in done
    assert f'href="{url("commitment", pk=documents[0].pk)}"' in done
    listed = ben.get(url("commitments"))
    assert [row.state.label for row in listed.context["rows"]] == ["In Intacct"] * 3
    assert [str(row.theirs) for row in listed.context["rows"]] == ["1000.00"] * 3


def test_when_other_documents_match_by_now_the_summary_is_shown_again(
    pushing: Connection, ben: Client, url: Url
) -> None:
    commitment(pushing, "SC-1")
    answer = ben.post(url("push_commitments") + "?q=SC", {"all_matching": "1", "expected": "7"}, follow=True)
    assert answer.redirect_chain == [(url("preview_commitments") + "?q=SC", 302)]
    assert "1 commitments match now; 7 did when you looked" in answer.text
    assert not Push.objects.exists()


def looked_at(ben: Client, preview: str) -> Callable[[], str]:
    """The button of a preview that is on the screen: it sends what was shown there, whatever is true by now."""
    forms = document_fromstring(ben.get(preview).text).forms
    (form,) = [each for each in forms if each.method == "POST" and "/push" in (each.action or "")]
    return lambda: str(ben.post(str(form.action), dict(form.fields), follow=True).text)


def edited(document: Commitment, price: str) -> None:
    line = document.lines.get()
    line.unit_price = Decimal(price)
    save_commitment(document, [line])
    approve(document)


def test_what_was_changed_since_the_summary_is_not_pushed_by_its_button(
    pushing: Connection, ben: Client, url: Url
) -> None:
    same, other = commitment(pushing, "SC-1", "1000.00"), commitment(pushing, "SC-2", "2000.00")
    press = looked_at(ben, url("preview_commitments") + "?q=SC")
    edited(other, "9000.00")  # and approved again by somebody else
    text = press()
    assert "1 not as the summary showed them, so not sent" in text
    assert [push.document_id for push in Push.objects.all()] == [same.pk]
    press = looked_at(ben, url("preview_commitments") + "?q=SC-2")
    edited(other, "9500.00")
    assert "Summary of the push" in press()  # nothing was sent: it is shown again, as it is now
    assert Push.objects.count() == 1


def test_a_document_that_takes_the_place_of_another_is_not_pushed_unseen(
    pushing: Connection, ben: Client, url: Url
) -> None:
    seen, gone = commitment(pushing, "SC-1"), commitment(pushing, "SC-2")
    press = looked_at(ben, url("preview_commitments") + "?q=SC")
    everything = looked_at(ben, url("ready_to_push"))
    save_commitment(gone, list(gone.lines.all()))
    Commitment.objects.filter(pk=gone.pk).update(number="PO-2", search_text="po-2", approval="void")
    unseen = commitment(pushing, "SC-3", "70000.00")  # as many as before
    assert "1 not as the summary showed them" in press()
    assert [push.document_id for push in Push.objects.all()] == [seen.pk]
    Push.objects.all().delete()
    Commitment.objects.filter(pk=seen.pk).update(delivery="none")
    everything()
    assert [push.document_id for push in Push.objects.all()] == [seen.pk]
    unseen.refresh_from_db()
    assert standing(unseen) == Standing.READY


def test_what_was_blocked_in_the_summary_is_not_pushed_once_it_no_longer_is(
    pushing: Connection, ben: Client, url: Url
) -> None:
    commitment(pushing, "SC-1")
    blocked = commitment(pushing, "SC-2", "5000.00", vendor_id="NOBODY")
    press = looked_at(ben, url("preview_commitments"))
    Commitment.objects.filter(pk=blocked.pk).update(vendor_id=some_vendor(pushing).business_id)
    blocked.refresh_from_db()
    approve(blocked)
    press()
    assert not Push.objects.filter(document_id=blocked.pk).exists()


def test_other_settings_than_the_summary_was_made_with_push_nothing(pushing: Connection, ben: Client, url: Url) -> None:
    commitment(pushing, "SC-1")
    press = looked_at(ben, url("preview_commitments"))
    choose_settings(pushing, subcontract_definition="PC Purchase Order")
    assert "Summary of the push" in press()
    assert not Push.objects.exists()


def test_a_change_order_that_waited_in_the_summary_is_pushed_once_its_commitment_is_there(
    pushing: Connection, ben: Client, url: Url
) -> None:
    base = commitment(pushing, "SC-1")
    change = change_order(base, "CO-1")
    press = looked_at(ben, url("preview_change_orders"))
    pushed(ben, url, base)
    press()
    assert Push.objects.filter(flow="change_orders", document_id=change.pk).exists()


def test_more_than_a_request_has_time_for_goes_out_as_far_as_it_got_and_says_so(
    pushing: Connection, ben: Client, url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [commitment(pushing, f"SC-{number}") for number in range(5)]
    monkeypatch.setattr(requests, "ASKED_AT_ONCE", 2)
    monkeypatch.setattr(requests, "REQUEST_SECONDS", 0.0)
    text = looked_at(ben, url("preview_commitments"))()
    assert "2 queued, 3 not reached in time, push them once more" in text
    worked_off()
    assert {standing(fresh) for fresh in Commitment.objects.filter(pk__in=[each.pk for each in documents[2:]])} == {
        Standing.READY
    }
    text = looked_at(ben, url("ready_to_push"))()
    assert "2 queued, 1 not reached in time" in text
    monkeypatch.undo()
    worked_off()
    looked_at(ben, url("ready_to_push"))()
    worked_off()
    assert Push.objects.filter(state=PushState.DELIVERED).count() == 5


def test_nothing_chosen_is_said(pushing: Connection, ben: Client, url: Url) -> None:
    for data in ({}, {"item": "x"}, {"item": "99999"}):
        page = ben.post(url("preview_commitments"), data, follow=True).text
        assert "Choose at least one commitment first." in page or "no longer in this list" in page


def test_the_record_shows_the_plan_beside_what_intacct_holds(
    pushing: Connection, ben: Client, url: Url, intacct: SandboxServer
) -> None:
    document = commitment(pushing, "SC-1", "1000.00")
    before = ben.get(url("commitment", pk=document.pk))
    assert before.context["plan"]["title"] == "What a push would write now"
    pushed(ben, url, document)
    page = ben.get(url("commitment", pk=document.pk))
    assert not page.context["can"]["push"]  # Intacct holds it as it is here
    held = {(row.line, row.label): (row.held, row.differs) for row in page.context["plan"]["rows"]}
    assert page.context["plan"]["title"] == "What was written"
    assert held["", "Transaction definition"] == ("PC Subcontracts", False)
    assert held["", "Date"][1] is False
    assert held["Line 1", "Memo"] == ("Line 1", False)
    assert page.context["exchanges"]
    assert "Compared 17 of 18 fields: equal." in page.text
    assert "17 of 18 fields" in page.text  # Intacct does not show the external reference
    Commitment.objects.filter(pk=document.pk).update(remote_facts={**document.remote_facts, "CUSTVENDID": "V-999"})
    again = ben.get(url("commitment", pk=document.pk))
    assert again.context["plan"]["differing"] == 1


def test_a_queued_push_is_taken_back(pushing: Connection, ben: Client, url: Url) -> None:
    document = commitment(pushing, "SC-1")
    ben.post(url("push_commitments"), {"item": document.pk})
    assert "Take back" in ben.get(url("commitment", pk=document.pk)).text
    assert "Nothing of it was sent" in ben.post(url("take_back_commitment", pk=document.pk), follow=True).text
    document.refresh_from_db()
    assert standing(document) == Standing.READY
    assert "cannot be taken back" in ben.post(url("take_back_commitment", pk=document.pk), follow=True).text


def test_a_pushed_commitment_locks_what_intacct_cannot_change_and_updates_the_rest(
    pushing: Connection, ben: Client, url: Url
) -> None:
    document = commitment(pushing, "SC-1", "1000.00")
    pushed(ben, url, document)
    form = ben.get(url("edit_commitment", pk=document.pk)).text
    assert "cannot be changed there" in form
    line = document.lines.get()
    data = {
        "kind": "purchase_order",
        "number": "OTHER",
        "title": "Footings",
        "dated_on": "2026-03-02",
        "term_name": "Net 30",
        "retainage_percent": "0",
        "currency": "EUR",
        "lines_json": lines_json({"line": line.pk, "description": line.description, "unit_price": "1100"}),
        **version_of(ben, url("edit_commitment", pk=document.pk)),
    }
    assert ben.post(url("edit_commitment", pk=document.pk), data).status_code == 302
    document.refresh_from_db()
    assert (document.number, document.kind, document.currency) == ("SC-1", "subcontract", "USD")
    assert standing(document) == Standing.NEEDS_REVIEW
    ben.post(url("approve_commitment", pk=document.pk))
    document.refresh_from_db()
    assert standing(document) == Standing.CHANGED_HERE
    pushed(ben, url, document)
    assert standing(document) == Standing.VERIFIED, document.difference
    assert document.remote_facts["TRX_TOTAL"].startswith("1100")


def test_a_change_in_intacct_is_noticed_by_refresh_and_leads_to_issues(
    pushing: Connection, ben: Client, url: Url, intacct: SandboxServer
) -> None:
    document = commitment(pushing, "SC-1", "1000.00")
    pushed(ben, url, document)
    assert "Compared with Intacct just now: " in ben.post(url("refresh_commitment", pk=document.pk), follow=True).text
    record = {"RECORDNO": str(document.remote_record_no), "TRX_TOTAL": "900.00"}
    intacct.control(do="put", object="PODOCUMENT", record=record)
    answer = ben.post(url("refresh_commitment", pk=document.pk), follow=True)
    assert "Compared with Intacct just now: 1 field differs." in answer.text
    assert [str(message.level_tag) for message in answer.context["messages"]] == ["warning"]
    assert [(row.label, row.here, row.found) for row in answer.context["sides"].rows] == [
        ("Total", "1,000.00", "900.00")
    ]
    document.refresh_from_db()
    assert standing(document) == Standing.CHANGED_THERE
    issues = ben.get(url("issues")).text
    assert "Total: 900.00 in Intacct, 1,000.00 in ERP Admin" in issues
    assert "SC-1 Footings" in issues
    assert '<span class="rail-badge">1</span>' in issues


def test_the_sides_stand_beside_each_other_and_the_version_of_intacct_is_used(
    pushing: Connection, ben: Client, url: Url, intacct: SandboxServer
) -> None:
    document = commitment(pushing, "SC-1", "1000.00")
    pushed(ben, url, document)
    page = url("commitment", pk=document.pk)
    assert "Use Intacct" not in ben.get(page).text
    line = {"RECORDNO": str(document.lines.get().remote_record_no), "TRX_VALUE": "900.00", "UIPRICE": "900"}
    intacct.control(do="put", object="PODOCUMENTENTRY", record=line)
    record = {"RECORDNO": str(document.remote_record_no), "TRX_TOTAL": "900.00", "CUSTVENDID": "V-1008"}
    intacct.control(
        do="put", object="PODOCUMENT", record={**record, "PONUMBER": "ANOTHER", "WHENCREATED": "03/09/2026"}
    )
    ben.post(url("refresh_commitment", pk=document.pk))
    shown = ben.get(page)
    sides = {row.label: (row.here, row.sent, row.found) for row in shown.context["sides"].rows}
    assert sides == {
        "Vendor": (document.vendor_id, document.vendor_id, "V-1008"),
        "Date": ("Mar 2, 2026", "Mar 2, 2026", "Mar 9, 2026"),
        "Reference number": ("SC-1", "SC-1", "ANOTHER"),
        "Total": ("1,000.00", "1,000.00", "900.00"),
        "Line 1 · Price": ("1,000.00", "1,000.00", "900.00"),
        "Line 1 · Amount": ("1,000.00", "1,000.00", "900.00"),
    }
    assert "Use Intacct's version" in html.unescape(shown.text)
    assert "Push ours again" in shown.text
    answer = ben.post(url("take_theirs_commitment", pk=document.pk), follow=True).text
    assert "SC-1 is what PC Subcontracts-SC-1 is in Intacct now." in answer
    document.refresh_from_db()
    assert (str(document.total), str(document.dated_on), document.vendor_id) == ("900.00", "2026-03-09", "V-1008")
    assert standing(document) == Standing.NEEDS_REVIEW  # another vendor and amount than were approved
    ben.post(url("approve_commitment", pk=document.pk))
    document.refresh_from_db()
    assert standing(document) == Standing.CHANGED_HERE  # its number is its own: the reference is written again
    (row,) = ben.get(page).context["sides"].rows
    assert (row.label, row.here, row.found) == ("Reference number", "SC-1", "ANOTHER")
    pushed(ben, url, document)
    assert standing(document) == Standing.VERIFIED, document.difference


def test_a_deleted_record_is_created_anew_once(
    pushing: Connection, ben: Client, url: Url, intacct: SandboxServer
) -> None:
    document = commitment(pushing, "SC-1")
    pushed(ben, url, document)
    page = url("commitment", pk=document.pk)
    intacct.control(do="delete", object="PODOCUMENTENTRY", key=str(document.lines.get().remote_record_no))
    intacct.control(do="delete", object="PODOCUMENT", key=str(document.remote_record_no))
    early = ben.post(url("refresh_commitment", pk=document.pk), follow=True).text
    assert "it was delivered just now" in early
    assert "Recreate" not in early
    assert "not known to be missing" in ben.post(url("recreate_commitment", pk=document.pk), follow=True).text
    Commitment.objects.update(delivered_at=timezone.now() - timedelta(days=1))
    missing = ben.post(url("refresh_commitment", pk=document.pk), follow=True).text
    assert "Recreate" in missing
    assert "Intacct does not show PC Subcontracts-SC-1 any more, so a change could not be pushed." in missing
    answer = ben.post(url("recreate_commitment", pk=document.pk), follow=True).text
    assert "queued to be created in Intacct again, in place of PC Subcontracts-SC-1" in answer
    assert "Recreate" not in ben.get(page).text
    again = ben.post(url("recreate_commitment", pk=document.pk), follow=True).text
    assert "not known to be missing" in again
    worked_off()
    document.refresh_from_db()
    assert standing(document) == Standing.VERIFIED, document.state_reason


def test_what_is_there_after_all_is_not_created_anew(pushing: Connection, ben: Client, url: Url) -> None:
    document = commitment(pushing, "SC-1")
    pushed(ben, url, document)
    Commitment.objects.update(missing_there=True)
    answer = ben.post(url("recreate_commitment", pk=document.pk), follow=True).text
    assert "is in Intacct after all. Nothing was sent." in answer
    assert Push.objects.count() == 1


def test_unlinking_changes_nothing_there_and_the_document_can_be_linked_again(
    pushing: Connection, ben: Client, url: Url
) -> None:
    document = commitment(pushing, "SC-1", "1000.00")
    pushed(ben, url, document)
    assert "Nothing is deleted or changed in Intacct" in ben.get(url("commitment", pk=document.pk)).text
    ben.post(url("unlink_commitment", pk=document.pk))
    document.refresh_from_db()
    assert (document.remote_id, document.remote_facts, standing(document)) == ("", {}, Standing.NEEDS_REVIEW)
    found = ben.get(url("link_commitment", pk=document.pk), {"q": "SC-1"})
    assert "Same vendor and total" in found.text
    ben.post(url("link_commitment", pk=document.pk), {"record": "PC Subcontracts-SC-1"})
    document.refresh_from_db()
    assert (document.remote_id, standing(document)) == ("PC Subcontracts-SC-1", Standing.VERIFIED)
    twin = commitment(pushing, "SC-9", "40.00")
    warned = ben.get(url("link_commitment", pk=twin.pk), {"q": "SC-1"}).text
    assert "Total 1,000.00 in Intacct, 40.00 in ERP Admin" in warned
    refused = ben.post(url("link_commitment", pk=twin.pk), {"record": "PC Subcontracts-SC-1"}, follow=True).text
    assert "is linked to commitment SC-1 Footings" in refused
    assert "shows no document" in ben.get(url("link_commitment", pk=twin.pk), {"q": "nothing"}).text


def test_a_failed_push_says_why_and_is_retried(
    pushing: Connection, ben: Client, url: Url, intacct: SandboxServer
) -> None:
    document = commitment(pushing, "SC-1")
    ben.post(url("push_commitments"), {"item": document.pk})
    choose_settings(pushing, purchasing_state="Draft")
    worked_off()
    page = ben.get(url("commitment", pk=document.pk)).text
    assert "The last push failed" in page
    assert "PLAN-CHANGED" in page
    assert "Retry…" in page
    (row,) = ben.get(url("issues")).context["rows"]
    assert "PLAN-CHANGED" in ben.get(row.url).text
    assert "Push 1 commitment" in ben.post(url("preview_commitments"), {"item": document.pk}, follow=True).text
    pushed(ben, url, document)
    assert standing(document) == Standing.VERIFIED
    assert "Nothing needs you" in ben.get(url("issues")).text


def test_a_change_order_waits_with_its_reason(pushing: Connection, ben: Client, url: Url) -> None:
    change = change_order(commitment(pushing, "SC-1"), "CO-1")
    page = ben.post(url("preview_change_orders"), {"item": change.pk}, follow=True).text
    assert "Commitment SC-1 is not in Intacct yet." in page
    ben.post(url("push_change_orders"), {"item": change.pk})
    assert "Commitment SC-1 is not in Intacct yet." in ben.get(url("change_orders")).text
    ben.post(url("take_back_change_order", pk=change.pk))
    assert Push.objects.get().state == PushState.TAKEN_BACK


def test_a_project_that_is_not_linked_is_named(pushing: Connection, ben: Client, url: Url) -> None:
    here = Project.objects.create(tenant=pushing.tenant, number="P-1", name="Mill", currency="USD")
    document = commitment(pushing, "SC-1", project=here)
    page = ben.get(url("commitment", pk=document.pk)).text
    assert "Project P-1 Mill is not linked to a project in Intacct." in page
    assert f'href="{url("projects")}">Open Projects' in page


def test_a_hold_is_shown_first_and_only_an_admin_ends_it(
    pushing: Connection, ben: Client, url: Url, intacct: SandboxServer, admin: User, client_for: Browser
) -> None:
    document = commitment(pushing, "SC-1")
    intacct.control(do="fault", kind="permission", object="PODOCUMENT")
    pushed(ben, url, document)
    hold = PushHold.objects.get()
    assert "Commitments are on hold" in ben.get(url("issues")).text
    assert "Pushing is on hold" in ben.get(url("commitments")).text
    assert ben.post(url("release_hold", pk=hold.pk)).status_code == 403
    intacct.control(do="reset")  # the only way to give a right back
    Push.objects.update(due_at=timezone.now())
    answer = client_for(admin).post(url("release_hold", pk=hold.pk), follow=True)
    assert "what was held is queued again" in answer.text
    worked_off()
    document.refresh_from_db()
    assert standing(document) == Standing.VERIFIED


def test_a_viewer_sees_everything_and_can_do_nothing(
    pushing: Connection, viewer: User, client_for: Browser, url: Url
) -> None:
    document = commitment(pushing, "SC-1")
    vera = client_for(viewer)
    page = vera.get(url("commitment", pk=document.pk)).text
    assert "This needs the role Accountant; yours is Viewer." in page
    assert '<form method="post" action="/t/' not in page.split("<main", 1)[1]
    assert "What a push would write now" in page


def test_an_edit_while_nothing_is_connected_is_possible(pushing: Connection, ben: Client, url: Url) -> None:
    document = commitment(pushing, "SC-1")
    Connection.objects.update(state="disconnected")
    assert "Sage Intacct is not connected" in ben.get(url("edit_commitment", pk=document.pk)).text
    assert ben.get(url("commitment", pk=document.pk)).status_code == 200
    assert ben.get(url("issues")).status_code == 200
    assert ben.get(url("link_commitment", pk=document.pk), {"q": "SC-1"}).status_code == 200
    save_commitment(document, list(document.lines.all()))


def test_saving_an_edit_that_was_begun_before_the_push_overwrites_nothing(
    pushing: Connection, ben: Client, url: Url
) -> None:
    document = commitment(pushing, "SC-1")
    stale = Commitment.objects.get()
    ben.post(url("push_commitments"), {"item": document.pk})
    with pytest.raises(Refused, match="It is being pushed"):
        save_commitment(stale, list(stale.lines.all()))
    worked_off()
    stale.title = "Deeper footings"
    save_commitment(stale, list(stale.lines.all()))
    document.refresh_from_db()
    assert document.remote_id == "PC Subcontracts-SC-1"
    assert standing(document) == Standing.CHANGED_HERE
