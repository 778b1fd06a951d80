"""Records of the lists that are mirrored and nothing else.

Owns these invented records. Must not be needed by anything but the seed.
"""

from __future__ import annotations

from datetime import timedelta

from integrations.sandbox.data.values import wire_timestamp
from integrations.sandbox.seed.writer import FIXED, SeedWriter

CREWS = ("Crew Aster", "Crew Birch", "Crew Cedar")


def fill_smartsync(writer: SeedWriter) -> None:
    """Savings accounts, exchange rates, warehouses and the company's own dimensions."""
    writer.fill(
        "SAVINGSACCOUNT",
        [
            {
                "BANKACCOUNTID": "RESERVE",
                "BANKNAME": "First Ridge Bank",
                "GLACCOUNTNO": "1000",
                "LOCATIONID": "100",
                "CURRENCY": "USD",
                "BANKACCOUNTNO": "000000002",
                "ROUTINGNO": "000000000",
            }
        ],
    )
    pairs = (("CAD", "USD", "0.73"), ("EUR", "USD", "1.09"), ("MXN", "USD", "0.056"))
    writer.fill(
        "EXCHANGERATE",
        [{"TYPENAME": "Project rate", "FROM_CURRENCY": first, "TO_CURRENCY": second} for first, second, _ in pairs],
    )
    parents = list(writer.company.table("EXCHANGERATE").rows)
    writer.fill(
        "EXCHANGERATEENTRY",
        [
            {"EXCHANGERATEKEY": str(parent), "EFFECTIVE_START_DATE": f"{month:02d}/01/2026", "EXCHANGE_RATE": rate}
            for parent, (_, _, rate) in zip(parents, pairs, strict=True)
            for month in (1, 4)
        ],
    )
    writer.fill(
        "WAREHOUSE",
        [
            {"WAREHOUSEID": "YARD", "NAME": "Larkspur yard store", "LOCATIONID": "110"},
            {"WAREHOUSEID": "PIT", "NAME": "Civil pit store", "LOCATIONID": "210"},
        ],
    )
    made = wire_timestamp(FIXED)
    writer.fill(
        "CREW",
        [
            {
                "name": name,
                "createdBy": "1",
                "createdAt": made,
                "updatedAt": wire_timestamp(FIXED + timedelta(hours=index)),
            }
            for index, name in enumerate(CREWS)
        ],
    )
