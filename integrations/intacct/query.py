"""The `query` function: what to select, filters with every operator, order and paging options.

Owns the rules of the query language and their limits (developer.intacct.com, Web Services > Queries). Must not send
anything or know what an object means.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from integrations.intacct.values import format_value, xml_text

MAX_PAGE_SIZE = 2000
MAX_SET_VALUES = 1000


@dataclass(frozen=True)
class Comparison:
    """One operator on one field, with the values it takes already formatted."""

    operator: str
    field: str
    values: tuple[str, ...] = ()

    def to_element(self) -> etree._Element:
        element = etree.Element(self.operator)
        _child(element, "field", self.field)
        for value in self.values:
            _child(element, "value", value)
        return element


@dataclass(frozen=True)
class Group:
    """Two or more filters joined by `and` or `or`."""

    operator: str
    members: tuple[Filter, ...]

    def to_element(self) -> etree._Element:
        element = etree.Element(self.operator)
        for member in self.members:
            element.append(member.to_element())
        return element


Filter = Comparison | Group


def eq(field: str, value: object) -> Comparison:
    return _compare("equalto", field, value)


def ne(field: str, value: object) -> Comparison:
    return _compare("notequalto", field, value)


def lt(field: str, value: object) -> Comparison:
    return _compare("lessthan", field, value)


def le(field: str, value: object) -> Comparison:
    return _compare("lessthanorequalto", field, value)


def gt(field: str, value: object) -> Comparison:
    return _compare("greaterthan", field, value)


def ge(field: str, value: object) -> Comparison:
    return _compare("greaterthanorequalto", field, value)


def in_(field: str, values: Iterable[object]) -> Comparison:
    """The field has one of 1 to 1000 values. Raises ValueError outside that range."""
    return _set("in", field, values)


def not_in(field: str, values: Iterable[object]) -> Comparison:
    """The field has none of 1 to 1000 values. Raises ValueError outside that range."""
    return _set("notin", field, values)


def between(field: str, first: object, last: object) -> Comparison:
    """The field lies between two values, both included. Raises ValueError when they are in the wrong order."""
    try:
        reversed_bounds = bool(first > last)  # type: ignore[operator]
    except TypeError as error:
        raise ValueError(f"The bounds of between on {field} cannot be compared with each other.") from error
    # Bounds given as text are dates or ids in the gateway's own form, whose order is not the order of characters.
    if reversed_bounds and not isinstance(first, str):
        raise ValueError(f"The bounds of between on {field} are in the wrong order.")
    return Comparison("between", field, (_operand(field, first), _operand(field, last)))


def like(field: str, pattern: str) -> Comparison:
    """The field matches a pattern with `%` for any text and `_` for one character."""
    return _compare("like", field, pattern)


def not_like(field: str, pattern: str) -> Comparison:
    return _compare("notlike", field, pattern)


def is_null(field: str) -> Comparison:
    return Comparison("isnull", field)


def is_not_null(field: str) -> Comparison:
    return Comparison("isnotnull", field)


def all_of(*filters: Filter | None) -> Filter:
    """Every filter holds. None members are left out; a single one is returned as it is; none at all is a ValueError."""
    return _group("and", filters)


def any_of(*filters: Filter | None) -> Filter:
    """At least one filter holds. None members are left out; a single one is returned as it is."""
    return _group("or", filters)


@dataclass(frozen=True)
class Query:
    """One `query` call.

    `order_by` holds field names, with a leading "-" for descending; it defaults to RECORDNO because the order of rows
    is undefined otherwise, and is set to () for objects without one. `page_size` is 1 to 2000. `offset` counts rows.
    `show_private` includes records owned by entities in a top-level session. `doc_par_id` is the transaction definition
    whose custom fields are wanted. Raises ValueError for limits and for an empty object or field list.
    """

    object: str
    fields: Sequence[str]
    where: Filter | None = None
    order_by: Sequence[str] = ("RECORDNO",)
    page_size: int = 1000
    offset: int = 0
    show_private: bool = False
    case_insensitive: bool = False
    doc_par_id: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.fields, str) or isinstance(self.order_by, str):
            raise ValueError("The fields and the order of a query are sequences of names.")
        object.__setattr__(self, "fields", tuple(self.fields))
        object.__setattr__(self, "order_by", tuple(self.order_by))
        if not self.object:
            raise ValueError("A query needs an object.")
        if not self.fields:
            raise ValueError(f"A query on {self.object} needs at least one field.")
        if "*" in self.fields:
            raise ValueError(f"A query on {self.object} names its fields: there is no wildcard.")
        if not 1 <= self.page_size <= MAX_PAGE_SIZE:
            raise ValueError(f"The page size of a query is 1 to {MAX_PAGE_SIZE}, not {self.page_size}.")
        if self.offset < 0:
            raise ValueError("The offset of a query cannot be negative.")

    def to_element(self) -> etree._Element:
        """Return the `<query>` element in the documented order of children."""
        query = etree.Element("query")
        _child(query, "object", self.object)
        select = etree.SubElement(query, "select")
        for name in self.fields:
            _child(select, "field", name)
        if self.where is not None:
            etree.SubElement(query, "filter").append(self.where.to_element())
        if self.order_by:
            self._add_order(query)
        if self.show_private or self.case_insensitive:
            options = etree.SubElement(query, "options")
            if self.case_insensitive:
                _child(options, "caseinsensitive", "true")
            if self.show_private:
                _child(options, "showprivate", "true")
        _child(query, "pagesize", str(self.page_size))
        _child(query, "offset", str(self.offset))
        if self.doc_par_id:
            _child(query, "docparid", self.doc_par_id)
        return query

    def _add_order(self, query: etree._Element) -> None:
        order_by = etree.SubElement(query, "orderby")
        for name in self.order_by:
            order = etree.SubElement(order_by, "order")
            _child(order, "field", name.removeprefix("-"))
            etree.SubElement(order, "descending" if name.startswith("-") else "ascending")


def _compare(operator: str, field: str, value: object) -> Comparison:
    return Comparison(operator, field, (_operand(field, value),))


def _set(operator: str, field: str, values: Iterable[object]) -> Comparison:
    if isinstance(values, str):
        raise ValueError(f"The values for {field} are a sequence, not one text.")
    operands = tuple(_operand(field, value) for value in values)
    if not 1 <= len(operands) <= MAX_SET_VALUES:
        raise ValueError(f"A set of values for {field} holds 1 to {MAX_SET_VALUES} values, not {len(operands)}.")
    return Comparison(operator, field, operands)


def _operand(field: str, value: object) -> str:
    if value is None:
        raise ValueError(f"A missing value for {field} is tested with is_null or is_not_null.")
    return format_value(value)


def _group(operator: str, filters: Iterable[Filter | None]) -> Filter:
    members = tuple(entry for entry in filters if entry is not None)
    if not members:
        raise ValueError("A group of filters needs at least one filter.")
    return members[0] if len(members) == 1 else Group(operator, members)


def _child(parent: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(parent, tag).text = xml_text(text)
