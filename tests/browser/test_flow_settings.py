"""The settings of pushing at a browser: what a choice means is said while choosing, and a project gets its own."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from accounts.models import User
from integrations.models import Connection
from integrations.settings.selectors import settings_in_force
from integrations.settings.service import save_settings
from tests import lists
from tests.browser.person import Visitor
from tests.erp_admin.samples import SETTINGS
from tests.snapshot import read_lists

Visit = Callable[[], Visitor]
Url = Callable[..., str]


def pick(page: Page, label: str, search: str, shown: str) -> None:
    """Choose from a searchable list, as a person does."""
    page.locator(".mb-3").filter(has_text=label).locator(".ts-control").first.click()
    expect(page.locator(".ts-dropdown:visible input")).to_be_focused()
    page.keyboard.type(search)
    expect(page.locator(".ts-dropdown:visible .option").first).to_contain_text(shown)
    page.keyboard.press("Enter")
    page.locator("h1").click()  # leaves the picker, so that it opens when it is clicked again


def test_a_definition_is_chosen_and_a_project_gets_its_own_values(
    visit: Visit, url: Url, connection: Connection, admin: User
) -> None:
    read_lists(connection, lists.SETTINGS)
    required = {key: SETTINGS[key] for key in ("default_account", "default_item")}
    save_settings(connection, values=required, switched={"sync_commitments": True})
    alma = visit()
    alma.log_in(admin.email)
    alma.go(url("settings"))
    alma.sees("Missing until the integration is fully enabled")
    alma.look()
    # A definition is proposed for each kind; a person may choose another one.
    expect(alma.page.locator("#said_subcontract_definition")).to_contain_text("reported under Subcontracts")
    pick(alma.page, "Definition for subcontracts", "Plant", "Civil Plant Hire")
    alma.sees("It does not enable change, so change orders of these commitments cannot be pushed.")
    alma.look()
    pick(alma.page, "Definition for subcontracts", "PC Subcontracts", "PC Subcontracts")
    expect(alma.page.get_by_text("It does not enable change")).to_have_count(0)
    alma.press("Save")
    alma.sees("Saved as version 2.")

    alma.follow("Entities and projects")
    alma.sees("The settings of the company hold everywhere")
    alma.look()
    alma.follow("Add own settings")
    alma.look()
    pick(alma.page, "Project", "24", "24-")
    alma.press("Continue with the project")
    alma.sees("Its own settings.")
    alma.look()
    alma.page.get_by_label("State in Intacct").select_option("Draft")
    alma.press("Save")
    alma.sees("Saved as version 3.")
    alma.look()
    version = settings_in_force(connection)
    assert version is not None
    assert list(version.overrides.values()) == [{"purchasing_state": "Draft"}]

    alma.page.get_by_role("button", name="Remove").first.click()
    alma.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    alma.sees("follows the settings above it again")
