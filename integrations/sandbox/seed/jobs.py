"""The projects of the demo company, chosen to be awkward: marks, accents, leading zeros, gaps, long names, families.

Owns this list. Must not know stores or record numbers.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Job:
    """One project; `customer` is a position in the customer list or None, `entity` is empty for shared ones."""

    id: str
    name: str
    customer: int | None
    kind: str = "Commercial"
    status: str = "In progress"
    amount: str = ""
    begin: str = ""
    end: str = ""
    parent: str = ""
    entity: str = ""
    active: bool = True
    category: str = "Contract"
    location: str = "100"
    description: str = ""


LONG_NAME = (
    "Larkspur Transit Authority Multimodal Interchange, Pedestrian Bridge, Park & Ride Structure and Associated "
    "Utility Relocation, Contract Package 3 of 5 (Rebid)"
)

JOBS: tuple[Job, ...] = (
    Job("24-001", "Riverside Bridge", 0, "Civil", amount="4250000", begin="01/15/2025", end="12/31/2026"),
    Job(
        "24-001-A", "Riverside Bridge - approaches", 0, "Civil", amount="815000.5", begin="03/01/2025", parent="24-001"
    ),
    Job("24-001-B", "Riverside Bridge - lighting", 0, "Civil", amount="240000", parent="24-001", status="Planned"),
    Job("24-002", "Fernhill High School & Gymnasium", 1, amount="18400000", begin="06/01/2024", end="08/15/2026"),
    Job(
        "24-003",
        "Mercy Valley <East Wing>",
        2,
        "Healthcare",
        amount="32750000.75",
        begin="09/09/2024",
        end="11/30/2027",
    ),
    Job("24-004", "Cobblestone Hotel 'Lakefront'", 14, "Hospitality", amount="9990000", begin="02/03/2025"),
    Job("24-005", 'The "Old Mill" Renovation', 6, "Renovation", amount="2100000", begin="05/20/2024", end="04/01/2025"),
    Job(
        "00042",
        "Legacy Warehouse",
        10,
        amount="1500000",
        begin="07/01/2019",
        end="06/30/2020",
        status="Closed",
        active=False,
    ),
    Job(
        "00043", "Legacy Warehouse, dock extension", 10, amount="180000", parent="00042", status="Closed", active=False
    ),
    Job("24-006", "Saint-Éloi Chapel Façade", 11, "Renovation", amount="640000", begin="10/01/2025"),
    Job("24-007", "Bygning på Havnefronten, Ærø", 4, amount="7300000", begin="01/02/2026", location="200"),
    Job("24-008", "東側駐車場 East Parking", 8, "Civil", amount="1275000", begin="04/01/2026"),
    Job("24-009", LONG_NAME, 5, "Civil", amount="61000000", begin="01/05/2026", end="10/31/2029", location="200"),
    Job("24-010", "Granary Lofts", 9, amount="12800000", begin="11/11/2024", end="12/01/2026"),
    Job("24-010-T1", "Granary Lofts: tenant 1 fit-out", 9, amount="450000", parent="24-010"),
    Job("24-011", "Wildflower Senior Living, Phase II", 7, "Healthcare", amount="21000000", begin="03/15/2026"),
    Job("24-012", "Parkside Library", 8, amount="5600000", status="On hold"),
    Job("24-013", "Unassigned estimate", None, "", status="", location=""),
    Job(
        "CIV-100",
        "Canyon Trail Culverts",
        13,
        "Civil",
        amount="880000",
        begin="05/01/2026",
        entity="200",
        location="200",
    ),
    Job(
        "CIV-101",
        "Quarry Road Resurfacing",
        0,
        "Civil",
        amount="1340000",
        begin="06/15/2026",
        entity="200",
        location="200",
    ),
    Job("SVC-900", "Service calls", None, "Service", entity="300", location="300", category="Internal Billable"),
    Job("INT-001", "Yard improvements", None, "Internal", category="Internal Non-Billable", amount="0"),
    Job("INT-002", "ERP & reporting", None, "Internal", category="Capitalized", amount="95000"),
    Job(
        "24-014",
        "Juniper Ridge Clubhouse",
        12,
        amount="1999999.99",
        begin="08/01/2025",
        end="07/31/2026",
        description="Clubhouse, pool & courts; owner's allowance < 5 % of the contract > see letter",
    ),
)
