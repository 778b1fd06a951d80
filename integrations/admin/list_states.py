"""Admin pages of where mirrored lists stand: their state, what Intacct offers of them, their changes, the clock."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString

from accounts.admin.read_only import LongTableAdmin, ReadOnlyAdmin, change_link
from integrations.admin.filters import KindFilter
from integrations.admin.tenancy import TenantRows
from integrations.models import CompanyClock, ListDefinition, ListItemChange, ListState


class OfConnection(TenantRows):
    """Mix in for rows that name their connection."""

    @admin.display(description="connection")
    def connection_link(self, row: Any) -> SafeString | str:
        return change_link(row.connection)


@admin.register(ListState)
class ListStateAdmin(OfConnection, ReadOnlyAdmin):
    list_display = [
        "kind", "entity_id", "records", "missing", "last_read_at", "last_full_at", "last_change_at",
        "last_problem_code", "connection_link", "tenant_link",
    ]  # fmt: skip
    list_filter = [KindFilter, "tenant"]
    list_select_related = ["tenant", "connection"]
    search_fields = ["kind", "entity_id", "last_problem_code", "tenant__slug"]
    date_hierarchy = "last_read_at"
    fieldsets = (
        (None, {"fields": ("tenant", "connection", "kind", "entity_id", "records", "missing", "unknown", "limited")}),
        (
            "Read",
            {"fields": ("complete_through", "last_full_at", "last_read_at", "swept_at", "last_change_at", "last_run")},
        ),
        ("Fields", {"fields": ("read_fields",)}),
        ("Problem", {"fields": ("last_problem", "last_problem_code", "last_problem_at")}),
    )


@admin.register(ListDefinition)
class ListDefinitionAdmin(OfConnection, ReadOnlyAdmin):
    list_display = ["kind", "object", "label", "is_dimension", "looked_up_at", "connection_link", "tenant_link"]
    list_filter = ["is_dimension", "tenant"]
    list_select_related = ["tenant", "connection"]
    search_fields = ["kind", "object", "label", "tenant__slug"]
    date_hierarchy = "looked_up_at"
    fields = [
        "tenant", "connection", "kind", "object", "label", "is_dimension", "looked_up_at", "offered", "custom_fields",
        "unselectable",
    ]  # fmt: skip


@admin.register(ListItemChange)
class ListItemChangeAdmin(TenantRows, LongTableAdmin):
    list_display = ["item_link", "kind", "at", "run", "tenant_link"]
    list_filter = ["kind", "tenant"]
    list_select_related = ["tenant", "item", "run"]
    search_fields = ["item__business_id"]
    date_hierarchy = "at"
    fields = ["tenant", "item", "run", "at", "kind", "changes"]

    @admin.display(description="record")
    def item_link(self, change: ListItemChange) -> SafeString | str:
        return change_link(change.item)


@admin.register(CompanyClock)
class CompanyClockAdmin(OfConnection, ReadOnlyAdmin):
    list_display = ["__str__", "source", "learned_at", "connection_link", "tenant_link"]
    list_filter = ["tenant"]
    list_select_related = ["tenant", "connection"]
    search_fields = ["source", "tenant__slug"]
    date_hierarchy = "learned_at"
    fields = ["tenant", "connection", "offset_minutes", "source", "learned_at"]
