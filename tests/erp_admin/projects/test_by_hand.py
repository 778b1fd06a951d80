"""Projects made and changed by hand: what is accepted, what is refused at the field, what is locked and why."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import Tenant, User
from accounts.refusal import Refused
from accounts.tenancy import tenant_scope
from erp_admin.models import Project
from erp_admin.projects import selectors
from erp_admin.projects import service as services
from integrations.models import Connection
from integrations.runs.runner import run_to_end
from tests.shown_forms import version_of

pytestmark = pytest.mark.django_db

Url = Callable[..., str]


def by_hand(tenant: Tenant, number: str, name: str, **fields: Any) -> Project:
    return Project.objects.create(tenant=tenant, number=number, name=name, currency="USD", **fields)


@pytest.fixture
def imported(ready: Connection, accountant: User) -> Project:
    chosen = selectors.intacct_projects(ready).filter(business_id="24-001")
    run_to_end(services.start_import(ready, chosen, by=accountant, queued=False).run)
    return Project.objects.get(number="24-001")


def test_a_project_is_made_by_hand_with_what_was_typed(tenant: Tenant, scoped: Tenant, ben: Client, url: Url) -> None:
    typed = {
        "number": " H-7 ",
        "name": "Boathouse <& Co>",
        "currency": "usd",
        "contract_amount": "12500.50",
        "begins_on": "2026-03-01",
        "is_active": "on",
    }

    form = ben.get(url("new_project"))
    answer = ben.post(url("new_project"), typed, follow=True)

    assert 'value="USD"' in form.text
    assert "Project H-7 was added." in answer.text
    project = Project.objects.get()
    assert (project.number, project.currency, project.contract_amount) == ("H-7", "USD", Decimal("12500.50"))
    assert "Boathouse &lt;&amp; Co&gt;" in answer.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"number": ""}, "This field is required."),
        ({"number": "H-1"}, "A project H-1 Library exists already."),
        ({"currency": "US"}, "Use the three letters of the currency"),
        ({"contract_amount": "-5"}, "greater than or equal to 0"),
        ({"begins_on": "2026-02-01", "ends_on": "2026-01-01"}, "The project cannot end before it begins."),
        ({"begins_on": "yesterday"}, "These are words, not a date. Write it as YYYY-MM-DD"),
    ],
)
def test_bad_input_is_named_at_the_field_and_nothing_typed_is_lost(
    scoped: Tenant, tenant: Tenant, ben: Client, url: Url, typed: dict[str, str], said: str
) -> None:
    by_hand(tenant, "H-1", "Library")

    page = ben.post(url("new_project"), {"number": "H-9", "name": "Kept as typed", "currency": "USD", **typed})

    assert page.status_code == 422
    assert said in page.text
    assert "data-error-summary" in page.text
    assert "Kept as typed" in page.text
    assert Project.objects.count() == 1


def test_two_tenants_may_use_the_same_number(scoped: Tenant, other_tenant: Tenant, ben: Client, url: Url) -> None:
    with tenant_scope(other_tenant):
        by_hand(other_tenant, "H-1", "Theirs")

    ben.post(url("new_project"), {"number": "H-1", "name": "Ours", "currency": "USD"})

    assert Project.objects.get().name == "Ours"


def test_a_number_taken_at_the_very_moment_of_saving_is_refused(scoped: Tenant, tenant: Tenant) -> None:
    by_hand(tenant, "H-1", "Library")

    with pytest.raises(Refused, match="A project H-1 exists in ERP Admin already"):
        services.save_project(Project(tenant=tenant, number="H-1", name="Second", currency="USD"))


def test_a_project_made_by_hand_is_changed(scoped: Tenant, tenant: Tenant, ben: Client, url: Url) -> None:
    project = by_hand(tenant, "H-1", "Library", is_active=True)

    address = url("edit_project", pk=project.pk)
    sent = {"number": "H-1", "name": "Town library", "currency": "USD", **version_of(ben, address)}
    answer = ben.post(address, sent, follow=True)

    assert "Project H-1 was saved." in answer.text
    project.refresh_from_db()
    assert (project.name, project.is_active) == ("Town library", False)


def test_the_fields_of_a_linked_project_are_locked_and_the_page_says_why(
    imported: Project, ben: Client, url: Url
) -> None:
    page = ben.get(url("edit_project", pk=imported.pk)).text
    sent = {
        "number": "X",
        "name": "Mine now",
        "currency": "EUR",
        **version_of(ben, url("edit_project", pk=imported.pk)),
    }
    answer = ben.post(url("edit_project", pk=imported.pk), sent, follow=True)

    assert "These fields come from Intacct" in page
    inputs = [each for each in re.findall(r"<input [^>]*name=\"(?!csrf|q\"|seen)[^>]*>", page) if "hidden" not in each]
    assert len(inputs) == 15
    assert all("disabled" in each for each in inputs)
    assert "Nothing was saved" in answer.text
    imported.refresh_from_db()
    assert imported.name == "Riverside Bridge"
