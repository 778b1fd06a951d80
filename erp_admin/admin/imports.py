"""Support staff's view of files that people import: what was in them, what was made of it, and what names stand for.

Read-only. A file's rows are on the page of its document only, as they may be long.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts.admin.read_only import NOTHING, LongTableAdmin, as_json, change_link, list_link
from erp_admin.models import (
    ImportCorrection,
    ImportDraft,
    ImportedDocument,
    ImportFile,
    ImportMatch,
    RememberedColumns,
    RememberedMatch,
)
from integrations.admin.tenancy import TenantRows


class OfDraft(TenantRows, LongTableAdmin):
    """Rows that belong to one file."""

    list_select_related = ["tenant", "draft"]
    date_hierarchy = "draft__created_at"

    @admin.display(description="file")
    def draft_link(self, row: Any) -> SafeString | str:
        return change_link(row.draft)


@admin.register(ImportDraft)
class ImportDraftAdmin(TenantRows, LongTableAdmin):
    list_display = ["file_name", "tenant_link", "kind", "rows", "created_by", "created_at", "expires_at", "run_link"]
    list_filter = ["kind", "tenant"]
    list_select_related = ["tenant", "created_by", "run"]
    search_fields = ["file_name", "=digest", "=run__number", "tenant__slug"]
    date_hierarchy = "created_at"
    fieldsets = (
        (None, {"fields": ("tenant", "kind", "file_name", "digest", "rows", "created_by", "created_at", "expires_at")}),
        (
            "Read",
            {"fields": ("stage", "why_unread", "unread_advice", "header_cells", "notes", "how_read", "assessed_at")},
        ),
        ("What belongs to it", {"fields": ("reading_run", "run", "parts")}),
    )

    @admin.display(description="run")
    def run_link(self, draft: ImportDraft) -> SafeString | str:
        return change_link(draft.run)

    @admin.display(description="header")
    def header_cells(self, draft: ImportDraft) -> str:
        return " | ".join(str(cell) for cell in draft.headers)

    @admin.display(description="how it was read")
    def how_read(self, draft: ImportDraft) -> SafeString | str:
        return as_json(draft.reading)

    @admin.display(description="open")
    def parts(self, draft: ImportDraft) -> SafeString:
        links = [
            list_link(ImportedDocument, "Documents", draft__id__exact=draft.pk),
            list_link(ImportMatch, "Names", draft__id__exact=draft.pk),
        ]
        return format_html_join(" · ", "{}", ((link,) for link in links))


@admin.register(ImportFile)
class ImportFileAdmin(OfDraft):
    """That the bytes of a file are kept, not what they are."""

    list_display = ["draft_link", "tenant_link"]
    list_filter = ["tenant"]
    search_fields = ["draft__file_name", "=draft__digest"]
    fields = ["tenant", "draft"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("content")


@admin.register(ImportedDocument)
class ImportedDocumentAdmin(OfDraft):
    list_display = ["__str__", "position", "state", "reason", "total", "draft_link", "tenant_link"]
    list_filter = ["state", "tenant"]
    search_fields = ["number", "parent_number", "title", "draft__file_name"]
    fieldsets = (
        (None, {"fields": ("tenant", "draft", "position", "first_row", "last_row", "state", "reason", "document_id")}),
        ("As understood", {"fields": ("parent_number", "number", "title", "total", "heading", "its_lines")}),
        ("As it was in the file", {"fields": ("its_rows", "its_problems")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("head", "lines", "raw", "problems")

    @admin.display(description="heading")
    def heading(self, entry: ImportedDocument) -> SafeString | str:
        return as_json(entry.head)

    @admin.display(description="lines")
    def its_lines(self, entry: ImportedDocument) -> SafeString | str:
        return as_json(entry.lines)

    @admin.display(description="rows")
    def its_rows(self, entry: ImportedDocument) -> SafeString | str:
        rows = ((number, " | ".join(str(cell) for cell in cells)) for number, cells, *_ in entry.raw)
        return format_html_join("", "<div>{}: {}</div>", rows) or NOTHING

    @admin.display(description="problems")
    def its_problems(self, entry: ImportedDocument) -> SafeString | str:
        return as_json(entry.problems)


@admin.register(ImportMatch)
class ImportMatchAdmin(OfDraft):
    list_display = ["text", "kind", "scope", "how", "label", "uses", "draft_link", "tenant_link"]
    list_filter = ["kind", "how", "tenant"]
    search_fields = ["text", "value", "label", "draft__file_name"]
    fields = ["tenant", "draft", "kind", "scope", "text", "uses", "how", "value", "label", "reason", "candidates"]


@admin.register(RememberedMatch)
class RememberedMatchAdmin(TenantRows, LongTableAdmin):
    list_display = ["name", "kind", "scope", "value", "chosen_by", "chosen_at", "tenant_link"]
    list_filter = ["kind", "tenant"]
    list_select_related = ["tenant", "chosen_by"]
    search_fields = ["name", "value", "tenant__slug"]
    date_hierarchy = "chosen_at"
    fields = ["tenant", "kind", "scope", "name", "value", "chosen_by", "chosen_at"]


@admin.register(ImportCorrection)
class ImportCorrectionAdmin(OfDraft):
    list_display = ["__str__", "before", "after", "corrected_by", "corrected_at", "draft_link", "tenant_link"]
    list_filter = ["tenant"]
    search_fields = ["before", "after", "draft__file_name"]
    fields = ["tenant", "draft", "row", "label", "before", "after", "corrected_by", "corrected_at"]


@admin.register(RememberedColumns)
class RememberedColumnsAdmin(TenantRows, LongTableAdmin):
    list_display = ["name", "kind", "chosen_by", "chosen_at", "tenant_link"]
    list_filter = ["kind", "tenant"]
    list_select_related = ["tenant", "chosen_by"]
    search_fields = ["name", "tenant__slug"]
    date_hierarchy = "chosen_at"
    fields = ["tenant", "kind", "name", "headers", "keys", "chosen_by", "chosen_at"]
