"""Admin pages of what keeps the queue and sign-ins going: heartbeat, slots, refused sign-ins."""

from django.contrib import admin

from accounts.admin.read_only import ReadOnlyAdmin
from integrations.models import CompanySlot, Heartbeat, SignInTries


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


@admin.register(SignInTries)
class SignInTriesAdmin(ReadOnlyAdmin):
    """Whose tries a row counts is not told: its key is a digest."""

    list_display = ["key", "tries", "wait_until", "last_at"]
    search_fields = ["key"]
    date_hierarchy = "last_at"
    fields = ["key", "tries", "wait_until", "last_at", "told_at"]
    ordering = ["-last_at", "-pk"]
