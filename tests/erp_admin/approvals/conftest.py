"""What tests of approvals begin with."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from accounts.audit import Origin, acting
from accounts.models import User


@pytest.fixture
def by() -> Callable[[User], AbstractContextManager[None]]:
    """A block in which a person acts, as on a page of theirs."""

    @contextmanager
    def by(somebody: User) -> Iterator[None]:
        with acting(Origin(lambda: somebody)):
            yield

    return by
