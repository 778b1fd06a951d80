"""What is proposed for empty settings: on several charts, with hostile names, ties, and nothing that fits."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from erp_admin.purchasing.settings import CHANGE_DEFINITIONS, DEFINITIONS
from integrations.models import Connection, ListItem
from integrations.sandbox.seed.chart import ACCOUNTS, ITEMS
from integrations.sandbox.seed.definitions import DEFINITIONS as SEEDED
from integrations.settings.declared import DEFAULTS, Setting, setting_for
from integrations.settings.fit import Candidate
from integrations.settings.proposals import MOST_JUDGED, Proposal, propose
from integrations.settings.selectors import settings_in_force
from integrations.settings.service import save_settings
from tests import lists
from tests.erp_admin.samples import SETTINGS
from tests.snapshot import read_lists

ACCOUNT, ITEM = DEFAULTS
SUBCONTRACT, PURCHASE_ORDER = DEFINITIONS.values()
SUBCONTRACT_CHANGE, PURCHASE_ORDER_CHANGE = CHANGE_DEFINITIONS.values()
ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]


def account(number: str, title: str, kind: str = "incomestatement", side: str = "debit", **more: str) -> Candidate:
    return Candidate(number, title, {"ACCOUNTTYPE": kind, "NORMALBALANCE": side, **more})


def item(name: str, title: str, kind: str = "Non-Inventory") -> Candidate:
    return Candidate(name, title, {"ITEMTYPE": kind})


def definition(name: str, *, reporting: str = "", change: str = "Enable Change", **more: str) -> Candidate:
    fields = {"DOCCLASS": "Order", "CATEGORY": "Order", "ENABLEDOCCHANGE": change, "UPDATES_GL": "N"}
    return Candidate(name, name, {**fields, "REPORTINGCATEGORY": reporting, **more})


def chosen(proposal: Proposal) -> str:
    return proposal.chosen.value if proposal.chosen else ""


class TestTheDemoCompany:
    def test_its_chart_its_items_and_its_definitions_give_one_proposal_each(self) -> None:
        accounts = [account(number, title, kind, side) for number, title, kind, side, active in ACCOUNTS if active]
        items = [item(name, title, kind) for name, title, kind, _, active in ITEMS if active]
        made = [Candidate(row["DOCID"], row["DESCRIPTION"], row) for row in SEEDED if row["STATUS"] == "Active"]
        found: dict[str, Iterable[Candidate]] = {ACCOUNT.key: accounts, ITEM.key: items}
        found |= dict.fromkeys((each.key for each in (*DEFINITIONS.values(), *CHANGE_DEFINITIONS.values())), made)
        proposals = {}
        for key, candidates in found.items():
            setting = setting_for(key)
            assert setting is not None
            proposals[key] = propose(setting, candidates)
        expected = {key: value for key, value in SETTINGS.items() if key in found}
        assert {key: chosen(proposal) for key, proposal in proposals.items()} == {**expected, "default_account": "5000"}
        assert proposals["default_account"].sentence == "Proposed: named “Job cost”, an expense account."
        assert "5010 Subcontract cost" in [choice.label for choice in proposals["default_account"].others]
        assert "reported under Subcontracts" in proposals["subcontract_definition"].sentence


class TestAccounts:
    @pytest.mark.parametrize(
        ("candidates", "expected"),
        [
            ([account("50000", "Cost of construction"), account("50100", "Materials cost")], "50000"),
            ([account("1450", "Work in Progress", "balancesheet"), account("6100", "Office rent")], "1450"),
            ([account("5-100-00", "DIRECT  JOB COSTS"), account("4000", "Revenue", side="credit")], "5-100-00"),
            ([account("500", "Subcontractors"), account("600", "Advertising")], "500"),
            ([account("700", "Job sites", CATEGORY="Cost of Goods Sold"), account("600", "Advertising")], "700"),
        ],
    )
    def test_one_named_for_costs_of_jobs_stands_out(self, candidates: list[Candidate], expected: str) -> None:
        assert chosen(propose(ACCOUNT, candidates)) == expected

    @pytest.mark.parametrize(
        ("candidates", "why"),
        [
            ([], "none of the active GL accounts fits"),
            ([account("1000", "Operating cash", "balancesheet")], "none of the active GL accounts fits"),
            ([account("4000", "Job cost recovery", side="credit")], "none of the active GL accounts fits"),
            ([account("6100", "Office rent")], "none of the GL accounts has a name that says so"),
            ([account("5000", "Job cost"), account("5001", "Job Costs")], "2 of the GL accounts fit equally well"),
            ([account("5000", "Job cost"), account("1400", "WIP", "balancesheet")], "2 of the GL accounts fit equally"),
            ([account("5000", "Job cost (do not use)")], "none of the GL accounts has a name that says so"),
            ([account("5000", "Job cost", "", "")], "none of the GL accounts has a name that says so"),
        ],
    )
    def test_a_doubtful_one_is_left_open_and_says_why(self, candidates: list[Candidate], why: str) -> None:
        proposal = propose(ACCOUNT, candidates)
        assert proposal.chosen is None
        assert proposal.sentence.startswith(f"Left open: {why}")

    def test_candidates_of_a_tie_are_one_click_away(self) -> None:
        proposal = propose(ACCOUNT, [account(f"50{number}0", "Job cost") for number in range(9)])
        assert [choice.value for choice in proposal.others] == ["5000", "5010", "5020", "5030"]

    def test_an_account_that_stands_in_several_entities_is_no_tie(self) -> None:
        assert chosen(propose(ACCOUNT, [account("5000", "Job cost"), account("5000", "Job cost")])) == "5000"

    def test_too_many_to_compare_are_left_open(self) -> None:
        many = (account(str(number), "Cost") for number in range(MOST_JUDGED + 5))
        assert "too many GL accounts" in propose(ACCOUNT, many).sentence


class TestItems:
    @pytest.mark.parametrize(
        ("candidates", "expected"),
        [
            ([item("SUBCON", "Subcontract work"), item("SUBCON-EL", "Subcontract, electrical")], "SUBCON"),
            ([item("00012", "Subcontracted services"), item("MATERIAL", "Materials")], "00012"),
            ([item("SUBCON", "Subs", "Inventory"), item("SUB-2", "Subcontract", "Non-Inventory")], "SUB-2"),
            ([item("JC", "Job Cost", "Non-Inventory (Purchase only)"), item("X", "Other")], "JC"),
        ],
    )
    def test_one_named_for_subcontracts_that_can_be_bought_stands_out(
        self, candidates: list[Candidate], expected: str
    ) -> None:
        assert chosen(propose(ITEM, candidates)) == expected

    @pytest.mark.parametrize(
        "candidates",
        [
            [item("SUBCON", "Subcontract work", "Non-Inventory (Sales only)")],
            [item("SUBCON", "Subcontract work", "Kit")],
            [item("SUBCON", "Subcontract work", "")],
            [item("SUB-A", "Subcontract"), item("SUB-B", "Subcontracts")],
            [item("OLD-SUB", "Subcontract work (before 2021)")],
            [item("<script>alert(1)</script>", "'; DROP TABLE items --")],
            [item("\u202eNOCBUS", "\u200b")],
            [item("", "")],
        ],
    )
    def test_wrong_types_ties_and_hostile_names_are_never_proposed(self, candidates: list[Candidate]) -> None:
        assert propose(ITEM, candidates).chosen is None


class TestDefinitions:
    @pytest.mark.parametrize(
        ("setting", "candidates", "expected"),
        [
            (SUBCONTRACT, [definition("Subcontract"), definition("Purchase Order")], "Subcontract"),
            (PURCHASE_ORDER, [definition("Subcontract"), definition("PO")], "PO"),
            (SUBCONTRACT, [definition("Vertrag 7", reporting="Subcontracts"), definition("Subcontract")], "Vertrag 7"),
            (SUBCONTRACT_CHANGE, [definition("Subcontract CO", change="Change Order")], "Subcontract CO"),
            (PURCHASE_ORDER_CHANGE, [definition("PO Change", change="Change Order")], "PO Change"),
            (PURCHASE_ORDER, [definition("Purchase order", change="No Change")], "Purchase order"),
        ],
    )
    def test_the_category_decides_and_else_the_name(
        self, setting: Setting, candidates: list[Candidate], expected: str
    ) -> None:
        assert chosen(propose(setting, candidates)) == expected

    @pytest.mark.parametrize(
        ("setting", "candidates"),
        [
            (SUBCONTRACT, [definition("Subcontract", DOCCLASS="Invoice", CATEGORY="Invoice")]),
            (SUBCONTRACT, [definition("Subcontract", change="Change Order")]),
            (SUBCONTRACT, [definition("Subcontract", change="")]),
            (SUBCONTRACT, [definition("Subcontract", DOCCLASS="")]),
            (SUBCONTRACT, [definition("Subcontract", UPDATES_GL="A")]),
            (SUBCONTRACT, [definition("Subcontract", reporting="Purchase Orders")]),
            (SUBCONTRACT, [definition("Subcontract A"), definition("Subcontract B")]),
            (SUBCONTRACT_CHANGE, [definition("Subcontract CO", change="No Change")]),
            (PURCHASE_ORDER, [definition("Depot"), definition("Deposit")]),
        ],
    )
    def test_the_wrong_class_a_posting_one_and_ties_are_left_open(
        self, setting: Setting, candidates: list[Candidate]
    ) -> None:
        assert propose(setting, candidates).chosen is None


class TestThePage:
    @pytest.fixture
    def listed(self, connection: Connection) -> Connection:
        return read_lists(connection, lists.SETTINGS)

    def sent(self, connection: Connection, **typed: Any) -> dict[str, Any]:
        return {"connection": connection.pk, "version": 0, "sync_commitments": "on", **typed}

    def test_what_is_required_is_filled_in_and_what_is_off_is_only_offered(
        self, listed: Connection, client_for: ClientFor, url: Url, admin: User
    ) -> None:
        page = client_for(admin).get(url("settings")).content.decode()
        assert '<option value="5000" selected>5000 Job cost</option>' in page
        assert '<option value="SUBCON" selected>' in page
        assert '<option value="PC Subcontracts" selected>' not in page
        assert 'data-proposal="id_subcontract_definition" data-value="PC Subcontracts"' in page
        assert settings_in_force(listed) is None
        save_settings(listed, values={}, switched={"sync_commitments": True}, as_draft=True)
        page = client_for(admin).get(url("settings")).content.decode()
        assert '<option value="PC Subcontracts" selected>' in page

    def test_what_is_accepted_is_written_down_with_why_and_by_whom(
        self, listed: Connection, client_for: ClientFor, url: Url, admin: User
    ) -> None:
        values = {**SETTINGS, "default_account": "5000", "default_item": "MATERIAL"}
        proposed = ["default_account", "default_item", "subcontract_definition"]
        client_for(admin).post(url("settings"), self.sent(listed, **values, proposed=proposed))
        version = settings_in_force(listed)
        assert version is not None
        after = {change["label"]: change["after"] for change in version.changes}
        assert after["Default Account"] == (
            "5000 Job cost (proposed: named “Job cost”, an expense account; accepted by Alma Reyes)"
        )
        assert "accepted by Alma Reyes" in after["Definition for subcontracts"]
        # Chosen against the proposal, and one whose proposal the page had not shown.
        assert "proposed" not in after["Default Item ID"]
        assert "proposed" not in after["Definition for purchase orders"]

    def test_what_is_chosen_is_not_proposed_again(
        self, listed: Connection, client_for: ClientFor, url: Url, admin: User
    ) -> None:
        save_settings(listed, values=SETTINGS, switched={"sync_commitments": True})
        page = client_for(admin).get(url("settings")).content.decode()
        assert "data-proposal=" not in page

    def test_an_inactive_or_missing_record_is_no_candidate(
        self, listed: Connection, client_for: ClientFor, url: Url, admin: User
    ) -> None:
        ListItem.objects.filter(kind="gl_accounts", business_id="5000").update(is_active=False)
        page = client_for(admin).get(url("settings")).content.decode()
        assert '<option value="5000"' not in page
        assert "Left open: " in page

    def test_a_hostile_name_is_shown_as_text(
        self, listed: Connection, client_for: ClientFor, url: Url, admin: User
    ) -> None:
        row = ListItem.objects.filter(kind="items").first()
        assert row is not None
        ListItem.objects.filter(kind="items").exclude(pk=row.pk).update(is_active=False)
        row.name, row.fields = 'Subcontract "><script>x()</script>', {"ITEMTYPE": "Non-Inventory"}
        row.business_id, row.is_active = "<b>", True
        row.save()
        page = client_for(admin).get(url("settings")).content.decode()
        assert "<script>x()" not in page
        assert "&lt;script&gt;x()" in page

    def test_the_account_picker_offers_cost_accounts_first_and_marks_the_others(
        self, listed: Connection, client_for: ClientFor, url: Url, viewer: User
    ) -> None:
        address = url("pick", list_key="gl_accounts")
        browser = client_for(viewer)
        options = browser.get(address, {"setting": "default_account", "q": ""}).json()
        assert options[0]["value"] == "5000"
        assert "note" not in options[0]
        cash = next(option for option in options if option["value"] == "1000")
        assert cash["note"] == "not a cost account"
        assert all("note" in option for option in options[options.index(cash) : -1])
        typed = browser.get(address, {"setting": "default_account", "q": "cash"}).json()
        assert (typed[0]["value"], typed[0]["note"]) == ("1000", "not a cost account")
        exact = browser.get(address, {"setting": "default_account", "q": "1000"}).json()
        assert exact[0]["value"] == "1000"
        costs = browser.get(address, {"setting": "default_account", "q": "co"}).json()
        noted = ["note" in option for option in costs]
        assert noted == sorted(noted)
        assert len({option["value"] for option in costs}) == len(costs)
        assert browser.get(address, {"setting": "default_item"}).json()[0]["value"] == "1000"
