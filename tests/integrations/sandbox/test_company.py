"""Facts about the company: permissions, applications, preferences, entities, formats, dimensions."""

from __future__ import annotations

from integrations.sandbox.functions import HANDLERS
from integrations.sandbox.wire.shapes import SHAPES
from tests.integrations.sandbox.gateway import Caller, where


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


def test_roles_and_what_they_grant_can_be_queried(caller: Caller) -> None:
    mine = caller.query("ROLEUSERS", "ROLENAME", condition=where("equalto", "USERLOGINID", "ws_limited"))
    assert mine.values("ROLENAME") == ["Web services - payables only"]
    condition = where("equalto", "ROLES.NAME", "Web services - payables only")
    granted = caller.query("ROLEPOLICYASSIGNMENT", "POLICYNAME", condition=condition).values("POLICYNAME")
    assert "Bills" in granted
    assert "Projects" not in granted


def test_the_user_defined_dimension(caller: Caller) -> None:
    dimensions = caller.call("<getDimensions/>").data.findall("dimensions/dimension")
    own = [d.findtext("objectName") for d in dimensions if d.findtext("userDefinedDimension") == "true"]
    assert own == ["SITE_PHASE", "CREW"]
    answer = caller.query("site_phase", "id", "name", order="id")
    assert answer.data.get("listtype") == "site_phase"
    assert {str(row.tag) for row in answer.data} == {"site_phase"}
    assert answer.values("name") == [
        "Mobilisation",
        "Earthworks",
        "Structure",
        "Envelope & roof",
        "Fit-out",
        "Handover",
    ]


def test_dimension_relationships(caller: Caller) -> None:
    found = {row.findtext("dimension"): row for row in caller.call("<getDimensionRelationships/>").data}
    assert {"LOCATION", "PROJECT", "TASK", "COSTTYPE", "SITE_PHASE"} <= set(found)
    assert found["LOCATION"].find("related") is None
    phase = found["SITE_PHASE"]
    assert phase.findtext("autofillrelated") == "true"
    assert phase.findtext("related/dimension") == "PROJECT"
    assert phase.findtext("related/object_id") == found["PROJECT"].findtext("object_id")
    assert [phase.findtext(f"related/{side}") for side in ("source_side", "related_side")] == ["Many", "One"]


def test_deep_links_and_days_until_due_are_worked_out(caller: Caller) -> None:
    links = caller.query("PROJECT", "RECORD_URL").values("RECORD_URL")
    assert len(set(links)) == len(links)
    assert caller.query("PROJECT", "RECORD_URL").values("RECORD_URL") == links
    assert all(int(days) < 0 for days in caller.query("APBILL", "DUE_IN_DAYS").values("DUE_IN_DAYS"))
