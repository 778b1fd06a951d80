"""Views of lists as people save, share, open and remove them, and the columns each chose."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import ListChoice, Role, SavedView, Tenant, User
from accounts.people.memberships import set_role
from accounts.saved_views import service
from accounts.tenancy import tenant_scope

pytestmark = pytest.mark.django_db

Url = Callable[..., str]
Browser = Callable[[User | None], Client]


@pytest.fixture
def vera(client_for: Browser, viewer: User) -> Client:
    return client_for(viewer)


def save(client: Client, url: Url, **more: Any) -> Any:
    asked = {"list_key": "commitments", "name": "Ready of Alder", "query": "state=ready&page=7&q=alder", **more}
    return client.post(url("save_view"), {**asked, "next": url("commitments")})


def test_a_viewer_saves_a_view_and_the_list_opens_with_it(scoped: Tenant, vera: Client, url: Url) -> None:
    answer = save(vera, url, opens="1", column=["title", "total"])
    view = SavedView.objects.get()
    assert (view.query, view.is_shared, view.columns) == ("q=alder&state=ready", False, ["title", "total"])
    assert answer["Location"] == f"{url('commitments')}?q=alder&state=ready&saved={view.pk}"
    opened = vera.get(url("commitments"))
    assert opened["Location"] == answer["Location"]
    assert vera.get(url("commitments"), {"saved": "0"}).status_code == 200
    vera.post(url("open_with_view", view_pk=view.pk), {"opens": "0", "next": url("commitments")})
    assert vera.get(url("commitments")).status_code == 200


def test_a_view_that_a_list_opens_with_never_locks_anybody_out_of_it(scoped: Tenant, vera: Client, url: Url) -> None:
    save(vera, url, query="q=a%00b&%00=1&project=%ED%A0%80", opens="1")
    assert vera.get(url("commitments"), follow=True).status_code == 200


def test_the_same_name_replaces_the_view(scoped: Tenant, vera: Client, url: Url) -> None:
    save(vera, url)
    save(vera, url, query="state=failed")
    assert [view.query for view in SavedView.objects.all()] == ["state=failed"]


def test_only_what_is_shared_is_seen_by_others(
    scoped: Tenant, vera: Client, client_for: Browser, accountant: User, url: Url
) -> None:
    save(vera, url, name="Mine alone")
    save(vera, url, name="For everybody", is_shared="1")
    ben = client_for(accountant)
    page = ben.get(url("commitments"), {"saved": "0"})
    assert [each.view.name for each in page.context["menu"].views] == ["For everybody"]
    own, shared = SavedView.objects.get(name="Mine alone"), SavedView.objects.get(name="For everybody")
    assert ben.post(url("remove_view", view_pk=own.pk)).status_code == 404
    assert ben.post(url("open_with_view", view_pk=own.pk), {"opens": "1"}).status_code == 404
    assert ben.post(url("remove_view", view_pk=shared.pk)).status_code == 403
    assert SavedView.objects.count() == 2


def test_an_admin_removes_a_shared_view_and_those_who_opened_with_it_see_everything(
    scoped: Tenant, vera: Client, client_for: Browser, admin: User, url: Url
) -> None:
    save(vera, url, is_shared="1", opens="1")
    view = SavedView.objects.get()
    answer = client_for(admin).post(url("remove_view", view_pk=view.pk), {"next": url("commitments") + "?saved=9&q=x"})
    assert answer["Location"] == f"{url('commitments')}?saved=0&q=x"
    assert vera.get(url("commitments")).status_code == 200
    assert ListChoice.objects.get().opens_with is None


def test_a_view_of_another_company_is_not_found(
    vera: Client, url: Url, tenant: Tenant, other_tenant: Tenant, viewer: User
) -> None:
    set_role(other_tenant, viewer, Role.VIEWER)
    with tenant_scope(other_tenant):
        view = service.save_view(other_tenant, viewer, "commitments", "There", query="", columns=[], is_shared=True)
    assert vera.post(url("remove_view", view_pk=view.pk)).status_code == 404
    assert vera.post(url("open_with_view", view_pk=view.pk), {"opens": "1"}).status_code == 404
    page = vera.get(url("commitments"), {"saved": str(view.pk)})
    assert page.context["menu"].likings.present is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"name": " "}, "Give the view a name."),
        ({"name": "x" * 61}, "at most 60 characters"),
        ({"list_key": "../x"}, "This list is not known."),
        ({"query": "q=" + "x" * 1_000}, "at most 1000 characters"),
    ],
)
def test_what_cannot_be_saved_is_said(scoped: Tenant, vera: Client, url: Url, asked: dict[str, str], said: str) -> None:
    answer = save(vera, url, **asked)
    assert answer.status_code == 302
    assert said in vera.get(url("commitments")).text
    assert not SavedView.objects.exists()


def test_too_many_views_are_refused_in_words(
    scoped: Tenant, vera: Client, url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_VIEWS", 1)
    save(vera, url)
    save(vera, url, name="Another")
    assert "Remove one that you do not need" in vera.get(url("commitments"), {"saved": "0"}).text
    assert SavedView.objects.count() == 1


def test_columns_are_kept_for_each_person(
    scoped: Tenant, vera: Client, client_for: Browser, accountant: User, url: Url
) -> None:
    where = url("choose_columns")
    vera.post(where, {"list_key": "projects:here", "column": ["name", "'; drop"], "next": url("projects")})
    assert ListChoice.objects.get().columns == ["name"]
    ben = client_for(accountant)
    shown = {key: is_shown for key, _, is_shown, _ in _menu(vera, url).columns}
    assert shown["number"]
    assert shown["name"]
    assert not shown["customer"]
    assert all(is_shown for _, _, is_shown, _ in _menu(ben, url).columns)
    vera.post(where, {"list_key": "projects:here", "reset": "1", "next": url("projects")})
    assert all(is_shown for _, _, is_shown, _ in _menu(vera, url).columns)


def _menu(client: Client, url: Url) -> Any:
    return client.get(url("projects"), {"view": "here"}).context["menu"]


def test_a_way_back_to_another_site_is_not_followed(scoped: Tenant, vera: Client, url: Url) -> None:
    answer = vera.post(url("choose_columns"), {"list_key": "projects", "next": "https://elsewhere.example/"})
    assert answer["Location"] == f"/t/{scoped.slug}/"
