"""Mirroring lists from the local Intacct over a real socket: what is written, what is counted, what is never lost."""

from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Tenant
from integrations.connections.service import authorize
from integrations.gateway import client as gateway
from integrations.lists import KINDS_BY_KEY
from integrations.mirror import rows
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ListItem, Mode, RunState, RunStep, StepState, SyncRun
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.conftest import MIRRORED


def sync(connection: Connection, *kinds: str, mode: Mode = Mode.FULL) -> SyncRun:
    connection.refresh_from_db()
    return run_to_end(start_list_sync(connection, kinds=kinds, mode=mode, queued=False).run)


def only_step(run: SyncRun) -> RunStep:
    """The step that read the one list of the run."""
    return run.steps.get(key__startswith="list:")


def project(name: str) -> ListItem:
    return ListItem.objects.get(kind="projects", business_id=name)


def some_project() -> ListItem:
    return ListItem.objects.filter(kind="projects", is_active=True).earliest("record_no")


def test_the_mirror_holds_what_intacct_has(mirrored: Connection, intacct: SandboxServer) -> None:
    there = intacct.control(do="stats")["records"][mirrored.company_id]
    for kind in (KINDS_BY_KEY[key] for key in MIRRORED):
        assert ListItem.objects.filter(kind=kind.key).count() == there[kind.object], kind.key


def test_each_step_counts_what_it_did(mirrored: Connection) -> None:
    for step in RunStep.objects.all():
        assert step.state == StepState.SUCCEEDED
        assert step.announced == step.read == step.new
        assert (step.changed, step.same, step.missing, step.failed) == (0, 0, 0, 0)
        assert step.requests >= step.billable >= 2  # at least the count and one page; a sign-in is not billed


def test_awkward_values_survive_unchanged(mirrored: Connection, intacct: SandboxServer) -> None:
    record = {
        "PROJECTID": "00042-X",
        "NAME": "Ünïcode & <tags> \"quoted\" 'apostrophe' 橋 > more",
        "PROJECTCATEGORY": "Contract",
    }
    intacct.control(do="put", object="PROJECT", record=record)
    sync(mirrored, "projects")
    item = project("00042-X")
    assert item.name == record["NAME"]
    assert item.fields["NAME"] == record["NAME"]
    assert "RECORDNO" not in item.fields


def test_a_second_full_pull_of_the_same_writes_nothing(
    mirrored: Connection, django_assert_max_num_queries: Any
) -> None:
    before = dict(ListItem.objects.values_list("pk", "changed_at"))
    run = sync(mirrored, *MIRRORED)
    assert run.state == RunState.SUCCEEDED
    assert {(step.new, step.changed, step.missing) for step in run.steps.all()} == {(0, 0, 0)}
    assert dict(ListItem.objects.values_list("pk", "changed_at")) == before


def test_a_record_of_the_version_before_gets_its_searched_text_and_is_no_change(mirrored: Connection) -> None:
    """Stored by a process that knew none, while the site was upgraded."""
    there = some_project()
    ListItem.objects.filter(pk=there.pk).update(search_text="", scope_id="")
    step = only_step(sync(mirrored, "projects"))
    assert (step.changed, step.new) == (0, 0)
    assert some_project().search_text == there.search_text != ""


def test_a_change_in_intacct_is_seen_once(mirrored: Connection, intacct: SandboxServer) -> None:
    chosen = some_project()
    intacct.control(do="put", object="PROJECT", record={"RECORDNO": str(chosen.record_no), "NAME": "Renamed"})
    assert only_step(sync(mirrored, "projects")).changed == 1
    assert project(chosen.business_id).name == "Renamed"
    assert only_step(sync(mirrored, "projects")).changed == 0


def test_a_record_gone_from_intacct_is_marked_and_kept(mirrored: Connection, intacct: SandboxServer) -> None:
    chosen = ListItem.objects.filter(kind="items").latest("record_no")
    intacct.control(do="delete", object="ITEM", key=str(chosen.record_no))
    assert only_step(sync(mirrored, "items")).missing == 1
    chosen.refresh_from_db()
    assert chosen.missing_at is not None
    assert only_step(sync(mirrored, "items")).missing == 0, "it is counted once"


def test_a_record_that_returns_is_no_longer_missing(mirrored: Connection, intacct: SandboxServer) -> None:
    chosen = ListItem.objects.filter(kind="items").earliest("record_no")
    ListItem.objects.filter(pk=chosen.pk).update(missing_at=chosen.first_seen_at)
    sync(mirrored, "items")
    chosen.refresh_from_db()
    assert chosen.missing_at is None


def test_pages_of_any_size_give_the_same_mirror(
    mirrored: Connection, monkeypatch: pytest.MonkeyPatch, intacct: SandboxServer
) -> None:
    before = set(ListItem.objects.filter(kind="projects").values_list("record_no", "digest"))
    chosen = some_project()
    intacct.control(do="delete", object="PROJECT", key=str(chosen.record_no))
    monkeypatch.setattr(settings, "SYNC_PAGE_SIZE", 7)
    step = only_step(sync(mirrored, "projects"))
    assert (step.read, step.missing) == (len(before) - 1, 1)
    assert step.billable >= (len(before) - 1) // 7
    assert set(ListItem.objects.filter(kind="projects").values_list("record_no", "digest")) == before


