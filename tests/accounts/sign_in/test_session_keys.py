"""What the database holds of a session opens none, and sessions live, move and end all the same."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as FormerStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Tenant, User
from accounts.sign_in.sessions import SessionStore, handles_of
from tests.accounts.sign_in.steps import is_logged_in, log_in
from tests.browsers import age_proof
from tests.databases import at
from tests.people import PASSWORD

Url = Callable[..., str]
COOKIE = "sessionid"
NEW = "a quite different long one"


@pytest.fixture
def alma(client: Client, admin: User) -> Client:
    log_in(client, admin.email)
    return client


def cookie(client: Client, name: str = COOKIE) -> str:
    return client.cookies[name].value


def opens(value: str, name: str = COOKIE, **extra: Any) -> bool:
    """Whether somebody who sends this as the cookie of a session is logged in."""
    client = Client()
    client.cookies[name] = value
    return bool(client.get(reverse("usersessions_list"), **extra).status_code == 200)


def everything_stored() -> Iterator[str]:
    """Every value of every table of the database, as text, also of tables that have no model."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - names of tables
            for row in cursor.fetchall():
                yield from (bytes(value).decode("latin-1") if isinstance(value, memoryview | bytes) else str(value)
                            for value in row)  # fmt: skip


def words(text: str, depth: int = 2) -> set[str]:
    """Every piece of a text that could be a key, also of what is encoded in it."""
    found = set(re.findall(r"[A-Za-z0-9_$-]{8,}={0,2}", text))
    pieces = set(found)
    if depth:
        for piece in found:
            for decode in (base64.urlsafe_b64decode, base64.b64decode, bytes.fromhex):
                try:
                    pieces |= words(decode(piece + "=" * (-len(piece) % 4)).decode("latin-1"), depth - 1)
                except ValueError:
                    continue
    return pieces


def former_session(user: User) -> str:
    """A session as the version before left it; returns its key."""
    store = FormerStore()
    store[SESSION_KEY] = str(user.pk)
    store["_auth_user_backend"] = "allauth.account.auth_backends.AuthenticationBackend"
    store["_auth_user_hash"] = user.get_session_auth_hash()
    store.save()
    key = str(store.session_key)
    UserSession.objects.create(user=user, session_key=key, ip="127.0.0.1", user_agent="Firefox")
    return key


