"""A sample of hostile answers to the write of a document: whatever comes back, it is in Intacct exactly once."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integrations.intacct import transport
from integrations.models import Connection, Push
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import commitment
from tests.integrations.delivery.hostile_writes import (
    ANY_IN_A_SESSION,
    QUICK,
    SLOW,
    SMALL,
    SOON,
    WRITE,
    arrives_once,
    in_front,
    there,
)
from tests.integrations.delivery.ledger import make_due, push, work_again
from tests.integrations.delivery.spoiling import SpoilingGateway
from tests.standing import Standing, standing

_SAMPLE = (
    "bare deflate bomb",
    "gzip in gzip in gzip",
    "brotli nobody asked for",
    "gzip without its end",
    "100 Continue without end",
    "a redirect with a gzip bomb",
    "nothing but a head",
    "success under another control id",
)
_WAYS = pytest.mark.parametrize("passes_on", [True, False], ids=["passed on", "kept back"])


@pytest.fixture
def met(pushing: Connection, intacct: SandboxServer, settings: Any) -> Iterator[SpoilingGateway]:
    with in_front(intacct, settings) as gateway:
        yield gateway


@_WAYS
@pytest.mark.parametrize("name", _SAMPLE)
def test_a_document_whose_answer_is_hostile_is_there_once(
    name: str, passes_on: bool, met: SpoilingGateway, pushing: Connection
) -> None:
    arrives_once(met, pushing, QUICK[name], passes_on=passes_on)


@_WAYS
@pytest.mark.parametrize("name", ["the head dripping, a byte at a time", "the body dripping"])
def test_a_document_whose_answer_takes_for_ever_is_there_once(
    name: str, passes_on: bool, met: SpoilingGateway, pushing: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LONGEST_EXCHANGE_SECONDS", SOON)
    arrives_once(met, pushing, SLOW[name], passes_on=passes_on)


@_WAYS
@pytest.mark.parametrize("name", ["gzip without its end", "no content", "success of another function"])
def test_looking_up_that_is_met_too_proves_nothing(
    name: str, passes_on: bool, met: SpoilingGateway, pushing: Connection
) -> None:
    document = commitment(pushing, "SC-H2", "40000.00", "1250.55")
    met.spoil(QUICK[name], WRITE, passes_on=passes_on, size=SMALL, times=1000, after=ANY_IN_A_SESSION)
    push(pushing, document)
    for _ in range(2):  # even where the time is over after which an absence counts
        make_due(document, quarantine_over=True)
        work_again(pushing, document)
        assert standing(document) == Standing.CHECKING
    assert Push.objects.get().tries == 1
    met.relent()
    for _ in range(2):
        make_due(document, quarantine_over=True)
        work_again(pushing, document)
    assert standing(document) == Standing.VERIFIED, document.state_reason
    assert there(pushing, document) == [Decimal("41250.55")]
