"""A company of any size: N vendors, a fifth as many projects with tasks, most of them old.

Owns how many of what. Must stay quick: 100,000 vendors within a few seconds.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from integrations.sandbox.data.store import Company
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import wire_timestamp
from integrations.sandbox.seed.writer import FIXED

RECENT_EVERY = 50
EMPTY_EVERY = 97
STAMPS = 997
TASKS_PER_PROJECT = 2


def fill_volume(company: Company, count: int, base: datetime) -> None:
    """Vendors, customers, projects and tasks; one in fifty changed within the last two days."""
    old = [wire_timestamp(FIXED + timedelta(minutes=37 * index)) for index in range(STAMPS)]
    recent = [wire_timestamp(base - timedelta(minutes=5 + 31 * index)) for index in range(90)]

    def stamped(row: Row, index: int) -> Row:
        row["WHENCREATED"] = old[index % STAMPS]
        if index % EMPTY_EVERY == 1:
            return row
        row["WHENMODIFIED"] = recent[index % 90] if index % RECENT_EVERY == 7 else old[index % STAMPS]
        return row

    projects = max(1, count // 5)
    customers = max(1, count // 20)
    company.table("VENDOR").fill(stamped(_vendor(index), index) for index in range(count))
    company.table("CUSTOMER").fill(
        stamped(
            {
                "RECORDNO": str(index + 11),
                "CUSTOMERID": f"C-{index + 1:06d}",
                "NAME": f"Customer {index + 1:06d}",
                "STATUS": "active",
            },
            index,
        )
        for index in range(customers)
    )
    company.table("PROJECT").fill(stamped(_project(index, customers), index) for index in range(projects))
    company.table("TASK").fill(stamped(_task(index), index) for index in range(projects * TASKS_PER_PROJECT))


def _vendor(index: int) -> Row:
    name = f"Vendor {index + 1:06d} & Co"
    return {
        "RECORDNO": str(index + 11),
        "VENDORID": f"V-{index + 1:06d}",
        "NAME": name,
        "STATUS": "inactive" if index % 40 == 13 else "active",
        "TERMNAME": "Net 30",
        "TOTALDUE": str(index % 900 * 25),
        "DISPLAYCONTACT.PRINTAS": name,
    }


def _project(index: int, customers: int) -> Row:
    return {
        "RECORDNO": str(index + 11),
        "PROJECTID": f"P-{index + 1:06d}",
        "NAME": f"Project {index + 1:06d}",
        "PROJECTCATEGORY": "Contract",
        "PROJECTSTATUS": "In progress",
        "PROJECTTYPE": "Civil" if index % 3 else "Commercial",
        "CUSTOMERID": f"C-{index % customers + 1:06d}",
        "CONTRACTAMOUNT": str(100000 + index * 25),
        "BEGINDATE": "01/15/2025",
        "LOCATIONID": "100",
        "STATUS": "inactive" if index % 40 == 13 else "active",
    }


def _task(index: int) -> Row:
    project, step = divmod(index, TASKS_PER_PROJECT)
    key = ("03-300", "05-120")[step]
    return {
        "RECORDNO": str(index + 11),
        "TASKID": key,
        "NAME": ("Cast-in-place concrete", "Structural steel")[step],
        "PROJECTID": f"P-{project + 1:06d}",
        "STANDARDTASKID": key,
        "TASKSTATUS": "In Progress",
        "STATUS": "active",
    }
