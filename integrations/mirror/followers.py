"""Records that hold values of other records: which of them to read again, as Intacct does not stamp them as modified.

Owns which records follow which, and which fields may lag all the same. Reads only; asks nothing of Intacct.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

from integrations.lists import Borrowed, ListKind
from integrations.mirror.scope import View
from integrations.models import ChangeKind, Connection, ListItem, ListItemChange
from integrations.records.kinds import kind_for, list_state

_BATCH = 500


def followers(view: View, kind: ListKind, fields: Collection[str], since: datetime) -> list[int]:
    """The record numbers of what holds values of records of other lists that changed since, as far as was noticed."""
    return sorted({item.record_no for item in _following(view, kind, fields, since, frozenset())})


def _following(
    view: View, kind: ListKind, fields: Collection[str] | None, since: datetime, passed: frozenset[str]
) -> Iterator[ListItem]:
    """Also through a third record: a department shows its supervisor's name, which is that of a contact."""
    for borrowed in kind.borrowed:
        if not borrowed.by or (fields is not None and borrowed.by not in fields):
            continue
        ids = sorted(_changed(view, borrowed.of, since, passed | {kind.key}))
        here = view.items(kind).filter(missing_at=None)
        for start in range(0, len(ids), _BATCH):
            holding = here.filter(**{f"fields__{borrowed.by}__in": ids[start : start + _BATCH]})
            yield from holding.only("record_no", "business_id")


def _changed(view: View, list_key: str, since: datetime, passed: frozenset[str]) -> set[str]:
    """The ids of the records of a list that changed since or follow what did, former ids among them."""
    connection, kind = view.connection, kind_for(view.connection, list_key)
    if kind is None:
        return set()
    noticed = ListItemChange.objects.filter(
        item__connection=connection, item__kind=list_key, kind=ChangeKind.CHANGED, at__gte=since
    )
    follow = _following(View(connection, ""), kind, None, since, passed) if list_key not in passed else ()
    found = {item.business_id for item in follow}
    for business_id, changes in noticed.values_list("item__business_id", "changes"):
        found.add(business_id)
        found.update(each["before"] for each in changes if each["field"] == kind.id_field and each["before"])
    return found


def lagging(connection: Connection, kind: ListKind) -> list[str]:
    """The fields that follow other records and are up to date only after a Full."""
    if not kind.modified_field:
        return []  # read whole each time
    state = list_state(connection, kind.key)
    read = state.read_fields if state is not None else []
    return sorted({name for borrowed in kind.borrowed for name in _lagging(connection, borrowed, read)})


def _lagging(connection: Connection, borrowed: Borrowed, read: Collection[str]) -> Iterator[str]:
    followed = list_state(connection, borrowed.of) if borrowed.by in read else None
    if followed is None or followed.last_read_at is None:
        yield from (name for name in borrowed.fields if name in read)
