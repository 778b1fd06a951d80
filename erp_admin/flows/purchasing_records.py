"""Purchasing transactions as they are found again in Intacct: looked up by reference, read back, compared.

Owns which fields are asked for, what makes a record ours, and the names of differences. Reads only.
"""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from erp_admin.flows.purchasing import memo_of
from erp_admin.models import ValuedLine, rounded
from integrations import intacct
from integrations.engine.push_flow import Difference, Found
from integrations.intacct import Query, any_of, eq, in_
from integrations.models import Operation, Push

HEADER_FIELDS: Final = (
    "RECORDNO", "DOCID", "DOCNO", "DOCPARID", "STATE", "CUSTVENDID", "PONUMBER", "WHENCREATED", "CURRENCY",
    "TRX_TOTAL", "TRX_REVISEDTOTAL", "WHENMODIFIED", "RECORD_URL",
)  # fmt: skip
LINE_FIELDS: Final = ("RECORDNO", "DOCHDRNO", "LINE_NO", "ITEMID", "TRX_VALUE", "MEMO", "ADDEDBYCHANGE")
_NEEDED = {
    "PODOCUMENT": frozenset({"RECORDNO", "DOCID", "DOCNO", "CUSTVENDID", "TRX_TOTAL"}),
    "PODOCUMENTENTRY": frozenset({"RECORDNO", "DOCHDRNO", "LINE_NO", "TRX_VALUE"}),
}
_WANTED = {"PODOCUMENT": HEADER_FIELDS, "PODOCUMENTENTRY": LINE_FIELDS}


def fields_of(client: intacct.Client, object_name: str) -> list[str]:
    """The fields that this company offers of those we want; those that identify a record are always asked for.

    Many names are known from third parties only, and an unknown one fails the whole query.
    """
    names = client.offered_names(object_name) | _NEEDED[object_name]
    return [name for name in _WANTED[object_name] if name in names]


def look_up(client: intacct.Client, pushes: Sequence[Push]) -> dict[int, list[Found]]:
    """Documents that carry the reference of a push: the number we gave them, or ours in PONUMBER.

    PONUMBER is the reference number on the read side (third-party lists only); where a company does not offer it, the
    document number alone is searched: what Intacct numbered itself is not found then, and its control id alone keeps it
    from being written twice.
    """
    fields = fields_of(client, "PODOCUMENT")
    found: dict[int, list[Found]] = {push.pk: [] for push in pushes}
    references = sorted({push.reference for push in pushes})
    searched = [name for name in ("DOCNO", "PONUMBER") if name in fields]
    rows: dict[str, Mapping[str, Any]] = {}
    for name in searched:
        for page in client.pages(Query("PODOCUMENT", fields, where=in_(name, references), show_private=True)):
            rows.update({row["RECORDNO"]: row for row in page.rows})
    for push in pushes:
        for row in rows.values():
            if push.reference in (row.get("DOCNO"), row.get("PONUMBER")):
                found[push.pk].append(as_found(row))
    return found


def as_found(row: Mapping[str, Any], lines: Sequence[Mapping[str, Any]] | None = None) -> Found:
    facts = {name: row.get(name, "") for name in HEADER_FIELDS}
    if lines is not None:
        # Posted change orders add lines of their own to their commitment (object reference, change orders).
        own = [line for line in lines if line.get("ADDEDBYCHANGE") != "true"]
        facts["lines"] = [{name: line.get(name, "") for name in LINE_FIELDS} for line in own]
    return Found(int(row["RECORDNO"]), row.get("DOCID", ""), row.get("RECORD_URL", ""), row.get("STATE", ""), facts)


def read_back(client: intacct.Client, remote_ids: Collection[str]) -> dict[str, Found]:
    """Documents with their lines, in two requests and the lookup."""
    fields = fields_of(client, "PODOCUMENT")
    where = in_("DOCID", sorted(remote_ids))
    heads = [
        row for page in client.pages(Query("PODOCUMENT", fields, where=where, show_private=True)) for row in page.rows
    ]
    lines: dict[str, list[Mapping[str, Any]]] = {}
    if heads:
        numbers, lines_of = [row["RECORDNO"] for row in heads], fields_of(client, "PODOCUMENTENTRY")
        query = Query("PODOCUMENTENTRY", lines_of, where=in_("DOCHDRNO", numbers), page_size=2000, show_private=True)
        for page in client.pages(query):
            for row in page.rows:
                lines.setdefault(row["DOCHDRNO"], []).append(row)
    return {row["DOCID"]: as_found(row, lines.get(row["RECORDNO"], [])) for row in heads}


def is_ours(push: Push, found: Found) -> bool:
    """The same definition, vendor and total under our reference: no other document looks like this.

    An update leaves a document looking alike, so only Intacct's word that it was executed before counts.
    """
    expected, facts = push.expected, found.facts
    if push.operation == Operation.UPDATE:
        is_its_own = found.remote_id == expected.get("key")
        return is_its_own and push.refused and push.error_code == "DUP-CONTROLID"
    same_total = amount(facts.get("TRX_TOTAL")) == amount(expected.get("total"))
    same_vendor = facts.get("CUSTVENDID") == expected.get("vendor")
    definition = facts.get("DOCPARID")
    return same_total and same_vendor and definition in ("", None, expected.get("definition"))


