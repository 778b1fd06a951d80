"""Purchasing transactions as they are found again in Intacct: looked up by reference, read back with their lines.

Owns which fields are asked for and what makes a record ours. Reads only; compares nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

from erp_admin.purchasing.reading import HEAD, LINE, Row, amount, number
from integrations import intacct
from integrations.delivery.contract import Found
from integrations.intacct import Query, any_of, eq, in_
from integrations.models import Operation, Push

HEADER_FIELDS: Final = ("RECORDNO", "DOCID", *HEAD.values(), "RECORD_URL")
LINE_FIELDS: Final = ("RECORDNO", "DOCHDRNO", "LINE_NO", *LINE.values(), "ADDEDBYCHANGE")
_NEEDED = {
    "PODOCUMENT": frozenset({"RECORDNO", "DOCID", "DOCNO", "CUSTVENDID", "TRX_TOTAL"}),
    "PODOCUMENTENTRY": frozenset({"RECORDNO", "DOCHDRNO", "LINE_NO", "TRX_VALUE"}),
}
_WANTED = {"PODOCUMENT": HEADER_FIELDS, "PODOCUMENTENTRY": LINE_FIELDS}
_offered: "WeakKeyDictionary[intacct.Client, dict[str, list[str]]]" = WeakKeyDictionary()


def fields_of(client: intacct.Client, object_name: str) -> list[str]:
    """The fields that this company offers of those we want, asked once a client; those that identify are always asked.

    Many names are known from third parties only, and an unknown one fails the whole query.
    """
    known = _offered.setdefault(client, {})
    if object_name not in known:
        names = client.lookup(object_name).names
        known[object_name] = [n for n in _WANTED[object_name] if n in names or n in _NEEDED[object_name]]
    return known[object_name]


def look_up(client: intacct.Client, pushes: Sequence[Push]) -> dict[int, list[Found]]:
    """Documents that carry the reference of a push: the number we gave them, or ours in PONUMBER.

    PONUMBER is the reference number on the read side (third-party lists only); where a company does not offer it, the
    document number alone is searched.
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
                found[push.pk].append(as_found(row, fields))
    return found


def as_found(row: Row, asked: Collection[str], lines: Sequence[Row] | None = None) -> Found:
    """A record with what was asked for; a field that the company does not offer is not among its facts."""
    facts: dict[str, Any] = {name: row.get(name, "") for name in asked}
    if lines is not None:
        # Posted change orders add lines of their own to their commitment (object reference, change orders).
        facts["lines"] = [dict(line) for line in lines if line.get("ADDEDBYCHANGE") != "true"]
    return Found(
        number(row["RECORDNO"]),
        row.get("DOCID", ""),
        row.get("RECORD_URL", ""),
        row.get("STATE", ""),
        facts,
        row.get("WHENMODIFIED", ""),
    )


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
                shown = {name: row.get(name, "") for name in lines_of}
                lines.setdefault(row["DOCHDRNO"], []).append(shown)
    return {row["DOCID"]: as_found(row, fields, lines.get(row["RECORDNO"], [])) for row in heads}


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


def search(client: intacct.Client, text: str) -> list[Found]:
    """Documents whose number, reference or whole id is `text`, without their lines."""
    fields = fields_of(client, "PODOCUMENT")
    where = any_of(*(eq(name, text) for name in ("DOCNO", "DOCID", "PONUMBER") if name in fields))
    page = client.query(Query("PODOCUMENT", fields, where=where, show_private=True))
    return [as_found(row, fields) for row in page.rows]


def held(path: str, facts: Mapping[str, Any]) -> str | None:
    """What Intacct held at an element of a plan; a line is recognized by its memo."""
    place, _, name = path.rpartition("/")
    if not place:
        value = facts.get(HEAD.get(name, ""))
        return None if value in (None, "") else str(value)
    memo = place.capitalize()
    line = next((line for line in facts.get("lines", ()) if line.get("MEMO") == memo), None)
    value = line.get(LINE.get(name, "")) if line is not None else None
    return None if value is None else str(value)
