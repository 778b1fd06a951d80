"""Records without a positive key, which Intacct keeps for itself: read like all others, and counted once."""

import pytest

from integrations.mirror.service import start_list_sync, start_refresh
from integrations.models import Connection, ListItem, Mode, RunState, RunStep, StepState
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer


def sync(connection: Connection, kind: str, mode: Mode = Mode.FULL, entity: str = "") -> RunStep:
    connection.refresh_from_db()
    run = run_to_end(start_list_sync(connection, kinds=[kind], mode=mode, entity=entity, queued=False).run)
    step: RunStep = run.steps.get(key__startswith="list:")
    return step


def of(number: int, kind: str) -> ListItem:
    return ListItem.objects.get(kind=kind, record_no=number)


KINDS = [
    ("vendors", "VENDOR", {"VENDORID": "V-SYSTEM", "NAME": "Of Intacct's own"}, "NAME"),
    ("gl_accounts", "GLACCOUNT", {"ACCOUNTNO": "0001", "TITLE": "Suspense of Intacct's own"}, "TITLE"),
]


@pytest.mark.parametrize("number", [0, -1, -4711])
@pytest.mark.parametrize(("kind", "object_name", "record", "field"), KINDS)
def test_a_record_without_a_positive_key_is_read_renewed_and_found_missing(
    connection: Connection,
    intacct: SandboxServer,
    kind: str,
    object_name: str,
    record: dict[str, str],
    field: str,
    number: int,
) -> None:
    intacct.control(do="put", object=object_name, record={**record, "RECORDNO": str(number)})
    for _ in range(2):
        step = sync(connection, kind)
        assert (step.state, step.skipped, step.missing) == (StepState.SUCCEEDED, 0, 0)
        assert step.read == step.announced == ListItem.objects.filter(kind=kind).count()
        assert not step.run.log.exists(), "nothing is out of the ordinary"
    assert of(number, kind).is_active
    intacct.control(do="put", object=object_name, record={"RECORDNO": str(number), field: "Renamed"})
    step = sync(connection, kind, Mode.PARTIAL)
    assert (step.state, step.changed) == (StepState.SUCCEEDED, 1)
    assert of(number, kind).fields[field] == "Renamed"
    intacct.control(do="put", object=object_name, record={"RECORDNO": str(number), field: "Renamed twice"})
    assert run_to_end(start_refresh(of(number, kind), queued=False).run).state == RunState.SUCCEEDED
    assert of(number, kind).fields[field] == "Renamed twice"
    assert of(number, kind).missing_at is None
    intacct.control(do="delete", object=object_name, key=of(number, kind).business_id)
    step = sync(connection, kind)
    assert (step.state, step.missing) == (StepState.SUCCEEDED, 1)
    assert of(number, kind).missing_at is not None


def test_one_that_intacct_shows_and_does_not_let_be_read_is_left_out_and_named(
    connection: Connection, intacct: SandboxServer
) -> None:
    """The local Intacct's `read` knows positive keys only."""
    record = {"DOCID": "System definition", "DESCRIPTION": "Own", "RECORDNO": "-3"}
    intacct.control(do="put", object="PODOCUMENTPARAMS", record=record)
    step = sync(connection, "purchasing_definitions")
    assert (step.state, step.skipped) == (StepState.SUCCEEDED, 0)
    assert step.run.log.filter(message__contains="(-3) are Intacct's own").count() == 1
    assert not ListItem.objects.filter(business_id="System definition").exists()


def test_seen_from_one_entity_a_record_of_another_is_not_missing(
    connection: Connection, intacct: SandboxServer
) -> None:
    record = {"VENDORID": "V-SYSTEM", "NAME": "Own", "RECORDNO": "-7", "MEGAENTITYID": "300"}
    intacct.control(do="put", object="VENDOR", record=record)
    sync(connection, "vendors")
    for entity in ("200", "300"):
        step = sync(connection, "vendors", entity=entity)
        assert (step.state, step.missing) == (StepState.SUCCEEDED, 0)
    assert of(-7, "vendors").missing_at is None
