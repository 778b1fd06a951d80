"""What the entry page of a document shows: its grid for static/js/grid.js, sums of its parent, proposed numbers.

Owns the context of erp_admin/document_form.html. Decides nothing and stores nothing.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Sum

from accounts.access import TenantRequest
from accounts.ui.formats import MINOR_UNITS, own_sign, present_formats
from erp_admin.documents.line_columns import LineColumn, Reads
from erp_admin.documents.plain import plain
from erp_admin.documents.proposing import next_numbers
from erp_admin.documents.types import AnyType, parent_type_of
from erp_admin.forms.entry import LineForms, rows_of
from erp_admin.forms.pickers import PROJECT_NUMBERS
from erp_admin.forms.sent_lines import MOST_LINES, stored_line
from erp_admin.uploads.total_words import words_for_scripts
from erp_admin.views.document_pages import action_reason, document_url, tenant_url
from integrations.gateway.access import live_connection
from integrations.models import AGREED, Approval

_GRID: Final = ("grid_table", "grid_cells", "grid_reading", "grid_acts", "grid_keys", "grid_paste")
SCRIPTS: Final = tuple(
    f"js/{name}.js" for name in ("exact", "codes", "reading", "pasted", "line_model", *_GRID, "grid", "entry")
)


@dataclass(frozen=True)
class Sums:
    """What a change is added to. `changes` are the approved ones beside it."""

    original: Decimal
    changes: Decimal
    this: Decimal

    @property
    def revised(self) -> Decimal:
        return self.original + self.changes + self.this

    @property
    def original_text(self) -> str:
        return f"{self.original:.2f}"

    @property
    def changes_text(self) -> str:
        return f"{self.changes:.2f}"


def propose_number(entry: LineForms) -> None:
    """Fill in the next number of a new document. Nobody reserves it."""
    proposals = next_numbers(entry.document)
    if not proposals:
        return
    number = entry.head.fields["number"]
    entry.head.initial["number"] = proposals.get(getattr(entry.document, "kind", ""), "")
    number.widget.attrs["data-proposals"] = json.dumps(dict(proposals))
    number.help_text = f"The next one is proposed; any other may be typed. {number.help_text}"


def page_context(request: TenantRequest, document_type: AnyType, entry: LineForms, title: str) -> dict[str, Any]:
    document = entry.document
    parent_type, parent = parent_type_of(document_type), document_type.parent_of(document)
    is_new = not title
    cancel = tenant_url(request, document_type.key) if is_new else document_url(request, document_type, document)
    parent_url = document_url(request, parent_type, parent) if parent_type is not None else ""
    may_approve = not action_reason(request, document_type, "approve")
    return {
        "document_type": document_type,
        "entry": entry,
        "document": document,
        "parent": parent,
        "parent_type": parent_type,
        "parent_url": parent_url,
        "lead": document_type.entry_text.format(parent=parent),
        "is_new": is_new,
        "title": title,
        "currency": entry.currency,
        "cancel_url": parent_url if is_new and parent_url else cancel,
        "is_connected": entry.connection is not None,
        "may_approve": may_approve,
        "may_push": may_approve and not action_reason(request, document_type, "push") and live_connection() is not None,
        "import_url": tenant_url(request, "commitment_imports") if document_type.upload is not None else "",
        "scripts": SCRIPTS,
        "money": json.dumps({"own": present_formats().currency, "sign": own_sign(), "units": MINOR_UNITS}),
        "grid": _grid(entry, document_type),
        "sums": _sums(document_type, document, parent),
        "plain_rows": rows_of(entry.lines, entry.columns),
    }


def _grid(entry: LineForms, document_type: AnyType) -> dict[str, Any]:
    """The attributes of the grid, each as JSON."""
    faults = [
        {"line": each.line, "name": each.name, "text": each.text, "choices": each.choices} for each in entry.faults
    ]
    project = document_type.value_of(entry.document, document_type.columns.project) if document_type.parent else None
    return {
        "columns": json.dumps([_column(each, entry, document_type) for each in entry.columns]),
        "faults": json.dumps(faults),
        "fixed": json.dumps(sorted(entry.lock.fixed_lines) if entry.lock is not None else []),
        "changeable": json.dumps(list(_changeable(entry, document_type))),
        "copied": json.dumps(entry.declared.copied),
        "most": MOST_LINES,
        "total_words": json.dumps(words_for_scripts()),
        "project": project.number if project is not None else "",
    }


def _column(column: LineColumn, entry: LineForms, document_type: AnyType) -> dict[str, Any]:
    """A column as the grid needs it; `names` are the headers that mean it in a pasted table."""
    of_files = document_type.upload.columns if document_type.upload is not None else ()
    names = {plain(column.label)}.union(*(each.names for each in of_files if each.key in column.file_keys))
    list_key = PROJECT_NUMBERS if column.reads is Reads.PROJECT else column.list_key
    return {
        "name": column.name,
        "label": column.label,
        "reads": column.reads.value,
        "names": sorted(names),
        "within": column.within,
        "longest": column.longest,
        "needed": column.is_needed,
        "more": column.is_more,
        "default": column.default,
        "help": column.help,
        "pick": entry.sources.address(list_key) if list_key else "",
    }


def _changeable(entry: LineForms, document_type: AnyType) -> Iterable[dict[str, str]]:
    """The lines that a line may change, as cells, with their amounts and what approved changes made of them."""
    if not entry.changeable:
        return
    changes = entry.declared.changes
    agreed = document_type.model.objects.filter(AGREED).exclude(pk=entry.document.pk)
    among: Any = entry.declared.model
    found = among.objects.filter(**{f"{changes}__in": list(entry.changeable.values())})
    found = found.filter(**{f"{document_type.model.lines.field.name}__in": agreed})
    sums = dict(found.order_by().values_list(changes).annotate(Sum("amount")))
    for number, line in entry.changeable.items():
        cells = stored_line(line, [each for each in entry.columns if each.reads is not Reads.CHANGED], "").cells
        amounts = {"amount": f"{line.amount:.2f}", "changed": f"{sums.get(line.pk, Decimal(0)):.2f}"}
        yield {**cells, **amounts, "number": number, "description": line.description}


def _sums(document_type: AnyType, document: Any, parent: Any) -> Sums | None:
    if document_type.parent is None or not document_type.parent.adds_up:
        return None
    others = document_type.model.objects.filter(AGREED, **{document_type.parent.attribute: parent})
    changes = others.exclude(pk=document.pk).aggregate(sum=Sum("total"))["sum"] or Decimal(0)
    return Sums(parent.total, changes, document.total)


def is_still_to_approve(document: Any) -> bool:
    return bool(document.approval != Approval.APPROVED)
