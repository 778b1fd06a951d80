"""What pages and commands ask of an import: the records with the state each has here, counted and filtered.

Reads only. One annotation derives the state from columns of the record, so filters, counts and badges always agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, cast

from django.db.models import Case, CharField, Count, Model, Q, QuerySet, Value, When

from accounts.ui.folding import search_words
from accounts.ui.shown import ShownState
from integrations.imports.contract import DocumentT, ImportDeclaration
from integrations.imports.taken import with_link
from integrations.models import Connection, LinkedDocument, ListItem, RunRow


class RecordFacts(TypedDict):
    """What `records_of` adds to each record; the document's are None while it is linked to none."""

    import_state: str
    document_pk: int | None
    document_number: str | None


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    ImportRecord = WithAnnotations[ListItem, RecordFacts]
else:
    ImportRecord = ListItem


@dataclass(frozen=True)
class ImportState:
    value: str
    label: str
    tone: str
    icon: str

    @property
    def shown(self) -> ShownState:
        return ShownState(self.value, self.label, self.tone, self.icon)


READY = ImportState("ready", "Ready to import", "info", "download")
IMPORTED = ImportState("imported", "Imported", "success", "check-circle-fill")
CHANGED = ImportState("changed", "Changed in Intacct", "warning", "arrow-left-right")
MISSING = ImportState("missing", "Missing in Intacct", "danger", "question-circle")
IGNORED = ImportState("ignored", "Ignored", "neutral", "eye-slash")
INACTIVE = ImportState("inactive", "Inactive", "neutral", "moon")
UNKNOWN = ImportState("unknown", "Unknown", "warning", "shield-exclamation")
IMPORT_STATES = {state.value: state for state in (READY, IMPORTED, CHANGED, MISSING, IGNORED, INACTIVE, UNKNOWN)}
IMPORTABLE = (READY.value, CHANGED.value, IMPORTED.value, INACTIVE.value)
TOP = "top"  # the entity filter's value for records that no entity owns

# What every list of records can be sorted by; "-" before the name turns the order round.
SORTS = {
    "number": ("business_id",),
    "name": ("name",),
    "changed": ("changed_at",),
}


def ordered_by(sorts: Mapping[str, tuple[str, ...]], sort: str, default: str = "number") -> tuple[str, ...]:
    """The columns of an order that people name, the key last; of an unknown one those of the default."""
    backwards = sort.startswith("-")
    names = (*sorts.get(sort.removeprefix("-"), sorts[default]), "pk")
    return tuple(f"-{name}" for name in names) if backwards else names


def words_of(query: Mapping[str, str]) -> list[str]:
    return search_words(query.get("q", ""))


def records_of(declaration: ImportDeclaration[DocumentT]) -> QuerySet[ImportRecord]:
    """Records of the mirrored list with `import_state`, and `document_pk` and `document_number` of what is linked.

    The state is of the record's own columns, which an index covers; the rest is asked for the records that are read.
    """
    found = with_link(declaration, ListItem.objects.filter(kind=declaration.kind.key)).annotate(
        import_state=Case(
            When(missing_at__isnull=False, then=Value(MISSING.value)),
            When(ignored_at__isnull=False, then=Value(IGNORED.value)),
            When(is_known=False, then=Value(UNKNOWN.value)),
            When(taken_over=True, then=Value(IMPORTED.value)),
            When(taken_over=False, then=Value(CHANGED.value)),
            When(is_active=False, then=Value(INACTIVE.value)),
            default=Value(READY.value),
            output_field=CharField(),
        )
    )
    return cast("QuerySet[ImportRecord]", found)


def records_in(declaration: ImportDeclaration[DocumentT], connection: Connection) -> QuerySet[ImportRecord]:
    """The records that one connection's Intacct company has, as last read."""
    return records_of(declaration).filter(connection=connection)


def filtered_records(
    declaration: ImportDeclaration[DocumentT], connection: Connection, query: Mapping[str, str]
) -> QuerySet[ImportRecord]:
    """Records that match the query string: `q` words in id, name and `searched`; `state`, `entity`, `sort`."""
    found = records_in(declaration, connection)
    for word in words_of(query):
        matching = Q(business_id__icontains=word) | Q(name__icontains=word)
        for name in declaration.searched:
            matching |= Q(**{f"fields__{name}__icontains": word})
        found = found.filter(matching)
    if query.get("entity"):
        found = found.filter(entity_id="" if query["entity"] == TOP else query["entity"])
    if query.get("state") in IMPORT_STATES:
        found = found.filter(import_state=query["state"])
    return found.order_by(*ordered_by({**SORTS, **declaration.sorts}, query.get("sort", "")))


@dataclass(frozen=True)
class ImportCounts:
    """Records by state (within the chosen entity) and by entity (within the chosen state); blank is top level."""

    states: Mapping[str, int]
    entities: Mapping[str, int]

    def matching(self, state: str) -> int:
        """How many match all that was chosen."""
        return self.states[state] if state in self.states else sum(self.states.values())


def counts_of(
    declaration: ImportDeclaration[DocumentT], connection: Connection, query: Mapping[str, str]
) -> ImportCounts:
    """For the filters and the pages, in one question over an index; never stale, as the records are counted."""
    found = filtered_records(declaration, connection, {**query, "state": "", "entity": "", "sort": ""})
    rows = found.order_by().values_list("entity_id", "import_state").annotate(number=Count("pk"))
    chosen, entity = query.get("state", ""), query.get("entity", "")
    states, entities = dict.fromkeys(IMPORT_STATES, 0), dict[str, int]()
    for entity_id, state, number in rows.order_by("entity_id"):
        if entity in ("", entity_id or TOP):
            states[state] += number
        if chosen not in IMPORT_STATES or chosen == state:
            entities[entity_id] = entities.get(entity_id, 0) + number
    return ImportCounts(states, entities)


def state_counts(found: QuerySet[ImportRecord]) -> dict[str, int]:
    """How many of `found` are in each import state; every state is named."""
    counted = dict(found.order_by().values_list("import_state").annotate(Count("pk")))
    return {value: counted.get(value, 0) for value in IMPORT_STATES}


def record_of(declaration: ImportDeclaration[DocumentT], document: LinkedDocument) -> ImportRecord | None:
    """The mirrored record a linked document stands for, with its import state; None while it has not been read."""
    if document.connection_id is None or document.remote_record_no is None:
        return None
    found = records_of(declaration).filter(connection_id=document.connection_id, record_no=document.remote_record_no)
    return found.first()


def import_rows_of(flow_key: str, document: Model, limit: int = 20) -> list[RunRow]:
    """The rows by which runs of an import touched a document, newest first."""
    rows = RunRow.objects.filter(run__flow=flow_key, document_id=document.pk)
    return list(rows.select_related("run", "run__started_by").order_by("-pk")[:limit])
