"""Files and bodies that are made to take much, sent to the pages of a site that others use meanwhile.

Bounds: no answer of 500, the processes that serve pages stay within 150 MB above their start, and another person's home
page is answered as usual. What each file is told is a matter of the suite.
"""

import tempfile
import time
from pathlib import Path

from tests.attack.cluster import Cluster
from tests.attack.place import Place, end_family, memory_of
from tests.attack.verdict import Verdict, percentile
from tests.attack.visitors import NO_ANSWER, Seen, Visitor, Watcher
from tests.erp_admin.uploads.formats.bombs import BOMBS

IMPORT = "erp/commitments/import/"
MOST_GROWTH = 150.0
MOST_SECONDS = 30.0
MOST_HOME_SECONDS = 1.5  # of a page that takes 0.1 s, on two processors that read bombs
MANY_BYTES = 33 * 1024 * 1024
BOUNDARY = "--b0undary"


def _anonymous_flood(size: int) -> tuple[bytes, dict[str, str]]:
    """A multipart body as of a log-in page, with a cookie that was made up."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'.encode()
    return head + b"a" * size, {
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Cookie": "csrftoken=" + "a" * 32,
    }


def uploads() -> Verdict:
    """Files and bodies that are made to take much, sent to the pages of a site that others use meanwhile."""
    found = Verdict()
    with tempfile.TemporaryDirectory() as name, Cluster() as cluster, Place(Path(name), cluster.url) as place:
        web = place.serve()
        seen = Seen()
        accountant = Visitor(place, seen, 0)
        with Watcher(place) as home:
            accountant.get(IMPORT)
            before = memory_of(web)
            worst = before
            for title, (build, _) in BOMBS.items():
                content = build()
                began = time.monotonic()
                answer = accountant.post(IMPORT, {"kind": "commitments"}, files={"file": (title, content)})
                took, status = time.monotonic() - began, answer.status_code if answer is not None else NO_ANSWER
                worst = max(worst, memory_of(web))
                found.tell(f"{title:32}{len(content):>12,} bytes  {status:>4}  {took:6.1f} s")
                found.expect(took < MOST_SECONDS, f"{title} took {took:.1f} s")
                accountant.get(IMPORT)
            _floods(place, found)
            worst = max(worst, memory_of(web))
        found.tell(f"serving processes: {before:.0f} MB before, at most {worst:.0f} MB seen")
        slowest, usual = max(home.seconds), percentile(home.seconds, 0.5)
        found.tell(f"home of another person meanwhile: {home}; {usual * 1000:.0f} ms half, {slowest:.2f} s slowest")
        found.expect(worst - before < MOST_GROWTH, f"serving took {worst - before:.0f} MB more")
        found.expect(usual < MOST_HOME_SECONDS, f"home took {usual:.1f} s")
        for asked in (*seen.bad, *home.bad):
            found.expect(False, asked)
        end_family(web)
    return found


def _floods(place: Place, found: Verdict) -> None:
    """Bodies that are too long, sent by a person and by nobody: refused before they are read."""
    for title, person, path, size in (
        ("body of 33 MB, accountant", 0, IMPORT, MANY_BYTES),
        ("body of 33 MB, nobody", None, "/login/", MANY_BYTES),
        ("body of 20 MB, nobody", None, "/login/", 20 * 1024 * 1024),
    ):
        body, headers = _anonymous_flood(size)
        # The connection may be closed while it is still being sent, which is an answer too.
        own = Seen()
        visitor = Visitor(place, own, person)
        began = time.monotonic()
        answer = visitor.ask("POST", path, data=body, headers=headers)
        told = answer.status_code if answer is not None else "closed"
        found.tell(f"{title:32}{len(body):>12,} bytes  {told:>4}  {time.monotonic() - began:6.1f} s")
        found.expect(told in (413, "closed"), f"{title} was answered with {told}")