def test_a_partial_pull_reads_only_what_may_have_changed(mirrored: Connection, intacct: SandboxServer) -> None:
    chosen = some_project()
    intacct.control(do="put", object="PROJECT", record={"RECORDNO": str(chosen.record_no), "NAME": "Renamed"})
    step = only_step(sync(mirrored, "projects", mode=Mode.PARTIAL))
    assert step.changed == 1
    assert step.read == step.announced < ListItem.objects.filter(kind="projects").count()
    assert step.missing == 0, "a partial pull cannot tell what is missing"


def test_a_first_partial_pull_reads_everything_and_says_so(connection: Connection) -> None:
    run = sync(connection, "items", mode=Mode.PARTIAL)
    assert only_step(run).new == ListItem.objects.count() > 0
    assert run.log.filter(message__contains="read whole, because").count() == 1


def test_an_entity_connection_sees_its_own_and_shared_records_only(
    scoped: Tenant, intacct: SandboxServer, mirrored: Connection
) -> None:
    facts = intacct.credentials
    everything = set(ListItem.objects.filter(kind="projects").values_list("entity_id", flat=True))
    entity = next(owner for owner in everything if owner)
    Connection.objects.update(state="disconnected")
    inside = authorize(
        scoped, company_id=facts["company"], user_id=facts["user"], password=facts["password"], entity_id=entity
    )
    assert sync(inside, "projects").state == RunState.SUCCEEDED
    owners = set(ListItem.objects.filter(connection=inside, kind="projects").values_list("entity_id", flat=True))
    assert owners == {"", entity}
    assert not ListItem.objects.filter(connection=mirrored).exclude(missing_at=None).exists()


def test_a_right_that_is_missing_limits_its_list_and_the_rest_goes_on(
    connection: Connection, intacct: SandboxServer
) -> None:
    intacct.control(do="fault", kind="permission", object="CUSTOMER")
    run = sync(connection, *MIRRORED)
    states = dict(run.steps.values_list("key", "state"))
    assert states.pop("list:customers") == StepState.LIMITED
    assert set(states.values()) == {StepState.SUCCEEDED}
    assert run.state == RunState.PARTLY
    connection.refresh_from_db()
    assert connection.state == "limited"
    assert connection.state_advice


def test_a_run_that_fails_for_a_right_alone_says_what_to_do(connection: Connection, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="permission", object="CUSTOMER")
    run = sync(connection, "customers")
    connection.refresh_from_db()
    assert (run.state, run.error_code) == (RunState.FAILED, connection.state_code)
    assert (run.error_sentence, run.error_advice) == (connection.state_reason, connection.state_advice)
    assert run.error_advice


def test_a_right_that_is_given_again_ends_the_limit(connection: Connection, intacct: SandboxServer) -> None:
    intacct.control(do="fault", kind="permission", object="CUSTOMER")
    sync(connection, *MIRRORED)
    intacct.control(do="reset")
    sync(connection, *MIRRORED)
    connection.refresh_from_db()
    assert connection.state == "connected"


def test_a_field_this_company_does_not_offer_is_named_and_left_out(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    kind = replace(KINDS_BY_KEY["items"], fields=("ITEMTYPE", "NOSUCHFIELD"))
    monkeypatch.setitem(KINDS_BY_KEY, "items", kind)
    run = sync(connection, "items")
    assert run.state == RunState.SUCCEEDED
    assert "NOSUCHFIELD" in run.log.get().message


def test_remote_calls_refuse_to_run_inside_a_transaction(connection: Connection) -> None:
    from django.db import transaction

    with transaction.atomic(), pytest.raises(RuntimeError, match="atomic"), gateway.opened(connection):
        raise AssertionError("never reached")


def test_rows_that_cannot_be_mirrored_are_kept_with_their_reason() -> None:
    read = rows.RowReader(KINDS_BY_KEY["projects"], ("RECORDNO", "PROJECTID")).read
    with pytest.raises(rows.Unusable, match="RECORDNO"):
        read({"RECORDNO": "", "PROJECTID": "P-1"})
    with pytest.raises(rows.Unusable, match="PROJECTID"):
        read({"RECORDNO": "7", "PROJECTID": ""})


@given(st.dictionaries(st.text(), st.text()))
def test_the_digest_does_not_depend_on_the_order_of_fields(fields: dict[str, str]) -> None:
    assert rows.digest_of(fields) == rows.digest_of(dict(reversed(fields.items())))


@given(st.dictionaries(st.text(), st.text(), min_size=1), st.text(min_size=1))
def test_the_digest_depends_on_every_value(fields: dict[str, str], more: str) -> None:
    name = next(iter(fields))
    assert rows.digest_of(fields) != rows.digest_of({**fields, name: fields[name] + more})


def test_a_new_modification_time_alone_is_no_change() -> None:
    row = {"RECORDNO": "7", "ITEMID": "I-7", "NAME": "Nails", "WHENMODIFIED": "01/02/2026 03:04:05"}
    later = {**row, "WHENMODIFIED": "02/02/2026 03:04:05"}
    read = rows.RowReader(KINDS_BY_KEY["items"], row).read
    assert read(row).digest == read(later).digest
    assert read({**row, "NAME": "Screws"}).digest != read(row).digest
