"""Whether a record was taken over is a column: after anything anybody does it says what it is derived from.

Random histories of contracts with lines and of projects, edited there and imported, linked, unlinked, ignored here.
"""

import contextlib
from collections.abc import Callable
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection as database

from accounts.models import User
from accounts.refusal import Refused
from erp_admin.models import Project
from erp_admin.projects.flow import PROJECTS, ProjectImport
from integrations import jobs
from integrations.imports import service
from integrations.imports.selectors import counts_of, records_in, state_counts
from integrations.imports.taken import declarations, derived
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ListItem, Mode
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from tests.toy_imports.declared import ContractImport, contract_declaration
from tests.toy_imports.installed import use_flow

CONTRACTS = contract_declaration()


def wrong(declaration: Any) -> list[tuple[str, bool | None, bool | None]]:
    """The records whose column is another than what it is derived from."""
    found = derived(declaration, ListItem.objects.filter(kind=declaration.kind.key))
    rows = found.values_list("business_id", "taken_over", "is_taken_over")
    return [row for row in rows if row[1] is not row[2]]


class History:
    """What happens to the records of one list, here and there; `line` is the object of its lines, if it has any."""

    def __init__(self, flow: Any, connection: Connection, intacct: SandboxServer, by: User, seed: int) -> None:
        self.flow, self.connection, self.intacct, self.by = flow, connection, intacct, by
        self.declared, self.random = flow.declaration, Random(seed)
        self.line = "PROJECTCONTRACTLINE" if self.declared.lines else ""
        self.counted = iter(range(10_000))

    def records(self) -> Any:
        return records_in(self.declared, self.connection)

    def some(self, most: int = 4) -> list[ListItem]:
        found = list(self.records().order_by("pk"))
        return self.random.sample(found, min(len(found), self.random.randint(1, most)))

    def sync(self) -> None:
        kinds = [self.declared.kind.key, *(kind.key for _, kind in self.declared.listed_lines)]
        wanted = self.random.sample(kinds, self.random.randint(1, len(kinds)))
        mode = self.random.choice([Mode.FULL, Mode.PARTIAL])
        run_to_end(start_list_sync(self.connection, kinds=wanted, mode=mode, queued=False).run)

    def take_over(self) -> None:
        chosen = self.records().filter(pk__in=[item.pk for item in self.some()])
        run_to_end(service.start_import(self.flow, self.connection, chosen, by=self.by, queued=False).run)

    def rename(self) -> None:
        record = {"RECORDNO": str(self.some(1)[0].record_no), "NAME": f"Name {next(self.counted)}"}
        self.intacct.control(do="put", object=self.declared.kind.object, record=record)

    def remove(self) -> None:
        key = str(self.some(1)[0].record_no)
        self.intacct.control(do="delete", object=self.declared.kind.object, key=key)

    def move_line(self) -> None:
        lines = list(ListItem.objects.filter(kind="toy_lines", missing_at=None).order_by("pk"))
        line, owner = self.random.choice(lines), self.some(1)[0]
        record = {"RECORDNO": str(line.record_no), "PROJECTCONTRACTID": owner.business_id}
        self.intacct.control(do="put", object=self.line, record=record)

    def rename_line(self) -> None:
        line = self.random.choice(list(ListItem.objects.filter(kind="toy_lines", missing_at=None).order_by("pk")))
        record = {"RECORDNO": str(line.record_no), "NAME": f"Line {next(self.counted)}"}
        self.intacct.control(do="put", object=self.line, record=record)

    def remove_line(self) -> None:
        lines = list(ListItem.objects.filter(kind="toy_lines", missing_at=None).order_by("pk"))
        self.intacct.control(do="delete", object=self.line, key=str(self.random.choice(lines).record_no))

    def unlink(self) -> None:
        linked = list(self.declared.model.objects.exclude(remote_record_no=None).order_by("pk"))
        if linked:
            service.unlink(self.declared, self.random.choice(linked))

    def link(self) -> None:
        free = list(self.declared.model.objects.filter(remote_record_no=None).order_by("pk"))
        if free:
            service.link(self.declared, self.some(1)[0], self.random.choice(free), by=self.by)

    def ignore_and_restore(self) -> None:
        chosen = self.records().filter(pk__in=[item.pk for item in self.some()])
        self.random.choice([lambda: service.ignore(chosen, by=self.by), lambda: service.restore(chosen)])()

    def act(self) -> str:
        acts: list[Callable[[], None]] = [self.sync, self.take_over, self.take_over, self.rename, self.remove]
        acts += [self.unlink, self.link, self.ignore_and_restore]
        acts += [self.move_line, self.rename_line, self.remove_line] if self.line else []
        act = self.random.choice(acts)
        with contextlib.suppress(Refused):  # what may not be done changes nothing
            act()
        return act.__name__


