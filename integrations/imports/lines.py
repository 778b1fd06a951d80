"""The lines a document owns: what Intacct has of them, how they differ from those here, and writing that difference.

Owns lines keyed by record number, for the import and its preview alike. Must not read anything from Intacct.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from django.db.models import ProtectedError, Q, RestrictedError
from django.utils import timezone

from accounts.models import Tenant
from integrations.imports.contract import NamedBy, OwnedLines, Unacceptable, WhenGone
from integrations.imports.values import Record, Values, check, converted, differs
from integrations.mirror.rows import digest_of
from integrations.models import Connection, LinkedDocument, LinkedLine, ListItem

_BATCH = 500
# Record numbers in one question: a page of documents takes one, and SQLite takes no more than 32,766 values.
_MOST_NUMBERS = 20_000
_HIGHEST = 2**63 - 1


@dataclass(frozen=True)
class RemoteLine:
    """A line as Intacct has it."""

    record_no: int
    number: str  # the id people use
    fields: Record
    digest: str


@dataclass(frozen=True)
class LineChange:
    """A line that the import writes: `line` is the one here, None for a new one; `values` are what it will have."""

    remote: RemoteLine
    values: Values
    line: LinkedLine | None
    differs: bool  # else only how it is known in Intacct


@dataclass
class LinesDifference:
    """What one kind of line of one document would become. `is_known` is False where Intacct's lines were not read."""

    owned: OwnedLines
    changes: list[LineChange] = field(default_factory=list)
    gone: list[LinkedLine] = field(default_factory=list)
    is_known: bool = True

    @property
    def changes_something(self) -> bool:
        return bool(self.gone) or any(change.differs for change in self.changes)


def label_of(owned: OwnedLines, line: RemoteLine | LinkedLine) -> str:
    """A line in a sentence."""
    if isinstance(line, LinkedLine):
        number = getattr(line, owned.number) if owned.number else ""
        record_no = line.remote_record_no
    else:
        number, record_no = line.number, line.record_no
    return f"{owned.noun} {number or f'with record number {record_no}'}"


def named_by(owned: OwnedLines, item: ListItem) -> str:
    """What the lines of this record hold as their parent."""
    return item.business_id if owned.named_by is NamedBy.BUSINESS_ID else str(item.record_no)


def remote_lines(
    owned: OwnedLines, connection: Connection, items: Sequence[ListItem]
) -> Mapping[int, list[RemoteLine] | Unacceptable | None]:
    """Intacct's lines of each record by its record number, as last read; None where they were not read.

    One query at most. A nested row without a usable record number makes its record Unacceptable.
    """
    if owned.kind is None:
        return {item.record_no: _nested(owned, item) for item in items}
    of_parent = defaultdict[str, list[RemoteLine]](list)
    names = {item.record_no: named_by(owned, item) for item in items}
    found = ListItem.objects.filter(
        connection=connection, kind=owned.kind.key, parent_id__in=set(names.values()), missing_at=None
    ).order_by("record_no")
    for line in found.only("record_no", "business_id", "parent_id", "fields", "digest").iterator(chunk_size=_BATCH):
        of_parent[line.parent_id].append(RemoteLine(line.record_no, line.business_id, line.fields, line.digest))
    return {number: of_parent.get(name, []) for number, name in names.items()}


def _nested(owned: OwnedLines, item: ListItem) -> list[RemoteLine] | Unacceptable | None:
    rows = item.fields.get(owned.nested)
    if rows is None:
        return None
    if not isinstance(rows, list):
        return []  # an empty element
    lines, seen = [], set[int]()
    for position, row in enumerate(rows, start=1):
        text = row.get("RECORDNO", "")
        number = int(text) if isinstance(text, str) and text.isascii() and text.isdigit() else None
        if number is None or number > _HIGHEST or number in seen:
            return Unacceptable(f"{owned.noun.capitalize()} {position}: Intacct sent no usable RECORDNO ({text!r}).")
        seen.add(number)
        name = str(row.get(owned.nested_id, "")) if owned.nested_id else ""
        lines.append(RemoteLine(number, name or str(position), row, digest_of(row)))
    return lines


