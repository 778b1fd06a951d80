"""What the tests of the engine share: the toy flow, registered for one test."""

from collections.abc import Iterator

import pytest

from tests.toy.flow import ToyPush
from tests.toy.people import registered


@pytest.fixture
def toys() -> Iterator[ToyPush]:
    with registered() as flow:
        yield flow
