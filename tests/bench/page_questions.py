"""What is asked of the pages of a large company, and what each answer took: milliseconds, queries and rows fetched.

Owns the questions and the clock. Import it after Django was started.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from erp_admin.models import Commitment, ImportDraft, MatchKind, Project
from erp_admin.uploads.service import read_upload
from integrations.models import ListItem
from tests.bench.measure import served
from tests.bench.page_rows import COMMON, MAIL, NOWHERE, RARE, SLUG, Company, vendor_name
from tests.bench.site import backends
from tests.browsers import teach_the_client
from tests.erp_admin.imported import COMMITMENT_HEADER, commitment_row

T = TypeVar("T")
NEAR_NAMES = 500
_LEAST, _MOST, _LONG_ENOUGH = 5, 40, 4.0  # answers of a question, and seconds after which it is asked no more


@dataclass(frozen=True)
class Answer:
    what: str
    best: float  # milliseconds
    p50: float
    p95: float
    cpu: float  # of this process and of the server's, for one answer: it hardly depends on what else the machine does
    queries: int
    bytes: int
    first_byte: float | None = None  # milliseconds, of what is sent in pieces

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


def every_answer(company: Company, only: str = "") -> Iterator[Answer]:
    """Each as it is measured; `only` those with this text in what they are."""
    browser = _browser()
    for what, address in _pages(company):
        if only in what:
            yield _asked(browser, what, address)
    if only in "import":
        yield from _imports(browser, company)
    for what, address in _exports(company):
        if only in what:
            yield _exported(browser, what, address)


def _browser() -> Client:
    browser = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
    teach_the_client()
    browser.force_login(User.objects.get(email=MAIL), settings.AUTHENTICATION_BACKENDS[0])
    answer = browser.get(_url("home"))
    if answer.status_code != 200:
        raise SystemExit(f"Home answers {answer.status_code}: {answer.headers}")
    return browser


def _url(name: str, **parts: Any) -> str:
    return reverse(name, kwargs={"tenant_slug": SLUG, **parts})


_TYPED = {
    "opened": "",
    "a common word": COMMON,
    "two words": f"granite {COMMON}",
    "a rare word": RARE,
    "what nothing has": NOWHERE,
    "two letters": "co",
    "two letters that nothing has": "qx",
}


def _pages(company: Company) -> Iterator[tuple[str, str]]:
    for words, typed in {**_TYPED, "the begin of an id": "V-0047", "a whole id": "V-000471"}.items():
        yield f"picker of vendors: {words}", f"{_url('pick_record', list_key='vendors')}?q={typed}"
    for words in ("a common word", "what nothing has"):
        yield f"picker of settings, projects: {words}", f"{_url('pick', list_key='projects')}?q={_TYPED[words]}"
    for words, typed in {**_TYPED, "a common word": "phase"}.items():
        yield f"picker of our projects: {words}", f"{_url('pick_record', list_key='our-projects')}?q={typed}"
        yield f"picker of commitments: {words}", f"{_url('pick_record', list_key='our-commitments')}?q={typed}"
    with tenant_scope(Tenant.objects.get(slug=SLUG)):
        projects = dict(Project.objects.filter(number__in=("P-00001", "P-00002")).values_list("number", "pk"))
        tasks = {name: _task_of(name) for name in projects}
    for name, size in (("P-00001", "many"), ("P-00002", "few")):
        project, task = projects[name], tasks[name]
        for words in ("opened", "a common word", "what nothing has"):
            query = f"?project={project}&q={_TYPED[words]}"
            yield f"picker of {size} cost codes: {words}", f"{_url('pick_record', list_key='tasks')}{query}"
        yield (
            f"picker of cost types, of {size} cost codes",
            f"{_url('pick_record', list_key='cost_types')}?project={project}&task={task}",
        )
    yield "home", _url("home")
    for page in (1, 300, 99_999):
        yield f"projects in Intacct, page {page}", f"{_url('projects')}?page={page}"
    yield "projects in Intacct, searched", f"{_url('projects')}?q={RARE}"
    yield "projects in Intacct, changed", f"{_url('projects')}?state=changed"
    for page in (1, 99_999):
        yield f"projects here, page {page}", f"{_url('projects')}?view=here&page={page}"
    yield from _lists_of_documents()
    yield "issues", _url("issues")
    yield "lists", _url("lists")
    for words in ("opened", "a common word", "a rare word", "what nothing has", "two letters that nothing has"):
        yield f"list of vendors: {words}", f"{_url('list', list_key='vendors')}?q={_TYPED[words]}"
    yield "a project of Intacct that may be one here", _url("project_record", item_pk=_unlinked())
    yield "form of a commitment", _url("edit_commitment", pk=_a_commitment())


def _lists_of_documents() -> Iterator[tuple[str, str]]:
    for what, query in (
        ("", ""), ("page 2 by key", "page=2"), ("the last page", "page=99999"), ("ready", "state=ready"),
        ("failed", "state=failed"), ("one vendor", "vendor=V-000471"), ("by amount", "sort=-amount"),
        ("by vendor", "sort=vendor"), ("searched, a number", "q=SC-004711"), ("searched, a common word", f"q={COMMON}"),
    ):  # fmt: skip
        yield f"commitments {what}".strip(), f"{_url('commitments')}?{query}"
    yield "commitments: the filter by vendor", f"{_url('filter_commitments')}?by=vendor"
    yield "commitments: a vendor looked for", f"{_url('filter_commitments')}?by=vendor&find={COMMON}"


def _task_of(project: str) -> str:
    return ListItem.objects.filter(kind="tasks", parent_id=project).order_by("record_no")[0].business_id


def _unlinked() -> int:
    with tenant_scope(Tenant.objects.get(slug=SLUG)):
        return ListItem.objects.filter(kind="projects").order_by("-record_no")[0].pk


def _a_commitment() -> int:
    with tenant_scope(Tenant.objects.get(slug=SLUG)):
        return Commitment.objects.order_by("pk")[0].pk


def _asked(browser: Client, what: str, address: str) -> Answer:
    first, queries = _counted(lambda: browser.get(address))
    if first.status_code != 200:
        raise SystemExit(f"{what}: {address} answers {first.status_code}.")
    took: list[float] = []
    before, clock = served(backends()), time.process_time()
    while len(took) < _LEAST or (len(took) < _MOST and sum(took) < _LONG_ENOUGH * 1_000):
        begun = time.perf_counter()
        browser.get(address)
        took.append((time.perf_counter() - begun) * 1_000)
    cpu = _processor(before, clock, len(took))
    return Answer(what, _of(took, 0), _of(took, 0.5), _of(took, 0.95), cpu, queries, len(first.content))


def _counted(act: Callable[[], T]) -> tuple[T, int]:
    with CaptureQueriesContext(database) as queries:
        found = act()
    return found, len(queries)  # what is captured is dropped by the next request


def _processor(before: dict[int, float], clock: float, answers: int = 1) -> float:
    """Milliseconds since then, of this process and of those of PostgreSQL for this database, where they run here."""
    spent = time.process_time() - clock
    spent += sum(now - before.get(pid, 0.0) for pid, now in served(backends()).items())
    return round(spent * 1_000 / answers, 1)


def _once(what: str, act: Callable[[], T]) -> tuple[T, Answer]:
    before, clock, begun = served(backends()), time.process_time(), time.perf_counter()
    found, queries = _counted(act)
    took = round((time.perf_counter() - begun) * 1_000, 1)
    return found, Answer(what, took, took, took, _processor(before, clock), queries, 0)


def _of(took: list[float], part: float) -> float:
    return round(sorted(took)[min(int(len(took) * part), len(took) - 1)], 1)


def _imports(browser: Client, company: Company) -> Iterator[Answer]:
    """A file of 20,000 rows, or a fifth of the vendors, in which 500 names are not written as Intacct has them."""
    rows = min(20_000, company.vendors // 5)
    content = "\n".join(
        [COMMITMENT_HEADER, *(commitment_row(f"NEW-{each}", _near(each)) for each in range(1, rows + 1))]
    ).encode()
    tenant = Tenant.objects.get(slug=SLUG)
    with tenant_scope(tenant):
        ImportDraft.objects.all().delete()
        near = min(NEAR_NAMES, rows)
        what = f"import: read and assess {rows} rows, {near} near names"
        draft, answer = _once(what, lambda: read_upload(tenant, "commitments", "bench.csv", content))
        yield answer
        match = draft.matches.filter(kind=MatchKind.VENDOR).exclude(how="name").order_by("pk")[0]
    address = _url("pick_commitment_import", draft_pk=draft.pk, match_pk=match.pk)
    for words, typed in _TYPED.items():
        yield _asked(browser, f"import: picker of vendors, {words}", f"{address}?q={typed}")
    yield _asked(browser, "import: page of a file", _url("commitment_import", draft_pk=draft.pk))
    yield _asked(browser, "import: page of matches", _url("match_commitment_import", draft_pk=draft.pk))
    again = _url("rematch_commitment_import", draft_pk=draft.pk)
    yield _once("import: check again", lambda: browser.post(again))[1]


def _near(number: int) -> str:
    """The first 500 names lack a letter in their first word; those after them are 1,000 names as Intacct has them."""
    if number > NEAR_NAMES:
        return vendor_name(1_000 + number % 1_000)
    name = vendor_name(number)
    return f"{name[:3]}{name[4:]}"


def _exports(company: Company) -> Iterator[tuple[str, str]]:
    yield f"export of {company.vendors} vendors", _url("export_list", list_key="vendors")
    yield f"export of {company.commitments} commitments", _url("export_commitments")
    yield "export of commitments as a workbook", f"{_url('export_commitments')}?form=xlsx&state=failed"
    yield f"export of vendors, {RARE}", f"{_url('export_list', list_key='vendors')}?q={RARE}"


def _exported(browser: Client, what: str, address: str) -> Answer:
    begun = time.perf_counter()

    def read() -> tuple[float, int]:
        answer: Any = browser.get(address)
        first, size = 0.0, 0
        for piece in answer.streaming_content:
            first = first or round((time.perf_counter() - begun) * 1_000, 1)
            size += len(piece)
        return first, size

    (first, size), answer = _once(what, read)
    return replace(answer, first_byte=first, bytes=size)
