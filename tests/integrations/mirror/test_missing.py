"""What counts as gone from Intacct, and from when a Partial must read: the mirror is never thinned out by mistake."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from integrations.connections.service import update_credentials
from integrations.intacct import Client, Page
from integrations.lists import KINDS_BY_KEY
from integrations.mirror import recount, store
from integrations.mirror.selectors import is_mirrored, last_pull
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ListItem, Mode, RunState, RunStep, StepState
from integrations.records.lookup import MirrorView
from integrations.runs.runner import run_to_end, work_slice
from integrations.sandbox.facade import SandboxServer

Change = Callable[[Callable[[Mapping[str, Any]], Mapping[str, Any] | None]], None]


@pytest.fixture
def answer_with(monkeypatch: pytest.MonkeyPatch) -> Change:
    """Change or drop (None) each row that Intacct sends in a page of a list."""

    def answer_with(change: Callable[[Mapping[str, Any]], Mapping[str, Any] | None]) -> None:
        original = Client.query

        def query(self: Client, *args: Any) -> Page:
            page = original(self, *args)
            rows = [dict(new) for row in page.rows if (new := change(row)) is not None]
            total = page.total if rows or page.total is None else 0
            return replace(page, rows=rows, count=len(rows), total=total, remaining=page.remaining if rows else 0)

        monkeypatch.setattr(Client, "query", query)

    return answer_with


def sync(connection: Connection, *kinds: str, mode: Mode = Mode.FULL) -> RunStep:
    connection.refresh_from_db()
    run = run_to_end(start_list_sync(connection, kinds=kinds, mode=mode, queued=False).run)
    step: RunStep = run.steps.get(key__startswith="list:")
    return step


def log_of(step: RunStep) -> str:
    return " ".join(step.run.log.values_list("message", flat=True))


def missing(kind: str) -> int:
    return ListItem.objects.filter(kind=kind).exclude(missing_at=None).count()


def test_a_list_that_suddenly_shows_nothing_is_kept_and_the_run_says_so(
    mirrored: Connection, answer_with: Change
) -> None:
    before = ListItem.objects.filter(kind="customers").count()
    answer_with(lambda row: None)

    step = sync(mirrored, "customers")

    assert missing("customers") == 0
    assert (step.state, step.skipped, step.missing) == (StepState.HELD, before, 0)
    assert step.run.state == RunState.HELD
    assert f"none at all, though {before} were there before" in log_of(step)


def test_what_was_kept_is_counted_once_although_the_worker_dies_right_after(
    mirrored: Connection, answer_with: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Not an Exception, so that nothing tidies up."""

    def die(*args: object) -> None:
        raise Killed

    answer_with(lambda row: None)
    run = start_list_sync(mirrored, kinds=["customers"]).run
    with monkeypatch.context() as dying:
        dying.setattr(recount, "settle", die)
        with pytest.raises(Killed):
            work_slice(run.pk)
    run_to_end(run)
    assert run.steps.get().skipped == ListItem.objects.filter(kind="customers").count()
    assert run.log.count() == 1


def test_a_list_that_was_always_empty_is_read_successfully(connection: Connection, answer_with: Change) -> None:
    answer_with(lambda row: None)
    step = sync(connection, "customers")
    assert (step.state, step.skipped, step.announced) == (StepState.SUCCEEDED, 0, 0)
    assert log_of(step) == ""


def test_pages_without_rows_mark_nothing_although_records_were_announced(
    mirrored: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Client, "pages", lambda *args, **options: iter([Page([], 0, 0, 0, 0)]))
    step = sync(mirrored, "customers")
    assert missing("customers") == 0
    assert step.state == StepState.HELD
    assert "announced" in log_of(step)


def test_a_record_that_intacct_shows_without_its_id_is_unusable_and_not_missing(
    mirrored: Connection, answer_with: Change
) -> None:
    chosen = ListItem.objects.filter(kind="customers").earliest("record_no")
    answer_with(lambda row: {**row, "CUSTOMERID": ""} if row["RECORDNO"] == str(chosen.record_no) else row)

    step = sync(mirrored, "customers")

    assert (step.failed, step.missing, missing("customers")) == (1, 0, 0)
    assert is_mirrored(mirrored, "customers")
    assert last_pull(mirrored, "customers") == step


def test_an_unusable_row_is_kept_once_although_its_page_is_read_again(
    mirrored: Connection, answer_with: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies while it stores the page, and the next one reads the page again."""

    class Killed(BaseException):
        """Not an Exception, so that nothing tidies up."""

    answer_with(lambda row: {**row, "CUSTOMERID": ""} if "CUSTOMERID" in row else row)
    run = start_list_sync(mirrored, kinds=["customers"]).run
    with monkeypatch.context() as dying:

        def die(*args: object, **kwargs: object) -> None:
            raise Killed

        dying.setattr(store, "store_page", die)
        with pytest.raises(Killed):
            work_slice(run.pk)
    run_to_end(run)
    step = run.steps.get()
    assert step.failed == run.rows.count() == step.announced


@pytest.fixture
def partial(mirrored: Connection) -> Callable[[], RunStep]:
    return lambda: sync(mirrored, "customers", mode=Mode.PARTIAL)


def test_a_partial_reads_it_all_after_the_credentials_were_renewed(
    mirrored: Connection, intacct: SandboxServer, partial: Callable[[], RunStep]
) -> None:
    everything = ListItem.objects.filter(kind="customers").count()
    assert partial().read < everything
    facts = intacct.credentials
    update_credentials(mirrored, user_id=facts["user"], password=facts["password"])

    step = partial()

    assert step.read == everything
    assert "another user may see other records" in log_of(step)
    assert partial().read < everything


def test_a_partial_reads_it_all_when_other_fields_are_asked_for(
    mirrored: Connection, partial: Callable[[], RunStep], monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = replace(KINDS_BY_KEY["customers"], fields=("TERMNAME",))
    monkeypatch.setitem(KINDS_BY_KEY, "customers", fewer)
    step = partial()
    assert step.read == ListItem.objects.filter(kind="customers").count()
    assert "other fields are read" in log_of(step)


def test_of_two_records_of_one_id_the_one_still_there_counts(mirrored: Connection) -> None:
    """As after a record was removed in Intacct and made again: the old row is missing, the new one is inactive."""
    old = ListItem.objects.filter(kind="items", is_active=True).earliest("record_no")
    ListItem.objects.filter(pk=old.pk).update(missing_at=old.first_seen_at)
    new = ListItem.objects.get(pk=old.pk)
    new.pk, new.record_no, new.missing_at, new.is_active = None, 999_999, None, True
    new.save()
    assert MirrorView(mirrored).get("items", old.business_id) == new
    ListItem.objects.filter(pk=new.pk).update(is_active=False)
    assert MirrorView(mirrored).get("items", old.business_id) == new
