"""The current tenant, the managers that refuse to work without one, and the one door across tenants.

Owns every use of django-scopes; nothing else may open or disable a scope.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager, get_scope, scope, scopes_disabled
from django_scopes.manager import DisabledQuerySet

# Each from its own module: models of this package need what is defined here.
from accounts.models.access import CrossTenantAccess
from accounts.models.tenant import Tenant
from accounts.models.user import User

logger = logging.getLogger(__name__)


T = TypeVar("T", bound=models.Model)

if TYPE_CHECKING:

    class TenantManager(models.Manager[T]):
        """Shows the current tenant's rows; raises ScopeError when there is no current tenant."""

else:

    class NoTenant(DisabledQuerySet):
        """Refuses every question, also those that django-scopes leaves open, such as whether any row exists."""

        alias = contains = defer = difference = distinct = exclude = exists = explain = DisabledQuerySet.error
        extra = in_bulk = intersection = prefetch_related = select_related = DisabledQuerySet.error

    class TenantManager(type(ScopedManager(tenant="tenant"))):
        """Shows the current tenant's rows; raises ScopeError when there is no current tenant."""

        def get_queryset(self):
            found = super().get_queryset()
            if not isinstance(found, DisabledQuerySet):
                return found
            return NoTenant(model=self.model, using=self._db, missing_scopes=found.missing_scopes)


class TenantModel(models.Model):
    """Base of every row that belongs to a tenant."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True


@contextmanager
def tenant_scope(tenant: Tenant) -> Iterator[None]:
    """Make `tenant` the current one and show times in its zone, until the block ends."""
    with scope(tenant=tenant), timezone.override(tenant.zone):
        yield


def current_tenant() -> Tenant | None:
    """The current tenant, or None outside a scope or behind the cross-tenant door."""
    present = get_scope()
    found = present.get("tenant") if present.get("_enabled", True) else None
    return found if isinstance(found, Tenant) else None


@contextmanager
def cross_tenant(reason: str, *, actor: User | None = None, path: str = "") -> Iterator[None]:
    """The one door across tenants: log-in, support admin, dispatcher, key rotation.

    `reason` says why in a few words. A person's passage (`actor`) is kept as a CrossTenantAccess row; a machine's
    is a debug line, since the dispatcher passes every minute.
    """
    if actor is not None:
        CrossTenantAccess.objects.create(actor=actor, actor_label=str(actor), reason=reason[:200], path=path[:500])
    logger.debug("cross-tenant access: %s", reason)
    with scopes_disabled():
        yield
