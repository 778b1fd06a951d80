"""The filter language of `query`: every operator, nested and/or, turned into one predicate over a row.

Owns comparison rules: empty means null, null matches nothing but `isnull`, case counts unless it is switched off.
Must not page, sort or check permissions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from integrations.sandbox.data.paths import Accessor
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import Comparable, IllegalValue, filter_key, record_number, stored_key
from integrations.sandbox.schema.model import TEXT, Field
from integrations.sandbox.wire.documents import text_of
from integrations.sandbox.wire.failures import limit_exceeded, processing_error

Predicate = Callable[[Row], bool]
Resolver = Callable[[str], Accessor]

MAX_VALUES = 1000
RANGES: dict[str, Callable[[Comparable, Comparable], bool]] = {
    "lessthan": lambda stored, wanted: stored < wanted,  # type: ignore[operator]
    "lessthanorequalto": lambda stored, wanted: stored <= wanted,  # type: ignore[operator]
    "greaterthan": lambda stored, wanted: stored > wanted,  # type: ignore[operator]
    "greaterthanorequalto": lambda stored, wanted: stored >= wanted,  # type: ignore[operator]
}


@dataclass(slots=True)
class Filter:
    """A compiled filter: inclusive bounds on the record key that the index can serve, and the rest as a predicate."""

    lower: int | None = None
    upper: int | None = None
    predicate: Predicate | None = None

    def narrow(self, operator: str, number: int) -> None:
        """Take a comparison of the record key into the bounds."""
        if operator in ("greaterthan", "greaterthanorequalto", "equalto"):
            low = number + 1 if operator == "greaterthan" else number
            self.lower = low if self.lower is None else max(self.lower, low)
        if operator in ("lessthan", "lessthanorequalto", "equalto"):
            high = number - 1 if operator == "lessthan" else number
            self.upper = high if self.upper is None else min(self.upper, high)


def compile_filter(
    element: etree._Element | None, resolve: Resolver, record_key: str, *, caseinsensitive: bool
) -> Filter:
    """Compile a `<filter>`; several operators side by side are joined with and, as live clients send them."""
    compiled = Filter()
    predicates: list[Predicate] = []
    for child in _conjuncts(element):
        bound = _bound(child, record_key)
        if bound is not None:
            compiled.narrow(*bound)
        else:
            predicates.append(_condition(child, resolve, caseinsensitive))
    if len(predicates) == 1:
        compiled.predicate = predicates[0]
    elif predicates:
        compiled.predicate = _all_of(predicates)
    return compiled


def _conjuncts(element: etree._Element | None) -> list[etree._Element]:
    if element is None:
        return []
    found: list[etree._Element] = []
    for child in element:
        found.extend(_conjuncts(child) if child.tag == "and" else [child])
    return found


def _bound(element: etree._Element, record_key: str) -> tuple[str, int] | None:
    operator = str(element.tag)
    if text_of(element.find("field")) != record_key or operator not in (*RANGES, "equalto"):
        return None
    values = [text_of(value) for value in element.findall("value")]
    number = record_number(values[0]) if len(values) == 1 else None
    return None if number is None else (operator, number)


def _all_of(predicates: list[Predicate]) -> Predicate:
    return lambda row: all(predicate(row) for predicate in predicates)


def _any_of(predicates: list[Predicate]) -> Predicate:
    return lambda row: any(predicate(row) for predicate in predicates)


def _condition(element: etree._Element, resolve: Resolver, fold: bool) -> Predicate:
    operator = str(element.tag)
    if operator in ("and", "or"):
        predicates = [_condition(child, resolve, fold) for child in element]
        return _all_of(predicates) if operator == "and" else _any_of(predicates)
    accessor = resolve(text_of(element.find("field")))
    values = [text_of(value) for value in element.findall("value")]
    return _comparison(operator, accessor, values, fold)


def _comparison(operator: str, accessor: Accessor, values: list[str], fold: bool) -> Predicate:
    read = accessor.read
    if operator == "isnull":
        return lambda row: read(row) == ""
    if operator == "isnotnull":
        return lambda row: read(row) != ""
    if operator in ("like", "notlike"):
        return _like(accessor, _single(values), fold, wanted=operator == "like")
    if operator in ("in", "notin"):
        return _membership(accessor, values, fold, wanted=operator == "in")
    if operator == "between":
        return _between(accessor, values, fold)
    wanted = _key(accessor.field, _single(values), fold)
    stored = _reader(accessor, fold)
    if operator == "equalto":
        return lambda row: stored(row) == wanted
    if operator == "notequalto":
        return lambda row: (key := stored(row)) is not None and key != wanted
    compare = RANGES[operator]
    return lambda row: (key := stored(row)) is not None and compare(key, wanted)


def _single(values: list[str]) -> str:
    if len(values) != 1:
        raise processing_error()
    return values[0]


def _key(field: Field, value: str, fold: bool) -> Comparable:
    if field.enumeration is not None and field.enumeration.swapped:
        value = {code: display for display, code in field.enumeration.codes.items()}.get(value, "")
    try:
        key = filter_key(field, value)
    except IllegalValue:
        raise processing_error() from None
    return key.casefold() if fold and isinstance(key, str) else key


def _reader(accessor: Accessor, fold: bool) -> Callable[[Row], Comparable | None]:
    read, datatype = accessor.read, accessor.field.datatype
    if datatype == TEXT and fold:
        return lambda row: read(row).casefold() or None
    if datatype == TEXT:
        return lambda row: read(row) or None

    def stored(row: Row) -> Comparable | None:
        text = read(row)
        if not text:
            return None
        key = stored_key(datatype, text)
        return key.casefold() if fold and isinstance(key, str) else key

    return stored


def like_pattern(pattern: str, *, fold: bool) -> re.Pattern[str]:
    """A SQL pattern (`%` any run, `_` one character) as a regular expression."""
    parts = [".*" if mark == "%" else "." if mark == "_" else re.escape(mark) for mark in pattern]
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if fold else 0))


def _like(accessor: Accessor, value: str, fold: bool, *, wanted: bool) -> Predicate:
    pattern, read = like_pattern(value, fold=fold), accessor.read

    def matches(row: Row) -> bool:
        text = read(row)
        return text != "" and (pattern.fullmatch(text) is not None) is wanted

    return matches


def _membership(accessor: Accessor, values: list[str], fold: bool, *, wanted: bool) -> Predicate:
    if not values:
        raise processing_error()
    if len(values) > MAX_VALUES:
        raise limit_exceeded(f"At most {MAX_VALUES} values are allowed in one list, {len(values)} were given.")
    keys = {_key(accessor.field, value, fold) for value in values}
    stored = _reader(accessor, fold)
    return lambda row: (key := stored(row)) is not None and (key in keys) is wanted


def _between(accessor: Accessor, values: list[str], fold: bool) -> Predicate:
    if len(values) != 2:
        raise processing_error()
    low, high = (_key(accessor.field, value, fold) for value in values)
    stored = _reader(accessor, fold)
    return lambda row: (key := stored(row)) is not None and low <= key <= high  # type: ignore[operator]
