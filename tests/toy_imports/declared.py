"""What the toy documents are imported from: project contracts with their lines, and the lines with their prices."""

from integrations.imports.contract import (
    FieldKind,
    ImportDeclaration,
    ImportedField,
    NamedBy,
    OwnedLines,
    WhenGone,
)
from integrations.imports.flow import ImportFlow
from integrations.lists import Group, ListKind, Permission, Reader
from tests.toy_imports.models import ToyContract, ToyContractLine, ToyPrice, ToyPriced

CONTRACTS = ListKind(
    key="toy_contracts",
    group=Group.PROJECTS,
    label="Contracts",
    singular="Contract",
    object="PROJECTCONTRACT",
    id_field="PROJECTCONTRACTID",
    name_field="NAME",
    fields=("PROJECTID", "CUSTOMERID", "CUSTOMERNAME", "CONTRACTDATE", "BILLABLE", "RECORD_URL"),
    permission=Permission("Construction", "Project Contracts"),
    purpose="For tests.",
)
LINES = ListKind(
    key="toy_lines",
    group=Group.PROJECTS,
    label="Contract lines",
    singular="Contract line",
    object="PROJECTCONTRACTLINE",
    id_field="PROJECTCONTRACTLINEID",
    other_id_parts=("PROJECTCONTRACTID",),
    name_field="NAME",
    fields=("CONTRACTLINEDATE", "MAXIMUMBILLINGAMOUNT", "DESCRIPTION"),
    parent_field="PROJECTCONTRACTID",
    parent_list="toy_contracts",
    permission=Permission("Construction", "Project Contracts"),
    purpose="For tests.",
)
PRICED = ListKind(
    key="toy_priced",
    group=Group.PROJECTS,
    label="Priced lines",
    singular="Priced line",
    object="PROJECTCONTRACTLINE",
    id_field="PROJECTCONTRACTLINEID",
    other_id_parts=("PROJECTCONTRACTID",),
    name_field="NAME",
    fields=(),
    reader=Reader.QUERY_THEN_READ,
    nested=("PROJECTCONTRACTLINEENTRIES",),
    permission=Permission("Construction", "Project Contracts"),
    purpose="For tests.",
)
PRICES = ListKind(
    key="toy_prices",
    group=Group.PROJECTS,
    label="Prices",
    singular="Price",
    object="PROJECTCONTRACTLINEENTRY",
    id_field="RECORDNO",
    name_field="MEMO",
    fields=("PRICE",),
    parent_field="PROJECTCONTRACTLINEKEY",
    parent_list="toy_priced",
    status_field="",
    entity_field="",
    permission=Permission("Construction", "Project Contracts"),
    purpose="For tests.",
)
KINDS = (CONTRACTS, LINES, PRICED, PRICES)


def contract_declaration(when_gone: WhenGone = WhenGone.REMOVED) -> ImportDeclaration[ToyContract]:
    return ImportDeclaration(
        kind=CONTRACTS,
        model=ToyContract,
        noun="contract",
        plural="contracts",
        active="is_active",
        fields=(
            ImportedField("name", "NAME"),
            ImportedField("job", "PROJECTID"),
            ImportedField("dated_on", "CONTRACTDATE", FieldKind.DATE),
            ImportedField("is_billable", "BILLABLE", FieldKind.FLAG),
        ),
        lines=(
            OwnedLines(
                model=ToyContractLine,
                kind=LINES,
                number="number",
                when_gone=when_gone,
                fields=(
                    ImportedField("name", "NAME"),
                    ImportedField("dated_on", "CONTRACTLINEDATE", FieldKind.DATE),
                    ImportedField("price", "MAXIMUMBILLINGAMOUNT", FieldKind.AMOUNT),
                ),
            ),
        ),
        searched=("CUSTOMERNAME",),
    )


_PRICE_FIELDS = (ImportedField("amount", "PRICE", FieldKind.AMOUNT), ImportedField("memo", "MEMO"))


def priced_declaration(*, nested: bool) -> ImportDeclaration[ToyPriced]:
    """The same prices as rows nested in the record, or as a list that names the record by its number."""
    listed = OwnedLines(ToyPrice, _PRICE_FIELDS, WhenGone.REMOVED, kind=PRICES, named_by=NamedBy.RECORD_NO)
    rows = OwnedLines(
        ToyPrice, _PRICE_FIELDS, WhenGone.REMOVED, nested="PROJECTCONTRACTLINEENTRIES", nested_id="LINE_NO"
    )
    return ImportDeclaration(
        kind=PRICED,
        model=ToyPriced,
        noun="priced line",
        plural="priced lines",
        number="",
        fields=(ImportedField("name", "NAME"),),
        lines=(rows if nested else listed,),
    )


class ContractImport(ImportFlow[ToyContract]):
    key = "toy_contracts"
    title = "Import contracts"

    def __init__(self, when_gone: WhenGone = WhenGone.REMOVED) -> None:
        self.declaration = contract_declaration(when_gone)


class PricedImport(ImportFlow[ToyPriced]):
    key = "toy_priced"
    title = "Import priced lines"

    def __init__(self, *, nested: bool) -> None:
        self.declaration = priced_declaration(nested=nested)
