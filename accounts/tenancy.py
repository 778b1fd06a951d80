"""The current tenant, and the one door across tenants.

Nothing else may open or disable a scope; the managers that refuse to work without one are accounts.models.scoped.
"""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.utils import timezone
from django_scopes import get_scope, scope

from accounts.models import CrossTenantAccess, Tenant, User
from accounts.models.scoped import CLOSED
from accounts.ui.formats import formats_of_a_company

logger = logging.getLogger(__name__)


@contextmanager
def tenant_scope(tenant: Tenant) -> Iterator[None]:
    """Make `tenant` the current one and show times, dates and numbers as it wants them, until the block ends."""
    with scope(tenant=tenant), timezone.override(tenant.zone), formats_of_a_company(tenant.formats):
        yield


def current_tenant() -> Tenant | None:
    """The current tenant, or None outside a scope or behind the cross-tenant door."""
    present = get_scope()
    found = present.get("tenant") if present.get("_enabled", True) else None
    return found if isinstance(found, Tenant) else None


@contextmanager
def cross_tenant(
    reason: str, *, actor: User | None = None, path: str = "", closed: Collection[int] = ()
) -> Iterator[None]:
    """The one door across tenants: log-in, support admin, dispatcher, key rotation.

    `reason` says why in a few words. A person's passage (`actor`) is kept as a CrossTenantAccess row; a machine's
    is a debug line, since the dispatcher passes every minute. Rows of the tenants in `closed` stay hidden.
    """
    if actor is not None:
        CrossTenantAccess.objects.create(actor=actor, actor_label=str(actor), reason=reason[:200], path=path[:500])
    logger.debug("cross-tenant access: %s", reason)
    with scope(_enabled=False, **{CLOSED: frozenset(closed)}):
        yield