@pytest.fixture
def listed(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    use_flow(monkeypatch, ContractImport())
    kinds = ["toy_contracts", "toy_lines"]
    run_to_end(start_list_sync(connection, kinds=kinds, queued=False).run)
    return connection


@pytest.mark.parametrize("seed", range(6))
def test_after_anything_the_column_of_documents_with_lines_says_what_is_so(
    listed: Connection, intacct: SandboxServer, accountant: User, seed: int
) -> None:
    history, done = History(ContractImport(), listed, intacct, accountant, seed), []
    for _ in range(14):
        done.append(history.act())
        assert wrong(CONTRACTS) == [], done


@pytest.mark.parametrize("seed", range(4))
def test_after_anything_the_column_of_projects_says_what_is_so(
    ready: Connection, intacct: SandboxServer, accountant: User, seed: int
) -> None:
    history, done = History(ProjectImport(), ready, intacct, accountant, seed), []
    for _ in range(14):
        done.append(history.act())
        assert wrong(PROJECTS) == [], done


@pytest.fixture
def spoiled(ready: Connection, accountant: User) -> ListItem:
    """A record whose column says what is not so, as a statement past every service leaves it."""
    chosen = records_in(PROJECTS, ready).filter(business_id="24-001")
    run_to_end(service.start_import(ProjectImport(), ready, chosen, by=accountant, queued=False).run)
    Project.objects.filter(number="24-001").update(remote_digest="something else")
    ListItem.objects.filter(kind="projects", business_id="24-003").update(taken_over=True)
    assert len(wrong(PROJECTS)) == 2
    return ListItem.objects.get(kind="projects", business_id="24-001")


def test_the_daily_recount_mends_what_was_written_past_the_services(spoiled: ListItem) -> None:
    jobs.recount_imports()
    assert wrong(PROJECTS) == []
    assert records_in(PROJECTS, spoiled.connection).get(pk=spoiled.pk).import_state == "changed"


def test_the_command_says_how_many_it_mended(spoiled: ListItem) -> None:
    for count in (2, 0):
        out = StringIO()
        call_command("recount", spoiled.tenant.slug, stdout=out)
        assert f"Projects: {count} records had another import state and were mended." in out.getvalue()
    assert wrong(PROJECTS) == []


def test_the_register_of_declarations_is_that_of_the_flows(db: None) -> None:
    assert [each.kind.key for each in declarations()] == ["projects"]


def test_counts_agree_with_the_records_whatever_is_chosen(spoiled: ListItem) -> None:
    for query in ({}, {"q": "24"}, {"entity": "200"}, {"state": "ready"}, {"state": "inactive", "entity": "top"}):
        counts = counts_of(PROJECTS, spoiled.connection, query)
        of_entity = records_in(PROJECTS, spoiled.connection)
        if "q" in query:
            of_entity = of_entity.filter(business_id__contains="24") | of_entity.filter(name__contains="24")
        if "entity" in query:
            of_entity = of_entity.filter(entity_id="" if query["entity"] == "top" else query["entity"])
        assert counts.states == state_counts(of_entity)


@pytest.mark.skipif("database.vendor != 'postgresql'", reason="the planner of SQLite names no index-only scan")
def test_counting_reads_no_record(ready: Connection) -> None:
    with database.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(
            "SET LOCAL enable_indexscan = off"
        )  # one that reads the records; that it can do without is shown
    rows = records_in(PROJECTS, ready).order_by().values_list("entity_id", "import_state")
    assert "Index Only Scan using list_item_by_id" in rows.explain()
