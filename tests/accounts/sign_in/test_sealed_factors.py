"""A stored second factor opens for its owner alone: not in a stolen copy of the database, not in another's row."""

import base64
import copy
import json
import pickle
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.crypto import seal_text
from accounts.models import User
from accounts.sign_in.sealed_factors import FactorData, SecondFactorUnreadable
from integrations.crypto import Sealed, SecretUnreadable, seal, unseal
from tests.accounts.sign_in.steps import enter_code, is_logged_in, log_in
from tests.second_factor import SECRET, code, enrol

OTHER_SECRET = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"
SUPPORT = "Ask support to remove it"


def stored(person: User, kind: str = "totp") -> dict[str, Any]:
    """The row as it lies in the database, past every model."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator WHERE user_id = %s AND type = %s", [person.pk, kind])
        (found,) = cursor.fetchone()
    data: dict[str, Any] = json.loads(found)
    return data


def write(person: User, data: dict[str, Any], kind: str = "totp") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE mfa_authenticator SET data = %s WHERE user_id = %s AND type = %s",
            [json.dumps(data), person.pk, kind],
        )


def is_refused(client: Client, person: User, shown: str) -> bool:
    log_in(client, person.email)
    page = enter_code(client, shown)
    assert page.status_code == 200
    assert SUPPORT in page.content.decode()
    return not is_logged_in(client)


class TestAnotherPersonsRow:
    """Somebody who can write in the database knows a secret of their own, and a colleague's password."""

    @pytest.fixture
    def thief(self, viewer: User) -> User:
        enrol(viewer, OTHER_SECRET)
        return viewer

    @pytest.mark.parametrize("kind", ["totp", "recovery_codes"])
    def test_a_ciphertext_copied_there_opens_nothing(self, client: Client, admin: User, thief: User, kind: str) -> None:
        kept = enrol(admin)
        own = Authenticator.objects.get(user=thief, type="recovery_codes").wrap().get_unused_codes()
        write(admin, stored(thief, kind), kind)
        assert is_refused(client, admin, code(OTHER_SECRET) if kind == "totp" else own[0])
        assert set(own).isdisjoint(kept)

    def test_a_whole_row_that_changed_hands_opens_nothing(self, client: Client, admin: User, thief: User) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE mfa_authenticator SET user_id = %s WHERE user_id = %s", [admin.pk, thief.pk])
        assert is_refused(client, admin, code(OTHER_SECRET))

    def test_a_secret_in_clear_opens_nothing(self, client: Client, admin: User) -> None:
        enrol(admin)
        write(admin, {"secret": OTHER_SECRET})
        assert is_refused(client, admin, code(OTHER_SECRET))

    @pytest.mark.parametrize("junk", [None, 7, ["x"], {"a": 1}, ""])
    def test_what_is_no_ciphertext_opens_nothing(self, client: Client, admin: User, junk: Any) -> None:
        enrol(admin)
        write(admin, {"secret": junk})
        assert is_refused(client, admin, code())

    def test_the_seed_of_recovery_codes_is_no_secret_of_an_app(self, client: Client, admin: User) -> None:
        enrol(admin)
        write(admin, {"secret": stored(admin, "recovery_codes")["seed"]})
        assert is_refused(client, admin, code())

    def test_a_secret_that_still_waits_to_be_set_up_is_no_factor(self, client: Client, admin: User) -> None:
        """What a session holds is sealed to the person too, and may not be put in place of what was proved."""
        log_in(client, admin.email)
        client.get(reverse("mfa_activate_totp"))
        waiting = client.session[SECRET_SESSION_KEY]
        client.logout()
        enrol(admin)
        write(admin, {"secret": waiting})
        assert is_refused(client, admin, code())

    def test_a_secret_of_the_version_before_is_not_taken_any_more(self, client: Client, admin: User) -> None:
        enrol(admin)
        write(admin, {"secret": seal_text(OTHER_SECRET, {"purpose": "second factor"})})
        assert is_refused(client, admin, code(OTHER_SECRET))

    def test_support_can_remove_it_and_the_person_is_back(self, client: Client, admin: User, thief: User) -> None:
        enrol(admin)
        write(admin, stored(thief))
        call_command("remove_second_factor", admin.email, stdout=StringIO())
        log_in(client, admin.email)
        assert is_logged_in(client)


class TestStolenCopy:
    def test_without_the_keys_no_text_in_it_makes_a_code(self, admin: User, settings: Any) -> None:
        codes = enrol(admin)
        with connection.cursor() as cursor:
            cursor.execute("SELECT data FROM mfa_authenticator")
            texts = [row[0] if isinstance(row[0], str) else json.dumps(row[0]) for row in cursor.fetchall()]
        dump = " ".join(texts)
        assert SECRET not in dump
        assert base64.b32decode(SECRET).hex() not in dump
        assert not [one for one in codes if one in dump]
        settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        for row in Authenticator.objects.all():
            with pytest.raises(SecondFactorUnreadable):
                row.wrap().validate_code(code())

    def test_what_is_sealed_as_credentials_is_no_second_factor(self, admin: User) -> None:
        enrol(admin)
        with pytest.raises(SecretUnreadable):
            unseal(Sealed(stored(admin)["secret"]), tenant_id=1, field="a")
        write(admin, {"secret": seal(SECRET, tenant_id=1, field="a").token})
        with pytest.raises(SecondFactorUnreadable):
            Authenticator.objects.get(user=admin, type="totp").data["secret"]


class TestRows:
    def test_a_row_is_the_same_however_it_is_copied_and_saved(self, admin: User) -> None:
        enrol(admin)
        before = stored(admin)
        row = Authenticator.objects.get(user=admin, type="totp")
        for same in (row, copy.copy(row), copy.deepcopy(row), pickle.loads(pickle.dumps(row))):  # noqa: S301
            assert same.data["secret"] == SECRET
            same.record_usage()
            same.save()
            assert stored(admin) == before
        row.refresh_from_db()
        assert isinstance(row.data, FactorData)

    def test_a_row_whose_data_is_not_read_is_not_opened(self, admin: User) -> None:
        enrol(admin)
        row = Authenticator.objects.defer("data").get(user=admin, type="totp")
        row.record_usage()
        assert row.data["secret"] == SECRET

    def test_rows_made_many_at_once_without_sealing_open_nothing(self, admin: User) -> None:
        """Nothing is sealed there, so nothing is taken from there either."""
        Authenticator.objects.bulk_create([Authenticator(user=admin, type="totp", data={"secret": SECRET})])
        with pytest.raises(SecondFactorUnreadable):
            Authenticator.objects.get(user=admin).data["secret"]

    def test_a_dump_and_its_return_keep_it(self, admin: User) -> None:
        enrol(admin)
        call_command("dumpdata", "mfa", stdout=(out := StringIO()))
        assert SECRET not in out.getvalue()
        totp = next(each for each in json.loads(out.getvalue()) if each["fields"]["type"] == "totp")
        assert totp["fields"]["data"] == stored(admin)
