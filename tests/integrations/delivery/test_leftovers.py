"""What a run that pushes says of itself when something is held, being checked, waiting, or failed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Tenant, User
from integrations.models import Connection, ListItem, PushHold, RunState, StepState, SyncRun
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import change_order, commitment
from tests.integrations.delivery.ledger import push
from tests.integrations.management.test_commands import as_json

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]


def newest(flow: str = "commitments") -> SyncRun:
    return SyncRun.objects.filter(flow=flow).latest("number")


def gone(intacct: SandboxServer, vendor_id: str) -> None:
    """The vendor is removed in Intacct, and the mirror does not know it yet."""
    record_no = ListItem.objects.get(kind="vendors", business_id=vendor_id).record_no
    intacct.control(do="delete", object="VENDOR", key=str(record_no))


def page_of(browser: Client, url: Url, run: SyncRun) -> str:
    return " ".join(browser.get(url("run", number=run.number)).content.decode().split())


def test_a_run_that_only_met_a_missing_right_is_held_and_says_what_frees_it(
    pushing: Connection, intacct: SandboxServer, client_for: ClientFor, url: Url, admin: User
) -> None:
    intacct.control(do="fault", kind="permission", object="PODOCUMENT")
    push(pushing, commitment(pushing, "SC-1"), commitment(pushing, "SC-2"))
    run, hold = newest(), PushHold.objects.get()
    step = run.steps.get()
    assert (run.state, step.state) == (RunState.HELD, StepState.HELD)
    assert step.message.startswith("2 documents are held.")
    assert (run.error_code, run.error_sentence) == (hold.error_code, step.message)
    assert "Then release what is held, on the page Issues." in run.error_advice
    page = page_of(client_for(admin), url, run)
    assert "Held" in page
    assert "Nothing out of the ordinary happened" not in page
    assert step.message in page


def test_what_is_asked_for_while_a_flow_is_held_is_held_too(pushing: Connection, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="permission", object="PODOCUMENT")
    push(pushing, commitment(pushing, "SC-1"))
    intacct.control(do="reset")
    push(pushing, commitment(pushing, "SC-2"))
    assert newest().state == RunState.HELD
    assert newest().steps.get().message.startswith("2 documents are held.")


def test_a_run_of_which_all_failed_is_failed(pushing: Connection, intacct: SandboxServer) -> None:
    documents = [commitment(pushing, "SC-1"), commitment(pushing, "SC-2")]
    gone(intacct, documents[0].vendor_id)
    push(pushing, *documents)
    run = newest()
    assert (run.state, run.steps.get().failed) == (RunState.FAILED, 2)
    assert "2 failed" in run.log.latest("pk").message


def test_a_run_that_delivered_some_is_partly_succeeded(pushing: Connection, intacct: SandboxServer) -> None:
    good = commitment(pushing, "SC-1")
    usable = ListItem.objects.filter(kind="vendors", is_active=True, entity_id="").exclude(fields__ONHOLD="true")
    other = usable.exclude(business_id=good.vendor_id).latest("pk")
    bad = commitment(pushing, "SC-2", vendor_id=other.business_id)
    gone(intacct, other.business_id)
    push(pushing, good, bad)
    assert newest().state == RunState.PARTLY


def test_what_may_have_arrived_is_not_called_done(pushing: Connection, intacct: SandboxServer, tenant: Tenant) -> None:
    commitment(pushing, "SC-1")
    intacct.control(do="fault", kind="drop_after", match="create_potransaction", times=1)
    intacct.control(do="fault", kind="visibility", seconds=600)
    code, facts = as_json("push", tenant.slug, "--flow", "commitments")
    assert (code, facts["flows"][0]["states"]) == (5, {"verifying": 1})
    assert newest().state == RunState.HELD
    assert newest().steps.get().message.startswith("1 document is being checked: it may have arrived.")


def test_a_change_order_whose_commitment_is_not_there_waits_and_its_run_says_so(pushing: Connection) -> None:
    base = commitment(pushing, "SC-1")
    order = change_order(base, "CO-1")
    push(pushing, order, flow="change_orders")
    run = newest("change_orders")
    assert run.state == RunState.HELD
    assert run.steps.get().message.startswith("1 document waits for another one.")


@pytest.mark.parametrize("named", [["NO-SUCH-DOC"], ["SC-1", "NO-SUCH-DOC"]])
def test_a_number_that_is_no_documents_pushes_nothing(
    pushing: Connection, tenant: Tenant, intacct: SandboxServer, named: list[str]
) -> None:
    document: Any = commitment(pushing, "SC-1")
    arguments = [part for number in named for part in ("--document", number)]
    for more in ([], ["--dry-run"], ["--queue"]):
        code, facts = as_json("push", tenant.slug, *arguments, *more)
        assert (code, facts["error"]) == (2, "DOCUMENT-UNKNOWN")
        assert "“NO-SUCH-DOC”" in facts["sentence"]
        assert "“SC-1”" not in facts["sentence"]
    document.refresh_from_db()
    assert document.delivery == "none"


def test_a_held_documents_page_says_what_frees_it_and_an_admin_can(
    pushing: Connection, intacct: SandboxServer, client_for: ClientFor, url: Url, admin: User, accountant: User
) -> None:
    document = commitment(pushing, "SC-1")
    intacct.control(do="fault", kind="permission", object="PODOCUMENT")
    push(pushing, document)
    hold = PushHold.objects.get()
    for person, may in ((accountant, False), (admin, True)):
        page = " ".join(client_for(person).get(url("commitment", pk=document.pk)).content.decode().split())
        assert hold.sentence.replace("'", "&#x27;") in page
        assert (f'action="{url("release_hold", pk=hold.pk)}"' in page) is may
        assert ("an admin of the company can have everything" in page) is not may
        assert "Wait until it has arrived" not in page
