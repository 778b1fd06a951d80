"""The company's own settings: seen by everybody there, changed by admins."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Tenant, User
from tests.second_factor import enrol
from tests.shown_forms import version_of

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]
TYPED = {"name": "Summit Ridge", "time_zone": "America/Chicago", "base_currency": "cad"}


def test_an_admin_changes_them(client_for: ClientFor, admin: User, tenant: Tenant, url: Url) -> None:
    alma = client_for(admin)
    response = alma.post(url("company"), TYPED | version_of(alma, url("company")), follow=True)
    tenant.refresh_from_db()
    assert (tenant.name, tenant.time_zone, tenant.base_currency) == ("Summit Ridge", "America/Chicago", "CAD")
    assert "The company’s settings were saved" in response.content.decode()


def test_others_see_them_and_change_nothing(
    client_for: ClientFor, viewer: User, accountant: User, tenant: Tenant, url: Url
) -> None:
    for person in (viewer, accountant):
        visitor = client_for(person)
        page = visitor.get(url("company")).content.decode()
        assert "America/Denver" in page
        assert 'name="time_zone"' not in page
        assert visitor.post(url("company"), TYPED).status_code == 403
    tenant.refresh_from_db()
    assert tenant.name == "Summit Ridge Builders"


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("time_zone", "Mars/Base"), ("base_currency", "12"), ("name", "x" * 121)]
)
def test_what_cannot_be_is_refused_and_kept_on_the_page(
    client_for: ClientFor, admin: User, tenant: Tenant, url: Url, field: str, value: str
) -> None:
    alma = client_for(admin)
    response = alma.post(url("company"), {**TYPED, **version_of(alma, url("company")), field: value})
    assert response.status_code == 422
    page = response.content.decode()
    assert f'href="#id_{field}"' in page
    assert "Nothing was saved" in page
    tenant.refresh_from_db()
    assert tenant.name == "Summit Ridge Builders"
    assert "Summit Ridge Builders" in page  # the frame still names the company as it is


def test_it_says_how_many_have_no_second_factor(
    client_for: ClientFor, admin: User, viewer: User, accountant: User, url: Url
) -> None:
    enrol(viewer)
    User.objects.filter(pk=accountant.pk).update(is_active=False)
    assert "1 of 2 people have no second factor" in client_for(admin).get(url("company")).content.decode()
