"""What columns of files are remembered as, by the headers that a sender's files have: found, remembered, forgotten.

Owns when two files have the same headers. A memory of another tenant is never seen: each query is the tenant's own.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.refusal import Refused
from erp_admin.documents.plain import plain
from erp_admin.models import ImportDraft, RememberedColumns
from erp_admin.uploads.column_choice import LEFT_OUT, SeenColumn, names_of
from erp_admin.uploads.formats.table import Row
from erp_admin.uploads.kinds import upload_for

_LONGEST_HEADER: Final = 200
_LONGEST_BEGINNING: Final = 120
_LEAST_HEADERS: Final = 2


def compared_names(headers: Sequence[str]) -> list[str]:
    """Headers as they are compared: made plain, but for those that only their signs tell apart, as “Net +” and “Net -”.

    A long one is cut and told apart by its whole text.
    """
    folded = [plain(header) or header.strip() for header in headers]
    times = Counter(folded)
    return [
        _cut(name if times[name] == 1 else " ".join(header.casefold().split()))
        for name, header in zip(folded, headers, strict=True)
    ]


def _cut(name: str) -> str:
    if len(name) <= _LONGEST_HEADER:
        return name
    return f"{name[:_LONGEST_BEGINNING]} {hashlib.sha256(name.encode()).hexdigest()}"


def fingerprint(names: Sequence[str]) -> str:
    """Of headers as they are compared, in whatever order; where one is blank or stands twice, the order counts too."""
    compared = list(names)
    while compared and not compared[-1]:
        compared.pop()
    if len(set(compared)) == len(compared) and "" not in compared:
        compared.sort()
    return hashlib.sha256("\x00".join(compared).encode()).hexdigest()


def remembered() -> QuerySet[RememberedColumns]:
    return RememberedColumns.objects.select_related("chosen_by").order_by("name", "pk")


def known_headers() -> frozenset[str]:
    """Every header that is remembered, made plain, by which the sheet and the delimiter of a file are found."""
    found = RememberedColumns.objects.values_list("headers", flat=True)
    return frozenset(plain(header) or header for headers in found for header in headers if header)


def can_be_remembered(names: Sequence[str]) -> bool:
    """Whether the next file with these headers is recognized by them."""
    return sum(map(bool, names)) >= _LEAST_HEADERS


def memories_of(rows: Iterable[Row], kinds: Collection[str]) -> list[tuple[Row, RememberedColumns]]:
    """What is remembered of files with one of these rows as their header; the first such row alone."""
    prints = {row.number: (row, fingerprint(compared_names(row.texts))) for row in rows if can_be_remembered(row.texts)}
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
    compared = compared_names(headers)
    if compared == memory.headers[: len(compared)]:
        return {place: key for place, key in enumerate(memory.keys) if key is not None}
    known = dict(zip(memory.headers, memory.keys, strict=True))
    found = {place: known.get(header) for place, header in enumerate(compared) if header}
    return {place: key for place, key in found.items() if key is not None}


@transaction.atomic
def remember(
    draft: ImportDraft, columns: Sequence[SeenColumn], places: Mapping[int, str], name: str, *, by: User | None = None
) -> RememberedColumns:
    """Keep what a person said of these columns for the next file with the same headers; the newest word counts.

    Raises Refused for a file that its headers do not tell from others.
    """
    names = names_of(draft) or compared_names([column.header for column in columns])
    names = [*names, *[""] * (len(columns) - len(names))]
    if not can_be_remembered(names):
        raise Refused(
            "The columns cannot be remembered: the file has no header by which the next one is recognized.",
            "Leave the sender blank.",
            code="FILE-HEADER",
        )
    memory, _ = RememberedColumns.objects.update_or_create(
        tenant_id=draft.tenant_id,
        kind=draft.kind,
        fingerprint=fingerprint(names),
        defaults={
            "name": name,
            "headers": names,
            "keys": [places.get(column.place, LEFT_OUT if column.header else None) for column in columns],
            "chosen_by": by,
        },
    )
    return memory


def forget(memory: RememberedColumns) -> None:
    """The next file with these headers is asked about again. Files that were read stay as they are."""
    memory.delete()
