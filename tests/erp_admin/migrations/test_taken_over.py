"""A database of before says nothing of what was taken over; migrated it says of each linked record what is so."""

from typing import Any

import pytest
from django.utils import timezone

from tests.databases import at, migrate

BEFORE = [("erp_admin", "0010_readings_of_files"), ("integrations", "0018_push_refused_orders")]
AFTER = [("erp_admin", "0011_taken_over")]


@pytest.mark.django_db(transaction=True)
def test_each_linked_record_says_whether_it_was_taken_over(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(BEFORE) as apps:
        tenant = apps.get_model("accounts", "Tenant").objects.create(name="T", slug="t", base_currency="USD")
        connections = apps.get_model("integrations", "Connection")._base_manager
        other = connections.create(tenant=tenant, company_id="other", state="disconnected")
        one = connections.create(tenant=tenant, company_id="one")
        for number in range(1, 8):
            _item(apps, one, "projects", number)
            _item(apps, other, "projects", number)
            _item(apps, one, "tasks", number)
        for number, connection, digest in ((1, one, "d1"), (2, one, "old"), (3, one, ""), (4, other, "d4")):
            _project(apps, tenant, f"P-{number}", connection=connection, remote_record_no=number, remote_digest=digest)
        _project(apps, tenant, "P-unread", connection=one, remote_record_no=99, remote_digest="d")
        _project(apps, tenant, "P-hand")
        monkeypatch.setattr(_migration(), "BATCH", 2)
        apps = migrate(AFTER)
        items = apps.get_model("integrations", "ListItem")._base_manager.exclude(taken_over=None)
        found = items.values_list("connection__company_id", "kind", "record_no", "taken_over")
        assert sorted(found) == [
            ("one", "projects", 1, True), ("one", "projects", 2, False), ("one", "projects", 3, False),
            ("other", "projects", 4, True),
        ]  # fmt: skip


def _migration() -> Any:
    from importlib import import_module

    return import_module("erp_admin.migrations.0011_taken_over")


def _item(apps: Any, connection: Any, kind: str, number: int) -> None:
    now = timezone.now()
    apps.get_model("integrations", "ListItem")._base_manager.create(
        tenant=connection.tenant, connection=connection, kind=kind, record_no=number, business_id=f"X-{number}",
        digest=f"d{number}", first_seen_at=now, changed_at=now,
    )  # fmt: skip


def _project(apps: Any, tenant: Any, number: str, **link: Any) -> None:
    apps.get_model("erp_admin", "Project")._base_manager.create(
        tenant=tenant, number=number, name=number, currency="USD", **link
    )
