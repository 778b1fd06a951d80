"""Finding documents and projects by words typed: those that fit best first.

Reads only. Needs the tenant's scope. Asks for no more than is shown.
"""

from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from accounts.ui.folding import search_words
from erp_admin.documents.types import AnyType


def best_fitting(
    records: "QuerySet[Any]", words: str, most: int, *, number: tuple[str, ...], name: str, searched: tuple[str, ...]
) -> "QuerySet[Any]":
    """Those with every word in one of the `searched` columns, by number; those whose number or name begins with what
    was typed stand before the others."""
    for word in search_words(words):
        matches = Q()
        for column in searched:
            matches |= Q(**{f"{column}__icontains": word})
        records = records.filter(matches)
    typed = words.strip()
    if not typed:
        return records.order_by(*number)[:most]
    fits = Case(
        When(number__iexact=typed, then=Value(0)),
        When(number__istartswith=typed, then=Value(1)),
        When(**{f"{name}__istartswith": typed}, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return records.order_by(fits, *number)[:most]


def find_documents(document_type: AnyType, words: str, most: int) -> "QuerySet[Any]":
    """Documents of a type by number, title, vendor and whatever else its lists search."""
    columns = document_type.columns
    found = document_type.model.objects.select_related(*columns.related)
    return best_fitting(found, words, most, number=columns.number, name="title", searched=columns.searched)
