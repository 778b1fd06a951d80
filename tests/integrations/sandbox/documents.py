"""Requests for documents as clients write them: bills, purchasing transactions and attachments, as text.

Owns no assertions. Element orders are those of the published schema; a test that breaks them does so itself.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from tests.integrations.sandbox.gateway import Answer, Caller, where


def day(name: str, text: str) -> str:
    """A date in parts, from mm/dd/yyyy."""
    month, number, year = text.split("/")
    return f"<{name}><year>{year}</year><month>{month}</month><day>{number}</day></{name}>"


def elements(**values: str) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items() if value)


def custom(**values: str) -> str:
    fields = "".join(
        f"<customfield><customfieldname>{name}</customfieldname><customfieldvalue>{escape(value)}</customfieldvalue>"
        "</customfield>"
        for name, value in values.items()
    )
    return f"<customfields>{fields}</customfields>" if fields else ""


def bill_line(account: str = "5010", amount: str = "900.00", project: str = "24-001", more: str = "") -> str:
    line = elements(glaccountno=account, amount=amount, memo="Footings", locationid="100", projectid=project)
    return f"<lineitem>{line}{more}</lineitem>"


def bill(number: str = "INV-1", vendor: str = "V-1001", action: str = "", lines: str = "", **header: str) -> str:
    """A create_bill; a due date unless the term is to give it."""
    due = day("datedue", "10/15/2026") if "termname" not in header else elements(termname=header.pop("termname"))
    return (
        f"<create_bill>{elements(vendorid=vendor)}{day('datecreated', '09/15/2026')}{due}"
        f"{elements(action=action, billno=number, **header)}<billitems>{lines or bill_line()}</billitems></create_bill>"
    )


def item(price: str = "4100", quantity: str = "1", more: str = "", end: str = "", **values: str) -> str:
    """A potransitem: `more` follows the price, `end` the project."""
    found = {"itemid": "SUBCON", "unit": "Each", "projectid": "24-001", "locationid": "100", **values}
    return (
        f"<potransitem><itemid>{found['itemid']}</itemid>{elements(quantity=quantity, unit=found['unit'], price=price)}"
        f"{more}{elements(locationid=found['locationid'], projectid=found['projectid'])}{end}</potransitem>"
    )


def purchase(
    kind: str = "PC Subcontracts",
    number: str = "SC-9",
    lines: str = "",
    source: str = "",
    tail: str = "",
    vendor: str = "V-1001",
    **header: str,
) -> str:
    """A create_potransaction; `tail` is the construction block after the lines."""
    state = header.pop("state", "")
    fields = header.pop("app_url", "")
    after = elements(**{name: header.pop(name, "") for name in ("supdocid", "externalid", "currency")})
    return (
        f"<create_potransaction>{elements(transactiontype=kind)}{day('datecreated', '09/20/2026')}"
        f"{elements(createdfrom=source, vendorid=vendor, documentno=number, **header)}"
        f"<returnto><contactname/></returnto><payto><contactname></contactname></payto>{after}"
        f"{custom(SOURCE_APP_URL=fields) if fields else ''}{elements(state=state)}"
        f"<potransitems>{lines or item()}</potransitems>{tail}</create_potransaction>"
    )


def key_of(answer: Answer) -> str:
    key = answer.result.findtext("key")
    assert key is not None, answer.body.decode()
    return key


def record(caller: Caller, object_name: str, name: str, value: str, *fields: str, kind: str = "") -> dict[str, str]:
    """The one record with this value, read by `query`."""
    select = "".join(f"<field>{field}</field>" for field in fields)
    docparid = f"<docparid>{kind}</docparid>" if kind else ""
    condition = where("equalto", name, value)
    answer = caller.call(
        f"<query><object>{object_name}</object><select>{select}</select><filter>{condition}</filter>{docparid}</query>"
    )
    rows = list(answer.data)
    assert len(rows) == 1, answer.body.decode()
    return {str(child.tag): child.text or "" for child in rows[0]}


def lines_of(caller: Caller, number: str, *fields: str) -> list[dict[str, str]]:
    """The lines of a purchasing transaction in their order."""
    answer = caller.query("PODOCUMENTENTRY", *fields, condition=where("equalto", "DOCHDRNO", number), order="LINE_NO")
    return [{str(child.tag): child.text or "" for child in row} for row in answer.data]


def audit_rows(caller: Caller) -> list[tuple[str, str, str]]:
    answer = caller.query("AUDITHISTORY", "OBJECTTYPE", "OBJECTKEY", "ACCESSMODE", order="ID")
    return [tuple(child.text or "" for child in row) for row in answer.data]  # type: ignore[misc]


def refused(answer: Answer, number: str, text: str) -> None:
    """The first error is the cause."""
    assert answer.errors, answer.body.decode()
    assert answer.errors[0][0] == number, answer.errors
    assert text in answer.errors[0][1], answer.errors
