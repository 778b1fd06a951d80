"""A preview counts everything and keeps the first of each group only."""

import pytest

from accounts.ui.grouped import Grouped


def test_everything_is_counted_and_the_first_of_each_group_kept() -> None:
    preview: Grouped[int] = Grouped(("ready", "blocked"), 2)
    for number in range(5):
        preview.add("ready", number)
    assert preview.counts == {"ready": 5, "blocked": 0}
    assert preview.effects == {"ready": [0, 1], "blocked": []}
    assert preview.chosen == 5


def test_a_group_that_was_not_named_is_an_error() -> None:
    preview: Grouped[int] = Grouped(("ready",), 2)
    with pytest.raises(KeyError):
        preview.add("raedy", 1)
    assert preview.chosen == 0
