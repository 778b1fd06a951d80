"""What every row of a tenant inherits, and the manager that refuses to work without a current tenant.

Owns how a scope filters rows. Opens and disables none: that is accounts.tenancy, the one door.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.db import models
from django.db.models.sql import Query
from django_scopes import ScopedManager, get_scope
from django_scopes.manager import DisabledQuerySet

from accounts.models.tenant import Tenant

T = TypeVar("T", bound=models.Model)


@lru_cache(maxsize=512)
def _rows_of(model: type[models.Model], tenant_pk: int) -> Query:
    """What every question within a scope begins with; to build it takes longer than many an answer."""
    return models.QuerySet(model).filter(tenant=tenant_pk).query


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
            present = get_scope()
            tenant = present.get("tenant")
            if present.get("_enabled") and isinstance(tenant, Tenant) and not hasattr(self, "_override_scope"):
                query = _rows_of(self.model, tenant.pk).chain()
                return self._queryset_class(model=self.model, query=query, using=self._db, hints=self._hints)
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
