"""Selections that people made in lists, kept so that a preview of them has an address: reload and Back work.

Owns keeping and finding them. A selection is its person's own, and decides nothing about the records in it.
"""

from collections.abc import Iterable
from typing import Final

from accounts.models import Tenant, User
from accounts.ui.pk import read_pk
from erp_admin.models import ChosenRecords

KEPT_DAYS: Final = 7


def keep(tenant: Tenant, list_key: str, keys: Iterable[int], *, by: User) -> ChosenRecords:
    """Remember what was ticked in a list."""
    return ChosenRecords.objects.create(tenant=tenant, person=by, list_key=list_key, items=list(keys))


def kept(list_key: str, key: str, *, by: User) -> list[int] | None:
    """The records of a selection; None for one of somebody else, of another list, or that is kept no longer."""
    pk = read_pk(key)
    found = ChosenRecords.objects.filter(pk=pk, list_key=list_key, person=by).first() if pk is not None else None
    return list(found.items) if found is not None else None
