"""AP bills as they are found again in Intacct: looked up by their number, read back with their lines.

Owns which fields are asked for and what makes a record ours. Reads only; compares nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from erp_admin.bills.mapping import HEAD, LINE_OBJECT, LINES, OBJECT
from erp_admin.bills.reading import Row, amount, number
from integrations import intacct
from integrations.delivery.offered import Asked
from integrations.delivery.records import Found, RemoteRecords
from integrations.intacct import any_of, eq, in_
from integrations.models import Operation, Push

_BILL: Final = Asked(
    OBJECT,
    frozenset({"RECORDNO", "RECORDID", "VENDORID", "TRX_TOTALENTERED", "STATE"}),
    ("RECORDNO", *HEAD.reads.values(), "MODULEKEY", "RECORD_URL"),
)
_LINE: Final = Asked(
    LINE_OBJECT,
    frozenset({"RECORDNO", "RECORDKEY", "LINE_NO", "TRX_AMOUNT"}),
    ("RECORDNO", "RECORDKEY", "LINE_NO", *LINES.reads.values()),
    numbers=("RECORDNO", "RECORDKEY", "LINE_NO"),
)


class PayableBills(RemoteRecords):
    object_name = OBJECT
    reads_per_batch = 2  # heads and lines

    def _look_up(self, client: intacct.Client, references: Mapping[int, str]) -> Mapping[int, Sequence[Found]]:
        """Bills with a number; of which vendor, `is_ours` asks."""
        rows = _BILL.rows(client, in_("RECORDID", sorted(set(references.values()))))
        return {
            key: [as_found(row) for row in rows if row["RECORDID"] == reference]
            for key, reference in references.items()
        }

    def _read_back(self, client: intacct.Client, remote_ids: Sequence[str]) -> Mapping[str, Found]:
        """Bills with their lines, in two requests and the lookup. What is no record number is asked for by nobody."""
        wanted = [remote_id for remote_id in remote_ids if intacct.number_in(remote_id) is not None]
        heads = _BILL.rows(client, in_("RECORDNO", wanted)) if wanted else []
        lines: dict[str, list[Row]] = {}
        if heads:
            owners = in_("RECORDKEY", [row["RECORDNO"] for row in heads])
            for row in _LINE.rows(client, owners, page_size=2000):
                lines.setdefault(row["RECORDKEY"], []).append(row)
        return {row["RECORDNO"]: as_found(row, lines.get(row["RECORDNO"], [])) for row in heads}

    def _search(self, client: intacct.Client, text: str) -> Sequence[Found]:
        """Bills whose number, reference or record number is `text`, without their lines."""
        conditions = [eq(name, text) for name in ("RECORDID", "DOCNUMBER") if name in _BILL.fields(client)]
        if intacct.number_in(text) is not None:
            conditions.append(eq("RECORDNO", text))
        return [as_found(row) for row in _BILL.rows(client, any_of(*conditions))]

    def is_ours(self, push: Push, found: Found) -> bool:
        """The same vendor, number and total: no vendor asks twice for the same amount under one number.

        An update leaves a bill looking alike, so only Intacct's word that it was executed before counts.
        """
        expected, facts = push.expected, found.facts
        if push.operation == Operation.UPDATE:
            is_its_own = found.remote_id == expected.get("key")
            return is_its_own and push.refused and push.error_code == "DUP-CONTROLID"
        same_total = amount(facts.get("TRX_TOTALENTERED")) == amount(expected.get("total"))
        same_vendor = facts.get("VENDORID") == expected.get("vendor")
        return same_total and same_vendor and facts.get("RECORDID") == expected.get("number")

    def held(self, path: str, facts: Mapping[str, object]) -> str | None:
        """What Intacct held at a field of the head; which of its lines one of a plan is, nothing in them says."""
        value = facts.get(HEAD.reads.get(path, ""))
        return None if value in (None, "") else str(value)


def as_found(row: Mapping[str, str], lines: Sequence[Row] | None = None) -> Found:
    """A record with what was asked for; a field that the company does not offer is not among its facts."""
    facts: dict[str, object] = dict(row)
    if lines is not None:
        facts["lines"] = [dict(line) for line in lines]
    return Found(
        number(row["RECORDNO"]),
        row["RECORDNO"],
        row.get("RECORD_URL", ""),
        row.get("STATE", ""),
        facts,
        row.get("WHENMODIFIED", ""),
    )
