"""Raises a notification when a document begins to need somebody, and settles it when it no longer does.

Compares the state that pages show with what was raised, so that nothing has to be remembered where states change.
The one writer of notifications. Needs the tenant's scope.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Tenant
from erp_admin.documents.types import AnyType, document_types
from erp_admin.models import Notification, NotificationKind
from integrations.models import DocumentState, with_state

TOLD: Final = {
    DocumentState.FAILED: NotificationKind.FAILED,
    DocumentState.HELD: NotificationKind.HELD,
    DocumentState.DIFFERS: NotificationKind.DIFFERS,
    DocumentState.NEEDS_REVIEW: NotificationKind.WAITS,
}
AT_ONCE: Final = 500
_KEPT: Final = {"label": 300, "sentence": 500}


def renew(tenant: Tenant) -> int:
    """Raise what is new and settle what is done, for every type of document; return how many were raised."""
    return sum(_renew(tenant, document_type) for document_type in document_types())


def _renew(tenant: Tenant, document_type: AnyType) -> int:
    present = {
        (pk, TOLD[DocumentState(state)])
        for pk, state in _needing(document_type).values_list("pk", "shown_as").iterator(chunk_size=2000)
    }
    raised = Notification.objects.filter(flow=document_type.key, settled_at=None)
    known = {(document, NotificationKind(kind)): pk for pk, document, kind in
             raised.values_list("pk", "document_id", "kind").iterator(chunk_size=2000)}  # fmt: skip
    done = [pk for key, pk in known.items() if key not in present]
    for some in _pages(done):
        raised.filter(pk__in=some).update(settled_at=timezone.now())
    new = sorted(pk for pk, kind in present if (pk, kind) not in known)
    for some in _pages(new):
        documents = _needing(document_type).filter(pk__in=some).select_related(*document_type.columns.related)
        rows = [_raised(tenant, document_type, document) for document in documents]
        # Another worker may be at the same: of each there is one.
        Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return len(new)


def _needing(document_type: AnyType) -> "QuerySet[Any]":
    return with_state(document_type.model.objects.all()).filter(shown_as__in=list(TOLD)).order_by()


def _raised(tenant: Tenant, document_type: AnyType, document: Any) -> Notification:
    return Notification(
        tenant=tenant,
        kind=TOLD[document.state],
        flow=document_type.key,
        document_id=document.pk,
        label=str(document)[: _KEPT["label"]],
        sentence=document.shown_state.reason[: _KEPT["sentence"]],
        amount=document.total,
        currency=document_type.currency_of(document),
        raised_at=timezone.now(),
    )


def _pages(keys: list[int]) -> Iterator[list[int]]:
    remaining = iter(keys)
    while some := list(islice(remaining, AT_ONCE)):
        yield some
