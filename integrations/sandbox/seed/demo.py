"""The demo company: a believable construction business with awkward data, the same on every start.

Owns how the lists beside it become records. Must not be needed by anything but the seed.
"""

from __future__ import annotations

from collections.abc import Iterator

from integrations.sandbox.data.tables import Row
from integrations.sandbox.seed.chart import TERMS
from integrations.sandbox.seed.documents import fill_documents
from integrations.sandbox.seed.jobs import JOBS, Job
from integrations.sandbox.seed.names import (
    CITIES,
    CUSTOMERS,
    STANDARD_COST_TYPES,
    STANDARD_TASKS,
    STREETS,
    VENDORS,
)
from integrations.sandbox.seed.writer import SeedWriter

EXPENSE_ACCOUNTS = ("5010", "5020", "5060", "5120", "6140")


def fill_demo(writer: SeedWriter) -> None:
    """Vendors, customers, projects with tasks and cost types, contracts and documents of the demo company."""
    writer.fill("VENDOR", _vendors(writer))
    writer.fill("CUSTOMER", _customers(writer))
    writer.fill("PROJECT", [_project(job) for job in JOBS])
    tasks = [task for index, job in enumerate(JOBS) for task in _tasks(index, job)]
    writer.fill("TASK", tasks)
    writer.fill("COSTTYPE", [kind for index, task in enumerate(tasks) for kind in _cost_types(index, task)])
    _contracts(writer)
    fill_documents(writer)


def _address(writer: SeedWriter, prefix: str, name: str, mail: str) -> Row:
    city, state, code = writer.random.choice(CITIES)
    return {
        f"{prefix}.CONTACTNAME": name,
        f"{prefix}.COMPANYNAME": name,
        f"{prefix}.PRINTAS": name,
        f"{prefix}.EMAIL1": mail,
        f"{prefix}.PHONE1": f"555-{writer.random.randint(100, 199):04d}",
        f"{prefix}.MAILADDRESS.ADDRESS1": f"{writer.random.randint(1, 990)} {writer.random.choice(STREETS)}",
        f"{prefix}.MAILADDRESS.CITY": city,
        f"{prefix}.MAILADDRESS.STATE": state,
        f"{prefix}.MAILADDRESS.ZIP": code,
        f"{prefix}.MAILADDRESS.COUNTRY": "United States",
        f"{prefix}.MAILADDRESS.COUNTRYCODE": "US",
    }


def _vendors(writer: SeedWriter) -> Iterator[Row]:
    for index, (name, trade) in enumerate(VENDORS):
        key = "00007" if index == 6 else f"V-{1001 + index}"
        row = {
            "VENDORID": key,
            "NAME": name,
            "VENDTYPE": trade if index % 8 else "",
            "TERMNAME": TERMS[index % len(TERMS)][0] if index % 10 else "",
            "APACCOUNT": EXPENSE_ACCOUNTS[index % len(EXPENSE_ACCOUNTS)] if index % 3 else "",
            "TOTALDUE": str(writer.random.randint(0, 40) * 1250) if index % 6 else "0",
            "CREDITLIMIT": "50000" if index % 4 == 0 else "",
            "RETAINAGEPERCENTAGE": "10" if index % 5 == 0 else "",
            "CURRENCY": "USD",
            "ONHOLD": "true" if index == 17 else "false",
            "ONETIME": "false",
            "STATUS": "inactive" if index in (4, 29, 55) else "active",
            "PREQUAL_EXPIRES": "03/31/2027" if index % 9 == 0 else "",
            "MEGAENTITYID": "200" if index in (11, 37) else "300" if index == 48 else "",
            "COMMENTS": "Keeps its own crane; call first" if index == 28 else "",
        }
        row.update(_address(writer, "DISPLAYCONTACT", name, f"ap{index}@vendor.example" if index % 7 else ""))
        yield row


def _customers(writer: SeedWriter) -> Iterator[Row]:
    for index, name in enumerate(CUSTOMERS):
        row = {
            "CUSTOMERID": "00015" if index == 9 else f"C-{200 + index}",
            "NAME": name,
            "PARENTID": "C-203" if index == 14 else "",
            "TERMNAME": "Net 30" if index % 4 else "",
            "TOTALDUE": str(writer.random.randint(0, 90) * 10000),
            "STATUS": "inactive" if index == 13 else "active",
            "ONHOLD": "false",
            "CURRENCY": "USD",
            "MEGAENTITYID": "200" if index == 12 else "",
        }
        row.update(_address(writer, "DISPLAYCONTACT", name, f"owner{index}@customer.example"))
        yield row


def customer_id(index: int) -> str:
    """The id of the customer at a place in the list."""
    return "00015" if index == 9 else f"C-{200 + index}"


