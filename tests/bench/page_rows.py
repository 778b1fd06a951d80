"""The rows of a large company, in the database of the bench of pages: lists by the mirror's own writer, documents here.

Owns how many of what there are and how they are called: as the names of a trade are, each word in many of them. Import
it after Django was started.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from accounts.models import Role, Tenant, User
from accounts.services import set_role
from accounts.tenancy import tenant_scope
from erp_admin.models import ChangeOrder, Commitment, Project
from integrations.lists import KINDS_BY_KEY
from integrations.mirror.rows import RowReader
from integrations.mirror.scope import View
from integrations.mirror.store import store_page
from integrations.models import Connection, ListItem, ListState

SLUG, MAIL = "bench", "ada@bench.example"
RARE, NOWHERE = "zwiebelfisch", "quixotry"  # the name of one vendor, project and task; no name at all
COMMON = "concrete"
_PAGE = 2_000
_FIRST = ("Granite", "Alder", "Lone", "Cascade", "Northwind", "Harrow", "Silver", "Kestrel", "Bluewater", "Summit")
_SECOND = ("Peak", "Creek", "Pine", "Falls", "Gate", "Birch", "Ridge", "Hollow", "Meadow", "Valley", "Harbor")
_TRADE = ("Concrete", "Rigging", "Electric", "Hauling", "Plumbing", "Framing", "Steel", "Drywall", "Roofing")
_FORM = ("LLC", "Inc.", "& Sons", "Co", "Group", "Ltd")
Row = dict[str, str]


@dataclass(frozen=True)
class Company:
    vendors: int = 100_000
    projects: int = 20_000
    tasks: int = 40_000
    cost_types: int = 200_000
    commitments: int = 100_000
    change_orders: int = 10_000

    @classmethod
    def of(cls, vendors: int) -> Company:
        """As many of everything as a company with so many vendors has."""
        return cls(vendors, vendors // 5, vendors * 2 // 5, vendors * 2, vendors, vendors // 10)


def vendor_name(number: int) -> str:
    """The same name never twice; each word of it in thousands of others, but for the serial in its midst."""
    words = (_FIRST[number % 10], _SECOND[number // 10 % 11], _TRADE[number // 7 % 9])
    return f"{' '.join(words)} {_serial(number)} {_FORM[number % 6]}"


def _serial(number: int) -> str:
    """Syllables for a number, as places and owners are called: no two numbers have the same."""
    syllables = ""
    while True:
        number, rest = divmod(number, 70)
        syllables += "bcdfghklmnprst"[rest % 14] + "aeiou"[rest // 14]
        if not number:
            return syllables.capitalize()


def fill(company: Company) -> None:
    """One tenant with an admin, connected, with all of it."""
    tenant = Tenant.objects.create(name="Measured Builders", slug=SLUG, time_zone="UTC", base_currency="USD")
    set_role(tenant, User.objects.create_user(MAIL, name="Ada Bench"), Role.ADMIN)
    with tenant_scope(tenant):
        live = Connection(tenant=tenant, company_id="BENCH", user_id="bench", verified_at=timezone.now())
        live.seal_password("not used")
        live.save()
        _mirror(live, "vendors", company.vendors, _vendor)
        _mirror(live, "projects", company.projects, _project)
        _mirror(live, "tasks", company.tasks, lambda number: _task(number, company))
        _mirror(live, "cost_types", company.cost_types, lambda number: _cost_type(number, company))
        _projects_here(live, company.projects)
        _commitments(tenant, company)
    with database.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if database.vendor == "postgresql" else "ANALYZE")


def _mirror(live: Connection, key: str, count: int, row: Callable[[int], Row]) -> None:
    kind, now = KINDS_BY_KEY[key], timezone.now()
    reader = RowReader(kind, kind.wanted_fields)
    empty = dict.fromkeys(kind.wanted_fields, "")
    for part in _parts(range(1, count + 1), _PAGE):
        read = [reader.read({**empty, "STATUS": "active", "RECORDNO": str(number), **row(number)}) for number in part]
        with transaction.atomic():
            store_page(View(live, ""), kind, read)
    ListState.objects.create(
        tenant=live.tenant, connection=live, kind=key, records=count, complete_through=now, last_full_at=now,
        last_read_at=now, read_fields=list(kind.wanted_fields),
    )  # fmt: skip


def _parts(numbers: Iterable[int], size: int) -> Iterator[list[int]]:
    left = iter(numbers)
    while part := list(islice(left, size)):
        yield part


def _named(number: int, name: str) -> str:
    return f"{RARE.capitalize()} Works" if number == 4_711 or (number == 471 and "Phase" in name) else name


def _vendor(number: int) -> Row:
    state = "inactive" if number % 50 == 0 else "active"
    more = {"TERMNAME": "Net 30", "CURRENCY": "USD", "VENDTYPE": "Subcontractor", "STATUS": state}
    return {"VENDORID": f"V-{number:06d}", "NAME": RARE.capitalize() if number == 471 else vendor_name(number), **more}


def _project(number: int) -> Row:
    name = f"{_SECOND[number % 11]} {_FIRST[number // 11 % 10]} {_serial(number)} Phase {number % 4 + 1}"
    more = {"PROJECTSTATUS": "In progress", "CURRENCY": "USD", "CUSTOMERID": f"C-{number % 500}"}
    return {"PROJECTID": f"P-{number:05d}", "NAME": _named(number, name), "CONTRACTAMOUNT": f"{number}00.00", **more}


def _task(number: int, company: Company) -> Row:
    """Every second project has four cost codes, but for the first, which has a fiftieth of all."""
    first = company.tasks // 50
    project = 1 if number <= first else 2 + ((number - first - 1) // 4 * 2) % max(company.projects - 1, 1)
    return {"TASKID": f"{number % 97:02d}-{number}", "NAME": f"{_TRADE[number % 9]} {_serial(number)}",
            "PROJECTID": f"P-{project:05d}"}  # fmt: skip


def _cost_type(number: int, company: Company) -> Row:
    task = 1 + (number - 1) % company.tasks
    kind = ("Labor", "Material", "Subcontract", "Equipment", "Other")[(number - 1) // company.tasks % 5]
    of = _task(task, company)
    return {"COSTTYPEID": kind[0], "NAME": kind, "PROJECTID": of["PROJECTID"], "TASKID": of["TASKID"]}


def _projects_here(live: Connection, count: int) -> None:
    """Three quarters of Intacct's projects were imported, one in forty of them with other fields than now."""
    items = ListItem.objects.filter(kind="projects", record_no__lte=count * 3 // 4).order_by("record_no")
    columns = items.values_list("record_no", "business_id", "name", "digest")
    Project.objects.bulk_create(
        [
            Project(
                tenant=live.tenant, connection=live, number=key, name=name, currency="USD", remote_record_no=number,
                remote_id=key, remote_digest="another" if number % 40 == 0 else digest, linked_at=timezone.now(),
                contract_amount=number * 100, status="In progress", customer_id=f"C-{number % 500}",
            )
            for number, key, name, digest in columns
        ],
        batch_size=1_000,
    )  # fmt: skip


def _commitments(tenant: Tenant, company: Company) -> None:
    """Every third is a draft, every other of the rest in Intacct; of 500 projects and 2,000 vendors, over two years."""
    projects = list(Project.objects.order_by("pk")[:500])
    Commitment.objects.bulk_create(
        (
            Commitment(
                tenant=tenant, number=f"SC-{number:06d}", number_key=f"SC-{number:06d}", currency="USD",
                kind="purchase_order" if number % 4 == 0 else "subcontract",
                dated_on=date(2025 + number % 2, 1 + number % 12, 1 + number % 28),
                title=f"{_TRADE[number % 9]} {_serial(number)}", project=projects[number % len(projects)],
                vendor_id=f"V-{number % 2_000:06d}", vendor_name=vendor_name(number % 2_000)[:200],
                total=Decimal(number % 90_000) + Decimal("250.25"), **_state(number),
            )
            for number in range(1, company.commitments + 1)
        ),
        batch_size=1_000,
    )  # fmt: skip
    Commitment.objects.update(scope="Everything that the drawings show, as agreed in the meeting. " * 3)
    parents = list(Commitment.objects.order_by("pk")[: company.change_orders])
    ChangeOrder.objects.bulk_create(
        (
            ChangeOrder(
                tenant=tenant, commitment=parent, number="CO-1", number_key="CO-1", title="More of it",
                dated_on=date(2026, 4, 1), total=Decimal("1000.50"), approval="approved",
            )
            for parent in parents
        ),
        batch_size=1_000,
    )  # fmt: skip


def _state(number: int) -> dict[str, Any]:
    if number % 3 == 0:
        return {"approval": "draft"}
    if number % 2 == 0:
        return {"approval": "approved"}
    if number % 101 == 0:
        return {"approval": "approved", "delivery": "failed", "state_reason": "Vendor V-1 is inactive."}
    facts = {"TRX_TOTAL": str(number % 90_000)}
    return {"approval": "approved", "delivery": "delivered", "verified_at": timezone.now(), "remote_facts": facts}
