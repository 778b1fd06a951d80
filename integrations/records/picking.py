"""What pickers offer of a mirrored list: the few records that fit best the words typed, each id once.

Reads only. Needs the tenant's scope. However long the list is, only what is shown is fetched, by an index; a search for
what nothing has reads the index of one list.
"""

from collections.abc import Iterable
from typing import Final

from django.db.models import Case, IntegerField, Min, Q, QuerySet, Value, When

from accounts.ui.folding import folded, folded_words
from integrations.models import BEHIND_ID, Connection, ListItem

_INACTIVE: Final = 10


def holding(words: str) -> Q:
    """Every word somewhere in id or name."""
    found = Q()
    for word in folded_words(words):
        found &= Q(search_text__holds=word)
    return found


def any_of(conditions: Iterable[Q]) -> Q:
    """What meets one of the conditions."""
    found = Q()
    for condition in conditions:
        found |= condition
    return found


def pick(
    connection: Connection, kind: str, words: str, most: int, *, among: Q | None = None, **within: str | bool
) -> list[ListItem]:
    """Records by id or name, without those missing in Intacct; the same id may stand in several entities.

    The exact id stands first, then those whose id begins with what was typed, those whose name does, and the rest;
    what is inactive comes last. Those that are not known well enough to be used are among them, so that they are seen.
    `among` narrows what is looked at.
    """
    found = ListItem.objects.filter(connection=connection, kind=kind, missing_at=None, **within)
    if among is not None:
        found = found.filter(among)
    ids = _best(found, words, most) if folded(words) else _first(found, most)
    rows = found.filter(business_id__in=ids).order_by("is_active", "-record_no")
    records = {row.business_id: row for row in rows}  # of one id the first active one
    return [records[one] for one in ids if one in records]


def _first(found: "QuerySet[ListItem]", most: int) -> list[str]:
    """In the order of the index, which is left as soon as there are enough."""
    ids: list[str] = []
    for active in (True, False):
        some = found.filter(is_active=active).exclude(business_id__in=ids) if ids else found.filter(is_active=active)
        ids += some.order_by("business_id").values_list("business_id", flat=True).distinct()[: most - len(ids)]
        if len(ids) == most:
            break
    return ids


def _best(found: "QuerySet[ListItem]", words: str, most: int) -> list[str]:
    typed = folded(words)
    fits = Case(
        When(search_text__startswith=f"{typed}{BEHIND_ID}", then=Value(0)),
        When(is_active=False, then=Value(_INACTIVE)),
        When(search_text__startswith=typed, then=Value(1)),
        When(search_text__holds=f"{BEHIND_ID}{typed}", then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    ranked = found.filter(holding(words)).order_by().values("business_id").annotate(rank=Min(fits))
    return list(ranked.order_by("rank", "business_id").values_list("business_id", flat=True)[:most])
