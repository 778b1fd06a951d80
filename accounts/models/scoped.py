"""What every row of a tenant inherits: a manager that refuses to work without a current tenant, and a fence for writes.

Owns how a scope filters rows and which rows may be written in it. Opens and disables no scope: that is
accounts.tenancy, the one door. Knows nothing of historical models: a migration passes no fence.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, TypeVar

from django.db import models
from django.db.models.sql import Query
from django_scopes import ScopedManager, get_scope
from django_scopes.exceptions import ScopeError
from django_scopes.manager import DisabledQuerySet

from accounts.models.tenant import Tenant

T = TypeVar("T", bound=models.Model)
_Keys = tuple["models.ForeignKey[Any, Any]", ...]
_AT_ONCE = 500
CLOSED = "closed"  # of a scope: tenants whose rows stay hidden behind the door across tenants


class WrongTenant(ScopeError):  # type: ignore[misc]  # django-scopes has no types
    """A row of another tenant, or one that leads to another tenant's row, was about to be written. A defect of ours."""


@lru_cache(maxsize=512)
def _rows_of(model: type[models.Model], tenant_pk: int) -> Query:
    """What every question within a scope begins with; to build it takes longer than many an answer."""
    return models.QuerySet(model).filter(tenant=tenant_pk).query


@lru_cache(maxsize=512)
def _keys_of(model: type[models.Model]) -> _Keys:
    """The keys of a model that lead to rows of a tenant."""
    return tuple(
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and _belongs_to_a_tenant(field.related_model)
    )


def _belongs_to_a_tenant(model: Any) -> bool:
    return isinstance(model, type) and issubclass(model, TenantModel)


def _writer(model: type[models.Model]) -> int | None:
    """The tenant in whose scope a row is about to be written; None behind the door across tenants.

    Raises WrongTenant where there is no scope.
    """
    present = get_scope()
    if not present.get("_enabled", True):
        return None
    tenant = present.get("tenant")
    if not isinstance(tenant, Tenant):
        raise WrongTenant(f"A row of {model.__name__} is written outside any tenant.")
    return tenant.pk


def _require_own(rows: Collection["TenantModel"], model: type[models.Model], only: Collection[str] | None) -> None:
    """Raise WrongTenant unless all rows, and what their keys lead to, are the current tenant's.

    `only` names the fields that are written, where not all are.
    """
    tenant_pk = _writer(model)
    if tenant_pk is None:
        return
    for row in rows:
        if row.tenant_id != tenant_pk:
            _refuse(model, "tenant")
    for key in _keys_of(model):
        if only is None or key.name in only or key.attname in only:
            _require_own_targets(rows, key, tenant_pk)


def _require_own_targets(rows: Iterable["TenantModel"], key: "models.ForeignKey[Any, Any]", tenant_pk: int) -> None:
    """What was assigned as a row is looked at as it is; only bare keys cost a question, one for all rows."""
    bare: set[Any] = set()
    name, attname = key.cache_name, key.attname
    for row in rows:
        cached = row._state.fields_cache.get(name)
        if cached is None or "tenant_id" not in cached.__dict__:  # one that was left out would be asked for, each apart
            bare.add(row.__dict__.get(attname))
        elif cached.tenant_id != tenant_pk:
            _refuse(key.model, key.name)
    bare.discard(None)
    _require_own_keys(bare, key, tenant_pk)


def _require_own_met(rows: Collection["TenantModel"], model: type[models.Model], unique: Collection[str]) -> None:
    """The rows that would be written over; by anything but its own key one could be met that nobody can name before."""
    tenant_pk = _writer(model)
    if tenant_pk is None:
        return
    if set(unique) - {"pk", model._meta.pk.name}:
        _refuse(model, "unique_fields")
    _require_none_elsewhere({row.pk for row in rows} - {None}, model, "pk", tenant_pk, (model, "unique_fields"))


def _require_none_elsewhere(
    wanted: Iterable[Any],
    target: type[models.Model],
    column: str,
    tenant_pk: int,
    named: tuple[type[models.Model], str],
) -> None:
    """Raise WrongTenant, with the model and field `named`, when one of these rows is another tenant's."""
    left = list(wanted)
    for begin in range(0, len(left), _AT_ONCE):
        part = left[begin : begin + _AT_ONCE]
        found: models.QuerySet[Any] = models.QuerySet(target).filter(**{f"{column}__in": part})
        if found.exclude(tenant=tenant_pk).exists():
            _refuse(*named)


