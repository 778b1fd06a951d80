"""A row of every table of a tenant, by one key and one id, for tests of who sees and changes what.

Owns how a row is filled, so that a new table is in by itself. Its rows make sense to nobody; pages need not open them.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db import models
from django.utils import timezone

from accounts.models import Membership, Tenant, User
from accounts.models.scoped import TenantModel
from integrations.lists import KINDS
from integrations.models import ListItem

KEY: Final = 7_000_001  # the primary key, and the number, of every row
ID: Final = "FOREIGN-7"  # what is a number, an id or a name of Intacct's
MARK: Final = "Hidden Lowland Text"
_IDS: Final = ("business_id", "number", "company_id", "remote_id", "key")
_SPOKEN: Final = ("name", "title", "description", "file_name", "text", "message", "label", "sentence", "detail")
_SMALL: Final = 7


def tables() -> list[type[models.Model]]:
    return [each for each in apps.get_models() if issubclass(each, TenantModel) and not each._meta.proxy]


def fill(tenant: Tenant, person: User) -> None:
    """Add a row to every table, and an item to every list."""
    made: dict[type[models.Model], models.Model] = {Tenant: tenant, User: person}
    membership = Membership.objects.filter(tenant=tenant, user=person).first()
    if membership is not None:
        made[Membership] = membership
    for table in tables():
        _row(table, made)
    item: Any = made[ListItem]
    for number, kind in enumerate((each.key for each in KINDS), KEY + 1):
        if kind != item.kind:
            values = {field.attname: getattr(item, field.attname) for field in ListItem._meta.concrete_fields}
            ListItem._base_manager.bulk_create(
                [ListItem(**{**values, "id": number, "kind": kind, "record_no": number})]
            )


def _row(table: type[models.Model], made: dict[type[models.Model], models.Model]) -> models.Model:
    if table not in made:
        values = dict(_values(table, made))
        made[table] = table._base_manager.bulk_create([table(**values)])[0]
    return made[table]


def _values(table: type[models.Model], made: dict[type[models.Model], models.Model]) -> Iterator[tuple[str, Any]]:
    for field in table._meta.concrete_fields:
        if field.primary_key:
            yield field.name, KEY
        elif isinstance(field, models.ForeignKey):
            if field.name == "tenant" or not field.null:
                yield field.name, _row(field.related_model, made)
        elif field.name == "kind" and table is ListItem:
            yield field.name, "projects"
        elif field.choices:
            if not field.has_default() and not field.null:
                yield field.name, field.choices[0][0]
        elif field.name in _SPOKEN or (not field.null and not field.has_default() and not field.blank):
            yield field.name, _value(field)


def _value(field: Any) -> Any:
    match field:
        case models.EmailField():
            return "hidden@lowland.example"
        case models.CharField() | models.TextField():
            text = ID if field.name in _IDS else MARK
            return text[: field.max_length]
        case models.UUIDField():
            return UUID(int=KEY)
        case models.SmallIntegerField() | models.PositiveSmallIntegerField() | models.DecimalField():
            return _SMALL
        case models.IntegerField():
            return KEY
        case models.DateTimeField():
            return timezone.now() + timedelta(days=30 if field.name.startswith(("expires", "due")) else 0)
        case models.DateField():
            return timezone.now().date()
        case models.BinaryField():
            return b""
    raise TypeError(f"Say how a {type(field).__name__} is filled: {field}.")
