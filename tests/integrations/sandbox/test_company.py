"""Facts about the company: permissions, applications, preferences, entities, formats, dimensions."""

from __future__ import annotations

from integrations.sandbox.functions import HANDLERS
from integrations.sandbox.shapes import SHAPES
from tests.integrations.sandbox.gateway import Caller


def test_every_published_function_has_a_handler() -> None:
    assert set(HANDLERS) == set(SHAPES)


def policies(caller: Caller, user: str) -> dict[tuple[str, str], str]:
    answer = caller.call(f"<getUserPermissions><userId>{user}</userId></getUserPermissions>")
    return {
        (app.findtext("applicationName") or "", policy.findtext("policyName") or ""): policy.findtext("rights") or ""
        for app in answer.data.findall("permissions/appSubscription")
        for policy in app.findall("policies/policy")
    }


def test_permissions_of_the_two_roles(caller: Caller) -> None:
    full, limited = policies(caller, "ws_sync"), policies(caller, "ws_limited")
    assert full["Projects", "Projects"] == "List|View|Add|Edit|Delete"
    assert ("Projects", "Projects") not in limited
    assert limited["Accounts Payable", "Vendors"] == "List|View|Add|Edit"
    assert limited["General Ledger", "Accounts"] == "List|View"
    assert any(application.endswith(" ") for application, _ in full)


def test_permissions_of_an_unknown_user(caller: Caller) -> None:
    answer = caller.call("<getUserPermissions><userId>nobody</userId></getUserPermissions>")
    assert answer.errors == [("BL03000025", "Login ID nobody does not exist.")]


def test_company_facts(caller: Caller) -> None:
    applications = caller.call("<get_applications/>")
    assert "PO" in [entry.text for entry in applications.data]
    preferences = caller.call('<get_companyprefs application="ME"/>')
    assert preferences.data.findtext("companypref/preference") == "DISABLEENTITYSLIDEIN"
    setup = caller.call("<getFinancialSetup/>")
    assert setup.data.findtext("financialSetup/baseCurrency") == "USD"
    dimensions = caller.call("<getDimensions/>").data.findall("dimensions/dimension")
    assert ("PROJECT", "Job") in [(d.findtext("objectName"), d.findtext("termLabel")) for d in dimensions]


def test_entities_and_user_formats(caller: Caller) -> None:
    entities = caller.call("<readEntityDetails/>").data
    assert [entity.findtext("id") for entity in entities] == ["100", "200", "300"]
    number = caller.query("USERINFO", "RECORDNO").values("RECORDNO")[0]
    for call in ("<userId>ws_sync</userId>", f"<key>{number}</key>"):
        answer = caller.call(f"<readUserFormatting>{call}</readUserFormatting>")
        assert answer.data.findtext("userformatting/dateformat") == "/mdY"
    assert caller.call("<readUserFormatting><userId>x</userId></readUserFormatting>").errors[0][0] == "BL03000025"
