"""Numbers that differ only in case, dashes or spaces stay as they are when keys are given; the later one says so."""

from datetime import date
from typing import Any

import pytest

from erp_admin.models.numbered import OWN
from tests.databases import at, migrate

BEFORE = [("erp_admin", "0008_document_types_of_files")]
AFTER = [("erp_admin", "0009_number_keys")]
NUMBERS = ("SC-1", "sc-1", "SC\u20111", "SC-2", "Straße", "STRASSE", "ﷺ" * 45)


@pytest.mark.django_db(transaction=True)
def test_every_document_gets_a_key_and_none_is_lost(transactional_db: None) -> None:
    with at(BEFORE) as apps:
        tenants = apps.get_model("accounts", "Tenant").objects
        mine, theirs = (tenants.create(name=slug, slug=slug, base_currency="USD") for slug in ("mine", "theirs"))
        bases = [_commitment(apps, tenant, number) for tenant in (mine, theirs) for number in NUMBERS]
        for base in bases[:2]:
            for number in ("CO-1", "co-1"):
                _change_order(apps, base, number)
        apps = migrate(AFTER)
        found = apps.get_model("erp_admin", "Commitment")._base_manager.order_by("pk")
        keys = [document.number_key for document in found]
        assert [document.number for document in found] == [*NUMBERS, *NUMBERS]
        assert keys[:6] == ["sc-1", f"sc-1{OWN}2", f"sc-1{OWN}3", "sc-2", "strasse", f"strasse{OWN}2"]
        assert len(keys[6]) == 64
        assert keys[7:] == keys[:7]
        changes = apps.get_model("erp_admin", "ChangeOrder")._base_manager.order_by("pk")
        assert [document.number_key for document in changes] == ["co-1", f"co-1{OWN}2"] * 2


def _commitment(apps: Any, tenant: Any, number: str) -> Any:
    return apps.get_model("erp_admin", "Commitment")._base_manager.create(
        tenant=tenant, number=number, kind="subcontract", title="T", currency="USD", dated_on=date(2026, 3, 2)
    )


def _change_order(apps: Any, base: Any, number: str) -> None:
    apps.get_model("erp_admin", "ChangeOrder")._base_manager.create(
        tenant=base.tenant, commitment=base, number=number, title="T", dated_on=date(2026, 4, 1)
    )
