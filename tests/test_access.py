"""Every address, visited by everybody. An address without a row here fails the first test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Role, Tenant, User
from accounts.people.invitations import invite
from accounts.saved_views.service import save_view
from erp_admin.documents.types import document_types, type_for
from erp_admin.issues.causes import key_of
from erp_admin.models import ImportCorrection, ImportState, Project, RememberedColumns
from erp_admin.uploads.service import read_upload
from erp_admin.views.navigation import entry_at
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, Exchange, ListItem, PushedDocument, PushHold
from integrations.runs.runner import run_to_end
from integrations.settings.service import save_settings
from tests.conftest import MIRRORED
from tests.erp_admin.imported import commitment_row, csv_of

PUBLIC, PERSON = "everybody", "anybody logged in"
NOBODY, STAFF = "nobody without a token", "support staff"  # shown to be there by tests of their own


@dataclass(frozen=True)
class Row:
    """One address: who may use it, by which method, and the arguments that make it exist."""

    least: Role | str
    method: str = "get"
    arguments: tuple[str, ...] = ()
    data: dict[str, str] = field(default_factory=dict)
    of_nobody: bool = False  # names something that belongs to none of the visitors
    asks_again: bool = False  # who proved too long ago who they are confirms it first; by which method: `method`


TABLE = {
    "account_login": Row(PUBLIC),
    "mfa_authenticate": Row(PUBLIC),
    "account_inactive": Row(PUBLIC),
    "account_logout": Row(PUBLIC, "post"),
    "account_signup": Row(PUBLIC),
    "account_reset_password": Row(PUBLIC),
    "account_reset_password_done": Row(PUBLIC),
    "account_reset_password_from_key_done": Row(PUBLIC),
    "account_reset_password_from_key": Row(PUBLIC, arguments=("uidb36", "key")),
    "former_password_link": Row(PUBLIC, arguments=("uidb64", "token")),
    "login": Row(PUBLIC),
    "logout": Row(PUBLIC, "post"),
    "password_reset": Row(PUBLIC),
    "account": Row(PERSON),
    "account_reauthenticate": Row(PERSON),
    "mfa_reauthenticate": Row(PERSON),
    "kept_form": Row(PERSON),
    "mfa_login_webauthn": Row(PUBLIC),
    "mfa_reauthenticate_webauthn": Row(PERSON),
    "mfa_add_webauthn": Row(PERSON),
    "mfa_edit_webauthn": Row(PERSON, arguments=("passkey_pk",), of_nobody=True),
    "mfa_remove_webauthn": Row(PERSON, arguments=("passkey_pk",), of_nobody=True),
    "account_email": Row(PERSON),
    "account_email_verification_sent": Row(PUBLIC),
    "account_confirm_email": Row(PERSON, arguments=("key",)),
    "account_change_password": Row(PERSON),
    "account_set_password": Row(PERSON, asks_again=True),
    "mfa_index": Row(PERSON),
    "second_factor_required": Row(PERSON),
    "mfa_activate_totp": Row(PERSON, asks_again=True),
    "mfa_deactivate_totp": Row(PERSON, of_nobody=True, asks_again=True),
    "mfa_view_recovery_codes": Row(PERSON, of_nobody=True),
    "mfa_generate_recovery_codes": Row(PERSON, asks_again=True),
    "usersessions_list": Row(PERSON),
    "end_session": Row(PERSON, "post", arguments=("session_pk",), of_nobody=True),
    "healthz": Row(PUBLIC),
    "readyz": Row(PUBLIC),
    "open_invitation": Row(PUBLIC, arguments=("invitation_token",)),
    "invitation": Row(PUBLIC),
    "metrics": Row(NOBODY),
    "version": Row(STAFF),
    "tenants": Row(PERSON),
    "home": Row(Role.VIEWER),
    "projects": Row(Role.VIEWER),
    "export_projects": Row(Role.VIEWER),
    "refresh_projects": Row(Role.ACCOUNTANT, "post"),
    "preview_projects": Row(Role.ACCOUNTANT),
    "import_projects": Row(Role.ACCOUNTANT, "post", data={"all": "1"}),
    "ignore_projects": Row(Role.ACCOUNTANT),
    "restore_projects": Row(Role.ACCOUNTANT, "post"),
    "project_record": Row(Role.VIEWER, arguments=("item_pk",)),
    "link_project": Row(Role.ACCOUNTANT, arguments=("item_pk",)),
    "new_project": Row(Role.ACCOUNTANT),
    "project": Row(Role.VIEWER, arguments=("pk",)),
    "edit_project": Row(Role.ACCOUNTANT, arguments=("pk",)),
    "unlink_project": Row(Role.ACCOUNTANT, "post", arguments=("pk",)),
    "save_view": Row(Role.VIEWER, "post"),
    "choose_columns": Row(Role.VIEWER, "post"),
    "open_with_view": Row(Role.VIEWER, "post", arguments=("view_pk",)),
    "remove_view": Row(Role.VIEWER, "post", arguments=("no_view_pk",), of_nobody=True),
    "drafts": Row(Role.VIEWER),
    "keep_draft": Row(Role.VIEWER, "post"),
    "discard_draft": Row(Role.VIEWER, "post"),
    "session_state": Row(PUBLIC),
    "people": Row(Role.VIEWER),
    "invite": Row(Role.ADMIN, asks_again=True),
    "invited": Row(Role.ADMIN),
    "resend_invitation": Row(Role.ADMIN, "post", arguments=("invitation_pk",), asks_again=True),
    "withdraw_invitation": Row(Role.ADMIN, "post", arguments=("invitation_pk",)),
    "leave_company": Row(Role.VIEWER),
    "change_role": Row(Role.ADMIN, arguments=("membership_pk",), asks_again=True),
    "remove_person": Row(Role.ADMIN, arguments=("membership_pk",), asks_again=True),
    **{
        document_type.address_of(action): Row(
            action.role,
            "get" if "GET" in action.methods else "post",
            arguments=(f"{document_type.one}_pk",) if action.is_of_one else (),
            data={"by": "vendor"} if action.key == "lookup" else {},
        )
        for document_type in document_types()
        for action in document_type.actions
    },
    "pick_record": Row(Role.VIEWER, arguments=("list_key",)),
    "search": Row(Role.VIEWER),
    "notifications": Row(Role.VIEWER),
    "notifications_mail": Row(Role.VIEWER, "post", data={"mail": "daily"}),
    "notifications_seen": Row(Role.VIEWER, "post"),
    "read_values": Row(Role.ACCOUNTANT, "post"),
    "ready_to_push": Row(Role.VIEWER),
    "push_ready": Row(Role.ACCOUNTANT, "post"),
    "issues": Row(Role.VIEWER),
    "release_hold": Row(Role.ADMIN, "post", arguments=("hold_pk",), asks_again=True),
    "issue": Row(Role.VIEWER, arguments=("issue_key",)),
    "retry_issue": Row(Role.ACCOUNTANT, "post", arguments=("issue_key",)),
    "sync_for_issue": Row(Role.ACCOUNTANT, "post", arguments=("issue_key",)),
    "set_aside_issue": Row(Role.ACCOUNTANT, "post", arguments=("issue_key",)),
    "commitment_imports": Row(Role.ACCOUNTANT),
    "commitment_import_template": Row(Role.ACCOUNTANT, arguments=("kind", "form")),
    "commitment_import": Row(Role.ACCOUNTANT, arguments=("draft_pk",)),
    "columns_commitment_import": Row(Role.ACCOUNTANT, arguments=("draft_pk",)),
    "type_commitment_import": Row(Role.ACCOUNTANT, "post", arguments=("draft_pk",)),
    "header_commitment_import": Row(Role.ACCOUNTANT, "post", arguments=("draft_pk",)),
    "fix_commitment_import": Row(Role.ACCOUNTANT, "post", arguments=("draft_pk",)),
    "take_back_import_correction": Row(Role.ACCOUNTANT, "post", arguments=("draft_pk", "correction_pk")),
    "accept_commitment_import": Row(Role.ACCOUNTANT, "post", arguments=("draft_pk",)),
    "forget_import_columns": Row(Role.ACCOUNTANT, "post", arguments=("memory_pk",)),
    "read_commitment_import": Row(Role.ACCOUNTANT, "post", arguments=("draft_pk",)),
    "commitment_import_progress": Row(Role.ACCOUNTANT, arguments=("draft_pk",)),
    "match_commitment_import": Row(Role.ACCOUNTANT, arguments=("draft_pk",)),
    "rematch_commitment_import": Row(Role.ACCOUNTANT, "post", arguments=("draft_pk",)),
    "pick_commitment_import": Row(Role.ACCOUNTANT, arguments=("draft_pk", "match_pk")),
    "confirm_commitment_import": Row(Role.ACCOUNTANT, "post", arguments=("draft_pk",)),
    "discard_commitment_import": Row(Role.ACCOUNTANT, "post", arguments=("draft_pk",)),
    "commitment_import_problems": Row(Role.ACCOUNTANT, arguments=("draft_pk",)),
    "integrations": Row(Role.VIEWER),
    "set_up": Row(Role.VIEWER),
    "connection": Row(Role.VIEWER),
    "authorize": Row(Role.ADMIN, "post", asks_again=True),
    "update_credentials": Row(Role.ADMIN, asks_again=True),
    "check_connection": Row(Role.ADMIN, "post"),
    "disconnect": Row(Role.ADMIN, asks_again=True),
    "company": Row(Role.VIEWER),
    "company_security": Row(Role.ADMIN, asks_again=True),
    "settings": Row(Role.VIEWER),
    "settings_history": Row(Role.VIEWER),
    "restore_settings": Row(Role.ADMIN, arguments=("version_number",)),
    "setting_lists": Row(Role.VIEWER),
    "read_setting_lists": Row(Role.ACCOUNTANT, "post"),
    "setting_cautions": Row(Role.VIEWER, arguments=("setting_key",)),
    "overrides": Row(Role.VIEWER),
    "new_override": Row(Role.ADMIN),
    "override": Row(Role.ADMIN, arguments=("level", "place_id")),
    "remove_override": Row(Role.ADMIN, "post", data={"place": "entity:100"}),
    "pick": Row(Role.VIEWER, arguments=("list_key",)),
    "sync": Row(Role.VIEWER),
    "sync_estimate": Row(Role.VIEWER),
    "sync_progress": Row(Role.VIEWER, data={"run": "1"}),
    "lists": Row(Role.VIEWER),
    "list": Row(Role.VIEWER, arguments=("list_key",)),
    "export_list": Row(Role.VIEWER, arguments=("list_key",)),
    "record": Row(Role.VIEWER, arguments=("record_key", "record_pk")),
    "refresh_record": Row(Role.ACCOUNTANT, "post", arguments=("record_key", "record_pk")),
    "start_sync": Row(Role.ACCOUNTANT, "post"),
    "audit_trail": Row(Role.ADMIN),
    "audit_export": Row(Role.ADMIN),
    "schedules": Row(Role.VIEWER),
    "schedule": Row(Role.VIEWER, arguments=("entity_id",)),
    "preview_schedule": Row(Role.ADMIN, "post"),
    "pause_schedule": Row(Role.ADMIN, "post"),
    "usage": Row(Role.VIEWER),
    "runs": Row(Role.VIEWER),
    "run": Row(Role.VIEWER, arguments=("number",)),
    "run_progress": Row(Role.VIEWER, arguments=("number",)),
    "cancel_run": Row(Role.ACCOUNTANT, "post", arguments=("number",)),
    "retry_run": Row(Role.ACCOUNTANT, "post", arguments=("number",)),
    "exchange": Row(Role.VIEWER, arguments=("number", "exchange_pk")),
}
# Arguments that several addresses call alike and that mean different things.
RENAMED = {
    "setting_key": "key",
    "version_number": "number",
    "record_key": "list_key",
    "no_view_pk": "view_pk",
    **dict.fromkeys(("exchange_pk", "session_pk", "passkey_pk", "record_pk", "hold_pk"), "pk"),
    **dict.fromkeys((f"{document_type.one}_pk" for document_type in document_types()), "pk"),
}
# Arguments that name nothing of a tenant's: such an address exists for everybody.
NOT_OF_A_TENANT = {"pick", "pick_record", "list", "export_list", "setting_cautions", "commitment_import_template"}
ALLOWED = {200, 302, 400, 422, 503}


def own_addresses(resolver: URLResolver | None = None) -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            if entry.app_name != "admin":  # every admin page is visited in the tests of the support admin
                yield from own_addresses(entry)
        elif isinstance(entry, URLPattern):
            yield str(entry.name)


def test_every_address_has_a_row() -> None:
    assert sorted(set(own_addresses())) == sorted(TABLE)


@pytest.fixture
def arguments(mirrored: Connection, scoped: Tenant, viewer: User) -> dict[str, Any]:
    """Arguments that exist in the tenant of `scoped`."""
    run_to_end(start_list_sync(mirrored, kinds=["entities"], queued=False).run)
    run = start_list_sync(mirrored, kinds=MIRRORED).run
    exchange = Exchange.objects.exclude(run=None).latest("pk")
    exchange.run = run
    exchange.save()
    sent = invite(scoped, "nora@summit.example", Role.VIEWER)
    documents = _documents(scoped)
    draft = read_upload(scoped, "commitments", "file.csv", csv_of(commitment_row("SC-1", "Somebody Unheard Of")))
    draft.documents.update(state=ImportState.CREATED)  # so that nobody's visit discards it
    return {
        "invitation_pk": sent.invitation.pk,
        "invitation_token": sent.link.rstrip("/").rpartition("/")[2],
        "membership_pk": viewer.memberships.get().pk,
        "draft_pk": draft.pk,
        "match_pk": draft.matches.get().pk,
        "correction_pk": ImportCorrection.objects.create(
            tenant=scoped, draft=draft, row=2, place=7, column="amount", label="Amount", before="1", after="1000"
        ).pk,
        "memory_pk": RememberedColumns.objects.create(
            tenant=scoped, kind="commitments", fingerprint="0", name="Acme", headers=["no"], keys=["number"]
        ).pk,
        "kind": "commitments",
        "form": "csv",
        "item_pk": ListItem.objects.filter(kind="projects", missing_at=None).earliest("pk").pk,
        "pk": Project.objects.create(tenant=scoped, number="H-1", name="By hand", currency="USD").pk,
        "list_key": "items",
        "record_key": "projects",
        "record_pk": ListItem.objects.filter(kind="projects").earliest("pk").pk,
        "entity_id": "100",
        "setting_key": "subcontract_definition",
        "version_number": _versions(mirrored),
        "level": "entity",
        "place_id": "100",
        "number": run.number,
        "exchange_pk": exchange.pk,
        **{f"{type_for(key).one}_pk": document.pk for key, document in documents.items()},
        "hold_pk": _hold(mirrored).pk,
        "view_pk": save_view(scoped, viewer, "commitments", "All", query="", columns=[], is_shared=True).pk,
        "no_view_pk": 0,
        "issue_key": key_of("held", "X", "commitments", "Held."),
        "uidb64": "MQ",
        "token": "set-password",
        "uidb36": "1",
        "key": "set-password",
        "session_pk": 0,
        "passkey_pk": 0,
    }


def _versions(connection: Connection) -> int:
    """Two versions of the settings; returns the number of the first, which can be restored."""
    for item in ("SUBCON", "MATERIAL"):
        save_settings(connection, values={"default_item": item}, switched={}, as_draft=True)
    return 1


def _documents(tenant: Tenant) -> dict[str, PushedDocument]:
    """A document of each type by its key, a parent before what belongs to it."""
    documents: dict[str, PushedDocument] = {}
    for document_type in document_types():
        parent = documents[document_type.parent.key] if document_type.parent else None
        document = document_type.blank(tenant, parent)
        document.number = "ACCESS-1"
        document.save()
        documents[document_type.key] = document
    return documents


def _hold(connection: Connection) -> PushHold:
    return PushHold.objects.create(
        tenant_id=connection.tenant_id, connection=connection, flow="commitments", error_code="X", sentence="Held."
    )


def address(name: str, tenant: Tenant, arguments: dict[str, Any]) -> str:
    row = TABLE[name]
    given = {RENAMED.get(argument, argument): arguments[argument] for argument in row.arguments}
    if isinstance(row.least, Role):
        given["tenant_slug"] = tenant.slug
    return reverse(name, kwargs=given)


def test_everybody_sees_what_is_theirs_and_nothing_else(
    arguments: dict[str, Any],
    tenant: Tenant,
    admin: User,
    accountant: User,
    viewer: User,
    outsider: User,
    client_for: Callable[[User | None], Client],
) -> None:
    """One pass over the table; the admin comes last, so that the earlier visitors find everything as it was."""
    people: list[tuple[str, User | None, Role | None]] = [
        ("anonymous", None, None),
        ("outsider", outsider, None),
        ("viewer", viewer, Role.VIEWER),
        ("accountant", accountant, Role.ACCOUNTANT),
        ("admin", admin, Role.ADMIN),
    ]
    wrong = []
    for who, person, role in people:
        for name, row in TABLE.items():
            where = address(name, tenant, arguments)
            response = getattr(client_for(person), row.method)(where, row.data)
            if not _as_expected(row, person, role, response.status_code, response.get("Location", "")):
                wrong.append(f"{who} {row.method} {name}: {response.status_code} {response.get('Location', '')}")
    assert wrong == []


# Answers without a frame around them, so that no entry of the navigation can be marked.
WITHOUT_FRAME = {
    "pick_record",
    "read_values",
    "save_view",
    "choose_columns",
    "open_with_view",
    "remove_view",
    "drafts",
    "keep_draft",
    "discard_draft",
}


def test_every_page_marks_the_one_entry_of_the_navigation_it_belongs_to(
    arguments: dict[str, Any], tenant: Tenant
) -> None:
    """By its address: also where a form is posted, whose page says why it was refused."""
    entries = {name: entry_at(address(name, tenant, arguments), tenant) for name in TABLE if _is_of_a_tenant(name)}
    assert {name for name, entry in entries.items() if entry is None} == WITHOUT_FRAME
    marked = {name: entry.name for name, entry in entries.items() if entry is not None}
    for document_type in document_types():
        for action in document_type.actions:
            assert marked[document_type.address_of(action)] == document_type.key
    for name, entry in (
        ("home", "home"), ("ready_to_push", "home"), ("push_ready", "home"), ("release_hold", "issues"),
        ("import_projects", "projects"), ("start_sync", "sync"),
        ("list", "lists"), ("exchange", "runs"), ("pause_schedule", "schedules"), ("new_override", "integrations"),
        ("override", "integrations"), ("company", "company"), ("leave_company", "people"),
        ("audit_export", "audit_trail"),
    ):  # fmt: skip
        assert marked[name] == entry


def test_each_page_shows_one_entry_as_the_present_one(
    arguments: dict[str, Any], tenant: Tenant, admin: User, client_for: Callable[[User | None], Client]
) -> None:
    """As the page is rendered, wherever it has a frame."""
    shown, wrong = 0, []
    for name, row in TABLE.items():
        if row.method == "get" and _is_of_a_tenant(name):
            where = address(name, tenant, arguments)
            answer = client_for(admin).get(where, row.data)
            page = b"".join(answer).decode(errors="replace")
            if 'class="rail-link"' in page:
                shown += 1
                if page.count('aria-current="page"><') != 1:
                    wrong.append(name)
    assert wrong == []
    assert shown > 40


def _is_of_a_tenant(name: str) -> bool:
    return isinstance(TABLE[name].least, Role)


def test_a_query_string_that_no_database_can_hold_is_refused_in_words(
    arguments: dict[str, Any], tenant: Tenant, admin: User, client_for: Callable[[User | None], Client]
) -> None:
    """On PostgreSQL a look-up with U+0000 fails; no page has to think of it."""
    wrong, client = [], client_for(admin)
    for name, row in TABLE.items():
        if row.method == "get" and isinstance(row.least, Role):
            where = address(name, tenant, arguments)
            answer = client.get(where, {**row.data, "q": "a\x00"})
            if answer.status_code != 400 or "cannot be kept (U+0000)" not in answer.text:
                wrong.append(f"{name}: {answer.status_code}")
    assert wrong == []


def _as_expected(row: Row, person: User | None, role: Role | None, status: int, location: str) -> bool:
    if row.least == PUBLIC:
        return status in ALLOWED
    if row.least == NOBODY:
        return status == 404
    if person is None:
        return status == 302 and location.startswith("/login/?next=")
    if row.least == PERSON:
        return status == 404 if row.of_nobody else status in ALLOWED
    if row.least == STAFF or role is None:
        return status == 404
    assert isinstance(row.least, Role)
    if not role.includes(row.least):
        return status == 403
    return status == 404 if row.of_nobody else status in ALLOWED and "/login/" not in location


def test_the_arguments_of_another_tenant_are_not_found(
    arguments: dict[str, Any], other_tenant: Tenant, outsider: User, client_for: Callable[[User | None], Client]
) -> None:
    """An admin of another company asks for this company's records under their own address."""
    wrong = []
    for name, row in TABLE.items():
        if isinstance(row.least, Role) and row.arguments and name not in NOT_OF_A_TENANT:
            where = address(name, other_tenant, arguments)
            status = getattr(client_for(outsider), row.method)(where, row.data).status_code
            if status != 404:
                wrong.append(f"{name}: {status}")
    assert wrong == []