class TestWhatIsStored:
    def test_no_string_of_a_dump_opens_a_session(self, alma: Client, admin: User, url: Url) -> None:
        """Also while a form is kept, which django-allauth would keep with the cookie and the password in it."""
        age_proof(alma, 901)
        typed = {"company_id": "Acme", "user_id": "u", "entity_id": "", "password": "a-password-of-intacct"}
        alma.post(url("authorize"), typed)
        Client().post(reverse("account_reset_password"), {"email": admin.email})
        stored = list(everything_stored())
        key = cookie(alma)
        assert opens(key)
        assert [text for text in stored if key in text or "a-password-of-intacct" in text] == []
        pieces = set().union(*(words(text) for text in stored))
        handle = Session.objects.get(pk=handles_of(key)[0]).pk
        assert handle in pieces
        assert key not in pieces
        # Only these can be looked up at all; of the others no question reaches the database.
        likely = {piece for piece in pieces if SessionStore.of_cookie(piece).session_key}
        assert [piece for piece in {*likely, handle, handle[1:]} if opens(piece)] == []

    def test_what_a_session_holds_cannot_be_read(self, alma: Client, admin: User, url: Url) -> None:
        age_proof(alma, 901)
        alma.post(url("invite"), {"email": "nora@summit.example", "role": "viewer"})
        data = Session.objects.get(pk=handles_of(cookie(alma))[0]).session_data
        held = SessionStore().decode(data)
        assert "nora@summit.example" in json.dumps(held)
        assert not {"nora@summit.example", "invite", SESSION_KEY} & words(data)
        assert "HTTP_COOKIE" not in json.dumps(held)

    @pytest.mark.parametrize("change", ["x{}", "{}x", "{}\x00", "é{}", "", "$", "{0}" * 300])
    def test_a_cookie_that_is_none_opens_nothing_and_asks_nothing(
        self, alma: Client, change: str, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(0):
            assert not opens(change.format(cookie(alma)))

    def test_data_of_another_key_is_an_empty_session(self, alma: Client, settings: Any) -> None:
        settings.SECRET_KEY = "another one that is long enough to be one, surely, and then some more"
        handle = handles_of(cookie(alma))[0]
        Session.objects.update(session_key=handle)
        assert not is_logged_in(alma)


class TestLife:
    def test_a_secret_key_that_is_rotated_logs_nobody_out(self, alma: Client, settings: Any) -> None:
        before = handles_of(cookie(alma))[0]
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another one that is long enough to be one, surely, and then some more"
        assert is_logged_in(alma)
        settings.SECRET_KEY_FALLBACKS = []
        assert is_logged_in(alma)
        assert not Session.objects.filter(pk=before).exists()
        assert [session.session_key for session in UserSession.objects.all()] == [handles_of(cookie(alma))[0]]

    def test_one_that_is_planted_before_log_in_is_not_the_one_after(self, admin: User) -> None:
        victim = Client()
        planted = victim.session
        planted["x"] = 1
        planted.save()
        victim.cookies[COOKIE] = planted.cookie_key
        log_in(victim, admin.email)
        assert is_logged_in(victim)
        assert cookie(victim) != planted.cookie_key
        assert not opens(planted.cookie_key)

    def test_a_key_that_somebody_made_up_is_never_taken(self, admin: User) -> None:
        victim = Client()
        victim.cookies[COOKIE] = "A" * 43
        log_in(victim, admin.email)
        assert is_logged_in(victim)
        assert not opens("A" * 43)

    def test_an_ended_one_stays_ended(self, alma: Client) -> None:
        key = cookie(alma)
        alma.post(reverse("account_logout"))
        assert not opens(key)
        assert not UserSession.objects.filter(session_key=handles_of(key)[0], user__isnull=True).exists()

    def test_the_list_shows_ends_and_knows_its_own(self, alma: Client, admin: User) -> None:
        others = [Client(), Client()]
        for other in others:
            log_in(other, admin.email)
        page = alma.get(reverse("usersessions_list"))
        assert len(page.context["sessions"]) == 3
        assert page.content.decode().count("This one") == 1
        alma.post(reverse("usersessions_list"))
        assert [is_logged_in(other) for other in others] == [False, False]
        assert is_logged_in(alma)
        assert UserSession.objects.filter(user=admin).count() == 1

    def test_a_new_password_ends_the_others_and_its_row_goes(self, alma: Client, admin: User) -> None:
        other = Client()
        log_in(other, admin.email)
        typed = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
        alma.post(reverse("account_change_password"), typed)
        assert not opens(cookie(other))
        assert is_logged_in(alma)
        assert len(alma.get(reverse("usersessions_list")).context["sessions"]) == 1

    def test_that_of_somebody_who_was_switched_off_opens_nothing(self, alma: Client, admin: User) -> None:
        User.objects.filter(pk=admin.pk).update(is_active=False)
        assert not is_logged_in(alma)

    def test_clearsessions_leaves_those_that_live(self, alma: Client, admin: User) -> None:
        other = Client()
        log_in(other, admin.email)
        Session.objects.filter(pk=handles_of(cookie(other))[0]).update(expire_date=timezone.now() - timedelta(days=1))
        call_command("clearsessions")
        assert [row.pk for row in Session.objects.all()] == [handles_of(cookie(alma))[0]]


class TestTheVersionBefore:
    def test_a_session_of_it_goes_on_and_its_key_vanishes(self, admin: User) -> None:
        """One that an old web process made while tables were changed already."""
        key = former_session(admin)
        assert opens(key)
        assert [row.pk for row in Session.objects.all()] == handles_of(key)
        assert [row.session_key for row in UserSession.objects.all()] == handles_of(key)
        assert SESSION_KEY not in words(Session.objects.get().session_data)
        assert opens(key)

    def test_no_key_of_it_is_left_by_migrating(self, transactional_db: None) -> None:
        with at([("accounts", "0006_shared_cache")]) as then:
            tenant_then, user_then = then.get_model("accounts", "Tenant"), then.get_model("accounts", "User")
            tenant_then.objects.create(name="Summit Ridge Builders", slug="summit-ridge")
            user_then.objects.create(email="alma@summit.example")
            keys = [former_session(User.objects.get()) for _ in range(3)]
            ended = FormerStore()
            ended.save()
            Session.objects.filter(pk=ended.session_key).update(expire_date=timezone.now() - timedelta(days=1))
            call_command("migrate", "accounts", verbosity=0)
            assert {row.pk for row in Session.objects.all()} == {handles_of(key)[0] for key in keys}
            assert {row.session_key for row in UserSession.objects.all()} == {handles_of(key)[0] for key in keys}
            assert [tenant.idle_minutes for tenant in Tenant.objects.all()] == [None]
            assert all(opens(key) for key in keys)
            call_command("migrate", "accounts", "0006_shared_cache", verbosity=0)
            assert not apps.get_model("sessions", "Session").objects.exists()


class TestTheCookie:
    HOST = "__Host-sessionid"

    @pytest.fixture(autouse=True)
    def over_https(self, settings: Any) -> None:
        settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = self.HOST, "__Host-csrftoken"
        settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True

    def test_it_is_of_this_host_alone(self, client: Client, admin: User) -> None:
        page = client.get(reverse("account_login"), secure=True)
        log_in(client, admin.email, secure=True)
        for found in (client.cookies[self.HOST], page.cookies["__Host-csrftoken"]):
            assert (found["secure"], found["path"], found["domain"], found["httponly"]) == (True, "/", "", True)
        assert opens(cookie(client, self.HOST), self.HOST, secure=True)

    def test_one_of_before_goes_on_under_the_new_name(self, admin: User) -> None:
        key = former_session(admin)
        client = Client()
        client.cookies[COOKIE] = key
        answer = client.get(reverse("usersessions_list"), secure=True)
        assert answer.status_code == 200
        assert answer.cookies[self.HOST].value == key
        assert answer.cookies[COOKIE].value == ""
        assert opens(key, self.HOST, secure=True)

    def test_a_neighboring_host_cannot_plant_one(self, client: Client, admin: User) -> None:
        log_in(client, admin.email, secure=True)
        assert not opens(cookie(client, self.HOST), COOKIE, secure=True)
