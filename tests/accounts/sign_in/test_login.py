"""Log in by e-mail address, log out, reset a password, land in the right company."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Role, Tenant, User
from accounts.services import create_tenant, set_role
from tests.people import PASSWORD


@pytest.mark.parametrize("email", ["alma@summit.example", "ALMA@Summit.Example", " alma@summit.example "])
def test_the_case_of_the_address_does_not_matter(client: Client, admin: User, tenant: Tenant, email: str) -> None:
    response = client.post(reverse("account_login"), {"login": email, "password": PASSWORD}, follow=True)
    assert response.redirect_chain[-1] == (reverse("home", kwargs={"tenant_slug": tenant.slug}), 302)


def test_a_wrong_password_is_explained_and_the_address_kept(client: Client, admin: User) -> None:
    response = client.post(reverse("account_login"), {"login": admin.email, "password": "wrong"})
    assert response.status_code == 200
    page = response.content.decode()
    assert "do not belong together" in page
    assert admin.email in page
    assert "wrong" not in re.sub(r"<title>.*?</title>", "", page).split("<form")[1]


def test_an_address_asked_for_before_logging_in_is_returned_to(
    client: Client, admin: User, url: Callable[..., str]
) -> None:
    response = client.get(url("runs"))
    response = client.post(response["Location"], {"login": admin.email, "password": PASSWORD})
    assert response["Location"] == url("runs")


def test_logging_out_needs_a_post_and_ends_the_session(client: Client, admin: User, url: Callable[..., str]) -> None:
    client.force_login(admin)
    assert "Log out?" in client.get(reverse("account_logout")).text
    assert client.get(url("home")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(url("home")).status_code == 302


def test_a_password_is_reset_through_the_mailed_link(client: Client, admin: User) -> None:
    client.post(reverse("account_reset_password"), {"email": "Alma@Summit.example"})
    link = re.search(r"https?://[^/\s]+(/password-reset/\S+)", mail.outbox[0].body)
    assert link is not None
    form = client.get(link[1], follow=True)
    where = form.redirect_chain[-1][0]
    new = "a quite different long one"
    assert client.post(where, {"password1": new, "password2": new}).status_code == 302
    assert client.login(email=admin.email, password=new)


@pytest.mark.parametrize("email", ["nobody@example.com", "alma@summit.example"])
def test_the_page_tells_nobody_whether_an_account_exists(client: Client, admin: User, email: str) -> None:
    """Both get a mail, so that also the time it takes is the same; only the mailbox learns which it is."""
    response = client.post(reverse("account_reset_password"), {"email": email})
    assert response["Location"] == reverse("account_reset_password_done")
    assert [message.to for message in mail.outbox] == [[email]]
    assert ("/password-reset/" in mail.outbox[0].body) is (email == admin.email)


def test_the_first_link_of_a_new_admin_works_once(client: Client, db: None) -> None:
    made = create_tenant("river", name="River Works", admin_email="First@River.example")
    path = made.set_password_url.split("/", 3)[3]
    where = client.get(f"/{path}", follow=True).redirect_chain[-1][0]
    secret = "another long password"
    client.post(where, {"password1": secret, "password2": secret})
    assert client.login(email="first@river.example", password=secret)
    assert Client().get(f"/{path}").status_code == 200  # shows that the link was used, instead of a form


def test_several_companies_are_offered_and_a_single_one_is_entered(
    client: Client, admin: User, tenant: Tenant, other_tenant: Tenant
) -> None:
    client.force_login(admin)
    assert client.get(reverse("tenants"))["Location"] == reverse("home", kwargs={"tenant_slug": tenant.slug})
    set_role(other_tenant, admin, Role.VIEWER)
    page = client.get(reverse("tenants")).content.decode()
    assert tenant.name in page
    assert other_tenant.name in page
