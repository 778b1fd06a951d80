"""Which document a number means: the one that has exactly it, else the one that has the same by identity, else a doubt.

Owns that order, for files, forms and services alike. When two numbers are the same is erp_admin.grammar.identity's.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from erp_admin.models import NumberedDocument, number_key
from erp_admin.models.numbered import OWN

ModelT = TypeVar("ModelT", bound=Model)
DocumentT = TypeVar("DocumentT", bound=NumberedDocument)


def having(documents: "QuerySet[ModelT]", numbers: Iterable[str]) -> "QuerySet[ModelT]":
    """Those that one of the numbers can mean, and the few whose key is their own: `meant` chooses among them."""
    keys = {number_key(number) for number in numbers}
    return documents.filter(Q(number_key__in=keys) | Q(number_key__contains=OWN))


def by_key(documents: Iterable[DocumentT]) -> dict[str, list[DocumentT]]:
    """Documents by what their number has in common with all that are the same."""
    found: dict[str, list[DocumentT]] = defaultdict(list)
    for document in documents:
        found[shared_key(document)].append(document)
    return found


def shared_key(document: NumberedDocument) -> str:
    """Its key, without what makes a key its own."""
    return str(document.number_key).partition(OWN)[0]


def meant(same: Sequence[DocumentT], number: str) -> Sequence[DocumentT]:
    """Of those with the same number the ones that are meant. One that has exactly this number is never in doubt."""
    return [document for document in same if document.number == number] or same


def doubt(noun: str, number: str, found: Sequence[NumberedDocument]) -> tuple[str, str]:
    """The sentence for a number that means more than one, with the way out."""
    names = " and ".join(document.number for document in found)
    return f"“{number}” can be more than one {noun} in ERP Admin: {names}.", "Write the number exactly as one of them."


def others_numbered(documents: "QuerySet[Any]", document: Any, number: str) -> list[Any]:
    """Others of `documents` that have the same number by identity, the earliest first."""
    found = having(documents, [number]).exclude(pk=document.pk).order_by("pk")
    return by_key(found).get(number_key(number), [])


def namesake(documents: "QuerySet[Any]", document: Any, number: str) -> Any | None:
    """Another one that keeps a document from having this number. A number that stays as stored is nobody else's.

    Two that were stored before numbers were compared so may both be changed, as long as their numbers stay.
    """
    others = others_numbered(documents, document, number)
    if not others or (document.pk is not None and documents.filter(pk=document.pk, number=number).exists()):
        return None
    return others[0]
