"""Records at the two ends of a list that cannot be read: without a readable key, or without a positive one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ListItem, ListState, Mode, RunState, RunStep, StepState
from integrations.runs.runner import run_to_end, work_slice
from integrations.sandbox.facade import SandboxServer
from integrations.sandbox.faults.spoilt import WAYS
from tests.integrations.mirror.test_availability import Withhold, log_of, sync, vendors, withhold
from tests.integrations.mirror.test_unread import numbers, spoil

__all__ = ["vendors", "withhold"]


def held(kind: str = "vendors") -> dict[int, dict[str, Any]]:
    """What the mirror holds of a list, by record number, but for when it was written."""
    rows = ListItem.objects.filter(kind=kind).values()
    return {row["record_no"]: {name: row[name] for name in row if name not in ("changed_at", "digest")} for row in rows}


def missing(kind: str = "vendors") -> list[int]:
    return list(ListItem.objects.filter(kind=kind).exclude(missing_at=None).values_list("record_no", flat=True))


def assert_heals(connection: Connection, intacct: SandboxServer, kind: str = "vendors") -> None:
    """After the fault a Partial leaves nothing unknown, limited or named."""
    intacct.control(do="heal")
    step = sync(connection, kind, mode=Mode.PARTIAL)
    assert step.run.state == RunState.SUCCEEDED, log_of(step.run)
    state = ListState.objects.get(kind=kind)
    assert (state.last_problem, state.limited, state.unknown) == ("", {}, 0)
    assert not ListItem.objects.filter(kind=kind, unread__isnull=False).exists()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("many", "size"), [(1, 2000), (2, 3)])
def test_without_the_highest_keys_the_rest_of_the_list_is_read(
    vendors: Connection, intacct: SandboxServer, monkeypatch: pytest.MonkeyPatch, way: str, many: int, size: int
) -> None:
    monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", size)
    before, there = held(), numbers("vendors")
    for number in there[-many:]:
        spoil(intacct, "vendors", number, field="RECORDNO", way=way)
    intacct.control(do="put", object="VENDOR", record={"RECORDNO": str(there[2]), "NAME": "Renamed"})
    step = sync(vendors, "vendors")
    assert (step.state, step.read, step.missing) == (StepState.PARTLY, len(there), 0)
    after = held()
    assert after.pop(there[2])["name"] == "Renamed"
    del before[there[2]]
    assert after == before
    assert_heals(vendors, intacct)


def test_a_list_that_ends_in_more_of_them_is_left_as_it_is(vendors: Connection, intacct: SandboxServer) -> None:
    for number in numbers("vendors")[-8:]:
        spoil(intacct, "vendors", number, field="RECORDNO")
    assert sync(vendors, "vendors").state == StepState.FAILED
    assert not missing()
    assert_heals(vendors, intacct)


@pytest.fixture
def system_departments(connection: Connection, intacct: SandboxServer) -> Connection:
    """A list whose records all are Intacct's own."""
    sync(connection, "departments")
    for number in numbers("departments"):
        intacct.control(do="delete", object="DEPARTMENT", key=str(number))
    ListItem.objects.all().delete()
    for number in (-5, -3):
        record = {"RECORDNO": str(number), "DEPARTMENTID": f"N{number}", "TITLE": f"Own {number}", "STATUS": "active"}
        intacct.control(do="put", object="DEPARTMENT", record=record)
    return connection


def test_a_list_without_any_positive_key_is_read(system_departments: Connection, intacct: SandboxServer) -> None:
    for _ in range(2):
        step = sync(system_departments, "departments")
        assert (step.state, step.read, step.announced) == (StepState.SUCCEEDED, 2, 2)
    assert numbers("departments") == [-5, -3]
    intacct.control(do="put", object="DEPARTMENT", record={"RECORDNO": "-3", "TITLE": "Renamed"})
    sync(system_departments, "departments", mode=Mode.PARTIAL)
    assert ListItem.objects.get(record_no=-3).fields["TITLE"] == "Renamed"
    intacct.control(do="delete", object="DEPARTMENT", key="N-5")
    sync(system_departments, "departments")
    assert missing("departments") == [-5]


