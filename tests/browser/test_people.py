"""People by hand: invite, read the mail, accept as a new person, change the role, remove; and what others are shown."""

import re
from collections.abc import Callable

from django.core import mail
from playwright.sync_api import expect

from accounts.models import Membership, Role, Tenant, User
from accounts.people.invitations import invite
from accounts.people.memberships import set_role
from tests.browser.person import Visitor
from tests.people import PASSWORD

Visit = Callable[[], Visitor]
Url = Callable[..., str]
NORA = "nora@summit.example"


def mailed_link() -> str:
    found = re.search(r"https?://[^/\s]+(/invitations/\S+)", mail.outbox[-1].body)
    assert found is not None
    return found[1]


def test_from_an_invitation_to_a_removed_person(visit: Visit, url: Url, scoped: Tenant, admin: User) -> None:
    alma = visit()
    alma.log_in(admin.email)
    alma.page.locator("#rail").get_by_role("link", name="People").click()
    alma.sees("You are here alone")
    alma.look()

    alma.follow("Invite somebody")
    alma.press("Send the invitation")
    expect(alma.page.locator("[data-error-summary]")).to_be_focused()
    alma.look()
    alma.page.get_by_label("E-mail address").fill(NORA)
    alma.page.get_by_label("Accountant").check()
    alma.press("Send the invitation")
    alma.sees("The mail is on its way")
    expect(alma.page.locator(".copy-value")).to_contain_text(mailed_link())
    alma.look()
    alma.follow("Back to People")
    expect(alma.page.get_by_role("table", name="Invitations")).to_contain_text("Invited")
    alma.look()

    nora = visit()
    nora.go(mailed_link())
    expect(nora.page).to_have_url(re.compile(r"/invitations/$"))
    nora.look()
    nora.page.get_by_label("Your name").fill("Nora Haddad")
    nora.page.locator("#id_password").fill("short")
    nora.page.get_by_label("Password again").fill("short")
    nora.press("Accept and log in")
    expect(nora.page.locator("[data-error-summary]")).to_be_focused()
    expect(nora.page.get_by_label("Your name")).to_have_value("Nora Haddad")
    nora.look()
    nora.page.locator("#id_password").fill(PASSWORD)
    nora.page.get_by_label("Password again").fill(PASSWORD)
    nora.press("Accept and log in")
    nora.sees("You belong to Summit Ridge Builders now, as Accountant.")
    nora.go(url("people"))
    expect(nora.page.get_by_role("table", name="People of")).to_contain_text(admin.email)
    nora.look()

    alma.page.reload()
    alma.follow("Change role of Nora Haddad")
    alma.look()
    alma.page.get_by_label("Viewer").check()
    alma.press("Save the role")
    alma.sees("Nora Haddad is Viewer in Summit Ridge Builders now.")
    alma.look()
    alma.follow("Remove Nora Haddad")
    alma.look()
    alma.press("Remove Nora Haddad")
    alma.sees("Nora Haddad is no longer one of the people")
    assert not Membership.objects.filter(user__email=NORA).exists()
    nora.follow("ERP Admin")
    nora.sees("You do not belong to a company yet")


def test_who_has_an_account_logs_in_and_accepts(
    visit: Visit, scoped: Tenant, other_tenant: Tenant, admin: User, outsider: User
) -> None:
    sent = invite(scoped, outsider.email, Role.VIEWER, by=admin)
    path = "/" + sent.link.split("/", 3)[3]
    otto = visit()
    otto.go(path)
    otto.sees("You have an account with this address")
    otto.look()
    otto.follow("Log in to accept")
    otto.page.get_by_label("E-mail").fill(outsider.email)
    otto.page.get_by_label("Password").fill(PASSWORD)
    otto.press("Log in")
    otto.look()
    otto.press("Accept as Otto Brandt")
    otto.sees("You belong to Summit Ridge Builders now, as Viewer.")

    alma = visit()
    alma.go(path)
    alma.sees("This invitation was accepted already")
    alma.look()
    newer = invite(scoped, NORA, Role.VIEWER, by=admin)
    otto.go("/" + newer.link.split("/", 3)[3])
    otto.sees("You are logged in as otto@lowland.example")
    otto.look()
    otto.press("Log out and go on")
    otto.sees("Enter your name and choose a password")


def test_withdrawing_and_giving_up_are_asked_twice(visit: Visit, url: Url, scoped: Tenant, admin: User) -> None:
    invite(scoped, NORA, Role.VIEWER, by=admin)
    alma = visit()
    alma.log_in(admin.email)
    alma.go(url("people"))
    alma.press(f"Withdraw the invitation of {NORA}")
    alma.look()
    alma.page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    alma.sees(f"The invitation of {NORA} is withdrawn.")

    set_role(scoped, User.objects.create_user("ben@summit.example", PASSWORD, name="Ben Okafor"), Role.ADMIN)
    alma.go(url("people"))
    alma.follow("Change role of Alma Reyes")
    alma.page.get_by_label("Viewer").check()
    alma.press("Save the role")
    alma.sees("Tick this to give up the role Admin yourself")
    alma.look()
    alma.go(url("leave_company"))
    alma.look()
    alma.press("Leave Summit Ridge Builders")
    alma.sees("You have left Summit Ridge Builders.")
