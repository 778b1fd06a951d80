"""Who guesses is slowed, more with each try; the person themselves, in a browser of theirs, is not."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail, signing
from django.db import connection
from django.db.models import F
from django.test import Client
from django.urls import reverse

from accounts.models import Attempts, User
from accounts.sign_in.known_browser import MOST_PEOPLE, SALT, cookie_name
from tests.accounts.conftest import Together
from tests.accounts.sign_in.steps import enter_code, is_logged_in, log_in
from tests.people import PASSWORD
from tests.second_factor import code, enrol

TOO_MANY = "Too many attempts"
FREE = 5


def guess(times: int, email: str, **environment: Any) -> list[Any]:
    """Wrong passwords of strangers, each from an address of its own."""
    return [
        log_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), email, f"wrong {number}", **environment)
        for number in range(times)
    ]


def pass_time(**time: float) -> None:
    """As if so much time had gone by since the last try."""
    delta = timedelta(**time)
    Attempts.objects.update(opens_at=F("opens_at") - delta, last_at=F("last_at") - delta)


def own_browser(person: User) -> Client:
    """A browser in which the person logged in and out again."""
    client = Client(REMOTE_ADDR="192.0.2.1")
    client.force_login(person)
    client.get(reverse("account"))
    client.post(reverse("account_logout"))
    assert cookie_name() in client.cookies
    return client


class TestStrangers:
    @pytest.mark.parametrize("email", ["alma@summit.example", "nobody@summit.example"])
    def test_the_wait_is_told_truly_and_grows(self, admin: User, email: str) -> None:
        """Whether the account exists or not."""
        waits = []
        for answer in guess(FREE, email):
            assert answer.status_code == 200
            assert "do not belong together" in answer.content.decode()
        for _ in range(6):
            (refused,) = guess(1, email)
            assert refused.status_code == 429
            waits.append(int(refused["Retry-After"]))
            assert f'data-wait="{waits[-1]}"' in refused.content.decode()
            pass_time(seconds=waits[-1])
            (counted,) = guess(1, email)
            assert counted.status_code == 200
        assert waits == [30, 60, 120, 240, 300, 300]

    def test_waiting_is_over_when_it_was_said(self, admin: User) -> None:
        guess(FREE, admin.email)
        pass_time(seconds=28)
        (refused,) = guess(1, admin.email)
        assert refused["Retry-After"] in ("1", "2")
        pass_time(seconds=2)
        client = Client()
        log_in(client, admin.email)
        assert is_logged_in(client)

    def test_a_refused_try_does_not_lengthen_the_wait(self, admin: User) -> None:
        guess(FREE, admin.email)
        before = Attempts.objects.values_list("tries", "opens_at").order_by("pk")
        kept = list(before)
        guess(20, admin.email)
        assert list(before.all()) == kept

    def test_the_right_password_is_not_compared_before_it_is_time(self, admin: User) -> None:
        """Else an answer at once would tell which password was right."""
        guess(FREE, admin.email)
        client = Client(REMOTE_ADDR="203.0.113.9")
        assert TOO_MANY in log_in(client, admin.email).content.decode()
        assert not is_logged_in(client)

    def test_a_single_address_waits_longer_than_all_together(self, admin: User) -> None:
        waits = []
        client = Client(REMOTE_ADDR="203.0.113.9")
        for _ in range(15):
            refused = log_in(client, admin.email, "wrong")
            if refused.status_code == 429:
                waits.append(int(refused["Retry-After"]))
                pass_time(seconds=waits[-1])
        assert waits == [30, 60, 120, 240, 300, 180]

    def test_after_a_day_of_peace_all_is_forgotten(self, admin: User) -> None:
        guess(FREE + 1, admin.email)
        pass_time(days=1, minutes=10)
        assert {answer.status_code for answer in guess(FREE, admin.email)} == {200}

    def test_nothing_that_was_typed_lies_in_the_table(self, admin: User) -> None:
        guess(1, admin.email)
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM accounts_attempts")
            kept = str(cursor.fetchall())
        assert "summit" not in kept
        assert "198.51" not in kept

    @pytest.mark.parametrize("email", ["ALMA@summit.example", " alma@summit.example ", "alma@\u017fummit.example"])
    def test_another_spelling_of_the_address_is_no_other_account(self, admin: User, email: str) -> None:
        guess(FREE, admin.email)
        assert {answer.status_code for answer in guess(1, email)} == {429}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [40])
def test_of_many_at_the_same_moment_as_many_are_evaluated_as_may_be(
    together: Together, admin: User, number: int
) -> None:
    """Forty guesses from forty addresses, each in a thread and a connection of its own."""

    def work(address: int) -> Callable[[], int]:
        return lambda: int(log_in(Client(REMOTE_ADDR=f"198.51.100.{address}"), admin.email, "wrong").status_code)

    came = together(*(work(address) for address in range(number)))
    assert sorted(set(map(str, came))) == ["200", "429"]
    assert came.count(200) == FREE


class TestOwnBrowser:
    def test_strangers_do_not_slow_down_the_person(self, admin: User) -> None:
        browser = own_browser(admin)
        guess(FREE + 3, admin.email)
        log_in(browser, admin.email)
        assert is_logged_in(browser)

    def test_neither_do_those_at_the_same_address(self, admin: User) -> None:
        """Of one office: the limit of its address is used up by somebody who tries many accounts."""
        browser = own_browser(admin)
        for number in range(12):
            log_in(Client(REMOTE_ADDR="192.0.2.1"), f"somebody{number}@summit.example", "wrong")
        log_in(browser, admin.email)
        assert is_logged_in(browser)

    def test_there_guesses_are_slowed_too(self, admin: User) -> None:
        """A colleague at the desk, or whoever took the cookie."""
        browser = own_browser(admin)
        for _ in range(FREE):
            log_in(browser, admin.email, "wrong")
        assert TOO_MANY in log_in(browser, admin.email).content.decode()
        elsewhere = Client(REMOTE_ADDR="203.0.113.9")
        log_in(elsewhere, admin.email)
        assert is_logged_in(elsewhere)

    def test_somebody_elses_browser_is_a_strangers(self, admin: User, viewer: User) -> None:
        browser = own_browser(viewer)
        guess(FREE, admin.email)
        assert log_in(browser, admin.email).status_code == 429

    @pytest.mark.parametrize("cookie", ["", "x", "a:b:c", "é", "[1,2]" * 3000])
    def test_a_forged_cookie_is_none(self, admin: User, cookie: str) -> None:
        guess(FREE, admin.email)
        client = Client(REMOTE_ADDR="203.0.113.9")
        client.cookies[cookie_name()] = cookie
        assert log_in(client, admin.email).status_code == 429

    @pytest.mark.parametrize(
        "content", [None, 7, {}, [], ["n"], ["n", 3], ["n", "x"], ["n", ["x"]], ["n", [[]]], [1, 2, 3]]
    )
    def test_a_cookie_signed_for_something_else_is_none(self, admin: User, content: Any) -> None:
        guess(FREE, admin.email)
        client = Client(REMOTE_ADDR="203.0.113.9")
        client.cookies[cookie_name()] = signing.dumps(content, salt=SALT)
        assert log_in(client, admin.email).status_code == 429
        client.cookies[cookie_name()] = signing.dumps(["n", [admin.pk]], salt="other")
        assert log_in(client, admin.email).status_code == 429

    def test_a_browser_remembers_so_many_people(self, admin: User, viewer: User) -> None:
        browser = own_browser(admin)
        for number in range(MOST_PEOPLE):
            browser.force_login(User.objects.create_user(f"p{number}@summit.example", PASSWORD))
            browser.get(reverse("account"))
        browser.post(reverse("account_logout"))
        guess(FREE, admin.email)
        assert log_in(browser, admin.email).status_code == 429

    def test_the_browser_that_chose_a_new_password_is_known_at_once(self, client: Client, admin: User) -> None:
        """So whoever reads the mailbox always gets in, however hard strangers try."""
        client.post(reverse("account_reset_password"), {"email": admin.email})
        found = re.search(r"https?://[^/\s]+(/password-reset/\S+)", mail.outbox[0].body)
        assert found is not None
        where = client.get(found[1], follow=True).redirect_chain[-1][0]
        new = "a quite different one"
        client.post(where, {"password1": new, "password2": new})
        guess(FREE + 2, admin.email)
        log_in(client, admin.email, new)
        assert is_logged_in(client)

    def test_the_cookie_is_for_this_site_alone_and_no_script(self, admin: User, settings: Any) -> None:
        settings.HTTPS_ONLY = True
        cookie = own_browser(admin).cookies["__Host-known_browser"]
        assert cookie["secure"]
        assert cookie["httponly"]
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")


class TestCodes:
    def test_a_stranger_with_the_password_does_not_keep_the_person_out(self, admin: User) -> None:
        enrol(admin)
        browser = own_browser(admin)
        thief = Client(REMOTE_ADDR="198.51.100.1")
        log_in(thief, admin.email)
        for number in range(FREE):
            enter_code(thief, f"00000{number}")
        refused = enter_code(thief, "000009")
        assert (refused.status_code, refused["Retry-After"]) == (429, "30")
        log_in(browser, admin.email)
        enter_code(browser, code())
        assert is_logged_in(browser)

    def test_the_right_password_does_not_begin_the_codes_again(self, admin: User) -> None:
        enrol(admin)
        for number in range(FREE):
            thief = Client(REMOTE_ADDR=f"198.51.100.{number}")
            log_in(thief, admin.email)
            enter_code(thief, "000000")
        thief = Client(REMOTE_ADDR="198.51.100.99")
        log_in(thief, admin.email)
        assert enter_code(thief, code()).status_code == 429
        assert not is_logged_in(thief)


class TestInside:
    def test_guessing_with_a_taken_session_is_slowed_where_the_password_is_changed(
        self, client: Client, admin: User
    ) -> None:
        client.force_login(admin)
        new = "a quite different one"

        def change(present: str) -> Any:
            return client.post(
                reverse("account_change_password"), {"oldpassword": present, "password1": new, "password2": new}
            )

        for _ in range(FREE):
            assert "not your present password" in change("wrong").content.decode()
        pass_time(seconds=0)
        assert change(PASSWORD).status_code == 429
        admin.refresh_from_db()
        assert admin.check_password(PASSWORD)
