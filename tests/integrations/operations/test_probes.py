"""/readyz says which part cannot work, also that nothing can be stored; to strangers the part alone, never a cause."""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from integrations import jobs
from integrations.models import Heartbeat
from integrations.operations.probes import SENTENCES
from integrations.operations.writing import EVERY_SECONDS, ROW, Trial, row_trial, spool_trial

TOKEN = "a token of the tests"


@pytest.fixture(autouse=True)
def _as_just_started(db: None, settings: Any) -> Iterator[None]:
    settings.METRICS_TOKEN = TOKEN
    jobs.beat()
    row_trial.forget()
    spool_trial.forget()
    yield
    row_trial.forget()
    spool_trial.forget()


@pytest.fixture
def read_only() -> Iterator[None]:
    """As a full disk or a standby: what is read is read, what is stored is refused."""
    on, off = ("query_only = 1", "query_only = 0") if connection.vendor == "sqlite" else ("", "")
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {on}" if on else "SET TRANSACTION READ ONLY")
    yield
    if off:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA {off}")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a transaction that failed once is over on PostgreSQL")
def test_a_database_that_stores_nothing_is_named_and_its_cause_kept(client: Client, read_only: None) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == {"writing": SENTENCES["writing"]}
    told = client.get("/readyz", HTTP_AUTHORIZATION=f"Bearer {TOKEN}").json()["problems"]["writing"]
    assert "readonly" in told


def test_a_folder_that_takes_no_file_is_named_without_its_place(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "gone")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == {"spool": SENTENCES["spool"]}
    told = client.get("/readyz", HTTP_AUTHORIZATION=f"Bearer {TOKEN}").json()["problems"]["spool"]
    assert "No such file" in told
    assert str(tmp_path) not in answer.text + told


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that is always full")
def test_a_full_disk_under_the_uploads_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **where: Path("/dev/full").open("wb", buffering=0))  # noqa: SIM115
    assert client.get("/readyz").json()["problems"] == {"spool": SENTENCES["spool"]}


def test_however_often_it_is_asked_it_writes_once(client: Client, django_assert_num_queries: Any) -> None:
    assert client.get("/readyz").status_code == 200
    before = Heartbeat.objects.get(name=ROW).beat_at
    for _ in range(5):
        client.get("/readyz")
    assert Heartbeat.objects.get(name=ROW).beat_at == before


def test_what_another_process_stored_lately_is_proof_enough(client: Client) -> None:
    lately = timezone.now() - timedelta(seconds=EVERY_SECONDS - 5)
    Heartbeat.objects.create(name=ROW, beat_at=lately)
    assert client.get("/readyz").status_code == 200
    assert Heartbeat.objects.get(name=ROW).beat_at == lately
    Heartbeat.objects.filter(name=ROW).update(beat_at=timezone.now() - timedelta(seconds=EVERY_SECONDS + 1))
    row_trial.forget()
    client.get("/readyz")
    assert Heartbeat.objects.get(name=ROW).beat_at > lately


def test_a_failure_is_not_tried_again_at_once_and_its_end_is_seen() -> None:
    said = ["it is full", "", ""]
    trial = Trial(lambda: said.pop(0))
    assert [trial.problem(), trial.problem()] == ["it is full", "it is full"]
    trial.forget()
    assert [trial.problem(), trial.problem()] == ["", ""]
    assert len(said) == 1


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "Basic a token of the tests", "Bearer \u00e9"])
def test_causes_are_for_holders_of_the_token(client: Client, given: str) -> None:
    Heartbeat.objects.filter(name="queue").delete()
    assert client.get("/readyz", HTTP_AUTHORIZATION=given).json()["problems"] == {"queue": SENTENCES["queue"]}


def test_without_a_token_set_nobody_holds_one(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    Heartbeat.objects.filter(name="queue").delete()
    answer = client.get("/readyz", HTTP_AUTHORIZATION="Bearer ")
    assert answer.json()["problems"] == {"queue": SENTENCES["queue"]}
