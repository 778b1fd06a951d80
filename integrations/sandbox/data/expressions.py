"""The expression language of `readByQuery`: comparisons joined with AND, OR, NOT, over stored codes.

Owns parsing and its rules: literals in single quotes, case counts, no ordering, no joins. Must not page or read fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from integrations.sandbox.data.filters import Predicate, Resolver, like_pattern
from integrations.sandbox.data.paths import Accessor
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import Comparable, IllegalValue, filter_key, record_number, stored_key
from integrations.sandbox.schema.model import BOOLEAN, TIMESTAMP
from integrations.sandbox.wire.failures import processing_error

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:\\.|''|[^'\\])*')|(?P<operator><=|>=|<>|!=|=|<|>)|(?P<mark>[(),])|(?P<word>[^\s'(),<>=!]+))"
)
KEYWORDS = ("AND", "OR", "NOT", "IN", "LIKE", "IS", "NULL")
COMPARE: dict[str, Callable[[Comparable, Comparable], bool]] = {
    "=": lambda stored, wanted: stored == wanted,
    "!=": lambda stored, wanted: stored != wanted,
    "<>": lambda stored, wanted: stored != wanted,
    "<": lambda stored, wanted: stored < wanted,  # type: ignore[operator]
    "<=": lambda stored, wanted: stored <= wanted,  # type: ignore[operator]
    ">": lambda stored, wanted: stored > wanted,  # type: ignore[operator]
    ">=": lambda stored, wanted: stored >= wanted,  # type: ignore[operator]
}
MAX_DEPTH = 50
ROW_NUMBER = "rownum"


@dataclass(frozen=True, slots=True)
class Token:
    """One token; keywords are upper case, text literals carry their plain value."""

    kind: str
    value: str


def parse_expression(text: str, resolve: Resolver) -> Predicate | None:
    """A predicate for the expression, None when it is empty. Raises the vendor's processing error on anything wrong."""
    tokens = _tokens(text)
    if not tokens:
        return None
    parser = _Parser(tokens, resolve)
    predicate = parser.either(0)
    if parser.position != len(tokens):
        raise processing_error()
    return parser.counting(predicate)


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = TOKEN.match(text, position)
        if match is None:
            raise processing_error()
        position = match.end()
        kind = str(match.lastgroup)
        value = match.group(kind)
        if kind == "text":
            value = re.sub(r"\\(.)|''", lambda found: found.group(1) or "'", value[1:-1])
        elif kind == "word" and value.upper() in KEYWORDS:
            kind, value = "keyword", value.upper()
        tokens.append(Token(kind, value))
    return tokens


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[Token], resolve: Resolver) -> None:
        self.tokens = tokens
        self.resolve = resolve
        self.position = 0
        self.row_number: int | None = None

    def counting(self, predicate: Predicate) -> Predicate:
        """The predicate, with the rows it lets through counted when the expression asks for `rownum`."""
        if self.row_number is None:
            return predicate

        def counted(row: Row) -> bool:
            passed = predicate(row)
            self.row_number = (self.row_number or 1) + passed
            return passed

        return counted

    def _row_number(self) -> Predicate:
        self.row_number = 1
        operator, text = self.expect("operator").value, self.literal()
        number = record_number(text)
        if number is None:
            raise processing_error()
        compare = COMPARE[operator]
        return lambda _row: compare(self.row_number or 1, number)

    def either(self, depth: int) -> Predicate:
        parts = [self.both(depth)]
        while self.accept("keyword", "OR"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def both(self, depth: int) -> Predicate:
        parts = [self.negated(depth)]
        while self.accept("keyword", "AND"):
            parts.append(self.negated(depth))
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def negated(self, depth: int) -> Predicate:
        if depth > MAX_DEPTH:
            raise processing_error()
        if self.accept("keyword", "NOT"):
            inner = self.negated(depth + 1)
            return lambda row: not inner(row)
        if self.accept("mark", "("):
            inner = self.either(depth + 1)
            self.expect("mark", ")")
            return inner
        return self.comparison()

    def comparison(self) -> Predicate:
        name = self.expect("word").value
        if name.lower() == ROW_NUMBER:
            return self._row_number()
        accessor = self.resolve(name)
        if self.accept("keyword", "IS"):
            wanted = not self.accept("keyword", "NOT")
            self.expect("keyword", "NULL")
            return lambda row: (accessor.read(row) == "") is wanted
        wanted = not self.accept("keyword", "NOT")
        if self.accept("keyword", "LIKE"):
            return _like(accessor, self.literal(), wanted)
        if self.accept("keyword", "IN"):
            return self.membership(accessor, wanted)
        if not wanted:
            raise processing_error()
        operator = self.expect("operator").value
        return _compare(accessor, operator, self.literal())

    def membership(self, accessor: Accessor, wanted: bool) -> Predicate:
        self.expect("mark", "(")
        values = [self.literal()]
        while self.accept("mark", ","):
            values.append(self.literal())
        self.expect("mark", ")")
        keys = {_wanted(accessor, value) for value in values}
        return lambda row: (key := _stored(accessor, row)) is not None and (key in keys) is wanted

    def literal(self) -> str:
        token = self.next()
        if token.kind not in ("text", "word"):
            raise processing_error()
        return token.value

    def next(self) -> Token:
        if self.position >= len(self.tokens):
            raise processing_error()
        self.position += 1
        return self.tokens[self.position - 1]

    def accept(self, kind: str, value: str) -> bool:
        if self.position < len(self.tokens) and self.tokens[self.position] == Token(kind, value):
            self.position += 1
            return True
        return False

    def expect(self, kind: str, value: str | None = None) -> Token:
        token = self.next()
        if token.kind != kind or (value is not None and token.value != value):
            raise processing_error()
        return token


def _coded(accessor: Accessor, row: Row) -> str:
    """The stored code of a value; `readByQuery` compares codes where `query` compares display values."""
    text = accessor.read(row)
    enumeration = accessor.field.enumeration
    return text if not text or enumeration is None or enumeration.swapped else enumeration.code(text)


def _stored(accessor: Accessor, row: Row) -> Comparable | None:
    text = _coded(accessor, row)
    return stored_key(accessor.field.datatype, text) if text else None


def _wanted(accessor: Accessor, value: str) -> Comparable:
    try:
        key = filter_key(accessor.field, value)
    except IllegalValue:
        raise processing_error() from None
    if accessor.field.datatype == BOOLEAN and value.lower() not in ("true", "false", "t", "f"):
        raise processing_error()
    return key


def _compare(accessor: Accessor, operator: str, value: str) -> Predicate:
    key, compare = _wanted(accessor, value), COMPARE[operator]
    if accessor.field.datatype == TIMESTAMP and operator == "=" and " " not in value:
        # A bare date names its whole day.
        day = str(key)[:8]
        return lambda row: (stored := _stored(accessor, row)) is not None and str(stored)[:8] == day
    return lambda row: (stored := _stored(accessor, row)) is not None and compare(stored, key)


def _like(accessor: Accessor, value: str, wanted: bool) -> Predicate:
    pattern = like_pattern(value, fold=False)
    return lambda row: (text := _coded(accessor, row)) != "" and (pattern.fullmatch(text) is not None) is wanted
