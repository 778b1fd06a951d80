"""Declarations of lists that are mirrored and nothing else: savings accounts, exchange rates, warehouses, dimensions.

Owns their field names, and which dimensions the company defined itself. Must not hold records.
"""

from __future__ import annotations

from integrations.sandbox.schema.vocabulary import AUDIT, OWNER

# Object and label of dimensions this company made itself, besides the one its documents carry.
USER_DIMENSIONS = (("CREW", "Crew"),)
# Fields of a user-defined object are spelt in lower case (developer.intacct.com, Platform Services > Records).
_DIMENSION = "id:seq- name:text* createdBy:text- updatedBy:text- createdAt:time- updatedAt:time-"

SMARTSYNC: dict[str, dict[str, object]] = {
    "SAVINGSACCOUNT": {
        "label": "Savings Account",
        "key": "BANKACCOUNTID",
        "policy": ("Cash Management", "Savings Accounts"),
        "fields": "RECORDNO:seq- BANKACCOUNTID:text- BANKACCOUNTNO:text- BANKACCOUNTTYPE:text- BANKNAME:text- "
        "GLACCOUNTNO:text- LOCATIONID:text- DEPARTMENTID:text- CURRENCY:text- ROUTINGNO:text- BRANCHID:text- "
        f"STATUS:status- {AUDIT} {OWNER}",
        "operations": "read",
    },
    "EXCHANGERATE": {
        "label": "Exchange Rate",
        "key": "TYPENAME,FROM_CURRENCY,TO_CURRENCY",
        "policy": ("Company", "Exchange Rate"),
        "fields": "RECORDNO:seq- TYPENAME:text- FROM_CURRENCY:text- TO_CURRENCY:text-",
        "operations": "read",
        "entity_owned": False,
    },
    "EXCHANGERATEENTRY": {
        "label": "Exchange Rate Entry",
        "plural": "Exchange Rate Entries",
        "key": "",
        "policy": ("Company", "Exchange Rate"),
        "fields": "RECORDNO:seq- EXCHANGERATEKEY:int- EFFECTIVE_START_DATE:date- EXCHANGE_RATE:dec- "
        "RECIPROCAL_RATE:dec-",
        "operations": "read",
        "entity_owned": False,
    },
    "WAREHOUSE": {
        "label": "Warehouse",
        "key": "WAREHOUSEID",
        "policy": ("Inventory Control", "Warehouses"),
        "fields": "RECORDNO:seq- WAREHOUSEID:text- NAME:text- LOCATIONID:text>LOCATION MANAGERID:text>EMPLOYEE "
        f"PARENTID:text>WAREHOUSE USEDINGL:bool- STATUS:status- {AUDIT} {OWNER}",
        "operations": "read",
    },
    **{
        name: {
            "label": label,
            "key": "name",
            "policy": ("User Defined Dimensions", label),
            "fields": _DIMENSION,
            "record_key": "id",
            "user_defined_dimension": True,
            "entity_owned": False,
        }
        for name, label in USER_DIMENSIONS
    },
}
