"""What waits for the approval of a person: the documents under review whose open step is theirs.

Reads only; who may give a step is decided by integrations.approval. Needs the tenant's scope.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from accounts.models import User
from erp_admin.documents.types import AnyType, document_types
from integrations.approval.reviews import ReviewBook, ReviewStep
from integrations.approval.selectors import read_covered, why_not_act
from integrations.approval.transitions import Act
from integrations.models import Approval

AT_ONCE: Final = 200


@dataclass(frozen=True)
class Waiting:
    """`step` is None where it is approved directly."""

    document_type: AnyType
    document: Any
    step: ReviewStep | None
    since: datetime


def waiting_for(person: User) -> Iterator[Waiting]:
    """The oldest of each type first."""
    book = ReviewBook()
    if not book.people.decides(person.pk):
        return
    for document_type in document_types():
        found = document_type.model.objects.filter(approval=Approval.NEEDS_REVIEW)
        keys = iter(list(found.order_by("pk").values_list("pk", flat=True)))
        while page := list(islice(keys, AT_ONCE)):
            yield from _of_page(document_type, page, book, person)


def _of_page(document_type: AnyType, page: list[int], book: ReviewBook, person: User) -> Iterator[Waiting]:
    found = document_type.model.objects.select_related(*document_type.columns.related).filter(pk__in=page)
    documents = list(found.order_by("pk"))
    read_covered(documents)
    book.read(documents)
    for document in documents:
        standing = book.standing(document)
        _, refused = book.acting_for(document, standing, person)
        if refused is None and why_not_act(document, Act.APPROVE) is None:
            began = standing.review.opened_at if standing.review is not None else document.updated_at
            moments = [each.given.at for each in standing.given if each.given is not None]
            yield Waiting(document_type, document, standing.open_step, max([began, *moments]))
