"""`recount SLUG [--json]`: compare what the lists of imports say of each record with what it is derived from; mend it.

Owns what is printed. What is compared is integrations.imports.taken's.
"""

from typing import Any

from accounts.models import Tenant
from integrations.commands import TenantCommand
from integrations.imports.taken import declarations, recount
from integrations.models import Connection


class Command(TenantCommand):
    help = "Compare the import state of every record with its document, and mend what differs. Done daily as well."

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        mended = {
            f"{connection}: {declaration.kind.label}": recount(declaration, connection)
            for connection in Connection.objects.order_by("pk")
            for declaration in declarations()
        }
        told = [
            f"{name}: {count:,} records had another import state and were mended." for name, count in mended.items()
        ]
        self.report({"mended": mended}, *(told or ["Nothing is imported here."]))
