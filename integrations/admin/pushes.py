"""Admin pages of the push ledger: what was to be written, what became of it and why, and what stops a flow.

Read-only: a push is taken back or retried by the company's own people. Bodies and plans are on single pages only.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.admin.read_only import LongTableAdmin, ReadOnlyAdmin, ReadOnlyInline, as_json, change_link, list_link
from integrations.admin.exchanges import body
from integrations.admin.list_states import OfConnection
from integrations.admin.runs import OfRun
from integrations.admin.tenancy import TenantRows
from integrations.models import ElementOrder, Exchange, Push, PushEvent, PushHold, PushProblem, RemoteRecord

# Long, and of use only where one push is looked at.
_LONG = ("planned", "expected", "sent", "error_detail")


class EventInline(ReadOnlyInline):
    model = PushEvent
    ordering = ["pk"]
    fields = ["at", "state", "message", "by"]
    readonly_fields = ["at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("push", "by")


@admin.register(Push)
class PushAdmin(OfRun, OfConnection, LongTableAdmin):
    list_display = [
        "label", "operation", "state", "flow", "error_code", "tries", "created_at", "run_link", "tenant_link",
    ]  # fmt: skip
    list_filter = ["state", "operation", "tenant"]
    list_select_related = ["tenant", "run"]
    search_fields = [
        "label", "=control_id", "=reference", "=remote_id", "=error_code", "=run__number", "tenant__slug",
    ]  # fmt: skip
    date_hierarchy = "created_at"
    inlines = [EventInline]
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "tenant",
                    "connection",
                    "flow",
                    "document_id",
                    "label",
                    "step",
                    "after",
                    "record_type",
                    "operation",
                    "revision",
                    "asked_by",
                ),
            },
        ),
        ("State", {"fields": ("state", "reason", "advice", "error_code", "error_field", "error_detail")}),
        (
            "Sent",
            {"fields": ("run", "entity_id", "control_id", "reference", "sent_at", "tries", "alone", "size")},
        ),
        ("Waits", {"fields": ("due_at", "waits_flow", "waits_document_id")}),
        ("Looked for", {"fields": ("may_have_arrived", "refused", "looks", "absent_counts_from")}),
        ("In Intacct", {"fields": ("remote_id", "remote_record_no", "read_back_at", "finished_at", "created_at")}),
        ("Exactly this", {"fields": ("function_name", "function_body", "plan", "expectation", "settings_version")}),
        ("What belongs to it", {"fields": ("exchanges",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer(*_LONG)

    @admin.display(description="open")
    def exchanges(self, push: Push) -> SafeString:
        return list_link(Exchange, "Exchanges", subjects__flow=push.flow, subjects__document_id=push.document_id)

    @admin.display(description="function")
    def function_body(self, push: Push) -> SafeString | str:
        return body(push.function_xml)

    @admin.display(description="fields planned")
    def plan(self, push: Push) -> SafeString | str:
        return as_json(push.planned)

    @admin.display(description="must be compared")
    def expectation(self, push: Push) -> SafeString | str:
        return as_json(push.expected)


@admin.register(PushEvent)
class PushEventAdmin(TenantRows, LongTableAdmin):
    list_display = ["at", "state", "message", "push_link", "by", "tenant_link"]
    list_display_links = ["at"]
    list_filter = ["state", "tenant"]
    list_select_related = ["tenant", "push", "by"]
    search_fields = ["message", "push__label", "=push__control_id"]
    date_hierarchy = "at"
    fields = ["tenant", "push", "at", "state", "message", "by"]

    @admin.display(description="push")
    def push_link(self, event: PushEvent) -> SafeString | str:
        return change_link(event.push)


@admin.register(PushHold)
class PushHoldAdmin(OfConnection, ReadOnlyAdmin):
    list_display = ["flow", "error_code", "sentence", "held_at", "told_at", "connection_link", "tenant_link"]
    list_filter = ["tenant"]
    list_select_related = ["tenant", "connection"]
    search_fields = ["flow", "error_code", "tenant__slug"]
    date_hierarchy = "held_at"
    fields = ["tenant", "connection", "flow", "error_code", "sentence", "advice", "held_at", "told_at"]


@admin.register(PushProblem)
class PushProblemAdmin(TenantRows, LongTableAdmin):
    list_display = ["sentence", "code", "flow", "document_id", "since", "tenant_link"]
    list_filter = ["flow", "tenant"]
    list_select_related = ["tenant"]
    search_fields = ["sentence", "=code", "tenant__slug"]
    date_hierarchy = "since"
    fields = ["tenant", "flow", "document_id", "code", "field_name", "line", "sentence", "fix", "since"]


@admin.register(ElementOrder)
class ElementOrderAdmin(ReadOnlyAdmin):
    list_display = ["company_id", "order", "learnt_at"]
    list_filter = ["order"]
    search_fields = ["company_id"]
    date_hierarchy = "learnt_at"
    fields = ["company_id", "order", "learnt_at"]


@admin.register(RemoteRecord)
class RemoteRecordAdmin(OfConnection, LongTableAdmin):
    """What drift is judged by; the three readings are on single pages only."""

    list_display = ["remote_id", "object_name", "flow", "document_id", "step", "state", "found_at", "tenant_link"]
    list_filter = ["object_name", "tenant"]
    list_select_related = ["tenant"]
    search_fields = ["=remote_id", "=record_no", "=document_id", "tenant__slug"]
    date_hierarchy = "created_at"
    fieldsets = (
        (None, {"fields": ("tenant", "connection", "flow", "document_id", "step")}),
        ("In Intacct", {"fields": ("object_name", "record_no", "remote_id", "url", "state", "found_at")}),
        ("Readings", {"fields": ("all_sent", "last_noted", "last_found")}),
        ("Times", {"fields": ("created_at", "changed_at", "unlinked_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("sent", "noted", "found")

    @admin.display(description="all that was written")
    def all_sent(self, record: RemoteRecord) -> SafeString | str:
        return as_json(record.sent)

    @admin.display(description="last taken note of")
    def last_noted(self, record: RemoteRecord) -> SafeString | str:
        return as_json(record.noted)

    @admin.display(description="last shown by Intacct")
    def last_found(self, record: RemoteRecord) -> SafeString | str:
        return as_json(record.found)
