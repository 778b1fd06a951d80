"""The number that a new document probably gets: the one after the newest numbers of its kind.

Owns the pattern. Reserves nothing: whoever saves first has the number, and any other may be typed.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from erp_admin.documents.numbers import by_key, having
from erp_admin.documents.types import AnyType, type_of
from erp_admin.models import number_key

_PATTERN: Final = re.compile(r"(?P<before>.*?)(?P<digits>[0-9]{1,9})(?P<behind>[^0-9]*)", re.DOTALL)
_LOOKED_AT: Final = 200
_TRIED: Final = 50


def next_numbers(document: Any) -> Mapping[str, str]:
    """A proposal by kind, under "" where the type has none of its own; none where nothing tells how numbers look."""
    document_type = type_of(document)
    kinds = [kind for kind, _ in document_type.columns.kinds] if document_type.parent is None else []
    found = {kind: _next(document_type, document, kind) for kind in kinds or [""]}
    return {kind: number for kind, number in found.items() if number}


def _next(document_type: AnyType, document: Any, kind: str) -> str:
    others = document_type.model._default_manager.order_by("-pk")
    if document_type.parent is not None:
        others = others.filter(**{document_type.parent.attribute: document_type.parent_of(document)})
    of_kind = others.filter(**{document_type.columns.kind: kind}) if kind else others
    newest = list(of_kind.values_list("number", flat=True)[:_LOOKED_AT])
    if not newest:
        return document_type.first_numbers.get(kind, "")
    pattern = _PATTERN.fullmatch(newest[0])
    if pattern is None:
        return ""
    return _free(others, pattern, _highest(newest, pattern))


def _highest(newest: list[str], pattern: re.Match[str]) -> int:
    """Of the newest numbers written in the same way: one that was typed late may be lower than those before it."""
    written = pattern.group("before", "behind")
    found = (each for each in map(_PATTERN.fullmatch, newest) if each is not None)
    return max(int(each["digits"]) for each in found if each.group("before", "behind") == written)


def _free(others: Any, pattern: re.Match[str], highest: int) -> str:
    width = len(pattern["digits"])
    tried = [f"{pattern['before']}{highest + step:0{width}}{pattern['behind']}" for step in range(1, _TRIED + 1)]
    taken = by_key(having(others, tried).only("number", "number_key"))
    return next((number for number in tried if number_key(number) not in taken), "")
