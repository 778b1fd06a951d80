"""However long a list is, its pickers ask the database for what they show and no more."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from accounts.models import User
from erp_admin.documents.types import document_types
from erp_admin.forms.pickers import MIRRORED, PROJECTS_HERE, here_key
from erp_admin.models import Commitment, ImportDraft, ImportMatch, Project
from erp_admin.uploads.service import KEPT
from integrations.models import Connection, ListItem
from integrations.settings.selectors import picked_lists
from integrations.views.settings import PICKED_AT_ONCE
from tests.snapshot import once

Url = Callable[..., str]
MANY, MOST_ROWS = 300, PICKED_AT_ONCE + 10
DOCUMENTS = sorted({*MIRRORED, PROJECTS_HERE, *(here_key(each.key) for each in document_types())})
WORDS = ["", "many", "o", "m-0001", "nothing has this"]


class Rows:
    """How many rows each question would return, though only some of them be taken."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, str]] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if sql.startswith("SELECT"):
            cursor = database.connection.cursor()
            marks = sql if database.vendor == "postgresql" else sql.replace("%s", "?").replace("%%", "%")
            cursor.execute(f"SELECT COUNT(*) FROM ({marks}) AS counted", params or ())  # noqa: S608 - asked as it was
            self.asked.append((cursor.fetchone()[0], sql))
            cursor.close()
        return execute(sql, params, many, context)


@pytest.fixture
def many(connection: Connection) -> Project:
    """A project with many of everything that is chosen from."""
    once("many to choose from", connection, lambda: make_many(connection))
    return Project.objects.get(number="P")


def make_many(connection: Connection) -> None:
    now, tenant = timezone.now(), connection.tenant
    Project.objects.create(tenant=tenant, number="P", name="Many", currency="USD", remote_id="P")
    ListItem.objects.bulk_create(
        ListItem(
            tenant=tenant, connection=connection, kind=kind, record_no=number, business_id=f"M-{number:05}",
            name=f"One of many {number}", scope_id="P", parent_id="T", digest="x", first_seen_at=now, changed_at=now,
        )
        for kind in {*MIRRORED, *picked_lists()} for number in range(1, MANY + 1)
    )  # fmt: skip
    numbers = [f"M-{number:05}" for number in range(1, MANY + 1)]
    Project.objects.bulk_create(
        Project(tenant=tenant, number=each, name="One of many", currency="USD") for each in numbers
    )
    Commitment.objects.bulk_create(
        Commitment(tenant=tenant, number=each, title="One of many", currency="USD", dated_on=date(2026, 3, 2))
        for each in numbers
    )


@pytest.fixture
def vera(viewer: User, client_for: Callable[[User | None], Client]) -> Client:
    return client_for(viewer)


def asked_by(browser: Client, address: str, **query: Any) -> list[dict[str, Any]]:
    rows = Rows()
    with database.execute_wrapper(rows):
        answer = browser.get(address, query)
    assert answer.status_code == 200
    assert rows.asked
    assert max(rows.asked)[0] <= MOST_ROWS, max(rows.asked)
    found: list[dict[str, Any]] = answer.json()
    return found


@pytest.mark.parametrize("list_key", DOCUMENTS)
def test_pickers_of_documents_fetch_what_they_show(many: Project, vera: Client, url: Url, list_key: str) -> None:
    for words in WORDS:
        offered = asked_by(vera, url("pick_record", list_key=list_key), q=words, project=many.pk, task="T")
        if list_key != here_key("change_orders") and words in ("", "many"):
            assert len(offered) == PICKED_AT_ONCE + 1
            assert "Only the first" in offered[-1]["text"]


@pytest.mark.parametrize("list_key", sorted(picked_lists()))
def test_pickers_of_settings_fetch_what_they_show(many: Project, vera: Client, url: Url, list_key: str) -> None:
    for words in WORDS:
        offered = asked_by(vera, url("pick", list_key=list_key), q=words)
        assert len(offered) == {"": 51, "many": 51, "o": 51, "m-0001": 10, "nothing has this": 0}[words]


@pytest.mark.parametrize("kind", ["vendor", "project", "cost_code"])
def test_the_picker_of_a_name_in_a_file_fetches_what_it_shows(
    many: Project, accountant: User, client_for: Callable[[User | None], Client], url: Url, kind: str
) -> None:
    draft = ImportDraft.objects.create(
        tenant=many.tenant, kind="commitments", file_name="f.csv", digest="x", expires_at=timezone.now() + KEPT
    )
    facts = {"tenant": many.tenant, "draft": draft}
    ImportMatch.objects.create(**facts, kind="project", text="P", how="person", value=str(many.pk))
    match = ImportMatch.objects.create(**facts, kind=kind, text="Any", scope="P" if kind == "cost_code" else "")
    address = url("pick_commitment_import", draft_pk=draft.pk, match_pk=match.pk)
    for words in WORDS:
        offered = asked_by(client_for(accountant), address, q=words)
        assert len(offered) >= {"": 51, "many": 51, "o": 51, "m-0001": 10, "nothing has this": 0}[words]
