"""Reading records of an object by the fields that a company offers of those that are wanted.

Owns which fields are asked for, and what is done about one that is refused. Knows no object: each says what it wants.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from integrations import intacct
from integrations.intacct import IntacctError, Query


@dataclass(frozen=True)
class Asked:
    """What is asked of an object. `needed` identify a record and are always asked for; `numbers` must be some.

    Many of the `wanted` names are known from third parties only, and an unknown one fails the whole query.
    """

    object_name: str
    needed: frozenset[str]
    wanted: tuple[str, ...]
    numbers: tuple[str, ...] = ("RECORDNO",)

    def fields(self, client: intacct.Client) -> list[str]:
        """The fields that this company offers of those we want."""
        names = client.offered_names(self.object_name) | self.needed
        return [name for name in self.wanted if name in names]

    def rows(
        self, client: intacct.Client, where: intacct.Filter, *, more: Sequence[str] = (), page_size: int = 1000
    ) -> list[dict[str, str]]:
        """All records that match, each with exactly the fields asked for, and those of `more` that are offered.

        A field that a lookup describes may be refused all the same; such a one is left out from then on, unless we
        need it. Raises SpoiltAnswer for a row whose numbers are none.
        """
        while True:
            offered = client.offered_names(self.object_name)
            fields = [*self.fields(client), *(name for name in more if name in offered and name not in self.wanted)]
            query = Query(self.object_name, fields, where=where, show_private=True, page_size=page_size)
            try:
                rows = [row for page in client.pages(query) for row in page.rows]
            except IntacctError as error:
                name = error.subject
                if error.code != intacct.FIELD_REFUSED or name not in fields or name in self.needed:
                    raise
                client.forget_field(self.object_name, name)
            else:
                return [self._checked({name: row.get(name, "") for name in fields}) for row in rows]

    def _checked(self, row: dict[str, str]) -> dict[str, str]:
        """A line whose place is not known must not be written to, nor matched."""
        name = next((name for name in self.numbers if name in row and intacct.number_in(row[name]) is None), "")
        if name:
            flaw = intacct.Flaw(f"its {name} is no number", name)
            raise intacct.SpoiltAnswer(
                f"Record {row['RECORDNO']} of {self.object_name} cannot be read: {flaw.what}.", flaw, code="ANS-VALUE"
            )
        return row
