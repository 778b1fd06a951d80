"""SmartSync's own page: what it offers for which entity, what it costs, starting, watching, cancelling."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Tenant, User
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ConnectionState, ListState, Mode, RunState, SyncRun
from integrations.runs.runner import Slice, run_to_end, work_slice
from tests.conftest import MIRRORED

Url = Callable[..., str]
ClientFor = Callable[[User | None], Client]


@pytest.fixture
def ben(client_for: ClientFor, accountant: User) -> Client:
    return client_for(accountant)


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def ticked(answer: Any) -> set[str]:
    return {each.kind.key for _, rows in answer.context["form"].groups for each, is_ticked in rows if is_ticked}


def test_without_a_connection_it_teaches(ben: Client, url: Url, tenant: Tenant) -> None:
    assert "Connect Sage Intacct first" in text_of(ben.get(url("sync")))


def test_the_first_time_it_teaches_what_a_full_does(ben: Client, url: Url, connection: Connection) -> None:
    answer = ben.get(url("sync"))
    page = text_of(answer)
    assert "Begin with a <strong>Full</strong>" in page
    assert answer.context["form"]["mode"].value() == "full"
    assert "will be known after the first one" in page
    assert "100 " in page  # the legal entities are offered


def test_afterwards_a_partial_from_the_last_success_is_preset_with_its_cost(
    ben: Client, url: Url, mirrored: Connection
) -> None:
    complete = timezone.now() - timedelta(hours=3)
    ListState.objects.update(complete_through=complete)
    page = ben.get(url("sync"))
    form = page.context["form"]
    assert form["mode"].value() == "partial"
    assert form["sync_from"].value() == timezone.localtime(complete).strftime("%Y-%m-%dT%H:%M")
    records = sum(state.records for state in ListState.objects.filter(kind__in=MIRRORED))
    estimate = text_of(ben.get(url("sync_estimate"), {"mode": "full", "lists": MIRRORED}))
    assert f"about {records:,} records" in estimate
    assert f"{len(MIRRORED)} lists chosen" in estimate
    assert "Choose at least one list." in text_of(ben.get(url("sync_estimate"), {"mode": "full"}))


def test_another_entity_has_presets_of_its_own(ben: Client, url: Url, mirrored: Connection) -> None:
    answer = ben.get(url("sync"), {"entity": "100"}, headers={"HX-Request": "true"})
    assert answer.context["form"]["mode"].value() == "full"
    assert answer["HX-Replace-Url"] == f"{url('sync')}?entity=100"
    assert ben.get(url("sync"), {"entity": "nonsense"}).context["form"].entity.id == ""


def test_a_link_can_preset_one_list(ben: Client, url: Url, connection: Connection) -> None:
    assert ticked(ben.get(url("sync"), {"lists": "vendors"})) == {"vendors"}
    assert len(ticked(ben.get(url("sync")))) > 20


def test_starting_leads_to_the_progress_on_the_same_page_and_survives_a_reload(
    ben: Client, url: Url, connection: Connection
) -> None:
    answer = ben.post(url("sync"), {"mode": "full", "entity": "100", "lists": ["vendors", "items"]}, follow=True)
    run = SyncRun.objects.get()
    assert (run.entity_id, run.mode, run.state) == ("100", Mode.FULL, RunState.QUEUED)
    assert [step.key for step in run.steps.all()] == ["list:items", "list:vendors"]
    for page in (text_of(answer), text_of(ben.get(url("sync")))):
        assert f'hx-get="{url("sync_progress")}?run={run.number}"' in page
        assert "Waiting for a worker." in page
        assert "A sync is under way, started by" in page
    assert ben.post(url("sync"), {"mode": "full", "lists": ["items"]}, follow=True).context["run"] == run
    assert SyncRun.objects.count() == 1


def test_every_list_ticked_also_finds_new_dimensions(ben: Client, url: Url, connection: Connection) -> None:
    ben.post(url("sync"), {"mode": "full", "lists": sorted(ticked(ben.get(url("sync"))))})
    assert SyncRun.objects.get().steps.filter(key="dimensions").exists()


def test_the_poll_shows_each_list_and_at_the_end_the_last_runs(ben: Client, url: Url, connection: Connection) -> None:
    run = start_list_sync(connection, kinds=["items", "customers"]).run
    assert work_slice(run.pk, seconds=0) is Slice.MORE
    part = text_of(ben.get(url("sync_progress"), {"run": run.number}))
    assert "hx-get" in part
    assert "Reading" in part or "Asking what there is" in part or "Step 2 of 2" in part
    assert 'id="sync-runs"' not in part
    run_to_end(run)
    end = text_of(ben.get(url("sync_progress"), {"run": run.number}))
    assert "hx-get" not in end.split('id="sync-button"')[0]
    assert 'id="sync-runs" hx-swap-oob="true"' in end
    assert "Succeeded" in end
    assert ben.get(url("sync_progress"), {"run": "x"}).status_code == 404


def test_cancelling_leads_back_here_and_only_here(ben: Client, url: Url, connection: Connection) -> None:
    run = start_list_sync(connection, kinds=["items"]).run
    assert ben.post(url("cancel_run", number=run.number), {"next": url("sync")})["Location"] == url("sync")
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    elsewhere = ben.post(url("cancel_run", number=run.number), {"next": "https://elsewhere.example/"})
    assert elsewhere["Location"] == url("run", number=run.number)


def test_sync_from_is_handed_on_only_when_changed(ben: Client, url: Url, mirrored: Connection) -> None:
    preset = ben.get(url("sync")).context["form"]["preset"].value()
    given = {"mode": "partial", "lists": ["items"], "preset": preset}
    ben.post(url("sync"), {**given, "sync_from": preset})
    first = SyncRun.objects.latest("pk")
    assert (first.mode, first.sync_from) == (Mode.PARTIAL, None)
    run_to_end(first)
    ben.post(url("sync"), {**given, "sync_from": "2026-01-31T18:00"})
    second = SyncRun.objects.latest("pk")
    assert second.sync_from is not None
    assert second.sync_from.isoformat() == "2026-02-01T01:00:00+00:00"  # Denver is the tenant's zone
    assert "Jan 31, 2026, 6:00:00 PM MST" in text_of(ben.get(url("run", number=second.number)))


@pytest.mark.parametrize(
    ("given", "told", "field"),
    [
        ({"lists": []}, "Choose at least one list.", "id_lists_"),
        ({"sync_from": "yesterday"}, "Enter a day and a time", "id_sync_from"),
        ({"sync_from": "2999-01-01T00:00"}, "lies in the future", "id_sync_from"),
        ({"mode": "most"}, "Select a valid choice", "id_mode_0"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    ben: Client, url: Url, connection: Connection, given: dict[str, Any], told: str, field: str
) -> None:
    answer = ben.post(url("sync"), {"mode": "partial", "entity": "200", "lists": ["vendors"], **given})
    page = text_of(answer)
    assert answer.status_code == 422
    assert told in page
    assert f'href="#{field}' in page
    assert answer.context["form"].entity.id == "200"
    assert ticked(answer) == set(given.get("lists", ["vendors"]))
    assert not SyncRun.objects.exists()


def test_what_blocks_is_said(client_for: ClientFor, viewer: User, ben: Client, url: Url, mirrored: Connection) -> None:
    assert "This needs the role Accountant; yours is Viewer." in text_of(client_for(viewer).get(url("sync")))
    assert client_for(viewer).post(url("sync"), {"mode": "full"}).status_code == 403
    Connection.objects.update(state=ConnectionState.PAUSED, state_reason="Paused by Alma.")
    assert "Nothing can be read now" in text_of(ben.get(url("sync")))
    answer = ben.post(url("sync"), {"mode": "full", "lists": ["items"]})
    assert answer.status_code == 409
    assert "Paused by Alma." in text_of(answer)


def test_start_again_keeps_the_entity(ben: Client, url: Url, connection: Connection) -> None:
    first = run_to_end(start_list_sync(connection, kinds=["items"], entity="100", queued=False).run)
    assert '<input type="hidden" name="entity" value="100">' in text_of(ben.get(url("run", number=first.number)))
    ben.post(url("start_sync"), {"mode": "full", "entity": "100", "lists": ["items"]})
    assert SyncRun.objects.latest("pk").entity_id == "100"
