"""The columns that a mirrored list may show, on the page and in files: its own, those with plain names, the company's.

Presentation only. Which fields are read and what they are called is declared beside each list.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from accounts.ui import table
from accounts.ui.table import Cell, Field, TableRow
from integrations.lists import ListKind
from integrations.lists.plain_names import AMOUNT, DATE, NUMBER, PERCENT, PlainField, plain_fields
from integrations.models import UNKNOWN_OWNER, ListItem
from integrations.records.written import UNKNOWN, written

Row = Mapping[str, Any]  # a record of the page: item, owner, url, within, parent_url
_KINDS: Final = {AMOUNT: table.AMOUNT, DATE: table.DATE, NUMBER: table.COUNT, PERCENT: table.PERCENT}


def fields_of(kind: ListKind, custom: Mapping[str, str]) -> tuple[Field[Row], ...]:
    """`custom` are the names of the company's own fields that are read, with what it calls them."""
    fields = [
        Field[Row]("id", "ID", table.ID, lambda row: Cell(row["item"].business_id, url=row["url"]), "id",
                   is_fixed=True, card=1),
        Field[Row]("within", "Within", table.TEXT, lambda row: Cell(row["within"]), under="id"),
        Field[Row]("name", "Name", table.NAME, lambda row: Cell(row["item"].name), "name", card=3),
        Field[Row]("state", "State", table.STATE, lambda row: Cell(row["item"].shown_state), card=2),
        *(_plain(each) for each in plain_fields(kind)),
        *(_plain(PlainField(name, label or name)) for name, label in custom.items()),
    ]  # fmt: skip
    if kind.list_of_parents:
        fields.append(Field("parent", "Belongs to", table.TEXT, _parent))
    if kind.entity_field:
        fields.append(Field("entity", "Entity", table.TEXT, lambda row: Cell(row["owner"])))
    fields.append(Field("changed", "Last change", table.MOMENT, lambda row: Cell(row["item"].changed_at), "changed"))
    return tuple(fields)


def _parent(row: Row) -> Cell:
    return Cell(row["item"].parent_id, url=row["parent_url"])


def _plain(each: PlainField) -> Field[Row]:
    return Field(
        f"f.{each.name.lower()}", each.label, _KINDS.get(each.how, table.TEXT), _cell(each), is_default=each.is_shown
    )


def _cell(each: PlainField) -> Callable[[Row], Cell]:
    def cell(row: Row) -> Cell:
        item: ListItem = row["item"]
        if each.name in (item.unread or {}) and each.name not in item.fields:
            return Cell(UNKNOWN)
        value = written(item.fields.get(each.name), each.how)
        currency = str(item.fields.get("CURRENCY") or "") if each.how == AMOUNT else ""
        return Cell(value, currency)

    return cell


def table_row(row: Row) -> TableRow:
    return TableRow(row["url"], str(row["item"]), row["item"].pk, [])


def file_row(kind: ListKind, item: ListItem) -> Row:
    """A record as a file shows it: without links."""
    return {"item": item, "owner": owner_of(item), "url": "", "within": within(kind, item), "parent_url": ""}


def owner_of(item: ListItem) -> str:
    return UNKNOWN if item.entity_id == UNKNOWN_OWNER else item.entity_id


def within(kind: ListKind, item: ListItem) -> str:
    """What else names the record besides its id and its parent."""
    parts = [str(item.fields.get(name, "")) for name in kind.other_id_parts if name != kind.parent_field]
    return " · ".join(part for part in parts if part)
