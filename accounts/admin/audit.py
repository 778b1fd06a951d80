"""Admin page of the audit trail over all tenants, read only, behind the audited door."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts.admin.read_only import NOTHING, LongTableAdmin, change_link
from accounts.models import AuditEntry

admin.site.unregister(AuditEntry)  # django-auditlog registered its own page, made for its own table


@admin.register(AuditEntry)
class AuditEntryAdmin(LongTableAdmin):
    list_display = ["at", "tenant_link", "actor_label", "kind", "object_label", "text"]
    list_filter = ["kind", ("content_type", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["=request_id", "actor_label", "object_label"]
    search_help_text = "The number of a request, as error pages show it, or words of who and about."
    date_hierarchy = "at"
    fields = [
        "at", "tenant_link", "actor_link", "actor_label", "kind", "object_label", "text", "what_changed", "remote_addr",
        "request_id",
    ]  # fmt: skip
    readonly_fields = ["tenant_link", "actor_link", "what_changed"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return super().get_queryset(request).select_related("tenant", "actor")

    @admin.display(description="tenant", ordering="tenant__name")
    def tenant_link(self, row: AuditEntry) -> SafeString | str:
        return change_link(row.tenant)

    @admin.display(description="person")
    def actor_link(self, row: AuditEntry) -> SafeString | str:
        return change_link(row.actor)

    @admin.display(description="what changed")
    def what_changed(self, row: AuditEntry) -> SafeString | str:
        changes = ((each["label"], each["before"] or NOTHING, each["after"] or NOTHING) for each in row.changes)
        return format_html_join("", "<div>{}: {} → {}</div>", changes) or NOTHING
