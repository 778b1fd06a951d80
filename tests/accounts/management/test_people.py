"""People by command: what the pages do, in JSON too, with exit codes that scripts can use."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from accounts.models import Role, Tenant, User
from tests.accounts.people.test_invitations import NORA, link_in

pytestmark = pytest.mark.usefixtures("admin")


def command(name: str, *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    out, err = StringIO(), StringIO()
    try:
        call_command(name, *arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def as_json(name: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    code, out, _ = command(name, *arguments, "--json")
    return code, json.loads(out)


def test_inviting_mails_and_prints_the_link_once(tenant: Tenant) -> None:
    code, facts = as_json("invite", tenant.slug, "Nora@Summit.example", "--role", "accountant")
    assert (code, facts["email"], facts["role"], facts["mailed"]) == (0, NORA, "accountant", True)
    assert link_in(facts["link"]) == link_in(mail.outbox[0].body)
    assert "you are invited to work in" in mail.outbox[0].body
    assert mail.outbox[0].reply_to == []
    code, listed = as_json("people", tenant.slug)
    assert [row["email"] for row in listed["invitations"]] == [NORA]
    assert facts["link"] not in json.dumps(listed)


def test_inviting_is_read_by_people_too(tenant: Tenant) -> None:
    code, out, _ = command("invite", tenant.slug, NORA, "--role", "viewer")
    assert code == 0
    assert "nora@summit.example is invited to Summit Ridge Builders as Viewer. The mail is sent." in out


@pytest.mark.usefixtures("_no_mail_server")
def test_a_mail_that_is_not_sent_is_a_failure_in_part(tenant: Tenant) -> None:
    code, facts = as_json("invite", tenant.slug, NORA, "--role", "viewer")
    assert (code, facts["mailed"], facts["state"]) == (1, False, "not_mailed")
    assert facts["link"].startswith("http")


def test_what_is_wrong_is_named(tenant: Tenant, viewer: User) -> None:
    code, facts = as_json("invite", tenant.slug, "not an address", "--role", "viewer")
    assert (code, facts["error"]) == (2, "USAGE")
    code, facts = as_json("invite", tenant.slug, viewer.email, "--role", "viewer")
    assert (code, facts["error"]) == (3, "INVITE-MEMBER")
    code, facts = as_json("people", "no-such-company")
    assert (code, facts["error"]) == (2, "TENANT-UNKNOWN")
    with pytest.raises(CommandError, match="invalid choice"):
        command("invite", tenant.slug, NORA, "--role", "owner")


def test_people_are_listed_with_role_and_state(tenant: Tenant, viewer: User) -> None:
    code, facts = as_json("people", tenant.slug)
    assert code == 0
    assert [(row["email"], row["role"], row["last_login_at"]) for row in facts["people"]] == [
        ("alma@summit.example", "admin", None),
        ("vera@summit.example", "viewer", None),
    ]
    assert "vera@summit.example" in command("people", tenant.slug)[1]


def test_a_role_is_changed_and_a_person_removed(tenant: Tenant, viewer: User) -> None:
    code, facts = as_json("set_role", tenant.slug, viewer.email.upper(), "accountant")
    assert (code, facts["role"]) == (0, "accountant")
    assert viewer.memberships.get().role == Role.ACCOUNTANT
    code, out, _ = command("remove_person", tenant.slug, viewer.email)
    assert (code, out) == (0, "vera@summit.example is no longer one of the people of Summit Ridge Builders.\n")
    assert not viewer.memberships.exists()


def test_the_last_admin_is_kept(tenant: Tenant, admin: User) -> None:
    for arguments in (("set_role", tenant.slug, admin.email, "viewer"), ("remove_person", tenant.slug, admin.email)):
        code, facts = as_json(*arguments)
        assert (code, facts["error"]) == (3, "PEOPLE-LAST-ADMIN")
        assert facts["advice"].startswith("Make somebody else an admin first")
    assert admin.memberships.get().role == Role.ADMIN


def test_people_of_other_companies_are_not_found(tenant: Tenant, outsider: User) -> None:
    for arguments in (
        ("set_role", tenant.slug, outsider.email, "viewer"),
        ("remove_person", tenant.slug, "x@y.example"),
    ):
        code, facts = as_json(*arguments)
        assert (code, facts["error"]) == (3, "PEOPLE-UNKNOWN")
    assert outsider.memberships.count() == 1
