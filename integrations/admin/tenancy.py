"""What every admin page of a tenant's rows shares: the tenant beside each row, and the filter by it."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.utils.safestring import SafeString

from accounts.admin.read_only import change_link


class TenantRows(admin.ModelAdmin):
    """Mix in before a read-only admin."""

    @admin.display(description="tenant", ordering="tenant__name")
    def tenant_link(self, row: Any) -> SafeString | str:
        tenant: Model = row.tenant
        return change_link(tenant)
