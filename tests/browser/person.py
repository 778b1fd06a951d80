"""A person at a browser, who notices what is wrong with any page: errors, blocked code, barriers, sideways scrolling.

Owns what every page must hold, whatever it shows. Knows no page by itself.
"""

from __future__ import annotations

import re

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, expect

from tests.people import PASSWORD

DESK: ViewportSize = {"width": 1280, "height": 800}
TABLET: ViewportSize = {"width": 768, "height": 1024}
PHONE: ViewportSize = {"width": 390, "height": 844}
NEXT_FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
MAGNIFIED: ViewportSize = {"width": 320, "height": 256}  # 1280 x 1024 at 400 %: what WCAG 2.2, 1.4.10, asks to reflow
# Chromium reports the answer to a refused form this way; the page itself says what was refused.
REFUSED_FORM = re.compile("the server responded with a status of (409|422|429)")
# A log-in elsewhere changes the token against forgery; a draft that meets this asks for the new one and is sent again.
STALE_TOKEN = re.compile("the server responded with a status of 403")
# A request in whose place a page has sent a newer one (hx-sync). One that fails is told as responseError or sendError.
REPLACED = re.compile(r"^htmx:sendAbort\b")
# Preloading would copy imported style sheets into the page, which the content policy blocks.
AXE_OPTIONS: dict[str, object] = {"preload": False, "resultTypes": ["violations"]}
ONLY_COLOURS: dict[str, object] = {**AXE_OPTIONS, "runOnly": ["color-contrast", "link-in-text-block"]}
# The first column of a table of inlines has an empty head in Django's own template.
DJANGO_ADMIN_OPTIONS: dict[str, object] = {**AXE_OPTIONS, "rules": {"empty-table-header": {"enabled": False}}}


class Visitor:
    """One browser window of its own. `complaints` fills while pages are used; the fixture fails when any is left."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.base = base
        self.complaints: list[str] = []
        self.context = browser.new_context(viewport=DESK, reduced_motion="reduce", color_scheme="light")
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if STALE_TOKEN.search(message.text) and message.location["url"].endswith("/drafts/keep/"):
            return
        if REPLACED.search(message.text) and self.complaints and "error: htmx:afterRequest" in self.complaints[-1]:
            self.complaints.pop()  # the two are told together
            return
        if message.type in ("error", "warning") and not REFUSED_FORM.search(message.text):
            self.complaints.append(f"{self.page.url}: {message.type}: {message.text}")

    def log_in(self, email: str, *, code: str = "") -> None:
        self.go("/login/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Log in")
        if code:
            self.page.get_by_label("Code").fill(code)
            self.press("Log in")
        expect(self.page.get_by_role("button", name="Your account")).to_be_visible()
        self.page.wait_for_load_state()  # keys that are pressed before the scripts are there do nothing

    def go(self, address: str) -> None:
        self.page.goto(self.base + address)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def look(self, options: dict[str, object] | None = None) -> None:
        """Judge the page as it is: by axe in dark and light, then for sideways scrolling where the window is small."""
        self.page.wait_for_load_state()  # a click returns as soon as the next page begins
        self.page.emulate_media(color_scheme="dark")
        self._ask_axe("dark", ONLY_COLOURS)
        self.page.emulate_media(color_scheme="light")
        self._ask_axe("light", options or AXE_OPTIONS)
        self._measure(MAGNIFIED, PHONE)
        self.page.set_viewport_size(DESK)

    def inspect(self) -> None:
        """As `look`, and by axe on a phone too, where other parts are shown; wider screens are measured as well."""
        self.look()
        self._measure(DESK, TABLET)
        self.page.set_viewport_size(PHONE)
        self._ask_axe("phone", AXE_OPTIONS)
        self.page.set_viewport_size(DESK)

    def _measure(self, *sizes: ViewportSize) -> None:
        """Complain where a page is wider than the screen; the window keeps the last of the sizes."""
        for size in sizes:
            self.page.set_viewport_size(size)
            self.page.evaluate(NEXT_FRAME)  # an open menu is placed again after the window has changed
            beyond = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if beyond > 0:
                self.complaints.append(f"{self.page.url}: {beyond} px too wide at {size['width']} px")

    def _ask_axe(self, scheme: str, options: dict[str, object]) -> None:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        answer = self.page.evaluate("options => axe.run(document, options)", options)
        for found in answer["violations"]:
            where = ", ".join(node["html"][:160] for node in found["nodes"])
            self.complaints.append(f"{self.page.url}, {scheme}: {found['id']}: {where}")

    def close(self) -> None:
        self.context.close()
