"""Each hostile answer in a small size: how it ends and when; some in full size, with their memory.

`python -m tests.attack.hostile_answers` measures all of them in full size.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from integrations.intacct import Client, Credentials, IntacctError, Query, Sender, SpoiltAnswer, UnknownOutcome
from integrations.intacct.redaction import redact_text
from tests.attack.hostile_answers import ALL, MOST_MB, measure, victim
from tests.attack.raw_gateway import RawGateway, raw_gateway

WAITING = {
    name
    for name, attack in ALL.items()
    if {"SVC-SLOW", "CON-TIMEOUT"} <= attack.verdicts or attack.options.get("unread")
}
SMALL = 0.002
LIMIT = 100_000
# What they end with where a hundred kilobytes are too many, or where they are too small to be refused.
ALSO = {"ANS-TOO-LARGE", "ANS-UNREADABLE", "ANS-INCOMPLETE", "CON-BROKEN", "well"}


@pytest.fixture(scope="module")
def gateway() -> Iterator[RawGateway]:
    with raw_gateway() as running:
        yield running


def client_of(gateway: RawGateway) -> Client:
    return Client(
        endpoint=gateway.endpoint(),
        sender=Sender("sample-sender", "sample-sender-secret"),
        credentials=Credentials("sample-company", "web.services", "sample-password"),
        allowed_hosts=["127.0.0.1"],
        attempts=1,
        max_answer_bytes=LIMIT,
        timeout=(0.3, 0.3),
    )


@pytest.mark.parametrize("name", sorted(set(ALL) - WAITING))
def test_a_hostile_answer_to_a_read_ends_in_words(gateway: RawGateway, name: str) -> None:
    with client_of(gateway) as client:
        client.open_session()
        gateway.prepare(ALL[name], SMALL)
        begun, verdict, words = time.monotonic(), "well", ("-", "-")
        try:
            client.query(Query("VENDOR", ("RECORDNO",)))
        except IntacctError as error:
            cause = error.__cause__ if isinstance(error, SpoiltAnswer) else error
            verdict = cause.code if isinstance(cause, IntacctError) else ""
            words = (error.sentence, error.advice)

    assert all(words)
    assert verdict in ALL[name].verdicts | ALSO
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "name", ["gzip bomb, 1 MB becomes 1 GB", "100 Continue without end", "a document type of 60 MB"]
)
def test_a_hostile_answer_to_a_write_leaves_its_outcome_unknown_and_is_not_repeated(
    gateway: RawGateway, name: str
) -> None:
    with client_of(gateway) as client:
        client.open_session()
        gateway.prepare(ALL[name], SMALL)
        with pytest.raises(UnknownOutcome) as caught:
            client.create([("VENDOR", {"VENDORID": "V-1"})], control_id="a")

    assert not caught.value.not_executed
    assert gateway.requests == 1


@pytest.mark.parametrize("name", ["the head dripping, a byte at a time", "100 Continue dripping"])
def test_a_dripping_head_ends_within_the_time_of_a_silence(gateway: RawGateway, name: str) -> None:
    with client_of(gateway) as client:
        client.open_session()
        gateway.prepare(ALL[name])
        begun = time.monotonic()
        with pytest.raises(UnknownOutcome):
            client.create([("VENDOR", {"VENDORID": "V-1"})], control_id="a")

    assert time.monotonic() - begun < 3


def test_bombs_in_full_size_stay_below_the_bound_of_memory(gateway: RawGateway) -> None:
    with victim() as running:
        for name in ("a redirect with a gzip bomb", "a million attributes on one element"):
            found = measure(gateway, running, name, 0.2)
            assert found.mb < MOST_MB, name
            assert found.verdict in ALL[name].verdicts, name


def test_redaction_takes_no_longer_than_the_text_is_long() -> None:
    begun = time.process_time()
    for unit in ("&#1", "%e2%8", "\\u", "&amp;", "a"):
        text = unit * (300_000 // len(unit))
        redact_text(text, (text[:4096], "&" * 4096, text))

    assert time.process_time() - begun < 10
