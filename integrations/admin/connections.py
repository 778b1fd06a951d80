"""Admin pages of connections, without their secrets, and of the versions of their settings."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts.admin.read_only import NOTHING, ReadOnlyAdmin, change_link, list_link
from integrations.admin.tenancy import TenantRows
from integrations.models import Connection, Exchange, ListItem, SettingsVersion, SyncRun


@admin.register(Connection)
class ConnectionAdmin(TenantRows, ReadOnlyAdmin):
    """The password is not among the fields; when it was set is."""

    list_display = ["__str__", "tenant_link", "state", "user_id", "credentials_set_at", "verified_at", "created_at"]
    list_filter = ["state", "tenant"]
    list_select_related = ["tenant"]
    search_fields = ["company_id", "entity_id", "entity_name", "user_id", "tenant__name", "tenant__slug"]
    date_hierarchy = "created_at"
    fieldsets = (
        (None, {"fields": ("tenant", "company_id", "entity_id", "entity_name", "user_id", "credentials_set_at")}),
        (
            "State",
            {"fields": ("state", "state_reason", "state_advice", "state_code", "state_changed_at", "verified_at")},
        ),
        ("Made", {"fields": ("connected_by", "created_at", "entities")}),
        ("What belongs to it", {"fields": ("belongings",)}),
    )

    @admin.display(description="open")
    def belongings(self, connection: Connection) -> SafeString:
        links = [
            list_link(model, label, connection__id__exact=connection.pk)
            for model, label in (
                (SettingsVersion, "Settings versions"),
                (SyncRun, "Runs"),
                (ListItem, "List items"),
                (Exchange, "Exchanges"),
            )
        ]
        return format_html_join(" · ", "{}", ((link,) for link in links))


@admin.register(SettingsVersion)
class SettingsVersionAdmin(TenantRows, ReadOnlyAdmin):
    list_display = ["__str__", "tenant_link", "connection_link", "is_draft", "saved_by", "saved_via", "saved_at"]
    list_filter = ["is_draft", "tenant"]
    list_select_related = ["tenant", "connection", "saved_by"]
    search_fields = ["=number", "tenant__name", "connection__company_id", "saved_by__email"]
    date_hierarchy = "saved_at"
    ordering = ["-saved_at"]
    fieldsets = (
        (None, {"fields": ("tenant", "connection", "number", "is_draft", "saved_by", "saved_via", "saved_at")}),
        ("Settings", {"fields": ("values", "switches", "change_list")}),
        ("What belongs to it", {"fields": ("runs",)}),
    )

    @admin.display(description="connection")
    def connection_link(self, version: SettingsVersion) -> SafeString | str:
        return change_link(version.connection)

    @admin.display(description="what changed")
    def change_list(self, version: SettingsVersion) -> SafeString | str:
        rows = ((change["label"], change["before"], change["after"]) for change in version.changes)
        return format_html_join("", "<p>{}: {} → {}</p>", rows) or NOTHING

    @admin.display(description="runs")
    def runs(self, version: SettingsVersion) -> SafeString:
        return list_link(SyncRun, "Runs under these settings", settings_version__id__exact=version.pk)