def _project(job: Job) -> Row:
    return {
        "PROJECTID": job.id,
        "NAME": job.name,
        "DESCRIPTION": job.description,
        "PROJECTCATEGORY": job.category,
        "PROJECTSTATUS": job.status,
        "PROJECTTYPE": job.kind,
        "CUSTOMERID": "" if job.customer is None else customer_id(job.customer),
        "PARENTID": job.parent,
        "CONTRACTAMOUNT": job.amount,
        "BEGINDATE": job.begin,
        "ENDDATE": job.end,
        "LOCATIONID": job.location,
        "DEPARTMENTID": "OPS" if job.customer is not None else "",
        "CLASSID": "CIV" if job.kind == "Civil" else "",
        "MANAGERID": "E-001" if job.kind == "Civil" else "E-002" if job.customer is not None else "",
        "CONTACTINFO.CONTACTNAME": "Ellison, Maya" if job.kind == "Civil" else "",
        "CURRENCY": "USD",
        "PONUMBER": "PO & 77/<b>" if job.id == "24-003" else "",
        "BILLINGTYPE": "Fixed Fee" if job.category == "Contract" else "",
        "JOBSITE_ZONE": "North" if job.customer == 0 else "",
        "STATUS": "active" if job.active else "inactive",
        "MEGAENTITYID": job.entity,
    }


def _tasks(index: int, job: Job) -> Iterator[Row]:
    if job.id == "24-013":
        return
    states = ("In Progress", "Not Started", "Completed", "Planned", "On Hold")
    for step in range(2 + index % 4):
        key, name = STANDARD_TASKS[(index + 3 * step) % len(STANDARD_TASKS)]
        yield {
            "TASKID": key,
            "NAME": name,
            "PROJECTID": job.id,
            "STANDARDTASKID": key,
            "TASKNO": key,
            "TASKSTATUS": states[(index + step) % len(states)],
            "BILLABLE": "true",
            "ISMILESTONE": "false",
            "UTILIZED": "false",
            "PBEGINDATE": job.begin,
            "PENDDATE": job.end,
            "ITEMID": "SUBCON" if step == 0 else "",
            "STATUS": "active" if job.active else "inactive",
            "MEGAENTITYID": job.entity,
        }


def _cost_types(index: int, task: Row) -> Iterator[Row]:
    for key, name, account, item in STANDARD_COST_TYPES[: 2 + index % 3]:
        yield {
            "COSTTYPEID": key,
            "STANDARDCOSTTYPEID": key,
            "NAME": name,
            "PROJECTID": task["PROJECTID"],
            "TASKID": task["TASKID"],
            "ACCOUNTNO": account,
            "ITEMID": item,
            "STATUS": task["STATUS"],
            "MEGAENTITYID": task["MEGAENTITYID"],
        }


def _contract_tasks(writer: SeedWriter, job: Job) -> list[Row]:
    return [row for row in writer.company.table("TASK").rows.values() if row["PROJECTID"] == job.id][:2]


def _line_price(position: int) -> int:
    return 125000 * position


def _original_price(writer: SeedWriter, job: Job) -> str:
    count = len(_contract_tasks(writer, job))
    return str(sum(_line_price(position) for position in range(1, count + 1)))


def _contracts(writer: SeedWriter) -> None:
    jobs = [job for job in JOBS if job.amount not in ("", "0") and job.customer is not None and not job.parent][:8]
    writer.fill(
        "PROJECTCONTRACT",
        [
            {
                "PROJECTCONTRACTID": f"PC-{job.id}",
                "NAME": f"{job.name} prime"[:100],
                "PROJECTID": job.id,
                "CUSTOMERID": customer_id(job.customer or 0),
                "CONTRACTDATE": job.begin or "01/15/2025",
                "PROJECTCONTRACTTYPEID": "PRIME",
                "BILLABLE": "true",
                "RETAINAGEPERCENTAGE": "5",
                "ORIGINALPRICE": _original_price(writer, job),
            }
            for job in jobs
        ],
    )
    lines: list[Row] = []
    prices: list[str] = []
    for job in jobs:
        for position, task in enumerate(_contract_tasks(writer, job), start=1):
            price = str(_line_price(position))
            prices.append(price)
            lines.append(
                {
                    "PROJECTCONTRACTID": f"PC-{job.id}",
                    "PROJECTCONTRACTLINEID": f"{position:02d}0",
                    "NAME": task["NAME"],
                    "CONTRACTLINEDATE": job.begin or "01/15/2025",
                    "ACCOUNTNO": "4000",
                    "BILLINGTYPE": "Progress",
                    "MAXIMUMBILLING": "Total revised price",
                    "BILLABLE": "true",
                    "ITEMID": "BILLING",
                    "PROJECTID": job.id,
                    "TASKID": task["TASKID"],
                    "TOTALREVISEDPRICE": price,
                }
            )
    writer.fill("PROJECTCONTRACTLINE", lines)
    numbers = list(writer.company.table("PROJECTCONTRACTLINE").rows)
    writer.fill(
        "PROJECTCONTRACTLINEENTRY",
        [
            {
                "PROJECTCONTRACTLINEKEY": str(number),
                "LINE_NO": "1",
                "WFTYPE": "original",
                "PRICEEFFECTIVEDATE": line["CONTRACTLINEDATE"],
                "PRICE": price,
                "PROJECTID": line["PROJECTID"],
                "TASKID": line["TASKID"],
            }
            for number, line, price in zip(numbers, lines, prices, strict=True)
        ],
    )
