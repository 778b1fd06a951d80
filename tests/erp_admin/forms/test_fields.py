"""Numbers and days typed on entry pages: read by the grammar of files, posted to the pages that have them."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django import forms
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Tenant
from accounts.templatetags.ui import amount
from erp_admin.forms.fields import AmountField, DayField, MeasuredField, PercentField, PriceField, QuantityField
from erp_admin.models import Commitment, Project
from tests.erp_admin.entered import entered as typed

Url = Callable[..., str]


def cleaned(field: forms.Field, text: str, currency: str = "USD") -> object:
    if isinstance(field, MeasuredField):
        field.currency = currency
    return field.clean(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("1,234.56", "1234.56"), ("$1,234.56", "1234.56"), ("(250.00)", "-250"), ("250-", "-250"), ("−5", "-5")),
        *(
            ("USD 1,234", "1234"),
            ("$(5.00)", "-5"),
            ("\u200e5 ", "5"),
            ("１２", "12"),
            ("1 234.5", "1234.5"),
            ("1234", "1234"),
        ),
    ],
)
def test_amounts_are_accepted_as_people_write_them(text: str, value: str) -> None:
    for field in (AmountField(), PriceField()):
        assert cleaned(field, text) == Decimal(value)


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        (AmountField(), "1.234,56", "It is not written with a decimal point, as numbers are here. Write 1234.56."),
        (AmountField(), "--5", "The sign of the number stands here twice."),
        (AmountField(), "€5", "This is in EUR; the amounts here are in USD. Write it in USD."),
        (AmountField(), "5 CAD", "This is in CAD; the amounts here are in USD."),
        (AmountField(), "1.005", "Round it, for example to 1.01."),
        (QuantityField(), "500 LBS", "“LBS” belongs in the field Unit."),
        (PriceField(), "$45/CY", "“CY” belongs in the field Unit."),
        (PercentField(), "0.1", "This can be read as 10 percent or as 0.1 percent. Write 10% or 0.10%."),
        (PercentField(), "110", "between 0 and 100"),
        (DayField(), "31/12/2026", "Write it as 2026-12-31."),
    ],
)
def test_what_is_not_clear_is_asked_at_the_field(field: forms.Field, text: str, told: str) -> None:
    with pytest.raises(forms.ValidationError) as caught:
        cleaned(field, text)
    assert told in caught.value.messages[0]


@pytest.mark.parametrize("text", ["2026-03-04", "3/4/2026", "3/4/26", "March 4, 2026", "4 Mar 2026", "Wed 3/4/2026"])
def test_days_are_accepted_as_people_write_them(text: str) -> None:
    assert str(DayField().clean(text)) == "2026-03-04"


@pytest.mark.parametrize("value", ["0", "0.5", "0.01", "0.99", "1", "7.5", "100"])
def test_a_stored_percentage_is_shown_so_that_it_is_read_back(value: str) -> None:
    shown = PercentField().prepare_value(Decimal(value))
    assert PercentField().clean(shown) == Decimal(value)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False))
def test_what_a_page_shows_of_an_amount_is_accepted_when_it_is_typed(value: Decimal) -> None:
    for currency in ("", "USD"):
        shown = re.sub("<[^>]+>", "", amount(value, currency))
        assert cleaned(AmountField(), shown) == value
    assert cleaned(AmountField(), f"({-value:,.2f})" if value < 0 else f"${value:,.2f}") == value


@pytest.mark.django_db
def test_a_commitment_takes_amounts_and_days_as_people_write_them(scoped: Tenant, ben: Client, url: Url) -> None:
    lines = [
        {"description": "Concrete", "quantity": "1,000", "unit_price": "$1,234.56"},
        {"description": "Credit", "unit_price": "(250.00)", "retainage_percent": "0.5%"},
    ]
    head = {"dated_on": "March 2, 2026", "retainage_percent": "10%", "control_total": "$1,234,310.00"}
    answer = ben.post(url("new_commitment"), typed(*lines, **head))
    assert answer.status_code == 302, answer.text
    document = Commitment.objects.get()
    assert (document.total, str(document.dated_on), document.retainage_percent) == (
        Decimal("1234310.00"),
        "2026-03-02",
        Decimal(10),
    )
    shown = ben.get(answer["Location"] + "edit/").text
    assert "&quot;retainage_percent&quot;:&quot;0.5%&quot;" in shown


@pytest.mark.django_db
def test_another_currency_than_the_documents_is_an_error_at_its_field(scoped: Tenant, ben: Client, url: Url) -> None:
    answer = ben.post(url("new_commitment"), typed({"description": "x", "unit_price": "€5"}, control_total="CAD 5"))
    assert answer.status_code == 422
    assert "This is in EUR; the amounts here are in USD." in answer.text
    assert "This is in CAD; the amounts here are in USD." in answer.text
    assert not Commitment.objects.exists()
    euros = typed({"description": "x", "unit_price": "€5"}, currency="eur", control_total="5 EUR")
    assert ben.post(url("new_commitment"), euros).status_code == 302


@pytest.mark.django_db
def test_a_project_takes_its_amount_and_days_as_people_write_them(scoped: Tenant, ben: Client, url: Url) -> None:
    data = {"number": "H-7", "name": "Boathouse", "currency": "USD", "is_active": "on", "begins_on": "3/4/2026"}
    refused = ben.post(url("new_project"), data | {"contract_amount": "€ 1,250,000.00"})
    assert "This is in EUR; the amounts here are in USD." in refused.text
    assert 'type="number"' not in refused.text
    ben.post(url("new_project"), data | {"contract_amount": "$1,250,000.00"})
    project = Project.objects.get()
    assert (project.contract_amount, str(project.begins_on)) == (Decimal(1250000), "2026-03-04")
