"""Support staff's view of attached files, read-only and without their bytes: which document has which, since when."""

from django.contrib import admin
from django.utils.safestring import SafeString

from accounts.admin.read_only import LongTableAdmin, change_link
from erp_admin.models import Attachment


@admin.register(Attachment)
class AttachmentAdmin(LongTableAdmin):
    list_display = ["name", "tenant_link", "kind", "size", "flow", "document_id", "added_at", "added_by", "removed_at"]
    list_filter = ["kind", "flow", ("removed_at", admin.EmptyFieldListFilter), "tenant"]
    list_select_related = ["tenant", "added_by"]
    search_fields = ["name", "digest", "=document_id", "tenant__name", "tenant__slug"]
    date_hierarchy = "added_at"
    fieldsets = (
        (None, {"fields": ("tenant", "flow", "document_id", "name")}),
        ("The file", {"fields": ("kind", "size", "digest")}),
        ("When and by whom", {"fields": ("added_at", "added_by", "removed_at", "removed_by")}),
    )

    @admin.display(description="tenant", ordering="tenant__name")
    def tenant_link(self, attachment: Attachment) -> SafeString | str:
        return change_link(attachment.tenant)
