"""What a list page asks before it shows anything: the person's views of it, the shared ones, and the columns chosen.

Reads only. Needs the tenant's scope.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.db.models import Q
from django.http import QueryDict

from accounts.models import ListChoice, SavedView, User
from accounts.storable import storable
from accounts.ui.filters import VIEW
from accounts.ui.pk import read_pk

_NO_PART_OF_A_VIEW = frozenset({VIEW, "page", "chosen"})


@dataclass(frozen=True)
class Likings:
    """`present` is the view that the query string names, `opens_with` the one to begin with; `columns` those to show,
    none where the list is to decide."""

    views: list[SavedView]
    present: SavedView | None
    opens_with: SavedView | None
    columns: Sequence[str]
    is_changed: bool = False


def likings_of(person: User, list_key: str, query: QueryDict) -> Likings:
    """In two questions, whatever there is."""
    views = list(
        SavedView.objects.filter(Q(owner=person) | Q(is_shared=True), list_key=list_key).select_related("owner")
    )
    choice = ListChoice.objects.filter(person=person, list_key=list_key).first()
    present = next((view for view in views if view.pk == read_pk(query.get(VIEW, ""))), None)
    kept = choice.opens_with_id if choice else None
    opens_with = next((view for view in views if view.pk == kept), None)
    columns = present.columns if present and present.columns else choice.columns if choice else []
    is_changed = present is not None and query_to_save(query) != present.query
    return Likings(views, present, opens_with, [str(key) for key in columns], is_changed)


def address_of(view: SavedView) -> str:
    """The query string that opens a view."""
    query = QueryDict(mutable=True)
    for name, value in parse_qsl(view.query):
        query.appendlist(name, value)
    query[VIEW] = str(view.pk)
    return f"?{query.urlencode()}"


def first_address(likings: Likings, query: QueryDict, kept: Collection[str] = ()) -> str:
    """Where a list opened without a query string begins; "" for right here. `kept` say only which list it is."""
    is_bare = not set(query) - set(kept)
    return address_of(likings.opens_with) if is_bare and likings.opens_with is not None else ""


def query_to_save(query: QueryDict) -> str:
    """The query string as a view keeps it: without the page, the view it is in and what no address may carry, in an
    order of its own."""
    kept = QueryDict(mutable=True)
    for name in sorted(query):
        if name not in _NO_PART_OF_A_VIEW:
            kept.setlist(storable(name), [storable(value) for value in query.getlist(name) if value])
    return kept.urlencode()
