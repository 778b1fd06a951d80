"""What the tests of the run pages share: a person's browser, the content of a page, runs to look at."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import User
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, RunState, RunStep, StepState, SyncRun
from tests.conftest import MIRRORED

ClientFor = Callable[[User | None], Client]
Address = Callable[..., str]


def content(response: Any) -> str:
    assert response.status_code == 200
    text: str = response.content.decode()
    return text


def queued(connection: Connection, by: User | None = None, **more: Any) -> SyncRun:
    return start_list_sync(connection, by=by, queued=False, **{"kinds": MIRRORED, **more}).run


def polls(html: str) -> bool:
    return 'hx-trigger="every' in html  # the frame's palette has triggers too, none of them by the clock


def many_runs(connection: Connection, by: User, number: int) -> None:
    now = timezone.now()
    for index in range(number):
        run = SyncRun.objects.create(
            tenant_id=connection.tenant_id, connection=connection, number=100 + index, flow="lists", title="Sync lists",
            state=RunState.SUCCEEDED, started_by=by, started_at=now, finished_at=now,
        )  # fmt: skip
        RunStep.objects.create(
            tenant_id=connection.tenant_id, run=run, position=1, key="list:items", title="Items",
            state=StepState.SUCCEEDED, read=1200 + index,
        )  # fmt: skip