@pytest.mark.parametrize("way", ["control", "nested"])
@pytest.mark.parametrize("field", ["NAME", "RECORDNO"])
def test_a_record_of_intacct_s_own_is_gone_around_too(
    vendors: Connection, intacct: SandboxServer, field: str, way: str
) -> None:
    for number in (-5, -3, -1):
        record = {"RECORDNO": str(number), "VENDORID": f"N{number}", "NAME": f"Own {number}", "STATUS": "active"}
        intacct.control(do="put", object="VENDOR", record=record)
    sync(vendors, "vendors")
    before = held()
    spoil(intacct, "vendors", -3, way=way, field=field)
    intacct.control(do="put", object="VENDOR", record={"RECORDNO": "-5", "NAME": "Renamed"})
    for mode in (Mode.FULL, Mode.PARTIAL):
        assert sync(vendors, "vendors", mode=mode).state == StepState.PARTLY
        after = held()
        assert after.pop(-5)["name"] == "Renamed"
        assert after == {number: row for number, row in before.items() if number != -5}
    assert_heals(vendors, intacct)


@pytest.mark.parametrize("field", ["ONHOLD", "RECORDNO"])
def test_the_first_record_says_nothing_of_a_field_that_was_refused(
    vendors: Connection, intacct: SandboxServer, withhold: Withhold, field: str
) -> None:
    withhold("VENDOR", "ONHOLD")
    sync(vendors, "vendors")
    intacct.control(do="heal")
    spoil(intacct, "vendors", numbers("vendors")[0], field=field)
    step = sync(vendors, "vendors")
    assert (step.state, step.failed) == (StepState.PARTLY, 1)
    assert "ONHOLD can be read again" in log_of(step.run)
    assert_heals(vendors, intacct)


def test_a_list_is_counted_though_its_first_key_cannot_be_read(
    vendors: Connection, intacct: SandboxServer, begun: Callable[[Connection], Callable[[], RunStep]]
) -> None:
    there = numbers("vendors")
    spoil(intacct, "vendors", there[0], field="RECORDNO")
    end = begun(vendors)
    intacct.control(do="delete", object="VENDOR", key=str(there[-2]))
    assert end().state == StepState.PARTLY
    assert missing() == [there[-2]]
    assert_heals(vendors, intacct)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Callable[[Connection], Callable[[], RunStep]]:
    """Begin a Full of vendors whose worker stops after a page; what is returned works the rest."""
    monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 5)

    def begin(connection: Connection) -> Callable[[], RunStep]:
        run = start_list_sync(connection, kinds=["vendors"], queued=False).run
        for _ in range(2):
            work_slice(run.pk, seconds=0)

        def end() -> RunStep:
            step: RunStep = run_to_end(run).steps.get()
            return step

        return end

    return begin


@pytest.mark.parametrize("spot", [0, 5, -1])
def test_deletions_are_found_by_the_keys_around_one_that_cannot_be_read(
    vendors: Connection, intacct: SandboxServer, spot: int
) -> None:
    there = numbers("vendors")
    intacct.control(do="fault", kind="permission", object="AUDITHISTORY")
    spoil(intacct, "vendors", there[spot], field="RECORDNO")
    intacct.control(do="delete", object="VENDOR", key=str(there[7]))
    ListState.objects.update(swept_at=timezone.now() - timedelta(hours=30))
    step = sync(vendors, "vendors", mode=Mode.PARTIAL)
    assert step.run.steps.get(key="deletions").state == StepState.SUCCEEDED
    assert missing() == [there[7]]
    assert_heals(vendors, intacct)


def test_a_look_that_met_nothing_but_a_bad_record_has_read_the_list(
    vendors: Connection, intacct: SandboxServer
) -> None:
    """All the others were not modified and are as they were."""
    spoil(intacct, "vendors", numbers("vendors")[4])
    sync(vendors, "vendors")
    ListState.objects.update(complete_through="2090-01-01T00:00Z")
    step = sync(vendors, "vendors", mode=Mode.PARTIAL)
    assert (step.read, step.failed, step.state) == (1, 1, StepState.PARTLY)
    assert ListState.objects.get(kind="vendors").last_problem_code == "LIST-UNREAD"
