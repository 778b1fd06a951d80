"""Support staff's view of projects and documents, read-only: they are changed by the company's own people."""

from django.contrib import admin
from django.utils.safestring import SafeString

from accounts.admin.read_only import LongTableAdmin, change_link
from erp_admin.admin import attention, documents, imports
from erp_admin.models import Project

__all__ = ["attention", "documents", "imports"]


@admin.register(Project)
class ProjectAdmin(LongTableAdmin):
    list_display = [
        "number", "name", "tenant_link", "status", "is_active", "customer_name", "contract_amount", "currency",
        "remote_id", "refreshed_at",
    ]  # fmt: skip
    list_filter = ["is_active", ("remote_record_no", admin.EmptyFieldListFilter), "tenant"]
    list_select_related = ["tenant"]
    search_fields = ["number", "name", "customer_name", "=remote_record_no", "tenant__name", "tenant__slug"]
    date_hierarchy = "created_at"
    fieldsets = (
        (None, {"fields": ("tenant", "number", "name", "status", "project_type", "is_active", "parent_number")}),
        ("Customer", {"fields": ("customer_id", "customer_name")}),
        ("Dates and amount", {"fields": ("begins_on", "ends_on", "contract_amount", "currency")}),
        ("Where it belongs", {"fields": ("location_id", "department_id", "entity_id")}),
        (
            "Link to Intacct",
            {
                "fields": (
                    "connection",
                    "remote_record_no",
                    "remote_id",
                    "remote_url",
                    "linked_at",
                    "linked_by",
                    "refreshed_at",
                )
            },
        ),
        ("Kept", {"fields": ("created_at", "updated_at")}),
    )

    @admin.display(description="tenant", ordering="tenant__name")
    def tenant_link(self, project: Project) -> SafeString | str:
        return change_link(project.tenant)
