"""Support staff's view of the documents that are pushed, read-only, with their lines and where they stand.

Owns the pages of every type of document, built from what the type declares. Which columns a type has is read from its
model, not typed again. Names no type.
"""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.admin.read_only import LongTableAdmin, ReadOnlyInline, list_link
from erp_admin.documents.types import AnyType
from integrations.admin.tenancy import TenantRows
from integrations.models import LinkedDocument, Push, PushedDocument


def _names(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.fields if field.name not in ("id", "tenant")]


_LINK = _names(LinkedDocument)
_STATE = [name for name in _names(PushedDocument) if name not in _LINK]


class LineInline(ReadOnlyInline):
    """The lines of a document; each is read with what it names, as a document may have hundreds."""

    show_change_link = False
    ordering = ["number"]
    named: tuple[str, ...] = ("project",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = {"number", "description", "amount"}
        return ["number", "description", "amount", *(name for name in _names(self.model) if name not in own)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.named)


class DocumentAdmin(TenantRows, LongTableAdmin):
    """One type of document. `flow` is the key of the flow that pushes it."""

    flow = ""
    list_display = ["__str__", "tenant_link", "state_words", "total", "remote_id", "delivered_at"]
    list_filter = ["approval", "delivery", ("remote_record_no", admin.EmptyFieldListFilter), "tenant"]
    search_fields = ["number", "title", "=remote_id", "=remote_record_no", "tenant__name", "tenant__slug"]
    date_hierarchy = "created_at"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        own = [name for name in _names(self.model) if name not in (*_STATE, *_LINK)]
        return (
            (None, {"fields": ("tenant", *own)}),
            ("Where it stands", {"fields": ("state_words", *_STATE)}),
            ("Link to Intacct", {"fields": _LINK}),
            ("What belongs to it", {"fields": ("pushes",)}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["state_words", "pushes", *_names(self.model)]

    @admin.display(description="state")
    def state_words(self, document: PushedDocument) -> str:
        return document.shown_state.label

    @admin.display(description="open")
    def pushes(self, document: PushedDocument) -> SafeString:
        return list_link(Push, "Pushes", flow__exact=self.flow, document_id__exact=document.pk)


def _lines_of(document_type: AnyType) -> list[type[LineInline]]:
    lines = document_type.lines
    if lines is None:
        return []
    return [type(f"{lines.model.__name__}Inline", (LineInline,), {"model": lines.model, "named": lines.related})]


def register_support_page(document_type: AnyType) -> None:
    """The page of a type's documents with their lines. At start, once for each type."""
    parent = [document_type.parent.attribute] if document_type.parent else []
    facts = {
        "flow": document_type.key,
        "list_select_related": ["tenant", *parent],
        "inlines": _lines_of(document_type),
    }
    admin.site.register(document_type.model, type(f"{document_type.model.__name__}Admin", (DocumentAdmin,), facts))
