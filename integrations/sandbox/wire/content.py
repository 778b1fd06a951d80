"""Content models: which children an element of an object-specific function may have, in which order.

Owns the notation and the matching. Must not know any function or what an element means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from integrations.sandbox.wire.documents import tag_of
from integrations.sandbox.wire.violations import check_attributes, check_enumeration, missing, unexpected

TOKEN = re.compile(r"\(|\)|\||[?+]|[a-z][a-z0-9_]*(?::[a-z_]+)?")
BOOLEANS = ("true", "false")


@dataclass(frozen=True, slots=True)
class Name:
    """One child by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """Parts one after the other, or one of them."""

    parts: tuple[Part, ...]
    choice: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    """A part that may be left out, or may come again."""

    part: Part
    optional: bool
    repeated: bool


Part = Name | Group | Times


@dataclass(frozen=True, slots=True)
class Model:
    """What one element may hold. `kinds` names the model of children that have children of their own."""

    part: Part | None
    kinds: Mapping[str, str]
    attributes: tuple[str, ...] = ()
    required_attributes: tuple[str, ...] = ()
    enumerations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def model(text: str, attributes: str = "", enumerations: Mapping[str, tuple[str, ...]] | None = None) -> Model:
    """Read `vendorid datecreated:date ( datedue:date termname? | termname ) billitems:billitems`.

    `?` may be left out, `+` may come again, `:kind` names the model of the child. Attributes: `key! set_nulls`,
    with `!` for a required one.
    """
    tokens = TOKEN.findall(text)
    kinds: dict[str, str] = {}
    parser = _Parser(tokens, kinds)
    part = parser.alternatives() if tokens else None
    names = attributes.split()
    return Model(
        part,
        kinds,
        tuple(name.rstrip("!") for name in names),
        tuple(name.rstrip("!") for name in names if name.endswith("!")),
        enumerations or {},
    )


class _Parser:
    """Recursive descent over the notation."""

    def __init__(self, tokens: Sequence[str], kinds: dict[str, str]) -> None:
        self.tokens = tokens
        self.kinds = kinds
        self.position = 0

    def _peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def alternatives(self) -> Part:
        parts = [self.sequence()]
        while self._peek() == "|":
            self.position += 1
            parts.append(self.sequence())
        return parts[0] if len(parts) == 1 else Group(tuple(parts), choice=True)

    def sequence(self) -> Part:
        parts: list[Part] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self.particle())
        return Group(tuple(parts))

    def particle(self) -> Part:
        word = self._peek()
        self.position += 1
        if word == "(":
            part = self.alternatives()
            self.position += 1
        else:
            name, _, kind = word.partition(":")
            if kind:
                self.kinds[name] = kind
            part = Name(name)
        mark = self._peek()
        if mark in ("?", "+"):
            self.position += 1
            return Times(part, optional=mark == "?", repeated=mark == "+")
        return part


class _Trace:
    """How far matching came, and which names were looked for at each place."""

    def __init__(self) -> None:
        self.reached = 0
        self.wanted: dict[int, dict[str, None]] = {}


def check(element: etree._Element, kind: str, models: Mapping[str, Model]) -> None:
    """Raise the vendor's control failure unless an element, and all below it, follow their models."""
    found = models[kind]
    check_attributes(element, found.attributes, found.required_attributes)
    for attribute, values in found.enumerations.items():
        check_enumeration(element, attribute, values)
    children = list(element)
    if found.part is None:
        if children:
            raise unexpected(children[0], ())
        return
    tags = [tag_of(child) for child in children]
    trace = _Trace()
    if len(tags) not in _ends(found.part, tags, 0, trace):
        wanted = tuple(trace.wanted.get(trace.reached, ()))
        if trace.reached < len(tags):
            raise unexpected(children[trace.reached], wanted)
        raise missing(element, wanted)
    for child in children:
        below = found.kinds.get(tag_of(child))
        if below is not None:
            check(child, below, models)
        elif len(child):
            raise unexpected(child[0], ())
        else:
            check_attributes(child, ())


def _ends(part: Part, tags: Sequence[str], start: int, trace: _Trace) -> set[int]:
    """All places at which the part can end when it begins at `start`."""
    if isinstance(part, Name):
        trace.wanted.setdefault(start, {})[part.name] = None
        if start < len(tags) and tags[start] == part.name:
            trace.reached = max(trace.reached, start + 1)
            return {start + 1}
        return set()
    if isinstance(part, Times):
        return _repeated(part, tags, start, trace)
    if part.choice:
        return {end for option in part.parts for end in _ends(option, tags, start, trace)}
    ends = {start}
    for step in part.parts:
        ends = {end for place in ends for end in _ends(step, tags, place, trace)}
    return ends


def _repeated(part: Times, tags: Sequence[str], start: int, trace: _Trace) -> set[int]:
    ends = _ends(part.part, tags, start, trace)
    new = set(ends) if part.repeated else set()
    while new:
        new = {end for place in new for end in _ends(part.part, tags, place, trace)} - ends
        ends |= new
    return ends | {start} if part.optional else ends
