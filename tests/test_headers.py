"""Every address of the table in test_access.py, opened: the headers that protect a page, and no inline code on it."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Tenant, User
from tests.test_access import TABLE, address, arguments  # noqa: F401 - the fixture

POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
    "connect-src 'self'", "manifest-src 'self'", "form-action 'self'", "object-src 'none'", "frame-src 'none'",
    "base-uri 'none'", "frame-ancestors 'none'",
}  # fmt: skip
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class InlineCode(HTMLParser):
    """Collects what the content policy would block."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.in_script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or "style" in names:
            self.found.append(f"<{tag} style>")
        if tag == "script" and not names.get("src") and names.get("type") not in ("application/json",):
            self.found.append("<script>")
        self.found += [f"<{tag} {name}>" for name in names if re.fullmatch("on[a-z]+", name)]
        self.found += [f"<{tag} hx-on>" for name in names if name.startswith("hx-on")]
        self.found += [
            f"<{tag} {name}={value}>"
            for name, value in attrs
            if (value or "").strip().lower().startswith("javascript:")
        ]


def problems(answer: Any) -> list[str]:
    wrong = [f"{name}: {answer.get(name)}" for name, value in HEADERS.items() if answer.get(name) != value]
    policy = {part.strip() for part in answer.get("Content-Security-Policy", "").split(";")}
    if policy != POLICY:
        wrong.append(f"policy: {policy ^ POLICY}")
    if "no-store" not in answer.get("Cache-Control", ""):
        wrong.append(f"Cache-Control: {answer.get('Cache-Control')}")
    if "camera=()" not in answer.get("Permissions-Policy", ""):
        wrong.append("Permissions-Policy")
    if not re.fullmatch("[0-9a-f]{12}", answer.get("X-Request-ID", "")):
        wrong.append("X-Request-ID")
    for cookie in answer.cookies.values():
        if cookie.value and (cookie["samesite"] != "Lax" or not cookie["httponly"]):
            wrong.append(f"cookie {cookie.key}")
    if answer.get("Content-Type", "").startswith("text/html") and not answer.streaming:
        wrong += InlineCode(answer.text).found
    return wrong


def test_every_address_is_protected(
    arguments: dict[str, Any],  # noqa: F811 - the fixture
    tenant: Tenant,
    admin: User,
    client_for: Callable[[User | None], Client],
) -> None:
    """Each as the one who may, as one who may not, and by the wrong method, so that errors are visited too."""
    wrong = []
    for name, row in TABLE.items():
        where = address(name, tenant, arguments)
        for who, person in (("admin", admin), ("nobody", None)):
            for method in ("get", "post"):
                answer = getattr(client_for(person), method)(where, row.data)
                wrong += [f"{who} {method} {name}: {problem}" for problem in problems(answer)]
    assert wrong == []


@pytest.mark.parametrize("address", ["/no/such/page/", "/t/nobody/", "/admin/"])
def test_errors_and_the_support_admin_are_protected(db: None, address: str, staff: User) -> None:
    client = Client()
    client.force_login(staff)
    assert problems(client.get(address)) == []


def test_the_pages_of_the_support_admin_are_protected(staff: User, tenant: Tenant) -> None:
    client = Client()
    client.force_login(staff)
    for model in ("tenant", "user", "auditentry", "crosstenantaccess"):
        assert problems(client.get(reverse(f"admin:accounts_{model}_changelist"))) == []
    page, reason = (reverse(f"admin:{name}", args=[tenant.pk]) for name in ("accounts_tenant_change", "support_reason"))
    assert problems(client.get(reason)) == []
    assert client.post(reason, {"reason": "Ticket 1: a test", "next": page}).headers["Location"] == page
    assert problems(client.get(page)) == []


def test_the_search_itself_finds_inline_code() -> None:
    html = '<a style="x" onclick="y" href="JavaScript:z">k</a><script>1</script><style></style><p hx-on:click="q">'
    assert len(InlineCode(html).found) == 6
    assert InlineCode('<script src="/a.js"></script><p class="style">').found == []
