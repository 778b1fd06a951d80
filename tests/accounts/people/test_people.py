"""Settings → People: who sees what, searching, changing roles, removing, leaving, and the last admin who stays."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Role, Tenant, User
from accounts.people.invitations import invite
from accounts.people.memberships import set_role

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]
LAST = "is the only admin of Summit Ridge Builders"


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


def names(page: str) -> list[str]:
    """The people in the list, in its order."""
    table = page.split('aria-label="People"')[1].split("</table>")[0]
    return re.findall(r'<th scope="row" class="name">([^<]+?) ?<', table)


@pytest.fixture
def alma(client_for: ClientFor, admin: User) -> Client:
    return client_for(admin)


def test_admins_see_all_and_others_see_who_is_here(
    alma: Client, client_for: ClientFor, accountant: User, viewer: User, tenant: Tenant, outsider: User, url: Url
) -> None:
    invite(tenant, "nora@summit.example", Role.VIEWER)
    page = text(alma.get(url("people")))
    assert names(page) == ["Alma Reyes", "Ben Okafor", "Vera Lindqvist"]
    for shown in ("nora@summit.example", "Last log-in", "Change role", "Invite somebody"):
        assert shown in page
    for person in (accountant, viewer):
        page = text(client_for(person).get(url("people")))
        assert names(page) == ["Alma Reyes", "Ben Okafor", "Vera Lindqvist"]
        assert "alma@summit.example" in page
        for hidden in ("nora@summit.example", "Last log-in", "Change role", outsider.email):
            assert hidden not in page
        assert "This needs the role Admin" in page


def test_the_list_is_searched_filtered_and_paged(alma: Client, tenant: Tenant, viewer: User, url: Url) -> None:
    for number in range(60):
        person = User.objects.create(email=f"p{number:02}@summit.example", name=f"Person {number:02}")
        set_role(tenant, person, Role.ACCOUNTANT)
    assert "1–50 of 62 people" in text(alma.get(url("people")))
    assert len(names(text(alma.get(url("people"), {"page": 2})))) == 12
    assert names(text(alma.get(url("people"), {"q": "VERA@"}))) == ["Vera Lindqvist"]
    assert names(text(alma.get(url("people"), {"role": "viewer"}))) == ["Vera Lindqvist"]
    assert names(text(alma.get(url("people"), {"q": "person 07", "role": "accountant"}))) == ["Person 07"]
    assert "Nobody matches" in text(alma.get(url("people"), {"q": "person 07", "role": "admin"}))


def test_the_list_costs_the_same_for_few_and_many(
    alma: Client, tenant: Tenant, url: Url, django_assert_max_num_queries: Any
) -> None:
    alma.get(url("people"))
    with django_assert_max_num_queries(16) as few:
        alma.get(url("people"))
    for number in range(40):
        person = User.objects.create(email=f"p{number}@summit.example")
        set_role(tenant, person, Role.ADMIN)
        invite(tenant, f"q{number}@summit.example", Role.VIEWER, by=person)
    with django_assert_max_num_queries(len(few) + 1):
        alma.get(url("people"))


def test_who_is_alone_is_told_whom_to_invite(alma: Client, url: Url) -> None:
    assert "You are here alone" in text(alma.get(url("people")))


def test_a_role_is_changed_at_once(alma: Client, client_for: ClientFor, viewer: User, url: Url) -> None:
    vera = client_for(viewer)
    assert vera.get(url("new_project")).status_code == 403
    where = url("change_role", membership_pk=viewer.memberships.get().pk)
    assert 'value="viewer"' in text(alma.get(where))
    page = text(alma.post(where, {"role": "accountant"}, follow=True))
    assert "Vera Lindqvist is Accountant in Summit Ridge Builders now." in page
    assert vera.get(url("new_project")).status_code == 200


def test_a_removed_person_is_out_at_once(
    alma: Client, client_for: ClientFor, viewer: User, tenant: Tenant, url: Url
) -> None:
    vera = client_for(viewer)
    assert vera.get(url("home")).status_code == 200
    where = url("remove_person", membership_pk=viewer.memberships.get().pk)
    assert "What Vera Lindqvist loses" in text(alma.get(where))
    assert viewer.memberships.exists()
    assert "Vera Lindqvist is no longer one of the people" in text(alma.post(where, follow=True))
    assert vera.get(url("home")).status_code == 404
    assert "You do not belong to a company yet" in text(vera.get(reverse("tenants")))
    assert alma.post(where).status_code == 404


def test_removing_somebody_names_the_invitations_they_sent(
    alma: Client, tenant: Tenant, accountant: User, url: Url
) -> None:
    ben = set_role(tenant, accountant, Role.ADMIN)
    invite(tenant, "nora@summit.example", Role.ADMIN, by=accountant)
    page = text(alma.get(url("remove_person", membership_pk=ben.pk)))
    assert "nora@summit.example" in page


def test_an_open_invitation_does_not_lead_a_removed_person_back(
    alma: Client, client_for: ClientFor, tenant: Tenant, url: Url
) -> None:
    sent = invite(tenant, "nora@summit.example", Role.VIEWER)
    nora = User.objects.create_user("nora@summit.example", "a password of her own")
    membership = set_role(tenant, nora, Role.VIEWER)
    alma.post(url("remove_person", membership_pk=membership.pk))
    browser = client_for(nora)
    page = text(browser.get("/" + sent.link.split("/", 3)[3], follow=True))
    assert "This invitation was withdrawn" in page


def test_the_last_admin_stays(alma: Client, admin: User, viewer: User, url: Url) -> None:
    own = admin.memberships.get()
    page = text(alma.get(url("people")))
    assert "make somebody else an admin first" in page
    for where in (url("change_role", membership_pk=own.pk), url("leave_company")):
        assert LAST in text(alma.get(where))
    assert LAST in text(alma.post(url("change_role", membership_pk=own.pk), {"role": "viewer", "knows": "on"}))
    assert LAST in text(alma.post(url("leave_company"), follow=True))
    own.refresh_from_db()
    assert own.role == Role.ADMIN


def test_an_admin_whose_account_is_switched_off_does_not_count(
    alma: Client, tenant: Tenant, accountant: User, url: Url
) -> None:
    set_role(tenant, accountant, Role.ADMIN)
    accountant.is_active = False
    accountant.save()
    assert LAST in text(alma.post(url("leave_company"), follow=True))


def test_giving_up_ones_own_role_is_confirmed(
    alma: Client, admin: User, accountant: User, tenant: Tenant, url: Url
) -> None:
    set_role(tenant, accountant, Role.ADMIN)
    own = admin.memberships.get()
    where = url("change_role", membership_pk=own.pk)
    response = alma.post(where, {"role": "viewer"})
    assert response.status_code == 422
    assert "Tick this to give up the role Admin yourself" in text(response)
    own.refresh_from_db()
    assert own.role == Role.ADMIN
    assert "You are Viewer" in text(alma.post(where, {"role": "viewer", "knows": "on"}, follow=True))
    assert alma.get(where).status_code == 403


def test_everybody_may_leave(client_for: ClientFor, viewer: User, admin: User, url: Url) -> None:
    vera = client_for(viewer)
    assert "What you lose" in text(vera.get(url("leave_company")))
    assert "You have left Summit Ridge Builders." in text(vera.post(url("leave_company"), follow=True))
    assert not viewer.memberships.exists()


def test_removing_oneself_is_leaving(alma: Client, admin: User, url: Url) -> None:
    where = url("remove_person", membership_pk=admin.memberships.get().pk)
    assert alma.get(where)["Location"] == url("leave_company")
    assert alma.post(where)["Location"] == url("leave_company")
    assert admin.memberships.exists()


def test_an_unknown_role_is_refused(alma: Client, viewer: User, url: Url) -> None:
    response = alma.post(url("change_role", membership_pk=viewer.memberships.get().pk), {"role": "owner"})
    assert response.status_code == 422
    assert viewer.memberships.get().role == Role.VIEWER


def test_names_cannot_smuggle_markup_into_pages(alma: Client, viewer: User, url: Url) -> None:
    viewer.name = "<script>alert(1)</script>"
    viewer.save()
    pk = viewer.memberships.get().pk
    for where in (url("people"), url("change_role", membership_pk=pk), url("remove_person", membership_pk=pk)):
        assert "<script>alert" not in alma.get(where).content.decode()


def tenant_patterns(resolver: URLResolver) -> list[URLPattern]:
    found = []
    for entry in resolver.url_patterns:
        found += tenant_patterns(entry) if isinstance(entry, URLResolver) else [entry]
    return found


def row(page: str, label: str) -> list[str]:
    """What the table of roles says for Viewer, Accountant, Admin."""
    found = re.search(rf'<th scope="row">{re.escape(label)}</th>(.*?)</tr>', page, re.S)
    assert found, label
    return re.findall(r'aria-label="(yes)"|>(no)<', found[1])


def test_the_table_of_roles_says_what_is_enforced(
    client_for: ClientFor, viewer: User, admin: User, tenant: Tenant, url: Url
) -> None:
    page = text(client_for(viewer).get(url("people"))).split('aria-label="What roles may do"')[1]
    yes, no = ("yes", ""), ("", "no")
    assert row(page, "Read projects, documents, lists, the sync history and settings") == [yes, yes, yes]
    assert row(page, "Import projects") == [no, yes, yes]
    assert row(page, "Save the settings of the integration") == [no, no, yes]
    for pattern in tenant_patterns(get_resolver()):
        least = getattr(pattern.callback, "least_role", Role.VIEWER)
        if least == Role.VIEWER:
            continue
        label = pattern.callback.may  # type: ignore[attr-defined]
        assert label, f"The guard of {pattern.name} does not say what it lets people do."
        assert row(page, label) == [yes if role.includes(least) else no for role in Role]
