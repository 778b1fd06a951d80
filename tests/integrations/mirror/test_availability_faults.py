"""A field that cannot be read, together with another fault: nothing becomes permitted, and nothing stays limited."""

import pytest
from django.conf import settings

from integrations.connections.service import update_credentials
from integrations.intacct import ProtocolError
from integrations.lists import KINDS_BY_KEY
from integrations.mirror import store
from integrations.mirror.definitions import refused_field
from integrations.mirror.service import start_list_sync
from integrations.models import (
    Connection,
    ConnectionState,
    ListDefinition,
    ListItem,
    ListState,
    Mode,
    RunState,
    StepState,
    SyncProfile,
)
from integrations.runs.runner import run_to_end, work_slice
from integrations.sandbox.facade import SandboxServer
from tests.integrations.mirror.test_availability import Withhold, known, log_of, sync, vendors, withhold

__all__ = ["vendors", "withhold"]


def test_a_right_that_is_taken_away_between_pages_keeps_all_and_is_no_field(
    vendors: Connection, intacct: SandboxServer, withhold: Withhold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 5)
    before = known()
    withhold("VENDOR", "STATUS")
    run = start_list_sync(vendors, kinds=["vendors"], queued=False).run
    work_slice(run.pk, seconds=0)
    work_slice(run.pk, seconds=0)
    intacct.control(do="fault", kind="permission", object="VENDOR")
    run_to_end(run)
    step = run.steps.get()
    assert (step.state, step.error_code, run.state) == (StepState.LIMITED, "PRM-OPERATION", RunState.FAILED)
    assert known() == before
    state = ListState.objects.get(kind="vendors")
    assert state.last_problem_code == "PRM-OPERATION"
    intacct.control(do="heal")
    assert sync(vendors, "vendors", mode=Mode.PARTIAL).state == StepState.SUCCEEDED
    assert known() == before


def test_a_limited_connection_is_connected_again_although_a_field_is_refused(
    vendors: Connection, intacct: SandboxServer, withhold: Withhold
) -> None:
    """Rights and fields are two things."""
    intacct.control(do="fault", kind="permission", object="ITEM")
    sync(vendors, "items")
    vendors.refresh_from_db()
    assert vendors.state == ConnectionState.LIMITED
    intacct.control(do="heal")
    withhold("ITEM", "ITEMTYPE")
    assert sync(vendors, "items").error_code == "LIST-LIMITED"
    vendors.refresh_from_db()
    assert vendors.state == ConnectionState.CONNECTED


def test_a_worker_that_is_killed_asks_no_more_often(
    vendors: Connection, intacct: SandboxServer, withhold: Withhold, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Not an Exception, so that nothing tidies up."""

    def die(*args: object, **kwargs: object) -> None:
        raise Killed

    before = known()
    withhold("VENDOR", "STATUS", "MEGAENTITYID")
    sync(vendors, "vendors")
    run = start_list_sync(vendors, kinds=["vendors"], queued=False).run
    with monkeypatch.context() as dying:
        dying.setattr(store, "store_page", die)
        with pytest.raises(Killed):
            work_slice(run.pk)
    run_to_end(run)
    step = run.steps.get()
    assert (step.state, step.read, step.missing) == (StepState.LIMITED, len(before), 0)
    assert known() == before
    assert step.message.count("could not be read") == 1


def test_other_credentials_ask_again_and_read_whole(
    vendors: Connection, intacct: SandboxServer, withhold: Withhold
) -> None:
    withhold("VENDOR", "ONHOLD")
    sync(vendors, "vendors")
    facts = intacct.credentials
    update_credentials(vendors, user_id=facts["user"], password=facts["password"])
    assert sync(vendors, "vendors", mode=Mode.PARTIAL).state == StepState.LIMITED
    intacct.control(do="heal")
    step = sync(vendors, "vendors", mode=Mode.PARTIAL)
    assert (step.state, step.read) == (StepState.SUCCEEDED, len(known()))


def test_a_field_of_the_companys_own_that_is_refused_keeps_no_record_from_use(
    vendors: Connection, intacct: SandboxServer, withhold: Withhold
) -> None:
    definition = ListDefinition.objects.get(kind="vendors")
    name = definition.custom_fields[0]["name"]
    SyncProfile.objects.update_or_create(
        connection=vendors, entity_id="", defaults={"tenant": vendors.tenant, "custom_fields": {"vendors": [name]}}
    )
    withhold("VENDOR", name)
    step = sync(vendors, "vendors")
    assert (step.state, name in step.message) == (StepState.LIMITED, True)
    assert not ListItem.objects.filter(kind="vendors", is_known=False).exists()
    intacct.control(do="heal")
    step = sync(vendors, "vendors", mode=Mode.PARTIAL)
    assert step.state == StepState.SUCCEEDED
    assert all(name in item.fields for item in ListItem.objects.filter(kind="vendors"))


@pytest.mark.parametrize("mode", [Mode.FULL, Mode.PARTIAL])
def test_a_fault_that_passes_while_it_is_asked_again_is_outlived(
    vendors: Connection, intacct: SandboxServer, withhold: Withhold, mode: Mode
) -> None:
    before = known()
    withhold("VENDOR", "STATUS")
    sync(vendors, "vendors")
    intacct.control(do="fault", kind="502", match="query vendor", nth=1)
    assert sync(vendors, "vendors", mode=mode).state == StepState.LIMITED
    assert known() == before


def test_when_several_fields_are_refused_at_once_each_is_left_out() -> None:
    kind = KINDS_BY_KEY["vendors"]
    selected = ["RECORDNO", "VENDORID", "STATUS", "ONHOLD"]
    error = ProtocolError("x", code="REQ-FIELD", subject="STATUS, ONHOLD [Support ID: 7]")
    assert refused_field(kind, selected, error) == "STATUS"
    assert refused_field(kind, ["RECORDNO", "ONHOLD"], error) == "ONHOLD"
    assert refused_field(kind, ["RECORDNO", "NAME"], error) == ""
    assert refused_field(kind, selected, ProtocolError("x", code="REQ-FIELD", subject="VENDORID")) == ""


def test_one_entity_after_the_other_agree_on_what_is_known(
    vendors: Connection, intacct: SandboxServer, withhold: Withhold
) -> None:
    """A field that is refused while one entity is read, and not while the other is."""
    before = known()
    withhold("VENDOR", "ONHOLD")
    sync(vendors, "vendors", entity="200")
    intacct.control(do="heal")
    sync(vendors, "vendors", entity="300")
    assert known() == before
    own = ListItem.objects.filter(kind="vendors", entity_id="200")
    assert own.exists()
    assert not own.filter(unread__isnull=True).exists(), "those of the other entity were not read again"
    step = sync(vendors, "vendors", mode=Mode.PARTIAL)
    assert not ListItem.objects.filter(unread__isnull=False).exists(), log_of(step.run)
    assert known() == before
