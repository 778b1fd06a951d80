"""Support staff's view of documents, read-only: one page for each document type, built from what the type declares.

Owns the columns that all documents share. Names no type: a tenant's documents are changed by its own people.
"""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import admin
from django.utils.safestring import SafeString

from accounts.admin.read_only import LongTableAdmin, ReadOnlyInline, change_link
from erp_admin.documents.types import AnyType

_SHOWN: Final[list[str | Callable[[Any], str | bool]]] = [
    "number", "title", "tenant_link", "approval", "delivery", "changed_here", "changed_there", "missing_there", "total",
    "remote_id", "refreshed_at",
]  # fmt: skip


class DocumentAdmin(LongTableAdmin):
    """Its subclass of a type names the paths that the type is searched by."""

    list_display = _SHOWN
    list_filter = ["approval", "delivery", "changed_here", "changed_there", "missing_there", "tenant"]
    list_select_related = ["tenant"]
    date_hierarchy = "created_at"

    @admin.display(description="tenant", ordering="tenant__name")
    def tenant_link(self, document: Any) -> SafeString | str:
        return change_link(document.tenant)


def _lines_of(document_type: AnyType) -> list[type[ReadOnlyInline]]:
    if document_type.lines is None:
        return []
    shown = ("number", "description", "amount", "remote_record_no")
    facts = {"model": document_type.lines.model, "fields": shown, "readonly_fields": shown, "show_change_link": False}
    return [type(f"{document_type.lines.model.__name__}Inline", (ReadOnlyInline,), facts)]


def register_support_page(document_type: AnyType) -> None:
    """The page of a type's documents with their lines."""
    page = type(f"{document_type.model.__name__}Admin", (DocumentAdmin,), {
        "search_fields": [*document_type.columns.searched, "tenant__name", "tenant__slug"],
        "list_select_related": list(document_type.columns.related),
        "inlines": _lines_of(document_type),
    })  # fmt: skip
    admin.site.register(document_type.model, page)