def _require_own_keys(bare: Collection[Any], key: "models.ForeignKey[Any, Any]", tenant_pk: int) -> None:
    named = (key.model, key.name)
    _require_none_elsewhere(bare, key.related_model, key.target_field.attname, tenant_pk, named)


def _refuse(model: type[models.Model], field: str) -> NoReturn:
    raise WrongTenant(f"{model.__name__}.{field} leads to another tenant than the current one.")


if TYPE_CHECKING:

    class TenantManager(models.Manager[T]):
        """Shows the current tenant's rows; raises ScopeError when there is no current tenant."""

else:

    class TenantQuerySet(models.QuerySet):
        """Rows of one tenant, and the writes that pass no model's `save`."""

        def bulk_create(self, objs, *args, update_conflicts=False, unique_fields=None, **options):
            rows = list(objs)
            _require_own(rows, self.model, None)
            if update_conflicts and "tenant" not in (unique_fields or ()):
                _require_own_met(rows, self.model, unique_fields or ())
            return super().bulk_create(
                rows, *args, update_conflicts=update_conflicts, unique_fields=unique_fields, **options
            )

        def bulk_update(self, objs, fields, *args, **options):
            rows, names = tuple(objs), list(fields)
            _require_own(rows, self.model, names)
            return super().bulk_update(rows, names, *args, **options)

        def update(self, **values):
            tenant_pk = _writer(self.model)
            if tenant_pk is not None:
                _require_own_values(self.model, values, tenant_pk)
            return super().update(**values)

        update.alters_data = True

        def raw(self, *args, **options):
            raise WrongTenant("SQL of one's own passes no fence between tenants.")

    class NoTenant(DisabledQuerySet):
        """Refuses every question, also those that django-scopes leaves open, such as whether any row exists."""

        alias = contains = defer = difference = distinct = exclude = exists = explain = DisabledQuerySet.error
        extra = in_bulk = intersection = prefetch_related = select_related = DisabledQuerySet.error
        bulk_create = bulk_update = DisabledQuerySet.error

    class TenantManager(type(ScopedManager(models.Manager.from_queryset(TenantQuerySet), tenant="tenant"))):
        """Shows the current tenant's rows; raises ScopeError when there is no current tenant."""

        def get_queryset(self):
            present = get_scope()
            tenant = present.get("tenant")
            if present.get("_enabled") and isinstance(tenant, Tenant) and not hasattr(self, "_override_scope"):
                query = _rows_of(self.model, tenant.pk).chain()
                return self._queryset_class(model=self.model, query=query, using=self._db, hints=self._hints)
            found = super().get_queryset()
            if not isinstance(found, DisabledQuerySet):
                closed = present.get(CLOSED)
                return found.exclude(tenant__in=closed) if closed else found
            return NoTenant(model=self.model, using=self._db, missing_scopes=found.missing_scopes)


def _require_own_values(model: type[models.Model], values: dict[str, Any], tenant_pk: int) -> None:
    """The values of an update of many rows; an expression is not looked into."""
    for name in ("tenant", "tenant_id"):
        if name in values and getattr(values[name], "pk", values[name]) != tenant_pk:
            _refuse(model, "tenant")
    for key in _keys_of(model):
        value = values.get(key.name, values.get(key.attname))
        if isinstance(value, TenantModel):
            if value.tenant_id != tenant_pk:
                _refuse(model, key.name)
        elif value is not None and not hasattr(value, "resolve_expression"):
            _require_own_keys([value], key, tenant_pk)


class TenantModel(models.Model):
    """Base of every row that belongs to a tenant. In a tenant's scope only its rows are read and written."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True

    def save_base(self, *args: Any, **options: Any) -> None:
        _require_own((self,), type(self), options.get("update_fields"))
        super().save_base(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        _require_own((self,), type(self), ())
        return super().delete(*args, **options)


# Forward keys, refreshing, saving and what is removed along with a row stay within the tenant too. Not in Meta, which
# models without a Meta of their own would take over into their migrations; the manager itself is inherited either way.
TenantModel._meta.base_manager_name = "objects"
