"""/metrics behind its token, and /version for staff."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from integrations import jobs
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, Heartbeat

TOKEN = "a token for tests"


@pytest.fixture
def token(settings: Any) -> str:
    settings.METRICS_TOKEN = TOKEN
    return TOKEN


def read(client: Client) -> dict[str, float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_without_a_configured_token_there_are_no_metrics(db: None, client: Client) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Bearer wrong", f"Bearer {TOKEN}x", "Bearer ü"])
def test_without_the_right_token_nothing_is_told(db: None, client: Client, token: str, given: str) -> None:
    answer = client.get("/metrics", headers={"Authorization": given})
    assert answer.status_code == 401
    assert b"erp_admin" not in answer.content


def test_the_figures_follow_what_happens(mirrored: Connection, client: Client, token: str) -> None:
    figures = read(client)
    assert figures['erp_admin_runs{state="succeeded"}'] == 1
    assert figures['erp_admin_runs{state="queued"}'] == 0
    assert figures["erp_admin_oldest_waiting_run_seconds"] == 0
    assert figures['erp_admin_connections{state="connected"}'] == 1
    assert figures['erp_admin_exchanges_last_hour{outcome="success"}'] > 10
    assert figures["erp_admin_queue_heartbeat_age_seconds"] == float("inf")
    run = start_list_sync(mirrored).run
    type(run).objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(minutes=2))
    jobs.beat()
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(seconds=40))
    figures = read(client)
    assert figures['erp_admin_runs{state="queued"}'] == 1
    assert 120 <= figures["erp_admin_oldest_waiting_run_seconds"] < 180
    assert figures["erp_admin_queue_waiting"] == 1
    assert 40 <= figures["erp_admin_queue_heartbeat_age_seconds"] < 60


def test_each_family_is_told_as_prometheus_reads_it(db: None, client: Client, token: str, settings: Any) -> None:
    settings.APP_VERSION = 'odd "one"\\'
    lines = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode().splitlines()
    assert 'erp_admin_build_info{version="odd \\"one\\"\\\\"} 1' in lines
    for line in lines:
        if not line.startswith("#"):
            name = line.split("{")[0].split()[0]
            assert f"# TYPE {name} gauge" in lines


def test_the_version_is_told_to_staff_only(
    db: None, staff: User, viewer: User, client_for: Callable[[User | None], Client], settings: Any
) -> None:
    settings.APP_VERSION, settings.APP_COMMIT = "1.2.3", "0a1b2c3"
    assert client_for(staff).get("/version").json() == {"version": "1.2.3", "commit": "0a1b2c3"}
    assert client_for(viewer).get("/version").status_code == 404
    assert client_for(None).get("/version").status_code == 302
