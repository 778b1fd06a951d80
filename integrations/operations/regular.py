"""What other rooms do every few minutes for each company that is, or was, connected.

Owns the register and the round. What is done is theirs; it asks Intacct nothing.
"""

from collections.abc import Callable

from accounts.models import Tenant
from accounts.tenancy import cross_tenant, tenant_scope
from integrations.models import Connection

Work = Callable[[Tenant], None]
_register: list[Work] = []


def register_regular(work: Work) -> None:
    """Have `work` done in the scope of each company, again and again; called from an app's `AppConfig.ready()`."""
    _register.append(work)


def do_the_round() -> None:
    """Do all that is registered, company by company."""
    with cross_tenant("regular work"):
        tenants = list(Tenant.objects.filter(pk__in=Connection.objects.values("tenant_id")).order_by("pk"))
    for tenant in tenants:
        with tenant_scope(tenant):
            for work in _register:
                work(tenant)
