"""Support staff's view of what needs somebody: causes as people left them, and what the bell and the mails told.

Read-only: the company's own people look after a cause, and each of them chooses how to be told.
"""

from django.contrib import admin
from django.utils.safestring import SafeString

from accounts.admin.read_only import LongTableAdmin, as_json
from erp_admin.models import Issue, Notification, NotificationChoice
from integrations.admin.tenancy import TenantRows


@admin.register(Issue)
class IssueAdmin(TenantRows, LongTableAdmin):
    list_display = ["sentence", "source", "code", "documents", "owner", "opened_at", "resolved_at", "tenant_link"]
    list_filter = ["source", ("resolved_at", admin.EmptyFieldListFilter), "tenant"]
    list_select_related = ["tenant", "owner"]
    search_fields = ["sentence", "=code", "tenant__slug"]
    date_hierarchy = "opened_at"
    fieldsets = (
        (None, {"fields": ("tenant", "source", "code", "field_name", "sentence", "fix")}),
        ("How much", {"fields": ("documents", "amounts", "times", "opened_at", "resolved_at")}),
        (
            "What people said",
            {"fields": ("owner", "note", "snoozed_until", "snoozed_documents", "ignored_at", "ignored_by")},
        ),
    )

    @admin.display(description="amounts")
    def amounts(self, issue: Issue) -> SafeString | str:
        return as_json(issue.money)


@admin.register(Notification)
class NotificationAdmin(TenantRows, LongTableAdmin):
    list_display = ["label", "kind", "sentence", "raised_at", "settled_at", "tenant_link"]
    list_filter = ["kind", ("settled_at", admin.EmptyFieldListFilter), "tenant"]
    list_select_related = ["tenant"]
    search_fields = ["label", "sentence", "tenant__slug"]
    date_hierarchy = "raised_at"
    fields = [
        "tenant", "kind", "flow", "document_id", "label", "sentence", "amount", "currency", "raised_at", "settled_at",
    ]  # fmt: skip


@admin.register(NotificationChoice)
class NotificationChoiceAdmin(TenantRows, LongTableAdmin):
    list_display = ["user", "mail", "seen_at", "mailed_at", "tenant_link"]
    list_filter = ["mail", "tenant"]
    list_select_related = ["tenant", "user"]
    search_fields = ["user__email", "user__name", "tenant__slug"]
    date_hierarchy = "seen_at"
    fields = ["tenant", "user", "mail", "seen_at", "mailed_at"]
