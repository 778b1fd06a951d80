"""What pages and commands ask of an import: the records with the state each has here, counted and filtered.

Reads only. One annotation derives the state, so that filters, counts and badges always agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Case, CharField, Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast

from accounts.ui.shown import ShownState
from integrations.imports.contract import DocumentT, ImportDeclaration, NamedBy, OwnedLines
from integrations.lists import ListKind
from integrations.models import Connection, LinkedDocument, ListItem, RunRow


class RecordFacts(TypedDict):
    """What `records_of` adds to each record; the document's are None while it is linked to none."""

    import_state: str
    document_pk: int | None
    document_number: str | None
    taken_digest: str | None


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

# What every list of records can be sorted by; "-" before the name turns the order round.
SORTS = {
    "number": ("business_id", "record_no"),
    "name": ("name", "business_id"),
    "changed": ("changed_at", "business_id"),
}


def ordered_by(sorts: Mapping[str, tuple[str, ...]], sort: str, default: str = "number") -> tuple[str, ...]:
    """The columns of an order that people name; of an unknown one those of the default."""
    backwards = sort.startswith("-")
    names = sorts.get(sort.removeprefix("-"), sorts[default])
    return tuple(f"-{name}" for name in names) if backwards else names


def words_of(query: Mapping[str, str]) -> list[str]:
    return query.get("q", "").split()


def records_of(declaration: ImportDeclaration[DocumentT]) -> QuerySet[ImportRecord]:
    """Records of the mirrored list with `import_state`, and `document_pk` and `document_number` of what is linked."""
    model: type[LinkedDocument] = declaration.model
    linked = model.objects.filter(connection_id=OuterRef("connection_id"), remote_record_no=OuterRef("record_no"))
    found = ListItem.objects.filter(kind=declaration.kind.key).annotate(
        document_pk=Subquery(linked.values("pk")[:1]),
        document_number=Subquery(linked.values(declaration.number or "remote_id")[:1]),
        taken_digest=Subquery(linked.values("remote_digest")[:1]),
    )
    is_same = Q(taken_digest=F("digest"))
    for lines, kind in declaration.listed_lines:
        is_same &= ~_untaken(lines, kind) & ~_left_over(lines, kind)
    return found.annotate(
        import_state=Case(
            When(missing_at__isnull=False, then=Value(MISSING.value)),
            When(ignored_at__isnull=False, then=Value(IGNORED.value)),
            When(is_known=False, then=Value(UNKNOWN.value)),
            When(is_same, document_pk__isnull=False, then=Value(IMPORTED.value)),
            When(document_pk__isnull=False, then=Value(CHANGED.value)),
            When(is_active=False, then=Value(INACTIVE.value)),
            default=Value(READY.value),
            output_field=CharField(),
        )
    )


def _untaken(lines: OwnedLines, kind: ListKind) -> Exists:
    """Whether Intacct has a line of the record that is not here as it is there."""
    taken = lines.model.objects.filter(
        **{f"{lines.model.document_field}_id": OuterRef(OuterRef("document_pk"))},
        remote_record_no=OuterRef("record_no"),
        remote_digest=OuterRef("digest"),
        missing_at=None,
    )
    there = ListItem.objects.filter(
        connection_id=OuterRef("connection_id"),
        kind=kind.key,
        parent_id=_named(lines, _NAMED_BY[lines.named_by]),
        missing_at=None,
    )
    return Exists(there.filter(~Exists(taken)))


def _left_over(lines: OwnedLines, kind: ListKind) -> Exists:
    """Whether a line of the document is here, not flagged, that Intacct no longer has with the record."""
    there = ListItem.objects.filter(
        connection_id=OuterRef(OuterRef("connection_id")),
        kind=kind.key,
        record_no=OuterRef("remote_record_no"),
        parent_id=_named(lines, OuterRef(_NAMED_BY[lines.named_by])),
        missing_at=None,
    )
    here = lines.model.objects.filter(
        **{f"{lines.model.document_field}_id": OuterRef("document_pk")},
        remote_record_no__isnull=False,
        missing_at=None,
    )
    return Exists(here.filter(~Exists(there)))


_NAMED_BY = {NamedBy.BUSINESS_ID: "business_id", NamedBy.RECORD_NO: "record_no"}


def _named(lines: OwnedLines, column: OuterRef | str) -> OuterRef | Cast:
    """What the lines of the record outside hold as their parent, which is text."""
    outer = OuterRef(column)
    return outer if lines.named_by is NamedBy.BUSINESS_ID else Cast(outer, CharField())


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
        found = found.filter(entity_id="" if query["entity"] == "top" else query["entity"])
    if query.get("state") in IMPORT_STATES:
        found = found.filter(import_state=query["state"])
    return found.order_by(*ordered_by({**SORTS, **declaration.sorts}, query.get("sort", "")))


def state_counts(found: QuerySet[ImportRecord]) -> dict[str, int]:
    """How many of `found` are in each import state; every state is named."""
    counted = dict(found.order_by().values_list("import_state").annotate(Count("pk")))
    return {value: counted.get(value, 0) for value in IMPORT_STATES}


def entity_counts(found: QuerySet[ImportRecord]) -> dict[str, int]:
    return dict(found.order_by().values_list("entity_id").annotate(Count("pk")).order_by("entity_id"))


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
