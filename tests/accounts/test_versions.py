"""Two people with the same form open: nobody saves over what the other saved without having seen it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import lxml.html
import pytest
from django.test import Client

from accounts.models import Role, Tenant, User
from accounts.services import set_role
from erp_admin.models import Project

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]


def form_of(client: Client, address: str) -> dict[str, str]:
    """The fields of the page's main form as a browser would send them."""
    return _fields(client.get(address).content.decode())


def _fields(page: str) -> dict[str, str]:
    form = next(form for form in lxml.html.fromstring(page).forms if form.get("data-draft"))
    return {name: value or "" for name, value in form.form_values() if name != "csrfmiddlewaretoken"}


@pytest.fixture
def project(scoped: Tenant) -> Project:
    return Project.objects.create(
        tenant=scoped,
        number="P-1",
        name="Depot",
        currency="USD",
        contract_amount=Decimal("1000.50"),
        begins_on=date(2026, 3, 4),
    )


def test_a_project_saved_meanwhile_is_shown_beside_what_was_typed(
    client_for: ClientFor, accountant: User, admin: User, project: Project, url: Url
) -> None:
    ben, alma, address = client_for(accountant), client_for(admin), url("edit_project", pk=project.pk)
    typed = form_of(ben, address)
    assert alma.post(address, {**form_of(alma, address), "name": "Depot North"}).status_code == 302
    answer = ben.post(address, {**typed, "name": "Depot South", "contract_amount": "2000"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"Saved meanwhile by {admin}" in page
    rows = [[cell.text_content() for cell in row] for row in lxml.html.fromstring(page).cssselect("tbody tr")]
    assert rows == [["Project name", "Depot South", "Depot North"], ["Contract amount", "2,000", "1,000.50"]] or [
        row[1:] for row in rows
    ] == [["Depot South", "Depot North"], ["2,000", "1,000.50"]]
    project.refresh_from_db()
    assert project.name == "Depot North"
    again = _fields(page)
    assert again["name"] == "Depot South"
    assert ben.post(address, again).status_code == 302
    project.refresh_from_db()
    assert (project.name, project.contract_amount) == ("Depot South", Decimal(2000))


def test_a_project_saved_twice_by_one_person_meets_nobody(
    client_for: ClientFor, accountant: User, project: Project, url: Url
) -> None:
    ben, address = client_for(accountant), url("edit_project", pk=project.pk)
    for name in ("One", "Two"):
        assert ben.post(address, {**form_of(ben, address), "name": name}).status_code == 302


@pytest.mark.parametrize(
    ("page", "field", "first", "second"),
    [("company", "name", "Summit One", "Summit Two"), ("company_security", "idle_minutes", "20", "30")],
)
def test_settings_of_the_company_saved_meanwhile(
    client_for: ClientFor, admin: User, accountant: User, tenant: Tenant, url: Url,
    page: str, field: str, first: str, second: str,
) -> None:  # fmt: skip
    set_role(tenant, accountant, Role.ADMIN)
    alma, ben = client_for(admin), client_for(accountant)
    typed = form_of(alma, url(page))
    assert ben.post(url(page), {**form_of(ben, url(page)), field: first}).status_code == 302
    answer = alma.post(url(page), {**typed, field: second})
    assert answer.status_code == 409
    assert f"Saved meanwhile by {accountant}" in answer.content.decode()
    tenant.refresh_from_db()
    assert str(getattr(tenant, field)) == first
