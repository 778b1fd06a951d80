"""People at browsers, many at a time: each asks for pages or posts a form, and remembers how it was answered.

Owns their threads and what they saw. Judges nothing.
"""

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.attack.place import SLUG, Place

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
NO_ANSWER = 0
LONGEST_ANSWER = 90.0


@dataclass
class Seen:
    """Answers by status (0: the connection broke), seconds of each, and what was asked where it was 500 and more."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, asked: str, status: int, seconds: float) -> None:
        with self.lock:
            self.statuses[status] += 1
            self.seconds.append(seconds)
            if status >= requests.codes.server_error or status == NO_ANSWER:
                self.bad.append(f"{status} {asked}")

    def __str__(self) -> str:
        return ", ".join(f"{count} x {status or 'no answer'}" for status, count in sorted(self.statuses.items()))


class Visitor:
    """A person that is logged in, or nobody."""

    def __init__(self, place: Place, seen: Seen, person: int | None = 0) -> None:
        self._place, self._seen = place, seen
        self._http = requests.Session()
        self._token = ""
        if person is not None:
            self._http.cookies.set(place.cookie, place.people[person], domain="127.0.0.1")

    def ask(self, method: str, path: str, **more: Any) -> requests.Response | None:
        """Ask for `path`, below the company unless it begins with a slash; None when the connection broke."""
        address = path if path.startswith("/") else f"/t/{SLUG}/{path}"
        began = time.monotonic()
        try:
            answer = self._http.request(
                method, f"{self._place.address}{address}", timeout=LONGEST_ANSWER, allow_redirects=False, **more
            )
        except requests.RequestException:
            self._seen.add(f"{method} {address}", NO_ANSWER, time.monotonic() - began)
            return None
        self._seen.add(f"{method} {address}", answer.status_code, time.monotonic() - began)
        found = _TOKEN.search(answer.text) if answer.headers.get("Content-Type", "").startswith("text/html") else None
        if found is not None:
            self._token = found[1]
        return answer

    def take_token(self, other: "Visitor") -> None:
        """Post as of the page that `other` saw last; both are the same person."""
        self._token, self._http.cookies = other._token, other._http.cookies

    def get(self, path: str) -> requests.Response | None:
        return self.ask("GET", path)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> requests.Response | None:
        """Post with the token of the page that was seen last."""
        return self.ask("POST", path, data={"csrfmiddlewaretoken": self._token, **(data or {})}, **more)


def at_once(works: Sequence[Callable[[], None]]) -> None:
    """Have all of `works` done at the same time, and wait for them."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Watcher:
    """Looks at a page again and again until the block ends."""

    def __init__(self, place: Place, path: str = "", *, person: int = 1, pause: float = 0.1) -> None:
        self.seen = Seen()
        self._visitor, self._path, self._pause = Visitor(place, self.seen, person), path, pause
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._over.is_set():
            self._visitor.get(self._path)
            self._over.wait(self._pause)

    def __enter__(self) -> Seen:
        self._thread.start()
        return self.seen

    def __exit__(self, *problem: object) -> None:
        self._over.set()
        self._thread.join()
