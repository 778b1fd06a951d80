"""How many clicks a task takes, counted as a person makes them, from any page of the company on.

Owns the counting. Typing is not counted, and neither is choosing a day in a field or waiting.
"""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.person import Visitor


class Clicks:
    """Presses and follows for a visitor, and counts; `number` is what it came to so far."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page = visitor.page
        self.number = 0

    def click(self, where: Locator) -> None:
        where.click()
        self.number += 1

    def press(self, name: str, *, exact: bool = True) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=exact).first)

    def follow(self, name: str, *, exact: bool = True) -> None:
        self.click(self.page.get_by_role("link", name=name, exact=exact).first)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()
