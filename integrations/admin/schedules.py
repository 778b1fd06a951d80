"""Admin pages of what is mirrored when, and of what the requests cost."""

from django.contrib import admin

from accounts.admin.read_only import ReadOnlyAdmin
from integrations.admin.list_states import OfConnection
from integrations.admin.tenancy import TenantRows
from integrations.models import ApiBudget, ApiUsage, SyncProfile, SyncSchedule


@admin.register(SyncProfile)
class SyncProfileAdmin(OfConnection, ReadOnlyAdmin):
    list_display = ["__str__", "version", "saved_at", "saved_by", "paused_at", "connection_link", "tenant_link"]
    list_filter = ["tenant"]
    list_select_related = ["tenant", "connection", "saved_by"]
    search_fields = ["entity_id", "tenant__slug"]
    date_hierarchy = "saved_at"
    fields = [
        "tenant", "connection", "entity_id", "left_out", "custom_fields", "quiet_from", "quiet_until", "paused_at",
        "paused_by", "version", "saved_at", "saved_by",
    ]  # fmt: skip


@admin.register(SyncSchedule)
class SyncScheduleAdmin(TenantRows, ReadOnlyAdmin):
    list_display = ["profile", "group", "cadence", "next_due_at", "last_started_at", "last_run", "tenant_link"]
    list_filter = ["cadence", "tenant"]
    list_select_related = ["tenant", "profile__connection", "last_run"]
    search_fields = ["group", "profile__entity_id", "tenant__slug"]
    date_hierarchy = "next_due_at"
    fields = [
        "tenant", "profile", "group", "cadence", "at", "weekday", "zone", "next_due_at", "last_started_at", "last_run",
        "refusal",
    ]  # fmt: skip


@admin.register(ApiUsage)
class ApiUsageAdmin(TenantRows, ReadOnlyAdmin):
    list_display = ["company_id", "day", "flow", "requests", "billable", "tenant_link"]
    list_filter = ["flow", "tenant"]
    list_select_related = ["tenant"]
    search_fields = ["company_id", "tenant__slug"]
    date_hierarchy = "day"
    fields = ["tenant", "company_id", "day", "flow", "requests", "billable"]


@admin.register(ApiBudget)
class ApiBudgetAdmin(OfConnection, ReadOnlyAdmin):
    list_display = ["monthly", "warned_month", "warned_percent", "connection_link", "tenant_link"]
    list_filter = ["tenant"]
    list_select_related = ["tenant", "connection"]
    search_fields = ["connection__company_id", "tenant__slug"]
    date_hierarchy = "warned_month"
    fields = ["tenant", "connection", "monthly", "warned_month", "warned_percent"]
