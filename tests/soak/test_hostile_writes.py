"""Every hostile answer there is to the write of a document; the suite takes a sample of them."""

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.intacct import transport
from integrations.models import Connection
from integrations.sandbox.facade import SandboxServer
from tests.integrations.delivery.hostile_writes import QUICK, SLOW, SOON, arrives_once, in_front
from tests.integrations.delivery.spoiling import SpoilingGateway

pytestmark = pytest.mark.soak
_WAYS = pytest.mark.parametrize("passes_on", [True, False], ids=["passed on", "kept back"])


@pytest.fixture
def met(pushing: Connection, intacct: SandboxServer, settings: Any) -> Iterator[SpoilingGateway]:
    with in_front(intacct, settings) as gateway:
        yield gateway


@_WAYS
@pytest.mark.parametrize("name", QUICK)
def test_a_document_whose_answer_is_hostile_is_there_once(
    name: str, passes_on: bool, met: SpoilingGateway, pushing: Connection
) -> None:
    arrives_once(met, pushing, QUICK[name], passes_on=passes_on)


@_WAYS
@pytest.mark.parametrize("name", SLOW)
def test_a_document_whose_answer_takes_for_ever_is_there_once(
    name: str, passes_on: bool, met: SpoilingGateway, pushing: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LONGEST_EXCHANGE_SECONDS", SOON)
    arrives_once(met, pushing, SLOW[name], passes_on=passes_on)
