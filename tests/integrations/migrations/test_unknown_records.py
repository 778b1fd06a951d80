"""What was stored without a refused field passed for active and shared by all; it is unknown from the update on."""

from typing import Any

import pytest
from django.utils import timezone

from tests.databases import at, migrate

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("integrations", "0015_remove_push_function_xml")]
AFTER = [("integrations", "0016_unknown_records")]

REFUSED_AT = "2026-03-01T12:00:00+00:00"


class Company:
    """Two lists of the version before; of vendors STATUS and RECORD_URL were refused for some time."""

    def __init__(self, apps: Any) -> None:
        self.get = apps.get_model
        self.tenant = self.get("accounts", "Tenant").objects.create(name="S", slug="s", base_currency="USD")
        self.connection = self.get("integrations", "Connection")._base_manager.create(
            tenant=self.tenant, company_id="c", user_id="u", state="connected"
        )
        refused = [{"name": name, "reason": "x", "at": REFUSED_AT} for name in ("STATUS", "RECORD_URL")]
        for kind, unselectable in (("vendors", refused), ("items", [])):
            self.get("integrations", "ListDefinition")._base_manager.create(
                tenant=self.tenant, connection=self.connection, kind=kind, object="X", unselectable=unselectable
            )

    def item(self, record_no: int, kind: str = "vendors", **fields: str) -> None:
        now = timezone.now()
        self.get("integrations", "ListItem")._base_manager.create(
            tenant=self.tenant, connection=self.connection, kind=kind, record_no=record_no, fields=fields,
            business_id=str(record_no), digest="x", first_seen_at=now, changed_at=now,
            is_active=fields.get("STATUS") != "inactive",
        )  # fmt: skip


def test_what_was_stored_without_a_refused_field_is_unknown_until_it_is_read() -> None:
    with at(BEFORE) as old:
        company = Company(old)
        company.item(1, NAME="Without both")
        company.item(2, NAME="With its status", STATUS="inactive")
        company.item(3, NAME="With both", STATUS="active", RECORD_URL="https://x.example")
        company.item(4, kind="items", NAME="Of a list nothing was refused of")

        apps = migrate(AFTER)

        items = apps.get_model("integrations", "ListItem")._base_manager.order_by("record_no")
        found = {item.record_no: (item.is_known, item.is_active, sorted(item.unread or {})) for item in items}
    assert found == {
        1: (False, False, ["RECORD_URL", "STATUS"]),
        2: (True, False, ["RECORD_URL", "STATUS"]),
        3: (True, True, []),
        4: (True, True, []),
    }
