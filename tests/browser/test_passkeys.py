"""Passkeys in a real browser, with the device that Chromium itself plays (WebDriver's virtual authenticator)."""

import re
from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.urls import reverse
from playwright.sync_api import CDPSession, expect

from accounts.models import User
from tests.browser.person import Visitor
from tests.browser.test_sign_in import log_in_with_password

Visit = Callable[[], Visitor]


def give_device(visitor: Visitor, **more: Any) -> tuple[CDPSession, str]:
    """A device inside the window: it keeps passkeys, and its owner is always there and recognized."""
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True, **more,
    }  # fmt: skip
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, str(made["authenticatorId"])


def log_out(visitor: Visitor) -> None:
    visitor.context.clear_cookies()
    visitor.go(reverse("account_login"))


def is_inside(visitor: Visitor) -> None:
    expect(visitor.page.get_by_role("button", name="Your account")).to_be_visible()


def add(visitor: Visitor, name: str) -> None:
    visitor.go(reverse("mfa_add_webauthn"))
    visitor.page.get_by_label("Name", exact=True).fill(name)
    visitor.press("Add it")


def test_a_passkey_is_added_used_renamed_and_removed(visit: Visit, admin: User) -> None:
    alma = visit()
    session, device = give_device(alma)
    alma.log_in(admin.email)
    alma.go(reverse("mfa_index"))
    alma.look()
    alma.follow("Add a passkey")
    alma.look()
    add(alma, "Work laptop")
    alma.sees("They are shown this once")
    alma.go(reverse("mfa_index"))
    alma.sees("Work laptop")
    alma.look()

    log_out(alma)
    alma.look()
    alma.press("Log in with a passkey")
    is_inside(alma)

    log_out(alma)
    log_in_with_password(alma, admin.email)
    alma.sees("Prove that it is you")
    alma.look()
    alma.press("Use a passkey")
    is_inside(alma)

    alma.go(reverse("mfa_reauthenticate_webauthn") + "?next=" + reverse("account"))
    alma.look()
    alma.press("Use a passkey")
    expect(alma.page).to_have_url(alma.base + reverse("account"))

    row = Authenticator.objects.get(type="webauthn")
    alma.go(reverse("mfa_edit_webauthn", args=[row.pk]))
    alma.look()
    alma.page.get_by_label("Name").fill("Old laptop")
    alma.press("Save the name")
    alma.sees("Old laptop")
    alma.go(reverse("mfa_remove_webauthn", args=[row.pk]))
    alma.look()
    alma.press("Remove it")
    alma.sees("The passkey was removed")

    log_out(alma)
    alma.press("Log in with a passkey")
    alma.sees("This passkey was not accepted")
    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})


def test_a_copy_that_counts_from_the_beginning_is_noticed(visit: Visit, admin: User) -> None:
    alma = visit()
    session, device = give_device(alma)
    alma.log_in(admin.email)
    add(alma, "Key")
    alma.sees("They are shown this once")
    (copied,) = session.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    for _ in range(2):
        log_out(alma)
        alma.press("Log in with a passkey")
        is_inside(alma)

    thief = visit()
    other, empty = give_device(thief)
    other.send("WebAuthn.addCredential", {"authenticatorId": empty, "credential": copied})
    thief.go(reverse("account_login"))
    thief.press("Log in with a passkey")
    thief.sees("may have been copied")


def test_a_device_that_knows_nothing_is_said_on_the_page(visit: Visit, admin: User) -> None:
    """The form can be sent again at once."""
    alma = visit()
    give_device(alma, isUserVerified=False)
    alma.go(reverse("account_login"))
    for _ in range(2):
        alma.press("Log in with a passkey")
        alma.sees("Nothing was confirmed")
    alma.look()
    alma.log_in(admin.email)


def test_a_window_in_which_one_asks_after_logging_in_in_another_goes_in_too(visit: Visit, admin: User) -> None:
    alma = visit()
    alma.go(reverse("account_login") + "?next=" + reverse("account"))
    first = alma.page
    alma.page = alma.context.new_page()
    alma.log_in(admin.email)
    alma.page = first
    give_device(alma)
    alma.press("Log in with a passkey")
    expect(alma.page).to_have_url(alma.base + reverse("account"))


def test_a_wait_is_counted_down(visit: Visit, admin: User) -> None:
    alma = visit()
    for _ in range(6):
        alma.go(reverse("account_login"))
        alma.page.get_by_label("E-mail").fill(admin.email)
        alma.page.get_by_label("Password").fill("wrong")
        alma.press("Log in")
    words = alma.page.locator("[data-wait-words]")
    expect(words).to_have_text(re.compile(r"You can try again in (1\d|2\d|30) seconds\."))
    alma.look()
    before = words.inner_text()
    expect(words).not_to_have_text(before)
