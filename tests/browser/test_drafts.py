"""No typed word is lost, in a real browser: drafts, ended log-ins, a network that goes away, two windows, a crash."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from accounts.models import FormDraft, Tenant, User
from accounts.tenancy import cross_tenant, tenant_scope
from erp_admin.models import Project
from tests.browser.person import Visitor
from tests.browsers import leave_sessions_alone
from tests.people import PASSWORD
from tests.second_factor import SECRET, code, enrol

Visit = Callable[[], Visitor]
Url = Callable[..., str]
KEPT = re.compile(r"Draft kept \w")
# Chromium's own words for what these tests do to the network.
EXPECTED = re.compile("Failed to load resource")
BOOM = "chrome://crash"


@pytest.fixture
def ben(visit: Visit, accountant: User) -> Visitor:
    ben = visit()
    ben.log_in(accountant.email)
    return ben


def type_a_project(visitor: Visitor, number: str = "P-77", name: str = "Depot") -> None:
    visitor.page.get_by_label("Number", exact=False).first.fill(number)
    visitor.page.get_by_label("Name", exact=False).first.fill(name)


def is_kept(page: Page) -> None:
    expect(page.locator(".draft-status")).to_have_text(KEPT)


def projects(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant):
        return list(Project.objects.order_by("number").values_list("number", flat=True))


def forgive(visitor: Visitor) -> None:
    """What the browser says of a network that this test took away, or of a refusal it asked for."""
    visitor.complaints[:] = [each for each in visitor.complaints if not EXPECTED.search(each)]


def test_what_was_typed_is_offered_after_a_crash_and_cleared_on_save(ben: Visitor, tenant: Tenant, url: Url) -> None:
    ben.go(url("new_project"))
    type_a_project(ben)
    is_kept(ben.page)
    ben.page.close()  # the window is gone, without a word
    ben.page = ben.context.new_page()
    ben.go(url("new_project"))
    ben.sees("You began this on")
    expect(ben.page.get_by_label("Number").first).to_have_value("")  # never filled in unasked
    ben.page.get_by_text("What you typed", exact=True).click()
    ben.sees("Depot")
    ben.look()
    ben.press("Restore")
    expect(ben.page.get_by_label("Number").first).to_have_value("P-77")
    is_kept(ben.page)
    ben.press("Save")
    ben.sees("Project P-77 was added")
    ben.go(url("new_project"))
    ben.page.wait_for_load_state("networkidle")
    expect(ben.page.locator(".draft-offer")).to_have_count(0)
    assert projects(tenant) == ["P-77"]


def test_a_draft_is_discarded_and_that_is_undone(ben: Visitor, url: Url) -> None:
    ben.go(url("new_project"))
    type_a_project(ben)
    is_kept(ben.page)
    ben.page.reload()  # without a warning: everything is kept
    ben.press("Discard")
    ben.sees("Discarded.")
    ben.press("Undo")
    ben.press("Restore")
    expect(ben.page.get_by_label("Number").first).to_have_value("P-77")


def test_an_ended_log_in_is_asked_for_in_place(ben: Visitor, tenant: Tenant, accountant: User, url: Url) -> None:
    ben.go(url("new_project"))
    type_a_project(ben)
    ben.context.clear_cookies(name="sessionid")
    ben.press("Save")
    dialog = ben.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Your log-in has ended")
    expect(dialog.get_by_label("E-mail")).to_be_focused()
    ben.look()
    dialog.get_by_label("E-mail").fill(accountant.email)
    dialog.get_by_label("Password").fill("not-the-password")
    dialog.get_by_role("button", name="Log in", exact=True).click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    ben.look()
    dialog.get_by_label("E-mail").fill(accountant.email)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Log in", exact=True).click()
    ben.sees("Project P-77 was added")
    assert projects(tenant) == ["P-77"]
    # The page was renewed as a whole, and with it the token against forgery.
    ben.go(url("new_project"))
    type_a_project(ben, "P-78")
    ben.press("Save")
    ben.sees("Project P-78 was added")
    forgive(ben)


def test_a_second_factor_is_asked_for_in_place(visit: Visit, accountant: User, tenant: Tenant, url: Url) -> None:
    enrol(accountant)
    ben = visit()
    ben.log_in(accountant.email, code=code(SECRET))
    ben.go(url("new_project"))
    type_a_project(ben)
    Session.objects.all().delete()
    ben.press("Save")
    dialog = ben.page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill(accountant.email)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Log in", exact=True).click()
    dialog.get_by_label("Code").fill(code(SECRET, ahead=1))
    dialog.get_by_role("button", name="Log in", exact=True).click()
    ben.sees("Project P-77 was added")
    assert projects(tenant) == ["P-77"]


def test_a_lock_is_opened_in_place(ben: Visitor, tenant: Tenant, url: Url) -> None:
    ben.go(url("new_project"))
    type_a_project(ben)
    is_kept(ben.page)
    leave_sessions_alone(2 * 3600)
    ben.press("Save")
    dialog = ben.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Confirm that it is you")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Confirm").click()
    ben.sees("Project P-77 was added")


def test_nothing_is_sent_for_somebody_else(ben: Visitor, tenant: Tenant, admin: User, url: Url) -> None:
    ben.go(url("new_project"))
    type_a_project(ben)
    is_kept(ben.page)
    ben.context.clear_cookies(name="sessionid")
    ben.press("Save")
    dialog = ben.page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill(admin.email)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Log in", exact=True).click()
    expect(dialog).to_contain_text("Nothing was sent")
    ben.look()
    dialog.get_by_role("button", name="Close").click()
    assert projects(tenant) == []
    ben.go(url("new_project"))  # as Alma now, in the same browser
    ben.page.wait_for_load_state("networkidle")
    expect(ben.page.locator(".draft-offer")).to_have_count(0)


def test_a_log_in_in_another_tab_is_noticed(ben: Visitor, tenant: Tenant, accountant: User, url: Url) -> None:
    """Also the token against forgery that the other log-in has made invalid is renewed."""
    ben.go(url("new_project"))
    type_a_project(ben)
    first = ben.page
    ben.context.clear_cookies(name="sessionid")
    ben.press("Save")
    expect(first.get_by_role("dialog")).to_be_visible()
    ben.page = ben.context.new_page()
    ben.log_in(accountant.email)
    first.bring_to_front()
    expect(first.get_by_text("Project P-77 was added").first).to_be_visible()
    assert projects(tenant) == ["P-77"]


def test_a_network_that_goes_away_while_typing(ben: Visitor, tenant: Tenant, url: Url) -> None:
    ben.go(url("new_project"))
    ben.page.wait_for_load_state("networkidle")
    ben.context.set_offline(True)
    type_a_project(ben)
    expect(ben.page.locator(".draft-status")).to_contain_text("Offline. What you type is kept in this browser.")
    ben.press("Save")
    expect(ben.page.locator(".draft-status")).to_contain_text("You are offline. Nothing was sent yet")
    expect(ben.page.get_by_label("Number").first).to_have_value("P-77")
    ben.page.close()
    ben.context.set_offline(False)
    ben.page = ben.context.new_page()
    ben.go(url("new_project"))
    ben.press("Restore")
    is_kept(ben.page)
    ben.press("Save")
    ben.sees("Project P-77 was added")
    assert projects(tenant) == ["P-77"]
    forgive(ben)


def test_the_session_ends_while_typing(ben: Visitor, accountant: User, url: Url) -> None:
    ben.go(url("new_project"))
    ben.context.clear_cookies(name="sessionid")
    type_a_project(ben)
    status = ben.page.locator(".draft-status")
    expect(status).to_contain_text("Your log-in has ended. What you type is kept in this browser.")
    status.get_by_role("button", name="Log in").click()
    dialog = ben.page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill(accountant.email)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Log in", exact=True).click()
    is_kept(ben.page)
    expect(ben.page.get_by_label("Number").first).to_have_value("P-77")


def test_a_log_out_leaves_nothing_in_the_browser(ben: Visitor, url: Url) -> None:
    ben.go(url("new_project"))
    ben.page.wait_for_load_state("networkidle")
    ben.context.set_offline(True)
    type_a_project(ben)
    expect(ben.page.locator(".draft-status")).to_contain_text("Offline")
    stored = "Object.keys(localStorage).filter(key => key.startsWith('draft:')).length"
    assert ben.page.evaluate(stored) == 1
    ben.context.set_offline(False)
    is_kept(ben.page)
    assert ben.page.evaluate(stored) == 0  # it is on the server now
    ben.press("Your account")
    ben.press("Log out")
    ben.sees("Log in")
    assert ben.page.evaluate(stored) == 0
    forgive(ben)


def test_two_windows_of_one_form_lose_nothing_of_each_other(ben: Visitor, url: Url) -> None:
    ben.go(url("new_project"))
    type_a_project(ben, "P-1", "One")
    is_kept(ben.page)
    first, second = ben.page, ben.context.new_page()
    ben.page = second
    ben.go(url("new_project"))
    second.get_by_role("button", name="Restore").click()
    second.get_by_label("Name").first.fill("Two")
    is_kept(second)
    first.get_by_label("Name").first.fill("One and more")
    first.wait_for_timeout(1500)
    third = ben.context.new_page()
    ben.page = third
    ben.go(url("new_project"))
    expect(third.get_by_role("button", name="Restore")).to_have_count(2)
    with cross_tenant("test"):
        assert FormDraft.objects.filter(closed_as="").count() == 2
    forgive(ben)


def test_restoring_over_something_typed_keeps_that_too(ben: Visitor, url: Url) -> None:
    ben.go(url("new_project"))
    type_a_project(ben, "P-1", "Before")
    is_kept(ben.page)
    ben.go(url("new_project"))
    ben.sees("You began this on")
    type_a_project(ben, "P-2", "Typed over it")
    ben.press("Restore")
    expect(ben.page.get_by_label("Number").first).to_have_value("P-1")
    ben.sees("This stood in the form before you restored a draft.")
    is_kept(ben.page)
    ben.press("Restore")
    expect(ben.page.get_by_label("Number").first).to_have_value("P-2")
    ben.sees("This stood in the form before you restored a draft.")
    ben.page.close()
    ben.page = ben.context.new_page()
    ben.go(url("new_project"))
    expect(ben.page.get_by_role("button", name="Restore")).to_have_count(2)
    forgive(ben)


def test_the_way_back_to_a_saved_form_begins_no_draft(ben: Visitor, tenant: Tenant, url: Url) -> None:
    """The browser shows the form as it was left, with everything that is saved by now."""

    def sent(route: Any) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.fulfill(status=204)  # the page stays, as one that the browser put aside
        else:
            route.continue_()

    ben.go(url("new_project"))
    type_a_project(ben)
    is_kept(ben.page)
    ben.page.route(f"**{url('new_project')}", sent)
    ben.page.get_by_role("button", name="Save").click()
    expect(ben.page.locator("form[data-submitted][data-draft]")).to_have_count(1)
    ben.page.wait_for_timeout(1500)
    assert projects(tenant) == ["P-77"]
    ben.page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(ben.page.locator(".draft-status")).to_have_text("Saved as it stands here.")
    with cross_tenant("test"):
        assert not FormDraft.objects.filter(closed_as="").exists()
    ben.page.get_by_label("Name").first.fill("Depot, typed on")
    is_kept(ben.page)
    forgive(ben)


def test_a_refused_form_is_the_same_draft_still(ben: Visitor, url: Url) -> None:
    ben.go(url("new_project"))
    type_a_project(ben, "P-1", "")
    ben.page.get_by_label("Contract amount").fill("many")
    is_kept(ben.page)
    ben.press("Save")
    ben.sees("Please correct the following")
    expect(ben.page.locator("[data-error-summary]")).to_be_focused()
    expect(ben.page.locator(".draft-offer")).to_have_count(0)
    is_kept(ben.page)
    forgive(ben)


def test_a_form_saved_by_somebody_else_meanwhile(
    ben: Visitor, visit: Visit, admin: User, scoped: Tenant, url: Url
) -> None:
    project = Project.objects.create(tenant=scoped, number="P-9", name="Depot", currency="USD")
    ben.go(url("edit_project", pk=project.pk))
    ben.page.get_by_label("Name").first.fill("Depot South")
    is_kept(ben.page)
    ben.go(url("projects"))
    Project.objects.filter(pk=project.pk).update(name="Depot North")
    ben.go(url("edit_project", pk=project.pk))
    ben.sees("It was saved with other values since you began")
    ben.press("Restore")
    ben.press("Save")
    ben.sees("Saved meanwhile by")
    ben.look()
    ben.press("Save")
    ben.sees("Project P-9 was saved")
    project.refresh_from_db()
    assert project.name == "Depot South"


def test_a_password_is_never_kept(visit: Visit, admin: User, intacct: Any, url: Url) -> None:
    alma = visit()
    alma.log_in(admin.email)
    alma.go(url("connection"))
    alma.page.get_by_label("Company ID").fill("SUMMIT-CO")
    alma.page.get_by_label("Password").fill("hunter-2-hunter")
    is_kept(alma.page)
    alma.page.once("dialog", lambda dialog: dialog.accept())  # leaving warns: the password is not kept
    alma.page.reload()
    alma.press("Restore")
    expect(alma.page.get_by_label("Company ID")).to_have_value("SUMMIT-CO")
    expect(alma.page.get_by_label("Password")).to_have_value("")
    alma.press("Authorize")
    expect(alma.page.locator("[data-error-summary], [data-error-panel]")).to_be_focused()
    forgive(alma)
