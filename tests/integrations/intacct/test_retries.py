"""What is sent again, how often and after which pause, and what never is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from integrations.intacct import (
    BusyError,
    Category,
    Client,
    Exchange,
    ProtocolError,
    SenderError,
    UnknownOutcome,
)
from tests.integrations.intacct.conftest import VENDOR, VENDORS, fail
from tests.integrations.intacct.scripted_gateway import Gateway, Reply, payload

PAGE = payload("query.page")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_error_is_retried_for_reads_and_leaves_writes_unknown(
    client: Client, gateway: Gateway, pauses: list[float], status: int
) -> None:
    broken = Reply(b"<html>Bad gateway</html>", status=status, content_type="text/html")
    gateway.reply(broken, broken, PAGE, broken)

    assert client.query(VENDORS).count == 3
    assert pauses == [1.0, 2.0]
    assert isinstance(fail(client, write=True), UnknownOutcome)
    assert len(pauses) == 2


def test_refused_query_is_repeated_once(
    client: Client, gateway: Gateway, pauses: list[float], exchanges: list[Exchange]
) -> None:
    refused = payload("function.bad-date")
    busy = payload("function.bad-date", {"There was an error processing the request.": "API rate limit exceeded"})
    gateway.reply(Reply(status=502, content_type=""), busy, refused, PAGE, refused, refused)

    assert client.query(VENDORS).count == 3
    assert pauses == [1.0, 2.0, 4.0]
    with pytest.raises(ProtocolError) as caught:
        client.query(VENDORS)
    assert (caught.value.code, caught.value.retryable) == ("REQ-QUERY", False)
    assert len(pauses) == 4
    codes = [exchange.error_code for exchange in exchanges[1:]]
    assert codes == ["SVC-DOWN", "LIM-RATE", "REQ-QUERY", "", "REQ-QUERY", "REQ-QUERY"]


def test_refused_write_is_not_repeated(client: Client, gateway: Gateway, pauses: list[float]) -> None:
    gateway.reply(payload("function.bad-date"))

    assert not client.create([VENDOR], control_id="a").succeeded
    assert pauses == []


def test_proxy_timeout_is_retried_for_sign_in_only(client: Client, gateway: Gateway, pauses: list[float]) -> None:
    gave_up = Reply(b"<html>A timeout occurred</html>", status=524, content_type="text/html")
    gateway.sign_ins = [gave_up, gateway.session_opened()]
    gateway.reply(gave_up, gave_up)

    assert isinstance(fail(client, write=False), BusyError)
    assert isinstance(fail(client, write=True), UnknownOutcome)
    assert len(pauses) == 1


def test_back_off_doubles_up_to_its_cap_and_attempts_end(
    make_client: Callable[..., Client], gateway: Gateway, pauses: list[float], exchanges: list[Exchange]
) -> None:
    gateway.reply(*[Reply(status=503, content_type="")] * 9)

    error = fail(make_client(attempts=9), write=False)

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert (error.code, error.retryable) == ("SVC-DOWN", True)
    assert [exchange.attempt for exchange in exchanges[1:]] == list(range(1, 10))


def test_pauses_are_jittered_over_their_whole_range(
    make_client: Callable[..., Client], gateway: Gateway, pauses: list[float]
) -> None:
    gateway.reply(Reply(status=503, content_type=""), Reply(status=503, content_type=""), PAGE)

    make_client(jitter=lambda: 0.25).query(VENDORS)

    assert pauses == [0.25, 0.5]


@pytest.mark.parametrize("reply", [payload("gateway.http429", status=429), Reply(status=429, content_type="text/html")])
def test_rate_limit_is_retried_for_reads_and_executed_nothing(
    client: Client, gateway: Gateway, pauses: list[float], reply: Reply
) -> None:
    gateway.reply(reply, PAGE, reply)

    assert client.query(VENDORS).count == 3
    assert pauses == [1.0]
    error = fail(client, write=True)
    assert (error.code, error.not_executed, error.retryable) == ("LIM-RATE", True, True)


def test_retry_after_is_honoured_in_seconds_and_as_a_date(
    client: Client, gateway: Gateway, pauses: list[float]
) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    for value in ("7", soon, "soon"):
        gateway.reply(Reply(status=429, content_type="", headers={"Retry-After": value}))
    gateway.reply(PAGE)

    client.query(VENDORS)

    assert pauses[0] == 7
    assert 85 <= pauses[1] <= 90
    assert pauses[2] == 4


def test_long_retry_after_is_passed_on_instead_of_waited_for(
    client: Client, gateway: Gateway, pauses: list[float]
) -> None:
    gateway.reply(Reply(status=429, content_type="", headers={"Retry-After": "3600"}))

    assert fail(client, write=False).retry_after == 3600
    assert pauses == []


def test_read_is_retried_when_a_function_finds_the_gateway_busy(
    client: Client, gateway: Gateway, pauses: list[float]
) -> None:
    busy = payload("function.bad-date", {"There was an error processing the request": "Please Try Again Later"})
    gateway.reply(busy, PAGE)

    assert client.query(VENDORS).count == 3
    assert pauses == [1.0]


def test_refusals_are_not_retried(client: Client, gateway: Gateway, pauses: list[float]) -> None:
    gateway.reply(payload("control.sender-password"), payload("gateway.http401", status=401))

    assert isinstance(fail(client, write=False), SenderError)
    assert fail(client, write=True).category is Category.SIGN_IN
    assert pauses == []
