"""What the pages of documents ask: lists with the derived state, counts of filters, history.

Reads only. Every list shows the state of `with_state`, so that filters, counts and badges always agree.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Case, CharField, DecimalField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.ui.pk import read_pk
from erp_admin.documents.types import Columns, children_of, type_of_model
from erp_admin.documents.words import holding
from erp_admin.models import IMPORTED, ImportedDocument
from integrations.models import AGREED, TO_PUSH, DocumentState, Exchange, ExchangeSubject, Push, PushEvent, with_state
from integrations.models.pushed import in_states

Documents = QuerySet[Any]
FILTERS: Final = ("q", "state", "type", "project", "vendor", "period", "import")  # what may narrow a list
SORTS: Final = ("number", "title", "vendor", "date", "amount")
PERIODS: Final = (
    ("later", "After this month"),
    ("month", "This month"),
    ("last_month", "Last month"),
    ("year", "Earlier this year"),
    ("last_year", "Last year"),
    ("before", "Before"),
)


def columns_of(model: type[Any]) -> Columns:
    return type_of_model(model).columns


def documents(model: type[Any]) -> Documents:
    """All documents of a type with `shown_as`, `period`, and where others are added to them `changes`, their sum."""
    document_type = type_of_model(model)
    found: Documents = model.objects.select_related(*document_type.columns.related)
    sums = [
        _sum_of(child.model, child.parent.attribute)
        for child in children_of(document_type)
        if child.parent is not None and child.parent.adds_up
    ]
    if sums:
        found = found.annotate(changes=sum(sums[1:], start=sums[0]))
    shown: Documents = with_state(found).annotate(period=_period(timezone.localdate()))
    return shown


def _sum_of(model: type[Any], attribute: str) -> Coalesce:
    """The total of the approved documents that belong to one."""
    approved = model.objects.filter(AGREED, **{attribute: OuterRef("pk")})
    sums = approved.order_by().values(attribute).annotate(sum=Sum("total")).values("sum")
    money: DecimalField[Any, Any] = DecimalField(max_digits=16, decimal_places=2)
    return Coalesce(Subquery(sums, output_field=money), Value(Decimal(0)), output_field=money)


def _period(today: date) -> Case:
    month = today.replace(day=1)
    following = (month + timedelta(days=32)).replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    starts = (
        (following, "later"), (month, "month"), (last_month, "last_month"),
        (date(today.year, 1, 1), "year"), (date(today.year - 1, 1, 1), "last_year"),
    )  # fmt: skip
    whens = [When(dated_on__gte=start, then=Value(name)) for start, name in starts]
    return Case(*whens, default=Value("before"), output_field=CharField())


def filtered_documents(model: type[Any], query: Mapping[str, str], has_words: Q | None = None) -> Documents:
    """Documents that match FILTERS of the query string, in the order of its `sort`.

    `has_words` is what `found_by_words` answers for its words, where that was asked before.
    """
    columns = columns_of(model)
    if has_words is None:
        has_words = holding(type_of_model(model), query.get("q", ""))
    found = documents(model).filter(has_words)
    if query.get("state") in DocumentState.values:
        found = in_states(found, [DocumentState(query["state"])])
    if query.get("type") and columns.kind:
        found = found.filter(**{columns.kind: query["type"]})
    if columns.project and (project := read_pk(query.get("project"))) is not None:
        found = found.filter(**{columns.project: project})
    if query.get("vendor") and columns.vendor:
        found = found.filter(**{columns.vendor: query["vendor"]})
    if query.get("period") in dict(PERIODS):
        found = found.filter(period=query["period"])
    if (draft := read_pk(query.get("import"))) is not None:
        found = found.filter(pk__in=_imported_by(draft, type_of_model(model).key))
    return found.order_by(*_order(columns, query.get("sort", "")))


def _imported_by(draft: int, kind: str) -> QuerySet[Any]:
    """The keys of the documents that a file of this type led to."""
    found = ImportedDocument.objects.filter(draft=draft, draft__kind=kind, state__in=IMPORTED)
    return found.order_by().values("document_id")


def ready_documents(model: type[Any]) -> Documents:
    """Documents that wait for nothing but to be pushed, and those that something keeps from it, in their order."""
    return documents(model).filter(shown_as__in=TO_PUSH).order_by(*_order(columns_of(model), ""))


def _order(columns: Columns, sort: str) -> list[str]:
    name = sort.removeprefix("-")
    by = {
        "title": ["title"],
        "vendor": [name for name in (columns.vendor_name, columns.vendor) if name],
        "date": ["dated_on"],
        "amount": ["total"],
    }
    names = [*by.get(name, []), *columns.number, "pk"]
    return [f"-{each}" for each in names] if sort.startswith("-") and name in SORTS else names


def pushes_of(flow_key: str, document_id: int) -> QuerySet[Push]:
    """The ledger rows of a document, newest first."""
    found = Push.objects.filter(flow=flow_key, document_id=document_id)
    return found.select_related("run", "asked_by").order_by("-pk")


def events_of(flow_key: str, document_id: int, limit: int) -> list[PushEvent]:
    """What happened to a document in the ledger, newest first; one more than `limit` where there is more."""
    found = PushEvent.objects.filter(push__flow=flow_key, push__document_id=document_id)
    return list(found.select_related("push", "push__run", "by").order_by("-pk")[: limit + 1])


def exchanges_of(flow_key: str, document_id: int, limit: int) -> list[Exchange]:
    """Requests and answers that wrote a document, looked for it or read its record, newest first."""
    about = ExchangeSubject.objects.filter(flow=flow_key, document_id=document_id)
    # Cut before it is joined: otherwise all exchanges of the tenant are walked through, newest first.
    newest = about.order_by("-exchange_id").values("exchange_id")[:limit]
    found = Exchange.objects.filter(pk__in=newest).select_related("run").order_by("-pk")
    return list(found.defer("request_xml", "response_xml"))
