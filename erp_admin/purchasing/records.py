"""Purchasing transactions as they are found again in Intacct: looked up by reference, read back with their lines.

Owns which fields are asked for and what makes a record ours. Reads only; compares nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from erp_admin.purchasing.mapping import memo_at
from erp_admin.purchasing.reading import HEAD, LINE, Row, amount, number, rows_of
from integrations import intacct
from integrations.delivery.records import Found, RemoteRecords
from integrations.intacct import IntacctError, Query, any_of, eq, in_
from integrations.models import Operation, Push

_HEADER, _ENTRY = "PODOCUMENT", "PODOCUMENTENTRY"
_NEEDED: Final = {
    _HEADER: frozenset({"RECORDNO", "DOCID", "DOCNO", "CUSTVENDID", "TRX_TOTAL"}),
    _ENTRY: frozenset({"RECORDNO", "DOCHDRNO", "LINE_NO", "TRX_VALUE"}),
}
_WANTED: Final = {
    _HEADER: ("RECORDNO", "DOCID", *HEAD.values(), "RECORD_URL"),
    _ENTRY: ("RECORDNO", "DOCHDRNO", "LINE_NO", *LINE.values(), "ADDEDBYCHANGE"),
}

_NUMBERS: Final = ("RECORDNO", "DOCHDRNO", "LINE_NO")


class PurchasingDocuments(RemoteRecords):
    object_name = _HEADER
    reads_per_batch = 2  # headers and lines

    def _look_up(self, client: intacct.Client, references: Mapping[int, str]) -> Mapping[int, Sequence[Found]]:
        """Documents that carry a reference: the number we gave them, or ours in PONUMBER.

        PONUMBER is the reference number on the read side (third-party lists only); where a company does not offer it,
        the document number alone is searched.
        """
        wanted = sorted(set(references.values()))
        rows: dict[str, dict[str, str]] = {}
        for name in [name for name in ("DOCNO", "PONUMBER") if name in fields_of(client, _HEADER)]:
            rows |= {row["RECORDNO"]: row for row in _rows(client, _HEADER, in_(name, wanted))}
        return {
            key: [as_found(row) for row in rows.values() if reference in (row.get("DOCNO"), row.get("PONUMBER"))]
            for key, reference in references.items()
        }

    def _read_back(self, client: intacct.Client, remote_ids: Sequence[str]) -> Mapping[str, Found]:
        """Documents with their lines, in two requests and the lookup."""
        heads = _rows(client, _HEADER, in_("DOCID", remote_ids))
        lines: dict[str, list[Row]] = {}
        if heads:
            owners = in_("DOCHDRNO", [row["RECORDNO"] for row in heads])
            for row in _rows(client, _ENTRY, owners, page_size=2000):
                lines.setdefault(row["DOCHDRNO"], []).append(row)
        return {row["DOCID"]: as_found(row, lines.get(row["RECORDNO"], [])) for row in heads}

    def _search(self, client: intacct.Client, text: str) -> Sequence[Found]:
        """Documents whose number, reference or whole id is `text`, without their lines."""
        fields = fields_of(client, _HEADER)
        where = any_of(*(eq(name, text) for name in ("DOCNO", "DOCID", "PONUMBER") if name in fields))
        return [as_found(row) for row in _rows(client, _HEADER, where)]

    def is_ours(self, push: Push, found: Found) -> bool:
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

    def held(self, path: str, facts: Mapping[str, object]) -> str | None:
        """What Intacct held at an element of a plan; a line is recognized by its memo."""
        place, _, name = path.rpartition("/")
        if not place:
            value = facts.get(HEAD.get(name, ""))
            return None if value in (None, "") else str(value)
        line = next((line for line in rows_of(facts) or () if line.get("MEMO") == memo_at(place)), None)
        value = line.get(LINE.get(name, "")) if line is not None else None
        return None if value is None else str(value)


def fields_of(client: intacct.Client, object_name: str) -> list[str]:
    """The fields that this company offers of those we want; those that identify a record are always asked for.

    Many names are known from third parties only, and an unknown one fails the whole query.
    """
    names = client.offered_names(object_name) | _NEEDED[object_name]
    return [name for name in _WANTED[object_name] if name in names]


def _rows(
    client: intacct.Client, object_name: str, where: intacct.Filter, *, page_size: int = 1000
) -> list[dict[str, str]]:
    """All records that match, each with exactly the fields that are asked for.

    A field that a lookup describes may be refused all the same; such a one is left out from then on, unless we need it.
    """
    while True:
        fields = fields_of(client, object_name)
        query = Query(object_name, fields, where=where, show_private=True, page_size=page_size)
        try:
            rows = [row for page in client.pages(query) for row in page.rows]
        except IntacctError as error:
            name = error.subject
            if error.code != intacct.FIELD_REFUSED or name not in fields or name in _NEEDED[object_name]:
                raise
            client.forget_field(object_name, name)
        else:
            return [_checked(object_name, {name: row.get(name, "") for name in fields}) for row in rows]


def _checked(object_name: str, row: dict[str, str]) -> dict[str, str]:
    """The row, where its numbers are some: a line whose place is not known must not be written to, nor matched.

    Raises SpoiltAnswer.
    """
    name = next((name for name in _NUMBERS if name in row and intacct.number_in(row[name]) is None), "")
    if name:
        flaw = intacct.Flaw(f"its {name} is no number", name)
        raise intacct.SpoiltAnswer(
            f"Record {row['RECORDNO']} of {object_name} cannot be read: {flaw.what}.", flaw, code="ANS-VALUE"
        )
    return row


def as_found(row: Mapping[str, str], lines: Sequence[Row] | None = None) -> Found:
    """A record with what was asked for; a field that the company does not offer is not among its facts."""
    facts: dict[str, object] = dict(row)
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
