"""Admin pages of mirrored list items."""

from django.contrib import admin
from django.utils.safestring import SafeString

from accounts.admin.read_only import LongTableAdmin, change_link, list_link
from integrations.admin.filters import KindFilter
from integrations.admin.tenancy import TenantRows
from integrations.models import ListItem, RunRow


@admin.register(ListItem)
class ListItemAdmin(TenantRows, LongTableAdmin):
    list_display = [
        "business_id", "name", "kind", "record_no", "entity_id", "is_active", "is_known", "changed_at", "missing_at",
        "connection_link", "tenant_link",
    ]  # fmt: skip
    list_filter = [
        KindFilter, "is_active", ("missing_at", admin.EmptyFieldListFilter), ("ignored_at", admin.EmptyFieldListFilter),
        "tenant",
    ]  # fmt: skip
    list_select_related = ["tenant", "connection"]
    search_fields = ["business_id", "name", "=record_no"]
    date_hierarchy = "changed_at"
    fieldsets = (
        (
            None,
            {"fields": ("tenant", "connection", "kind", "record_no", "business_id", "name", "parent_id", "entity_id")},
        ),
        ("State", {"fields": ("is_active", "is_known", "unread", "first_seen_at", "changed_at", "missing_at")}),
        ("Ignored", {"fields": ("ignored_at", "ignored_by", "ignore_reason")}),
        ("Record", {"fields": ("fields_as_read", "digest", "rows")}),
    )

    @admin.display(description="connection")
    def connection_link(self, item: ListItem) -> SafeString | str:
        return change_link(item.connection)

    @admin.display(description="fields")
    def fields_as_read(self, item: ListItem) -> str:
        return "\n".join(f"{name}: {value}" for name, value in item.fields.items())

    @admin.display(description="open")
    def rows(self, item: ListItem) -> SafeString:
        return list_link(RunRow, "Rows of runs about it", list_item__id__exact=item.pk)
