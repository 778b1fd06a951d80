"""The command that makes a tenant."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, Role, Tenant, User


def make(*arguments: str) -> str:
    out = StringIO()
    call_command("create_tenant", *arguments, stdout=out)
    return out.getvalue()


def test_it_makes_a_tenant_and_its_admin(db: None) -> None:
    said = make("river", "--name", "River Works", "--admin", "Ada@River.example", "--time-zone", "America/Chicago")
    membership = Membership.objects.get()
    assert (membership.tenant.slug, membership.role) == ("river", Role.ADMIN)
    assert membership.user.email == "ada@river.example"
    assert not membership.user.has_usable_password()
    assert "/password-reset/" in said


def test_it_speaks_json(db: None) -> None:
    facts = json.loads(make("river", "--name", "River Works", "--admin", "ada@river.example", "--json"))
    assert facts["tenant"] == "river"
    assert facts["set_password_url"].startswith("http")


def test_a_known_person_keeps_their_password(db: None) -> None:
    User.objects.create_user("ada@river.example", "a password of her own")
    said = make("river", "--name", "River Works", "--admin", "ADA@river.example")
    assert "logs in with the password they already have" in said
    assert User.objects.count() == 1


def test_no_link_is_handed_out_to_replace_the_password_of_a_known_person(db: None) -> None:
    User.objects.create_user("ada@river.example", "a password of her own")
    facts = json.loads(make("river", "--name", "River Works", "--admin", "ada@river.example", "--json"))
    assert facts == {"tenant": "river", "admin": "ada@river.example", "set_password_url": None}


def test_bad_input_is_told_to_machines_too(db: None) -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("create_tenant", "River Works", "--name", "x", "--admin", "a@b.example", "--json", stdout=out)
    assert ended.value.code == 2
    assert json.loads(out.getvalue())["sentence"].startswith("SLUG: ")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["River Works", "--name", "x", "--admin", "a@b.example"], "SLUG: "),
        (["river", "--name", "x", "--admin", "not an address"], "--admin: "),
        (["river", "--name", "x", "--admin", "a@b.example", "--time-zone", "Mars/Base"], "--time-zone: .*time zone"),
        (["river", "--name", "x", "--admin", "a@b.example", "--currency", "dollars"], "--currency: "),
    ],
)
def test_bad_input_is_named_and_nothing_is_made(db: None, arguments: list[str], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        make(*arguments)
    assert not Tenant.objects.exists()
    assert not User.objects.exists()


def test_a_slug_is_taken_once(tenant: Tenant) -> None:
    with pytest.raises(CommandError, match="already exists"):
        make(tenant.slug, "--name", "Another", "--admin", "a@b.example")


def test_slugs_that_differ_in_case_only_are_one(tenant: Tenant) -> None:
    with pytest.raises((CommandError, SystemExit)):
        make(tenant.slug.upper(), "--name", "Another", "--admin", "a@b.example")
    assert Tenant.objects.count() == 1
