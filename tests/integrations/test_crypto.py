"""Secrets at rest: sealed to tenant and field, unreadable otherwise, re-sealed under new keys without a gap."""

import json
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection as database
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Tenant
from integrations.crypto import Sealed, SecretUnreadable, seal, unseal
from integrations.models import Connection

KEY = Fernet.generate_key().decode()


def make_connection(tenant: Tenant) -> Connection:
    connection = Connection(tenant=tenant, company_id="summit-demo", user_id="ws_sync")
    connection.seal_password("s3cret of the user")
    connection.save()
    return connection


@given(st.text())
def test_what_is_sealed_is_opened_again(value: str) -> None:
    assert unseal(seal(value, tenant_id=7, field="a"), tenant_id=7, field="a") == value


@pytest.mark.parametrize(("tenant_id", "field"), [(8, "a"), (7, "b")])
def test_a_secret_moved_to_another_tenant_or_field_is_refused(tenant_id: int, field: str) -> None:
    sealed = seal("value", tenant_id=7, field="a")
    with pytest.raises(SecretUnreadable):
        unseal(sealed, tenant_id=tenant_id, field=field)


def test_a_damaged_secret_is_refused() -> None:
    sealed = seal("value", tenant_id=7, field="a")
    with pytest.raises(SecretUnreadable, match="Update credentials"):
        unseal(Sealed(sealed.token[:-4] + "AAAA"), tenant_id=7, field="a")


def test_the_column_holds_no_readable_secret(scoped: Tenant) -> None:
    make_connection(scoped)
    with database.cursor() as cursor:
        cursor.execute("SELECT password FROM integrations_connection")
        stored = cursor.fetchone()[0]
    assert stored.startswith("gAAAA")
    assert "s3cret" not in stored
    assert Connection.objects.get().reveal_password() == "s3cret of the user"


def test_a_plain_string_is_never_stored(scoped: Tenant) -> None:
    connection = make_connection(scoped)
    connection.password = "plain"  # type: ignore[assignment]
    with pytest.raises(TypeError, match="sealed"):
        connection.save()


def test_a_secret_shows_nothing_of_itself(scoped: Tenant) -> None:
    connection = make_connection(scoped)
    shown = f"{connection!r} {connection.password!r} {connection.password} {connection.__dict__}"
    assert "s3cret" not in shown
    assert connection.password.token not in shown


def rotate(*arguments: str) -> dict[str, int]:
    out = StringIO()
    call_command("rotate_keys", "--json", *arguments, stdout=out, stderr=StringIO())
    counts: dict[str, int] = json.loads(out.getvalue())
    return counts


def test_rotation_re_seals_everything_of_every_tenant_once(tenant: Tenant, other_tenant: Tenant, settings: Any) -> None:
    from accounts.tenancy import tenant_scope

    for owner in (tenant, other_tenant):
        with tenant_scope(owner):
            make_connection(owner)
    settings.FIELD_ENCRYPTION_KEYS = [KEY, *settings.FIELD_ENCRYPTION_KEYS]
    assert rotate() == {"resealed": 2, "current": 0, "empty": 0, "unreadable": 0}
    assert rotate() == {"resealed": 0, "current": 2, "empty": 0, "unreadable": 0}
    settings.FIELD_ENCRYPTION_KEYS = [KEY]
    for owner in (tenant, other_tenant):
        with tenant_scope(owner):
            assert Connection.objects.get().reveal_password() == "s3cret of the user"


def test_rotation_leaves_what_no_key_opens_and_says_so(scoped: Tenant, settings: Any) -> None:
    before = make_connection(scoped).password
    settings.FIELD_ENCRYPTION_KEYS = [KEY]
    with pytest.raises(SystemExit) as ended:
        call_command("rotate_keys", stdout=StringIO(), stderr=(said := StringIO()))
    assert ended.value.code == 1
    assert "no key opens" in said.getvalue()
    assert Connection.objects.get().password == before


def test_rotation_passes_over_disconnected_connections(scoped: Tenant) -> None:
    Connection.objects.create(tenant=scoped, company_id="summit-demo", state="disconnected")
    assert rotate()["empty"] == 1
