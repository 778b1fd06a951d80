"""The register of document types: what it refuses, what is not guessed, and that one declaration makes all pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client, override_settings
from django.urls import NoReverseMatch, clear_url_caches, include, path, reverse
from django.utils.module_loading import import_string

from accounts import access
from accounts.models import Role, Tenant, User
from config import urls as site_urls
from erp_admin.documents import selectors, types
from erp_admin.documents.actions import PUSHED, Action
from erp_admin.documents.types import (
    DocumentType,
    children_of,
    document_types,
    register_document_type,
    type_for,
    type_of,
    type_of_model,
)
from erp_admin.models import ChangeOrder, Commitment, ImportedDocument, Project
from erp_admin.purchasing.commitments import CommitmentPush
from erp_admin.uploads.kinds import upload_for
from erp_admin.uploads.service import read_upload
from erp_admin.urls import addresses_of
from integrations.delivery import blocked
from integrations.models import Connection, PushHold, SyncRun
from integrations.runs import flow as runs
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer
from integrations.settings import declared
from tests import lists
from tests.erp_admin.entered import lines_json
from tests.erp_admin.imported import commitment_row, csv_of
from tests.snapshot import read_lists
from tests.toy.models import ToyOrder
from tests.toy.people import toy as toy_order
from tests.toy.toy_type import TOYS

Browser = Callable[[User | None], Client]
Any_ = DocumentType[Any]

# People have bookmarks, mails carry links, and other modules reverse these: they never change.
ADDRESS_NAMES = (
    "{many}", "{one}", "new_{one}", "edit_{one}", "approve_{one}", "reject_{one}", "draft_{one}", "void_{one}",
    "take_back_{one}", "ignore_{one}", "restore_{one}", "refresh_{one}", "recreate_{one}", "take_theirs_{one}",
    "push_ours_{one}", "link_{one}", "unlink_{one}", "preview_{many}", "push_{many}",
    "preview_approve_{many}", "approve_{many}", "preview_ignore_{many}", "ignore_{many}", "filter_{many}",
    "export_{many}",
)  # fmt: skip


REAL = document_types()


def _real(key: str) -> Any_:
    return next(document_type for document_type in REAL if document_type.key == key)


class ToyPush(CommitmentPush):
    key = "toy_boxes"
    title = "Push toy boxes"
    noun = "toy box"
    plural = "toy boxes"
    document_url_name = "toy_box"
    list_url_name = "toy_boxes"


def toy(**more: Any) -> Any_:
    """A type of its own, told in the words of no other one, on a table that exists."""
    facts = {
        "key": "toy_boxes",
        "one": "toy_box",
        "noun": "toy box",
        "plural": "toy boxes",
        "title": "Toy boxes",
        "lead": "What you have agreed with the toymaker.",
        "empty_title": "No toy boxes yet",
        "empty_text": "They appear here once you enter them.",
        "flow": ToyPush(),
        "summary": lambda document: f"A box with {document.title}.",
    }
    return replace(_real("commitments"), **{**facts, **more})


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any_]:
    """A register without any type, and registers of flows, settings and abilities that are put back."""
    empty: dict[str, Any_] = {}
    monkeypatch.setattr(types, "_types", empty)
    for module, name in ((runs, "_flows"), (declared, "_declarations"), (access, "ABILITIES")):
        monkeypatch.setattr(module, name, dict(getattr(module, name)))
    return empty


@contextmanager
def with_addresses(document_type: Any_) -> Iterator[Any_]:
    """Registered, and its addresses beside those of the site, as a start with its line in the register makes them."""
    register_document_type(document_type)
    addresses = ModuleType("addresses_with_one_more_type")
    own: Any = [path("t/<slug:tenant_slug>/", include(addresses_of(document_type)))]
    addresses.urlpatterns = own + site_urls.urlpatterns  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=addresses):
        yield document_type
    clear_url_caches()


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"noun": "", "empty_text": ""}, "lacks noun, empty_text"),
            ({"entry": ""}, "lacks entry"),
            ({"actions": PUSHED[1:]}, "lacks the action list"),
            ({"key": "toys"}, "has another key or another model"),
            ({"model": ImportedDocument}, "lacks the field dated_on of its model, the field created_at of its model"),
            ({"model": ChangeOrder}, "has another key or another model"),
            ({"actions": (*PUSHED, PUSHED[0])}, "declares an action twice"),
        ],
    )
    def test_half_a_type(self, register: dict[str, Any_], wrong: dict[str, Any], said: str) -> None:
        with pytest.raises(ValueError, match=said):
            register_document_type(toy(**wrong))
        assert register == {}
        assert "toy_boxes" not in runs._flows

    def test_columns_that_are_half(self, register: dict[str, Any_]) -> None:
        columns = toy().columns
        with pytest.raises(ValueError, match=r"lacks columns\.number, columns\.currency"):
            register_document_type(toy(columns=replace(columns, number=(), currency="")))
        with pytest.raises(ValueError, match="names its kinds or where they are kept"):
            register_document_type(toy(columns=replace(columns, kinds=())))

    def test_a_parent_that_is_not_there(self, register: dict[str, Any_]) -> None:
        change_orders = _real("change_orders")
        with pytest.raises(ValueError, match="belongs to 'commitments', which is not registered"):
            register_document_type(change_orders)

    def test_files_that_disagree_about_the_parent(self, register: dict[str, Any_]) -> None:
        with pytest.raises(ValueError, match="disagree about its parent"):
            register_document_type(toy(upload=_real("change_orders").upload))

    def test_a_type_that_comes_twice(self, register: dict[str, Any_]) -> None:
        register_document_type(toy())
        for again, said in (
            (toy(), "is registered twice"),
            (_real("commitments"), "have the same model"),
            (replace(_real("change_orders"), one="toy_box", parent=None, upload=None), "share the address"),
        ):
            with pytest.raises(ValueError, match=said):
                register_document_type(again)
        assert list(register) == ["toy_boxes"]

    def test_an_action_or_a_form_without_code(self, register: dict[str, Any_]) -> None:
        nowhere = Action(
            "shake", "shake_{one}", "<int:pk>/shake/", "erp_admin.views.document_actions.shake", may="Shake"
        )
        with pytest.raises(ImportError, match="shake"):
            addresses_of(toy(actions=(*PUSHED, nowhere)))
        with pytest.raises(ImportError):
            addresses_of(toy(entry="erp_admin.forms.nowhere.Entry"))


class TestWhatIsLookedUp:
    def test_unknown_keys_and_models_raise(self) -> None:
        for look_up in (type_for, upload_for):
            with pytest.raises(KeyError):
                look_up("invoices")
        for of_model in (type_of_model, selectors.columns_of, selectors.documents):
            with pytest.raises(KeyError, match="Project is the model of no document type"):
                of_model(Project)
        with pytest.raises(KeyError, match="does not offer 'shake'"):
            type_for("commitments").action("shake")

    def test_a_type_without_files_takes_none(self, register: dict[str, Any_]) -> None:
        register_document_type(toy(upload=None))
        with pytest.raises(KeyError, match="no files of 'toy_boxes'"):
            upload_for("toy_boxes")

    def test_parents_know_their_children(self) -> None:
        commitments, change_orders = type_for("commitments"), type_for("change_orders")
        assert children_of(commitments) == (change_orders,)
        assert children_of(change_orders) == ()
        assert type_of(Commitment()) is commitments

    def test_what_is_declared_is_there(self) -> None:
        for document_type in document_types():
            assert import_string(document_type.entry)
            for action in document_type.actions:
                assert action.may or action.role == Role.VIEWER
                assert callable(import_string(action.view))

    def test_the_address_names_stay_what_they_are(self) -> None:
        for one, many in (("commitment", "commitments"), ("change_order", "change_orders")):
            document_type = type_for(many)
            names = {document_type.address_of(action) for action in document_type.actions}
            assert names == {name.format(one=one, many=many) for name in ADDRESS_NAMES}
            assert f"/t/summit-ridge/erp/{many.replace('_', '-')}/" == reverse(many, args=["summit-ridge"])

    def test_every_view_behind_a_type_has_its_guard(self) -> None:
        guards = {}
        for document_type in document_types():
            for pattern in addresses_of(document_type):
                guards[pattern.name] = (pattern.callback.least_role, pattern.callback.may)
        assert guards["approve_commitment"] == (
            Role.ACCOUNTANT,
            "Enter, edit and approve commitments and change orders",
        )
        assert guards["commitments"] == (Role.VIEWER, "")


class TestAToyTypeInTheRegister:
    """Nothing in the product knows it: its declaration is the whole of it."""

    @pytest.fixture(autouse=True)
    def registered(self, register: dict[str, Any_]) -> Iterator[Any_]:
        with with_addresses(toy()) as document_type:
            yield document_type

    @pytest.fixture
    def ben(self, client_for: Browser, accountant: User) -> Client:
        return client_for(accountant)

    @pytest.fixture
    def box(self, connection: Connection) -> Commitment:
        document: Commitment = toy().blank(connection.tenant, None)
        document.number, document.title = "TB-1", "marbles"
        document.save()
        return document

    def test_its_words_are_among_what_roles_may_do(self) -> None:
        assert access.ABILITIES["Push toy boxes"] is Role.ACCOUNTANT

    def test_it_stands_in_the_navigation_and_has_a_list(
        self, scoped: Tenant, ben: Client, url: Callable[..., str]
    ) -> None:
        page = ben.get(url("toy_boxes")).text
        assert f'href="{url("toy_boxes")}" aria-current="page"' in page
        assert "No toy boxes yet" in page
        assert "commitment" not in page.replace("commitment_imports", "").replace("erp/commitments/import", "").lower()
        assert url("toy_boxes") == f"/t/{scoped.slug}/erp/toy-boxes/"

    def test_it_is_entered_looked_at_and_decided(self, ben: Client, url: Callable[..., str], scoped: Tenant) -> None:
        assert "New toy box" in ben.get(url("new_toy_box")).text
        posted = {
            "kind": "subcontract", "number": "TB-2", "title": "dolls", "dated_on": "2026-03-02",
            "retainage_percent": "0", "currency": "USD",
            "lines_json": lines_json({"description": "Doll", "quantity": "2", "unit_price": "10"}),
        }  # fmt: skip
        document = Commitment.objects.get(pk=_key_in(ben.post(url("new_toy_box"), posted)["Location"]))
        page = ben.get(url("toy_box", pk=document.pk)).text
        assert "Toy box TB-2 was added." in page
        assert "A box with dolls." in page
        assert "20.00" in page
        approved = ben.post(url("approve_toy_box", pk=document.pk), follow=True)
        assert "TB-2 is approved and can be pushed." in approved.text
        assert ben.get(url("approve_toy_box", pk=document.pk)).status_code == 405

    def test_what_is_not_there_is_not_found(self, ben: Client, url: Callable[..., str], box: Commitment) -> None:
        assert ben.get(url("toy_box", pk=box.pk + 1)).status_code == 404
        assert ben.get(url("pick_record", list_key="our-invoices")).status_code == 404
        assert ben.get(url("pick_record", list_key="our-toy_boxes")).json()[0]["value"] == str(box.pk)

    def test_its_roles_are_its_own(
        self, client_for: Browser, viewer: User, url: Callable[..., str], box: Commitment
    ) -> None:
        vera = client_for(viewer)
        assert vera.get(url("toy_box", pk=box.pk)).status_code == 200
        assert vera.post(url("approve_toy_box", pk=box.pk)).status_code == 403

    def test_its_holds_and_failures_are_issues(
        self, ben: Client, url: Callable[..., str], box: Commitment, connection: Connection
    ) -> None:
        Commitment.objects.update(delivery="failed", state_reason="The box is too heavy.")
        PushHold.objects.create(
            tenant_id=box.tenant_id, connection=connection, flow="toy_boxes", error_code="X", sentence="Held."
        )
        page = ben.get(url("issues")).text
        assert '<span class="rail-badge">2</span>' in page
        assert "Toy boxes are on hold" in page
        assert "The box is too heavy." in page
        assert "1 toy box" in page
        assert url("toy_box", pk=box.pk) in page

    def test_its_files_are_imported(self, ben: Client, url: Callable[..., str], connection: Connection) -> None:
        read_lists(connection, lists.FILES)
        page = ben.get(url("commitment_imports")).text
        assert '<option value="toy_boxes"' in page
        assert "commitments" not in page.replace("erp/commitments/import", "")
        assert ben.get(url("commitment_import_template", kind="toy_boxes", form="csv")).status_code == 200
        assert ben.get(url("commitment_import_template", kind="commitments", form="csv")).status_code == 404

        draft = read_upload(
            connection.tenant, "toy_boxes", "t.csv", csv_of(commitment_row("TB-9", "Somebody Unheard Of"))
        )
        shown = ben.get(url("commitment_import", draft_pk=draft.pk)).text
        assert "cannot be imported as it is" in shown


class TestTheToyOfTheTestsBesideTheOthers:
    """Its folder in the tests and one line are the whole of it: no page, address, selector or template knows it."""

    @pytest.fixture(autouse=True)
    def registered(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setattr(types, "_types", dict(types._types))
        for module, name in ((runs, "_flows"), (declared, "_declarations"), (access, "ABILITIES")):
            monkeypatch.setattr(module, name, dict(getattr(module, name)))
        with with_addresses(TOYS):
            yield

    @pytest.fixture
    def ben(self, client_for: Browser, accountant: User) -> Client:
        return client_for(accountant)

    def test_every_type_is_in_the_navigation(self, scoped: Tenant, ben: Client, url: Callable[..., str]) -> None:
        page = ben.get(url("toys"))
        (group,) = [each for each in page.context["navigation"].groups if each.label == "ERP Admin"]
        assert [item.label for item in group.items] == ["Projects", "Commitments", "Change orders", "Toys"]
        assert [item.label for item in group.items if item.active] == ["Toys"]
        assert "No toys yet" in page.text
        assert "New toy" not in page.text  # an action that it does not offer

    def test_it_goes_from_its_list_to_intacct(
        self, ben: Client, url: Callable[..., str], pushing: Connection, intacct: SandboxServer
    ) -> None:
        document = toy_order(pushing, "TOY-1")
        for query in ({}, {"q": "marbles"}, {"vendor": document.vendor_id}, {"sort": "-vendor"}, {"sort": "title"}):
            assert "TOY-1" in ben.get(url("toys"), query).text, query
        page = ben.get(url("toy", pk=document.pk)).text
        assert f"Marbles of {document.vendor_id}." in page
        assert "edit_toy" not in page
        assert "> Edit<" not in page
        summary = ben.post(url("preview_toys"), {"item": [document.pk]}, follow=True).text
        assert "Push 1 toy" in summary
        ben.post(url("push_toys"), {"item": [document.pk], "expected": "1"})
        run_to_end(SyncRun.objects.latest("number"))
        document.refresh_from_db()
        assert document.remote_id == "PC Subcontracts-TOY-1"
        page = ben.get(url("toy", pk=document.pk)).text
        assert "PC Subcontracts-TOY-1" in page
        assert "Total in Intacct" in page
        ben.post(url("choose_columns"), {"list_key": "toys", "column": ["title", "intacct_id"], "next": url("toys")})
        assert "PC Subcontracts-TOY-1" in ben.get(url("toys")).text
        answer = ben.post(url("refresh_toy", pk=document.pk), follow=True)
        assert "Compared with Intacct" in answer.text

    def test_a_thing_it_does_not_offer_has_no_address(self) -> None:
        for name in ("new_toy", "edit_toy", "void_toy"):
            with pytest.raises(NoReverseMatch):
                reverse(name, args=["summit-ridge"])

    def test_what_keeps_it_from_being_pushed_is_an_issue(
        self, ben: Client, url: Callable[..., str], pushing: Connection
    ) -> None:
        document = toy_order(pushing, "TOY-2")
        ToyOrder.objects.update(vendor_id="")
        blocked.renew(pushing)
        page = ben.get(url("issues")).text
        assert "It has no vendor." in page
        assert "1 toy" in page
        assert url("toy", pk=document.pk) in page


def _key_in(location: str) -> int:
    return int(location.rstrip("/").rpartition("/")[2])


def test_pages_ask_the_register_and_not_the_request_for_what_exists() -> None:
    """A view handed a kind that is none fails loudly, whatever the address says."""
    listing = import_string("erp_admin.views.documents.listing")
    with pytest.raises(KeyError):
        listing(HttpRequest(), kind="invoices")
