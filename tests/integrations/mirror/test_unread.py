"""Records that cannot be read: found, named and kept, while everything else of the sync goes on."""

from typing import Any

import pytest
from django.conf import settings

from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ListItem, ListState, Mode, RowOutcome, RunState, StepState, SyncRun
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from integrations.sandbox.faults.spoilt import WAYS

LISTS = ["vendors", "items", "customers", "projects", "departments"]
OBJECTS = {
    "vendors": "VENDOR",
    "items": "ITEM",
    "customers": "CUSTOMER",
    "projects": "PROJECT",
    "departments": "DEPARTMENT",
}
FIELDS = {"departments": "TITLE"}


def sync(connection: Connection, *kinds: str, mode: Mode = Mode.FULL) -> SyncRun:
    connection.refresh_from_db()
    return run_to_end(start_list_sync(connection, kinds=list(kinds), mode=mode, queued=False).run)


def numbers(kind: str) -> list[int]:
    return list(ListItem.objects.filter(kind=kind).order_by("record_no").values_list("record_no", flat=True))


def spoil(intacct: SandboxServer, kind: str, number: int, **options: Any) -> None:
    field = options.pop("field", FIELDS.get(kind, "NAME"))
    intacct.control(do="fault", kind="spoilt", object=OBJECTS[kind], key=number, field=field, **options)


def failed(run: SyncRun) -> list[tuple[str, str]]:
    rows = run.rows.filter(outcome=RowOutcome.FAILED).order_by("pk")
    return list(rows.values_list("label", "message"))


