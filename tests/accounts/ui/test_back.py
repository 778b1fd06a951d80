"""An action leads back to a page of this site, by its path alone, and never anywhere else."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.ui.back import own_path

ClientFor = Callable[[User | None], Client]

ELSEWHERE = [
    "",
    "abc",
    "account_logout",
    "tenants",
    "login/",
    "?x=1",
    "#top",
    ".",
    "..",
    "https://elsewhere.example/",
    "http:/login/",
    "http://testserver/login/",
    "//elsewhere.example/",
    "///elsewhere.example/",
    "/\\elsewhere.example/",
    "\\\\elsewhere.example",
    "/login/\\..",
    "/\t/elsewhere.example/",
    "/\n/elsewhere.example/",
    "/login/\r\nSet-Cookie: a=b",
    "/login/\x00",
    " /login/",
    "/login/\u202e",
    "/login/\u2028",
    "/nothing/here/",
    "/login",
    "javascript:alert(1)",
    "/%2F/elsewhere.example/",
    "/login/\ud800",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_what_is_no_path_of_ours_is_not_followed(target: str) -> None:
    assert own_path(target) == ""


@pytest.mark.parametrize(
    "target", ["/", "/login/", "/login/?next=//elsewhere.example/", "/t/x/erp/projects/?q=%00&a=ü#top"]
)
def test_paths_of_ours_are(target: str) -> None:
    assert own_path(target) == target


@pytest.mark.parametrize("target", [each for each in ELSEWHERE if "\x00" not in each and each.isprintable()])
def test_every_page_that_leads_on_refuses_the_same(
    client_for: ClientFor, admin: User, url: Callable[..., str], target: str
) -> None:
    """Log-in, log-out, confirming, the second factor, and the actions of a tenant's pages."""
    client = client_for(admin)
    answers = [
        client.get(reverse("second_factor_required"), {"next": target}),
        client.get(reverse("account_login"), {"next": target}),
        client.post(url("start_sync"), {"next": target}),
        client.post(url("restore_projects"), {"next": target}),
        client.post(reverse("account_logout"), {"next": target}),
    ]
    assert [answer.status_code for answer in answers] == [200, 302, 302, 302, 302]
    assert all(own_path(answer["Location"]) for answer in answers[1:])
