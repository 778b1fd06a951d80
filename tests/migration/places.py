"""Every page of the site with every row of the previous database that it can be about.

Owns which rows an address takes, by the names the previous version gave its tables. Addresses that came later and take
a row are none of this database's.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.migration.rows import Row
from tests.migration.version import TENANT

Arguments = dict[str, Any]
Rows = Callable[["Database"], Iterable[Arguments]]


class Database:
    """The rows as they were, of the tenant that is looked at."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            self._rows.setdefault(row.model, []).append(row.values)
        self.tenant_id = next(each["id"] for each in self._rows["accounts.tenant"] if each["slug"] == TENANT)

    def models(self) -> list[str]:
        return list(self._rows)

    def all_of(self, model: str) -> list[dict[str, Any]]:
        return self._rows[model]

    def of(self, model: str) -> list[dict[str, Any]]:
        """The tenant's own rows of a model."""
        return [values for values in self._rows[model] if values["tenant_id"] == self.tenant_id]


def each(model: str, argument: str = "pk", column: str = "id", *, alike: Sequence[str] = ()) -> Rows:
    """Every row of a model; with `alike` one of those that agree in these columns."""

    def rows(database: Database) -> list[Arguments]:
        chosen = {tuple(str(row[name]) for name in alike) or row["id"]: row for row in database.of(model)}
        return [{argument: row[column]} for row in chosen.values()]

    return rows


def _records(database: Database) -> Iterator[Arguments]:
    """Of each list one record, and all that changed."""
    changed = {change["item_id"] for change in database.of("integrations.listitemchange")}
    chosen = {item["id"] if item["id"] in changed else item["kind"]: item for item in _items(database)}
    for item in chosen.values():
        yield {"list_key": item["kind"], "pk": item["id"]}


def _items(database: Database) -> list[dict[str, Any]]:
    return [item for item in database.of("integrations.listitem") if item["kind"] in LISTS]


def _lists(database: Database) -> list[Arguments]:
    return [{"list_key": kind} for kind in LISTS]


def _projects_there(database: Database) -> list[Arguments]:
    """One of each state that a project in Intacct can be in here."""
    chosen = {
        (item["missing_at"] is None, item["ignored_at"] is None, item["is_active"]): item
        for item in _items(database)
        if item["kind"] == "projects"
    }
    return [{"item_pk": item["id"]} for item in chosen.values()]


def _exchanges(database: Database) -> list[Arguments]:
    """One of each outcome."""
    numbers = {run["id"]: run["number"] for run in database.of("integrations.syncrun")}
    of_runs = [exchange for exchange in database.of("integrations.exchange") if exchange["run_id"]]
    chosen = {(exchange["outcome"], exchange["error_code"]): exchange for exchange in of_runs}
    return [{"number": numbers[exchange["run_id"]], "pk": exchange["id"]} for exchange in chosen.values()]


def _entities(database: Database) -> list[Arguments]:
    profiles = database.of("integrations.syncprofile")
    return [{"entity_id": profile["entity_id"]} for profile in profiles if profile["entity_id"]]


def _own_settings(database: Database) -> list[Arguments]:
    newest = max(database.of("integrations.settingsversion"), key=lambda version: version["number"])
    places = [place.partition(":") for place in newest["overrides"]]
    return [{"level": level, "place_id": name} for level, _, name in places]


def _matches(database: Database) -> list[Arguments]:
    chosen = {(match["kind"], match["how"]): match for match in database.of("erp_admin.importmatch")}
    return [{"draft_pk": match["draft_id"], "match_pk": match["id"]} for match in chosen.values()]


LISTS = ("projects", "vendors", "purchasing_definitions", "udd_crew")
_DRAFTS = each("erp_admin.importdraft", "draft_pk")
_STATES = ("approval", "delivery", "drift")
# What a page that takes arguments can be about. Who renames an address renames it here.
ROWS: dict[str, Rows] = {
    "commitment": each("erp_admin.commitment", alike=_STATES),
    "edit_commitment": each("erp_admin.commitment", alike=("delivery",)),
    "link_commitment": each("erp_admin.commitment", alike=("approval",)),
    "change_order": each("erp_admin.changeorder", alike=_STATES),
    "edit_change_order": each("erp_admin.changeorder", alike=("delivery",)),
    "link_change_order": each("erp_admin.changeorder", alike=("approval",)),
    "project": each("erp_admin.project", alike=("is_active", "connection_id")),
    "edit_project": each("erp_admin.project", alike=("is_active", "connection_id")),
    "project_record": _projects_there,
    "link_project": _projects_there,
    "commitment_import": _DRAFTS,
    "commitment_import_progress": _DRAFTS,
    "match_commitment_import": _DRAFTS,
    "commitment_import_problems": _DRAFTS,
    "pick_commitment_import": _matches,
    "list": _lists,
    "export_list": _lists,
    "record": _records,
    "run": each("integrations.syncrun", "number", "number", alike=("flow", "state", "error_code")),
    "run_progress": each("integrations.syncrun", "number", "number", alike=("state",)),
    "exchange": _exchanges,
    "schedule": _entities,
    "override": _own_settings,
    "change_role": each("accounts.membership", "membership_pk", alike=("role",)),
    "remove_person": each("accounts.membership", "membership_pk", alike=("role",)),
}
QUERIES = {"sync_progress": {"run": "1"}}


def pages(database: Database, *, everything: bool) -> Iterator[tuple[str, str]]:
    """Name and address of each page, about every row it can be about or about one."""
    for name, takes in addresses():
        own = {"tenant_slug": TENANT} if "tenant_slug" in takes else {}
        if takes == set(own):
            yield name, reverse(name, kwargs=own, query=QUERIES.get(name))
        elif name in ROWS:  # any other takes a row that this database cannot have, or only changes something
            rows = list(ROWS[name](database))
            for row in rows if everything else rows[:1]:
                yield name, reverse(name, kwargs={**own, **row})


def addresses(
    resolver: URLResolver | None = None, above: frozenset[str] = frozenset()
) -> Iterator[tuple[str, frozenset[str]]]:
    """Name and arguments of every address but those of the support admin."""
    for entry in (resolver or get_resolver()).url_patterns:
        takes = above | entry.pattern.regex.groupindex.keys()
        if isinstance(entry, URLPattern):
            yield str(entry.name), takes
        elif isinstance(entry, URLResolver) and entry.app_name != "admin":
            yield from addresses(entry, takes)