def test_a_bad_record_in_each_of_five_lists_is_named_and_all_lists_are_read(
    connection: Connection, intacct: SandboxServer
) -> None:
    sync(connection, *LISTS)
    before = {kind: list(ListItem.objects.filter(kind=kind).order_by("pk").values()) for kind in LISTS}
    for position, kind in enumerate(LISTS):
        chosen = numbers(kind)
        spoil(intacct, kind, chosen[[0, -1, len(chosen) // 2, 1, 0][position]], way=WAYS[position])
    run = sync(connection, *LISTS)
    assert run.state == RunState.PARTLY
    assert {step.key: (step.state, step.failed, step.missing) for step in run.steps.all()} == {
        f"list:{kind}": (StepState.PARTLY, 1, 0) for kind in LISTS
    }
    assert len(failed(run)) == 5
    assert all(step.announced == step.read for step in run.steps.all())
    after = {kind: list(ListItem.objects.filter(kind=kind).order_by("pk").values()) for kind in LISTS}
    assert after == before, "kept as it was"
    assert connection.state == "connected"


@pytest.mark.parametrize("size", [2000, 10, 3, 1])
@pytest.mark.parametrize("place", ["first", "last", "middle", "two beside each other", "three"])
def test_it_is_found_wherever_it_is(
    connection: Connection, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch, place: str, size: int
) -> None:
    sync(connection, "customers")
    there = numbers("customers")
    middle = len(there) // 2
    spots = {
        "first": [0], "last": [-1], "middle": [middle], "two beside each other": [middle, middle + 1],
        "three": [0, 5, len(there) - 1],
    }[place]  # fmt: skip
    for spot in spots:
        spoil(intacct, "customers", there[spot])
    monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", size)
    before = int(intacct.control(do="stats")["functions"]["query"])
    run = sync(connection, "customers")
    asked = int(intacct.control(do="stats")["functions"]["query"]) - before
    step = run.steps.get()
    assert (step.state, step.failed, step.missing, step.read) == (StepState.PARTLY, len(spots), 0, len(there))
    assert len({label for label, _ in failed(run)}) == len(spots)
    usual = 2 + -(-len(there) // size)
    assert asked <= usual + 14 * len(spots), "a few requests for each of them"


def test_the_message_names_record_field_and_character(connection: Connection, intacct: SandboxServer) -> None:
    sync(connection, "vendors")
    vendor = ListItem.objects.filter(kind="vendors").order_by("record_no")[3]
    spoil(intacct, "vendors", vendor.record_no)
    ((label, message),) = failed(sync(connection, "vendors"))
    assert label == f"Vendor {vendor.business_id}"
    assert "U+001F" in message
    assert "NAME" in message
    assert "In Intacct, open this record, clear NAME, type it again" in message
    state = ListState.objects.get(kind="vendors")
    assert (state.last_problem_code, "1 record " in state.last_problem) == ("LIST-UNREAD", True)
    assert "try again later" not in message.lower()


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_spoil_a_record(connection: Connection, intacct: SandboxServer, way: str) -> None:
    sync(connection, "vendors")
    chosen = numbers("vendors")[5]
    spoil(intacct, "vendors", chosen, way=way)
    run = sync(connection, "vendors")
    assert (run.state, run.steps.get().failed, run.steps.get().missing) == (RunState.PARTLY, 1, 0)
    ((_, message),) = failed(run)
    assert "NAME" in message
    intacct.control(do="heal")
    assert sync(connection, "vendors", mode=Mode.PARTIAL).state == RunState.SUCCEEDED


def test_a_key_that_cannot_be_read_takes_nothing_along(connection: Connection, intacct: SandboxServer) -> None:
    sync(connection, "vendors")
    there = numbers("vendors")
    for spot in (0, 5):
        spoil(intacct, "vendors", there[spot], field="RECORDNO")
        run = sync(connection, "vendors")
        step = run.steps.get()
        assert (step.state, step.missing) == (StepState.PARTLY, 0), spot
        assert step.failed == step.skipped == 1
        assert not ListItem.objects.filter(kind="vendors").exclude(missing_at=None).exists()
        assert ListState.objects.get(kind="vendors").last_problem_code == "LIST-INCOMPLETE"
        intacct.control(do="heal")


def test_it_is_asked_for_again_until_it_can_be_read(connection: Connection, intacct: SandboxServer) -> None:
    """It was not modified since, so that a Partial from the last read on would never see it again."""
    sync(connection, "vendors")
    chosen = ListItem.objects.filter(kind="vendors").order_by("record_no")[5]
    spoil(intacct, "vendors", chosen.record_no)
    sync(connection, "vendors")
    for _ in range(2):
        run = sync(connection, "vendors", mode=Mode.PARTIAL)
        assert failed(run)[0][0] == f"Vendor {chosen.business_id}"
    ListItem.objects.filter(pk=chosen.pk).update(name="as it was", digest="")
    intacct.control(do="heal")
    assert sync(connection, "vendors", mode=Mode.PARTIAL).state == RunState.SUCCEEDED
    chosen.refresh_from_db()
    assert chosen.name != "as it was"
    assert sync(connection, "vendors", mode=Mode.PARTIAL).steps.get(key="list:vendors").checkpoint["ask_again"] == []


def test_what_spoils_everything_is_given_up_and_the_other_lists_go_on(
    connection: Connection, intacct: SandboxServer
) -> None:
    sync(connection, "vendors", "items")
    for number in numbers("vendors"):
        spoil(intacct, "vendors", number)
    before = int(intacct.control(do="stats")["requests"])
    run = sync(connection, "vendors", "items")
    assert {step.key: step.state for step in run.steps.all()} == {
        "list:vendors": StepState.FAILED, "list:items": StepState.SUCCEEDED,
    }  # fmt: skip
    assert run.steps.get(key="list:vendors").error_code == "ANS-SPOILT"
    assert int(intacct.control(do="stats")["requests"]) - before < 130
    assert not ListItem.objects.filter(kind="vendors").exclude(missing_at=None).exists()


@pytest.mark.parametrize("way", ["control", "nested"])
def test_a_list_that_is_read_by_its_keys_goes_around_it_too(
    connection: Connection, intacct: SandboxServer, way: str
) -> None:
    sync(connection, "purchasing_definitions")
    there = numbers("purchasing_definitions")
    intacct.control(
        do="fault", kind="spoilt", object="PODOCUMENTPARAMS", key=there[3], field="DESCRIPTION", way=way
    )  # fmt: skip
    step = sync(connection, "purchasing_definitions").steps.get()
    assert (step.state, step.failed, step.missing, step.read) == (StepState.PARTLY, 1, 0, len(there))
