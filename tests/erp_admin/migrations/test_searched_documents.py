"""Documents that were stored before they had a searched text are found as those that are stored now."""

from datetime import date

import pytest

from tests.databases import at, migrate

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("erp_admin", "0020_names_of_links")]
AFTER = [("erp_admin", "0021_searched_documents")]


def test_each_document_gets_its_searched_text() -> None:
    with at(BEFORE) as old:
        tenant = old.get_model("accounts", "Tenant").objects.create(name="S", slug="s", base_currency="USD")
        commitment = old.get_model("erp_admin", "Commitment")._base_manager.create(
            tenant=tenant, number="SC–1", number_key="sc-1", title="Façade  panels", vendor_id="V-1", kind="subcontract",
            vendor_name="Müller & Söhne fiktiv", currency="USD", dated_on=date(2026, 3, 2),
        )  # fmt: skip
        old.get_model("erp_admin", "ChangeOrder")._base_manager.create(
            tenant=tenant, commitment=commitment, number="CO-1", number_key="co-1", title="More", reason="",
            dated_on=date(2026, 3, 2),
        )  # fmt: skip
        new = migrate(AFTER)
        texts = [
            new.get_model("erp_admin", name)._base_manager.get().search_text for name in ("Commitment", "ChangeOrder")
        ]
        assert texts == ["sc-1\nfacade panels\nv-1\nmuller & sohne fiktiv", "co-1\nmore"]
