"""Admin pages of what keeps the queue going: its heartbeat, and the request slots of each Intacct company."""

from django.contrib import admin

from accounts.admin.read_only import ReadOnlyAdmin
from integrations.models import CompanySlot, Heartbeat


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["name", "beat_at"]
    search_fields = ["name"]
    date_hierarchy = "beat_at"
    fields = ["name", "beat_at"]


@admin.register(CompanySlot)
class CompanySlotAdmin(ReadOnlyAdmin):
    """A slot is taken while `expires_at` lies ahead. Its token is of use to its holder only and is not shown."""

    list_display = ["company_id", "number", "expires_at"]
    search_fields = ["company_id"]
    date_hierarchy = "expires_at"
    fields = ["company_id", "number", "expires_at"]
    ordering = ["company_id", "number"]
