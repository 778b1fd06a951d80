"""Records that were mirrored before lists had a searched text are found as those that are mirrored now."""

from typing import Any

import pytest
from django.utils import timezone

from tests.databases import at, migrate

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("integrations", "0020_sign_in_tries")]
AFTER = [("integrations", "0021_searched_lists")]


def test_each_record_gets_its_searched_text_and_the_project_it_belongs_to() -> None:
    rows: list[tuple[str, str, str, dict[str, Any]]] = [
        ("vendors", "V-1", "Müller Façade", {"PROJECTID": "not of a vendor"}),
        ("tasks", "03-300", "Footings", {"PROJECTID": "P-1"}),
        ("cost_types", "L", "Labor", {"PROJECTID": "P-1", "TASKID": "03-300"}),
        ("tasks", "03-310", "", {}),
        ("exchange_rates", "USD", "EUR", {"TYPENAME": "Daily", "TO_CURRENCY": "EUR"}),
    ]
    with at(BEFORE) as old:
        tenant = old.get_model("accounts", "Tenant").objects.create(name="S", slug="s", base_currency="USD")
        live = old.get_model("integrations", "Connection")._base_manager.create(
            tenant=tenant, company_id="c", user_id="u", state="connected"
        )
        for number, (kind, key, name, fields) in enumerate(rows, start=1):
            old.get_model("integrations", "ListItem")._base_manager.create(
                tenant=tenant, connection=live, kind=kind, record_no=number, business_id=key, name=name, fields=fields,
                digest="x", first_seen_at=timezone.now(), changed_at=timezone.now(),
            )  # fmt: skip
        items = migrate(AFTER).get_model("integrations", "ListItem")._base_manager.order_by("record_no")
        assert list(items.values_list("search_text", "scope_id")) == [
            ("v-1\nmuller facade", ""),
            ("03-300\nfootings", "P-1"),
            ("l\nlabor", "P-1"),
            ("03-310\n", ""),
            ("usd\neur", "Daily"),
        ]