def compare(expected: Mapping[str, Any], found: Found) -> list[Difference]:
    """Totals, vendor, number of lines and state, each named when Intacct holds it otherwise."""
    facts = found.facts
    differences = []
    if amount(facts.get("TRX_TOTAL")) != amount(expected.get("total")):
        differences.append(Difference("Total", str(expected.get("total")), str(facts.get("TRX_TOTAL"))))
    for label, ours, theirs in (("Vendor", "vendor", "CUSTVENDID"), ("Currency", "currency", "CURRENCY")):
        if expected.get(ours) and facts.get(theirs) and facts[theirs] != expected[ours]:
            differences.append(Difference(label, str(expected[ours]), str(facts[theirs])))
    lines = facts.get("lines")
    # Where a company does not offer ADDEDBYCHANGE, lines of change orders are counted: more are no difference then.
    revised = facts.get("TRX_REVISEDTOTAL") != facts.get("TRX_TOTAL")
    may_be_more = revised and bool(lines) and not any(line.get("ADDEDBYCHANGE") for line in lines or ())
    wanted_lines = int(expected.get("line_count", 0))
    if lines is not None and len(lines) != wanted_lines and not (may_be_more and len(lines) > wanted_lines):
        differences.append(Difference("Lines", str(expected.get("line_count")), str(len(lines))))
    wanted, state = str(expected.get("state", "")), str(facts.get("STATE", ""))
    # Approval rules of the company may move a document on at once; only a draft that is none, or the reverse, differs.
    if wanted and state and (wanted == "Draft") != (state in ("Draft", "I")):
        differences.append(Difference("State", wanted, state))
    return differences


TOTAL, MODIFIED, STATE, REVISED = "Total", "Modified", "State", "Revised total"


def reading(found: Found) -> dict[str, str]:
    """What of a record is remembered, so that a later read shows whether somebody changed it in Intacct."""
    facts = found.facts
    named = {TOTAL: "TRX_TOTAL", "Vendor": "CUSTVENDID", "Currency": "CURRENCY", "Number": "DOCNO"}
    named |= {STATE: "STATE", REVISED: "TRX_REVISEDTOTAL", MODIFIED: "WHENMODIFIED"}
    return {label: str(facts.get(name) or "") for label, name in named.items()} | {
        "Lines": str(len(facts.get("lines", ())))
    }


def is_ordinary(changed: Collection[str], found: Found, totals: Collection[Decimal]) -> bool:
    """Whether just these parts of a reading change by themselves: invoices move the state, change orders the total.

    `totals` are the revised totals that our own change orders account for. A new modification time alone is an edit.
    """
    if not set(changed) <= {MODIFIED, STATE, REVISED} or set(changed) == {MODIFIED}:
        return False
    revised = amount(found.facts.get("TRX_REVISEDTOTAL"))
    return REVISED not in changed or revised is None or revised in totals


def sent_amounts(sent: Mapping[str, Any] | None) -> dict[int, Decimal | None]:
    """The amount of each line as it was sent, by the line's primary key: it may have been edited here since."""
    lines = (sent or {}).get("lines", {})
    found: dict[int, Decimal | None] = {}
    for key, elements in lines.items():
        product = Decimal(elements.get("quantity", "1")) * Decimal(elements.get("price", "0"))
        found[int(key)] = amount(rounded(product))
    return found


def match_lines(
    lines: Sequence[ValuedLine],
    records: Sequence[Mapping[str, Any]],
    amounts: Mapping[int, Decimal | None] | None = None,
) -> dict[int, tuple[int, int]]:
    """Record number and position in Intacct of each of our lines, by its memo and amount, else by amount in order.

    `amounts` are those sent, where they are known. That lines come back in the order sent is unconfirmed, so an amount
    must agree in any case.
    """
    amounts = amounts or {}
    left = sorted(records, key=lambda record: int(record.get("LINE_NO") or 0))
    found: dict[int, tuple[int, int]] = {}
    for by_memo in (True, False):
        for line in lines:
            if line.pk in found:
                continue
            for record in left:
                same_memo = record.get("MEMO") == memo_of(line)
                if amount(record.get("TRX_VALUE")) == amounts.get(line.pk, line.amount) and (same_memo or not by_memo):
                    found[line.pk] = (int(record["RECORDNO"]), int(record.get("LINE_NO") or 0))
                    left.remove(record)
                    break
    return found


def amount(text: Any) -> Decimal | None:
    """An amount as Intacct writes it, or None when it is not one."""
    try:
        return Decimal(str(text)).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


def search(client: intacct.Client, text: str) -> list[Found]:
    """Documents whose number, reference or whole id is `text`, without their lines."""
    fields = fields_of(client, "PODOCUMENT")
    where = any_of(*(eq(name, text) for name in ("DOCNO", "DOCID", "PONUMBER") if name in fields))
    page = client.query(Query("PODOCUMENT", fields, where=where, show_private=True))
    return [as_found(row) for row in page.rows]


# Where reading back shows what was written: element of the function -> field. The rest is not read back.
_HELD_HEAD: Final = {
    "transactiontype": "DOCPARID",
    "datecreated": "WHENCREATED",
    "vendorid": "CUSTVENDID",
    "documentno": "DOCNO",
    "referenceno": "PONUMBER",
    "state": "STATE",
    "currency": "CURRENCY",
}
_HELD_LINE: Final = {"itemid": "ITEMID", "price": "TRX_VALUE", "memo": "MEMO"}


def held(path: str, facts: Mapping[str, Any]) -> str | None:
    """What Intacct held at an element of a plan; a line is recognised by its memo."""
    place, _, name = path.rpartition("/")
    if not place:
        found = facts.get(_HELD_HEAD.get(name, ""))
        return None if found in (None, "") else str(found)
    memo = place.capitalize()
    line = next((line for line in facts.get("lines", ()) if line.get("MEMO") == memo), None)
    if line is None or name not in _HELD_LINE:
        return None
    # A line is read back as its amount: with a quantity other than one that is not its price.
    return str(line.get(_HELD_LINE[name], ""))
