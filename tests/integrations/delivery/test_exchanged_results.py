"""Results that Intacct exchanges between functions of one request: no document is verified as another one's record."""

from dataclasses import replace
from typing import Any

import pytest

from integrations.models import Connection, ListItem
from integrations.sandbox.execution import Execution
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import commitment
from tests.integrations.delivery.ledger import push, there
from tests.standing import Standing, standing


def exchange_results(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """From now on the gateway gives the first two results of this function the control id of the other."""
    run = Execution.run

    def exchanged(self: Execution, contexts: Any) -> Any:
        results = list(run(self, contexts))
        mine = [place for place, result in enumerate(results) if result.function == name]
        if len(mine) > 1:
            one, other = mine[:2]
            ids = results[one].controlid, results[other].controlid
            results[one], results[other] = (
                replace(results[one], controlid=ids[1]), replace(results[other], controlid=ids[0]),
            )  # fmt: skip
        return results

    monkeypatch.setattr(Execution, "run", exchanged)


def test_two_documents_whose_results_were_exchanged_are_not_verified(
    pushing: Connection, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = commitment(pushing, "X-1"), commitment(pushing, "X-2")
    before = there(intacct, pushing)
    with monkeypatch.context() as exchanging:
        exchange_results(exchanging, "create_potransaction")
        push(pushing, first, second)
    for document, other in ((first, second), (second, first)):
        assert standing(document) == Standing.DIFFERENT, standing(document)
        assert f"{other.number} in Intacct, {document.number} in ERP Admin" in document.difference
    assert there(intacct, pushing) == before + 2
    push(pushing, first, second)
    assert there(intacct, pushing) == before + 2, "nothing goes out again by itself"


def test_a_refusal_exchanged_with_a_success_doubles_nothing(
    pushing: Connection, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Intacct refuses the number of the one that is taken for refused, and its record is not taken from the other."""
    vendors = ListItem.objects.filter(kind="vendors", is_active=True, entity_id="").order_by("record_no")
    gone = vendors.last()
    assert gone is not None
    good, refused = commitment(pushing, "X-3"), commitment(pushing, "X-4", vendor_id=gone.business_id)
    before = there(intacct, pushing)
    intacct.control(do="delete", object="VENDOR", key=str(gone.record_no))
    with monkeypatch.context() as exchanging:
        exchange_results(exchanging, "create_potransaction")
        push(pushing, good, refused)
    assert (good.remote_id, standing(good), standing(refused)) == ("", Standing.FAILED, Standing.DIFFERENT)
    assert "X-3 in Intacct, X-4 in ERP Admin" in refused.difference
    push(pushing, good, refused)
    assert (good.remote_id, standing(good)) == ("", Standing.FAILED)
    assert "exists in Intacct already and belongs to commitment X-4" in good.state_reason
    assert there(intacct, pushing) == before + 1
