"""Sessions are reused, slide, and are opened once however many threads ask."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from integrations.intacct import Client, Credentials, IntacctError, Query, Sender, Session, SessionCache, SignInError
from integrations.intacct.session import SessionKey
from tests.integrations.intacct.conftest import CREDENTIALS, SENDER
from tests.integrations.intacct.scripted_gateway import Gateway, payload

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
KEY = SessionKey.of("https://api.intacct.com/", SENDER, CREDENTIALS)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class SignIn:
    """Counts sign-ins and numbers the sessions."""

    def __init__(self, lifetime: timedelta | None = timedelta(minutes=30)) -> None:
        self.count = 0
        self.lifetime = lifetime

    def __call__(self) -> Session:
        self.count += 1
        expires_at = None if self.lifetime is None else NOW + self.lifetime
        return Session(f"session-{self.count}", "https://api.intacct.com/", "sample", "user", "", expires_at)


def test_session_is_reused_while_more_than_two_minutes_remain() -> None:
    clock, sign_in = Clock(), SignIn()
    cache = SessionCache(clock=clock)

    cache.get(KEY, sign_in)
    clock.now = NOW + timedelta(minutes=28)
    assert cache.get(KEY, sign_in).session_id == "session-1"
    clock.now = NOW + timedelta(minutes=28, seconds=1)
    assert cache.get(KEY, sign_in).session_id == "session-2"


def test_expiry_slides_with_each_answer() -> None:
    clock, sign_in = Clock(), SignIn()
    cache = SessionCache(clock=clock)
    cache.get(KEY, sign_in)

    cache.slide(KEY, "session-1", NOW + timedelta(hours=2))
    clock.now = NOW + timedelta(hours=1)

    assert cache.get(KEY, sign_in).session_id == "session-1"


def test_answer_of_a_replaced_session_does_not_slide_the_new_one() -> None:
    clock, sign_in = Clock(), SignIn()
    cache = SessionCache(clock=clock)
    cache.get(KEY, sign_in)
    cache.get(KEY, sign_in, fresh=True)

    cache.slide(KEY, "session-1", NOW + timedelta(days=1))
    cache.drop(KEY, "session-1")
    assert cache.get(KEY, sign_in).session_id == "session-2"
    clock.now = NOW + timedelta(hours=1)
    assert cache.get(KEY, sign_in).session_id == "session-3"


def test_session_without_an_announced_expiry_is_used_until_dropped() -> None:
    clock, sign_in = Clock(), SignIn(lifetime=None)
    cache = SessionCache(clock=clock)
    cache.get(KEY, sign_in)
    clock.now = NOW + timedelta(days=3)

    assert cache.get(KEY, sign_in).session_id == "session-1"
    cache.drop(KEY)
    assert cache.get(KEY, sign_in).session_id == "session-2"


def test_failed_sign_in_leaves_nothing_behind() -> None:
    cache, sign_in = SessionCache(), SignIn(lifetime=None)

    def refused() -> Session:
        raise SignInError("no")

    with pytest.raises(IntacctError):
        cache.get(KEY, refused)
    assert cache.get(KEY, sign_in).session_id == "session-1"


def test_threads_share_one_sign_in() -> None:
    cache, sign_in = SessionCache(), SignIn(lifetime=None)
    together = threading.Barrier(8)

    def ask() -> str:
        together.wait(5)
        return cache.get(KEY, sign_in).session_id

    with ThreadPoolExecutor(8) as pool:
        found = {future.result() for future in [pool.submit(ask) for _ in range(8)]}

    assert found == {"session-1"}
    assert sign_in.count == 1


@pytest.mark.parametrize(
    ("sender", "credentials", "endpoint"),
    [
        (Sender("other", SENDER.password), CREDENTIALS, "https://api.intacct.com/"),
        (Sender(SENDER.id, "other"), CREDENTIALS, "https://api.intacct.com/"),
        (SENDER, Credentials("other", "web.services", CREDENTIALS.password), "https://api.intacct.com/"),
        (SENDER, Credentials("sample-company", "other", CREDENTIALS.password), "https://api.intacct.com/"),
        (SENDER, Credentials("sample-company", "web.services", "other"), "https://api.intacct.com/"),
        (
            SENDER,
            Credentials("sample-company", "web.services", CREDENTIALS.password, "200"),
            "https://api.intacct.com/",
        ),
        (SENDER, CREDENTIALS, "https://na12.intacct.com/"),
    ],
)
def test_every_part_of_the_sign_in_separates_sessions(sender: Sender, credentials: Credentials, endpoint: str) -> None:
    other = SessionKey.of(endpoint, sender, credentials)

    assert other != KEY
    assert CREDENTIALS.password not in repr(other)


def _ask_in_child(cache: SessionCache, answers: multiprocessing.queues.SimpleQueue[str]) -> None:
    answers.put(cache.get(KEY, lambda: Session("child", "https://api.intacct.com/", "s", "u", "", None)).session_id)


def test_forked_process_signs_in_for_itself() -> None:
    cache = SessionCache()
    cache.get(KEY, SignIn(lifetime=None))
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()

    child = context.Process(target=_ask_in_child, args=(cache, answers))
    child.start()
    child.join(10)

    assert answers.get() == "child"
    assert cache.get(KEY, SignIn(lifetime=None)).session_id == "session-1"


def test_clients_share_a_cache_and_a_session(make_client: Callable[..., Client], gateway: Gateway) -> None:
    cache = SessionCache()
    gateway.reply(payload("query.empty"), payload("query.empty"))

    make_client(sessions=cache).query(Query("VENDOR", ("NAME",)))
    make_client(sessions=cache).query(Query("VENDOR", ("NAME",)))

    assert gateway.sign_in_count == 1


def test_expiry_counts_from_this_machines_clock(client: Client, gateway: Gateway) -> None:
    before = datetime.now(UTC)

    expires_at = client.open_session().expires_at

    # The payload announces eight hours, in a clock that may be wrong by weeks.
    assert expires_at is not None
    assert timedelta(hours=8) <= expires_at - before < timedelta(hours=8, minutes=1)


def test_fresh_session_is_signed_in_for_even_when_one_lives(client: Client, gateway: Gateway) -> None:
    client.open_session()
    client.open_session()
    client.open_session(fresh=True)

    assert gateway.sign_in_count == 2
