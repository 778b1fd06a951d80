"""`push` in a shell: what it sends, what it only shows, what it leaves to a worker, and the code it ends with."""

from accounts.models import Tenant
from erp_admin.models import Commitment
from integrations.commands import EXIT_FAILED, EXIT_UNSETTLED, EXIT_USE
from integrations.models import Connection, Push, PushState, SyncRun
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import change_order, commitment
from tests.integrations.delivery.ledger import there
from tests.integrations.management.test_commands import as_json, command
from tests.standing import Standing, standing


def test_a_dry_run_shows_the_exact_call_and_sends_nothing(
    pushing: Connection, tenant: Tenant, intacct: SandboxServer
) -> None:
    before = there(intacct, pushing)
    commitment(pushing, "SC-1", "1000.00")
    code, facts = as_json("push", tenant.slug, "--dry-run")
    (shown,) = facts["documents"]
    assert (code, shown["flow"], shown["outcome"], shown["problems"]) == (0, "commitments", "create", [])
    assert "<create_potransaction>" in shown["function"]
    assert not Push.objects.exists()
    assert there(intacct, pushing) == before


def test_what_is_ready_is_pushed_and_told(pushing: Connection, tenant: Tenant, intacct: SandboxServer) -> None:
    before = there(intacct, pushing)
    base = commitment(pushing, "SC-1", "1000.00")
    change_order(base, "CO-1", "100.00")
    code, facts = as_json("push", tenant.slug, "--flow", "commitments")
    (told,) = facts["flows"]
    assert (code, told["states"], told["total"], told["blocked"]) == (0, {"delivered": 1}, "1000.00", [])
    assert told["documents"][0]["intacct"]
    base.refresh_from_db()
    assert standing(base) == Standing.VERIFIED
    assert there(intacct, pushing) == before + 1
    assert command("push", tenant.slug, "--flow", "commitments")[0] == 0
    assert there(intacct, pushing) == before + 1


def test_only_the_documents_named_are_pushed(pushing: Connection, tenant: Tenant) -> None:
    commitment(pushing, "SC-1")
    commitment(pushing, "SC-12")
    assert command("push", tenant.slug, "--document", "SC-1")[0] == 0
    assert [Commitment.objects.get(pk=push.document_id).number for push in Push.objects.all()] == ["SC-1"]


def test_one_that_is_blocked_is_told_with_its_problem(pushing: Connection, tenant: Tenant) -> None:
    commitment(pushing, "SC-1", vendor_id="NOBODY")
    code, facts = as_json("push", tenant.slug, "--flow", "commitments", "--dry-run")
    assert (code, [entry["outcome"] for entry in facts["documents"]]) == (EXIT_FAILED, ["blocked"])
    code, facts = as_json("push", tenant.slug, "--flow", "commitments")
    (blocked,) = facts["flows"][0]["blocked"]
    assert code == EXIT_FAILED
    assert "NOBODY" in " ".join(blocked["problems"])
    assert not Push.objects.exists()


def test_with_queue_it_is_left_to_a_worker(pushing: Connection, tenant: Tenant) -> None:
    commitment(pushing, "SC-1")
    code, facts = as_json("push", tenant.slug, "--flow", "commitments", "--queue")
    assert (code, facts["flows"][0]["states"]) == (5, {"queued": 1}), "what is only queued is not done"
    assert Push.objects.get().state == PushState.QUEUED
    assert SyncRun.objects.latest("number").is_active


def test_what_an_earlier_push_left_held_is_not_called_done(
    pushing: Connection, tenant: Tenant, intacct: SandboxServer
) -> None:
    commitment(pushing, "SC-1")
    intacct.control(do="fault", kind="permission", object="PODOCUMENT")
    assert command("push", tenant.slug)[0] == EXIT_UNSETTLED
    for named in ([], ["--document", "SC-1"]):
        code, facts = as_json("push", tenant.slug, *named)
        told = facts["flows"][0]
        assert (code, [each["state"] for each in told["under_way"]]) == (EXIT_UNSETTLED, ["held"])
        assert "Then release what is held, on the page Issues." in told["advice"]
    commitment(pushing, "SC-2", approved=False)
    assert command("push", tenant.slug, "--document", "SC-2")[0] == EXIT_FAILED


def test_a_change_order_that_waits_for_a_draft_says_what_it_waits_for(pushing: Connection, tenant: Tenant) -> None:
    change_order(commitment(pushing, "SC-1", approved=False), "CO1")
    assert command("push", tenant.slug)[0] == EXIT_UNSETTLED
    assert "approved and pushed" in SyncRun.objects.latest("number").error_advice
    code, out, _ = command("push", tenant.slug)
    assert (code, "not settled yet, waiting" in out) == (EXIT_UNSETTLED, True)


def test_an_unknown_flow_is_refused_with_those_there_are(pushing: Connection, tenant: Tenant) -> None:
    code, _, err = command("push", tenant.slug, "--flow", "invoices")
    assert code == EXIT_USE
    assert "There is no flow “invoices”." in err
    assert "commitments" in err
