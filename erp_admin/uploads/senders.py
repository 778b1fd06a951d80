"""What columns of files are remembered as, by the headers that a sender's files have: found, remembered, forgotten.

Owns when two files have the same headers. A memory of another tenant is never seen: each query is the tenant's own.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from erp_admin.documents.plain import plain
from erp_admin.models import ImportDraft, RememberedColumns
from erp_admin.uploads.column_choice import LEFT_OUT, SeenColumn
from erp_admin.uploads.formats.table import Row
from erp_admin.uploads.kinds import upload_for

_LONGEST_HEADER: Final = 200
_LEAST_HEADERS: Final = 2


def folded(header: str) -> str:
    """A header as it is compared; one without letters and digits stays as it is written."""
    return (plain(header) or header.strip())[:_LONGEST_HEADER]


def fingerprint(headers: Sequence[str]) -> str:
    """Of the same headers in whatever order; where one is blank or stands twice, the order counts too."""
    compared = [folded(header) for header in headers]
    while compared and not compared[-1]:
        compared.pop()
    if len(set(compared)) == len(compared) and "" not in compared:
        compared.sort()
    return hashlib.sha256("\x00".join(compared).encode()).hexdigest()


def remembered() -> QuerySet[RememberedColumns]:
    return RememberedColumns.objects.select_related("chosen_by").order_by("name", "pk")


def known_headers() -> frozenset[str]:
    """Every header that is remembered, by which the sheet and the delimiter of a file are found."""
    found = RememberedColumns.objects.values_list("headers", flat=True)
    return frozenset(header for headers in found for header in headers if header)


def memories_of(rows: Iterable[Row], kinds: Collection[str]) -> list[tuple[Row, RememberedColumns]]:
    """What is remembered of files with one of these rows as their header; the first such row alone."""
    prints = {row.number: (row, fingerprint(row.texts)) for row in rows if sum(map(bool, row.texts)) >= _LEAST_HEADERS}
    if not prints:
        return []
    found = RememberedColumns.objects.filter(fingerprint__in={print_ for _, print_ in prints.values()}, kind__in=kinds)
    by_print: dict[str, list[RememberedColumns]] = {}
    for memory in found.order_by("kind"):
        if _is_usable(memory):
            by_print.setdefault(memory.fingerprint, []).append(memory)
    for row, print_ in prints.values():
        if print_ in by_print:
            return [(row, memory) for memory in by_print[print_]]
    return []


def _is_usable(memory: RememberedColumns) -> bool:
    """Whether each column it names is still one."""
    keys = {column.key for column in upload_for(memory.kind).columns}
    return all(key in keys for key in memory.keys if key)


def places_by(memory: RememberedColumns, headers: Sequence[str]) -> dict[int, str]:
    """The places of a file with these headers, as they are remembered."""
    compared = [folded(header) for header in headers]
    if compared == memory.headers[: len(compared)]:
        return {place: key for place, key in enumerate(memory.keys) if key is not None}
    known = dict(zip(memory.headers, memory.keys, strict=True))
    found = {place: known.get(header) for place, header in enumerate(compared) if header}
    return {place: key for place, key in found.items() if key is not None}


@transaction.atomic
def remember(
    draft: ImportDraft, columns: Sequence[SeenColumn], places: Mapping[int, str], name: str, *, by: User | None = None
) -> RememberedColumns:
    """Keep what a person said of these columns for the next file with the same headers; the newest word counts."""
    headers = [column.header for column in columns]
    memory, _ = RememberedColumns.objects.update_or_create(
        tenant_id=draft.tenant_id,
        kind=draft.kind,
        fingerprint=fingerprint(headers),
        defaults={
            "name": name,
            "headers": [folded(header) for header in headers],
            "keys": [places.get(column.place, LEFT_OUT if column.header else None) for column in columns],
            "chosen_by": by,
        },
    )
    return memory


def forget(memory: RememberedColumns) -> None:
    """The next file with these headers is asked about again. Files that were read stay as they are."""
    memory.delete()
