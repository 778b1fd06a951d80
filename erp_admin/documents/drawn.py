"""The amounts at the head of a document's page, with what other documents draw on it. Reads only."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from accounts.ui.sums import in_cents
from erp_admin.documents.types import AnyType, Figure, drawing_on
from integrations.models import AGREED


def figures_of(document_type: AnyType, document: Any) -> Sequence[Figure]:
    """Those of its type; where something draws on it, how much, and what is left. Other currencies are left out."""
    figures = list(document_type.figures(document))
    for drawing in drawing_on(document_type):
        declared = drawing.draws_on
        drawn = _drawn(drawing, document, document_type.currency_of(document))
        if declared is None or drawn is None:
            continue
        left = next((each.amount for each in reversed(figures) if each.is_result), document.total) - drawn
        figures = [replace(each, is_result=False) for each in figures]
        figures += [Figure(declared.label, drawn), Figure(declared.left, left, is_result=True)]
    return figures


def _drawn(drawing: AnyType, document: Any, currency: str) -> Decimal | None:
    """What approved documents of a type draw on this one; None where none of them does."""
    attribute = drawing.draws_on.attribute if drawing.draws_on is not None else ""
    found = drawing.model.objects.filter(AGREED, **{attribute: document, drawing.columns.currency: currency})
    total = found.order_by().aggregate(sum=Sum("total"))["sum"]
    return None if total is None else in_cents(total)
