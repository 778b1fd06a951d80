"""Logging in with a second factor, keeping the account safe, and moving between companies, in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Role, Tenant, User
from accounts.services import set_role
from accounts.tenancy import cross_tenant
from tests.browser.person import Visitor
from tests.people import PASSWORD
from tests.second_factor import code, enrol

Visit = Callable[[], Visitor]
Url = Callable[..., str]


def enter_code(visitor: Visitor, shown: str, button: str = "Log in") -> None:
    visitor.page.get_by_role("textbox", name="Code").fill(shown)
    visitor.press(button)


def log_in_with_password(visitor: Visitor, email: str) -> None:
    visitor.go(reverse("account_login"))
    visitor.page.get_by_label("E-mail").fill(email)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.press("Log in")


def choose_password(visitor: Visitor) -> None:
    for field in visitor.page.locator("[autocomplete=new-password]").all():
        field.fill("a quite different long one")
    visitor.press("Save the password")


def test_a_second_factor_is_set_up_used_and_stood_in_for(visit: Visit, url: Url, admin: User) -> None:
    alma = visit()
    alma.log_in(admin.email)
    alma.press("Your account")
    alma.follow("Your account")
    alma.look()
    alma.follow("Second factor")
    alma.sees("No second factor yet")
    alma.look()
    alma.follow("Set it up")
    secret = alma.page.locator(".copy-value").inner_text()
    assert re.fullmatch(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", secret)
    expect(alma.page.locator("img.qr")).to_have_js_property("complete", True)
    assert alma.page.locator("img.qr").evaluate("image => image.naturalWidth") > 0
    alma.look()
    enter_code(alma, "000000", "Switch it on")
    alma.sees("Not set up yet")
    expect(alma.page.locator(".copy-value")).to_have_text(secret)
    alma.look()
    enter_code(alma, code(secret), "Switch it on")

    alma.sees("They are shown this once")
    codes = alma.page.locator(".recovery-codes code").all_inner_texts()
    assert len(codes) == 10
    alma.look()
    with alma.page.expect_download() as download:
        alma.follow("Download")
    kept = Path(download.value.path()).read_text()
    assert all(one in kept for one in codes)
    assert admin.email in kept
    alma.page.reload()
    alma.sees("They were shown once")
    expect(alma.page.get_by_text(codes[0])).to_have_count(0)
    alma.look()
    alma.follow("Back")
    alma.sees("10 of them are unused")
    alma.look()

    phone = visit()
    log_in_with_password(phone, admin.email)
    phone.sees("Six digits from your authenticator app")
    phone.look()
    enter_code(phone, "123456")
    phone.sees("You are not logged in yet")
    phone.look()
    enter_code(phone, code(secret, ahead=1))
    expect(phone.page.get_by_role("button", name="Your account")).to_be_visible()

    lost = visit()
    log_in_with_password(lost, admin.email)
    enter_code(lost, codes[3])
    lost.go(reverse("mfa_index"))
    lost.sees("9 of them are unused")


def test_what_protects_the_account_is_changed_and_told_by_mail(visit: Visit, admin: User) -> None:
    enrol(admin)
    alma = visit()
    alma.log_in(admin.email, code=code())
    alma.go(reverse("mfa_generate_recovery_codes"))
    alma.look()
    alma.press("Make new codes")
    alma.sees("Your 10 codes")
    alma.go(reverse("mfa_deactivate_totp"))
    alma.look()
    alma.press("Remove it")
    alma.sees("Your password alone is enough now")

    alma.go(reverse("account_change_password"))
    alma.look()
    alma.press("Save the password")
    alma.sees("The password was not changed")
    alma.look()
    alma.page.get_by_label("Present password").fill(PASSWORD)
    choose_password(alma)
    alma.sees("Your password was saved")

    alma.go(reverse("account_email"))
    alma.look()
    alma.page.get_by_label("New e-mail address").fill("alma.reyes@summit.example")
    alma.press("Send the link")
    alma.sees("A change is under way")
    alma.look()
    link = re.search(r"https?://\S+", mail.outbox[-1].body)
    assert link is not None
    alma.page.goto(link[0])
    alma.look()
    alma.press("Confirm alma.reyes@summit.example")
    alma.sees("You log in with it")
    assert [message.subject for message in mail.outbox] == [
        "New recovery codes were made",
        "Your second factor was removed",
        "Your password was changed",
        "Confirm your e-mail address for ERP Admin",
        "Your e-mail address was changed",
    ]
    alma.page.goto(link[0])
    alma.sees("This link no longer works")
    alma.look()


def test_another_session_is_ended(visit: Visit, url: Url, admin: User) -> None:
    here, there = visit(), visit()
    here.log_in(admin.email)
    there.log_in(admin.email)
    here.go(reverse("usersessions_list"))
    expect(here.page.locator(".session-list li")).to_have_count(2)
    here.sees("Chrome on Linux")
    here.look()
    here.page.get_by_role("button", name=re.compile("End the session of")).click()
    here.sees("That session was ended")
    there.go(url("home"))
    expect(there.page.get_by_role("heading", level=1)).to_have_text("Log in")

    there.log_in(admin.email)
    here.go(reverse("usersessions_list"))
    here.press("End all others")
    here.page.locator("dialog").get_by_role("button", name="End the others").click()
    here.sees("All other sessions were ended")
    expect(here.page.locator(".session-list li")).to_have_count(1)
    here.look()


def test_confirming_again_is_asked_for_after_a_while(visit: Visit, admin: User, settings: object) -> None:
    enrol(admin)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0  # type: ignore[attr-defined]
    alma = visit()
    alma.log_in(admin.email, code=code())
    alma.go(reverse("mfa_generate_recovery_codes"))
    alma.sees("enter your password once more")
    alma.look()
    alma.follow("Use a code instead")
    alma.look()


def test_a_company_requires_it_and_says_so(visit: Visit, url: Url, tenant: Tenant, admin: User, viewer: User) -> None:
    alma = visit()
    alma.log_in(admin.email)
    alma.follow("Company")
    alma.look()
    alma.page.get_by_label("Base currency").fill("12")
    alma.press("Save")
    alma.sees("Nothing was saved")
    alma.look()
    alma.page.get_by_label("Base currency").fill("cad")
    alma.press("Save")
    alma.follow("Change how people log in")
    alma.page.get_by_label("Require a second factor of everybody").check()
    alma.press("Save")

    alma.sees("Everybody who works for Summit Ridge Builders needs a passkey, or a code")
    alma.look()
    alma.follow("Set it up")
    secret = alma.page.locator(".copy-value").inner_text()
    enter_code(alma, code(secret), "Switch it on")
    alma.sees("Your 10 codes")
    alma.follow("I have kept them")
    alma.sees("1 of 2 people have no second factor yet")
    alma.look()

    vera = visit()
    log_in_with_password(vera, viewer.email)
    vera.sees("A second factor is required")
    enrol(viewer)
    vera.go(url("company"))
    expect(vera.page.get_by_role("button", name="Change the settings")).to_have_attribute("aria-disabled", "true")
    vera.look()


@pytest.mark.parametrize("many", [0, 2, 30])
def test_the_switcher_leads_to_each_company(visit: Visit, tenant: Tenant, admin: User, many: int) -> None:
    others = [Tenant.objects.create(name=f"Company {n:02} & Daughters", slug=f"company-{n}") for n in range(1, many)]
    for other in others:
        set_role(other, admin, Role.VIEWER)
    if many == 0:
        with cross_tenant("test"):
            admin.memberships.all().delete()
    alma = visit()
    alma.log_in(admin.email)
    if many == 0:
        alma.sees("You do not belong to a company yet")
        alma.look()
        return
    alma.follow(others[0].name)
    switcher = alma.page.get_by_role("button", name="Company:")
    switcher.click()
    alma.look()
    if many > 8:
        search = alma.page.get_by_role("searchbox", name="Search your companies")
        expect(search).to_be_focused()
        search.fill("nobody")
        alma.sees("None of yours is called that")
        search.fill("company 17")
        expect(alma.page.locator("#tenants a:visible")).to_have_count(1)
        alma.page.keyboard.press("Enter")
        expect(switcher).to_contain_text("Company 17")
    else:
        alma.page.locator("#tenants").get_by_role("link", name=re.compile(tenant.name)).click()
        expect(switcher).to_contain_text(tenant.name)
    alma.press("Your account")
    alma.press("Log out")
    log_in_with_password(alma, admin.email)
    expect(switcher).to_contain_text("Company 17" if many > 8 else tenant.name)


def test_links_and_refusals_outside_say_what_to_do(visit: Visit, admin: User) -> None:
    somebody = visit()
    for name in ("account_signup", "account_inactive", "account_reset_password", "account_reset_password_done"):
        somebody.go(reverse(name))
        somebody.look()
    somebody.go("/password-reset/1-nothing/")
    somebody.sees("This link no longer works")
    somebody.look()
    somebody.go("/password-reset/MQ/c9x-0123/")
    somebody.sees("This link no longer works")
    somebody.go(reverse("account_reset_password"))
    somebody.page.get_by_label("E-mail").fill(admin.email)
    somebody.press("Send the link")
    somebody.sees("Check your mail")
    link = re.search(r"https?://\S+", mail.outbox[-1].body)
    assert link is not None
    somebody.page.goto(link[0])
    somebody.look()
    choose_password(somebody)
    somebody.sees("Your password was saved")
    somebody.look()