def lines_here(
    owned: OwnedLines, connection: Connection, documents: Sequence[LinkedDocument], numbers: Collection[int]
) -> list[LinkedLine]:
    """The imported lines here of these documents, and those with one of these record numbers."""
    name = owned.model.document_field
    pks = [document.pk for document in documents]
    found = {line.pk: line for line in owned.model.objects.filter(Q(**{f"{name}__in": pks}) & _IMPORTED)}
    wanted = sorted(set(numbers) - {cast("int", line.remote_record_no) for line in found.values()})
    for start in range(0, len(wanted), _MOST_NUMBERS):
        elsewhere = owned.model.objects.filter(
            **{f"{name}__connection": connection, "remote_record_no__in": wanted[start : start + _MOST_NUMBERS]}
        )
        found.update((line.pk, line) for line in elsewhere)
    return list(found.values())


_IMPORTED = Q(remote_record_no__isnull=False)


def difference(
    owned: OwnedLines,
    document: LinkedDocument | None,
    remote: Sequence[RemoteLine] | Unacceptable | None,
    here: Iterable[LinkedLine],
    tenant: Tenant,
) -> LinesDifference:
    """What would become of the lines of `document` (None for a new one). Raises Unacceptable naming the line."""
    if isinstance(remote, Unacceptable):
        raise remote
    if remote is None:
        return LinesDifference(owned, is_known=False)
    owner = f"{owned.model.document_field}_id"
    known = {line.remote_record_no: line for line in here}
    own = [line for line in known.values() if document is not None and getattr(line, owner) == document.pk]
    result = LinesDifference(owned)
    for each in remote:
        line = known.get(each.record_no)
        try:
            change = _change(owned, each, line, tenant)
        except Unacceptable as error:
            label = label_of(owned, each)
            raise Unacceptable(f"{label[0].upper()}{label[1:]}: {error}") from None
        is_moved = line is not None and (document is None or getattr(line, owner) != document.pk)
        if change.differs or is_moved or line is None or line.remote_digest != each.digest:
            result.changes.append(LineChange(each, change.values, line, change.differs or is_moved))
    shown = {each.record_no for each in remote}
    result.gone = [line for line in own if line.remote_record_no not in shown and _is_news(owned, line)]
    return result


def _is_news(owned: OwnedLines, line: LinkedLine) -> bool:
    return owned.when_gone is WhenGone.REMOVED or line.missing_at is None


def _change(owned: OwnedLines, remote: RemoteLine, line: LinkedLine | None, tenant: Tenant) -> LineChange:
    values = converted(owned.model, owned.fields, remote.fields, tenant, is_new=line is None)
    if owned.number:
        values[owned.number] = remote.number
    candidate = owned.model(tenant=tenant)
    if line is not None:
        for column in owned.model._meta.concrete_fields:
            setattr(candidate, column.attname, getattr(line, column.attname))
    for name, value in values.items():
        setattr(candidate, name, value)
    check(candidate)
    is_other = line is None or line.missing_at is not None or differs(line, values)
    return LineChange(remote, values, line, is_other)


def write(result: LinesDifference, document: LinkedDocument) -> None:
    """Store the difference in as many statements however many lines there are. Raises Unacceptable when it must stay.

    Call inside a transaction.
    """
    owned = result.owned
    _take_away(owned, result.gone)
    new: list[LinkedLine] = []
    changed: list[LinkedLine] = []
    written = {"remote_digest", "missing_at", owned.model.document_field}
    for change in result.changes:
        line = change.line or owned.model(tenant_id=document.tenant_id, remote_record_no=change.remote.record_no)
        for name, value in change.values.items():
            setattr(line, name, value)
        setattr(line, owned.model.document_field, document)
        line.remote_digest, line.missing_at = change.remote.digest, None
        written |= change.values.keys()
        (new if change.line is None else changed).append(line)
    if changed:
        owned.model.objects.bulk_update(changed, sorted(written), batch_size=_BATCH)
    if new:
        owned.model.objects.bulk_create(new, batch_size=_BATCH)


def _take_away(owned: OwnedLines, gone: Sequence[LinkedLine]) -> None:
    if not gone:
        return
    found = owned.model.objects.filter(pk__in=[line.pk for line in gone])
    if owned.when_gone is WhenGone.FLAGGED:
        found.update(missing_at=timezone.now())
        return
    try:
        found.delete()
    except (ProtectedError, RestrictedError):
        names = ", ".join(label_of(owned, line) for line in gone[:5])
        raise Unacceptable(
            f"Intacct no longer has {names}, and something in ERP Admin still refers to it. Remove that first."
        ) from None
