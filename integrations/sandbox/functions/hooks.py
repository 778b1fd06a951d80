"""Which rules run when a record of an object is written or deleted.

Owns this registry. Must not hold a rule itself.
"""

from __future__ import annotations

from collections.abc import Callable

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.tables import Row
from integrations.sandbox.functions.bills import after_bill, check_bill, check_bill_deletion, check_bill_line
from integrations.sandbox.functions.payments import (
    after_payment,
    check_payment,
    check_payment_deletion,
    check_payment_detail,
)
from integrations.sandbox.functions.purchasing import (
    after_document,
    after_document_deletion,
    check_document,
    check_document_deletion,
    check_document_line,
)
from integrations.sandbox.functions.rules import (
    Rule,
    account_exists,
    check_contract_line,
    complete_cost_type,
    complete_task,
    party_rule,
    roll_up_contract_line,
)
from integrations.sandbox.wire.failures import ErrorEntry

BEFORE_WRITE: dict[str, Rule] = {
    "VENDOR": party_rule("VENDORID"),
    "CUSTOMER": party_rule("CUSTOMERID"),
    "TASK": complete_task,
    "COSTTYPE": complete_cost_type,
    "PROJECTCONTRACTLINE": check_contract_line,
    "APBILL": check_bill,
    "APBILLITEM": check_bill_line,
    "APPYMT": check_payment,
    "APPYMTDETAIL": check_payment_detail,
    "PODOCUMENT": check_document,
    "PODOCUMENTENTRY": check_document_line,
}
AFTER_WRITE: dict[str, Callable[[Context, int], None]] = {
    "PROJECTCONTRACTLINE": roll_up_contract_line,
    "APBILL": after_bill,
    "APPYMT": after_payment,
    "PODOCUMENT": after_document,
}
BEFORE_DELETE: dict[str, Rule] = {
    "APBILL": check_bill_deletion,
    "APPYMT": check_payment_deletion,
    "PODOCUMENT": check_document_deletion,
}
AFTER_DELETE: dict[str, Rule] = {"PODOCUMENT": after_document_deletion}
DUPLICATES: dict[str, Callable[[Row], ErrorEntry]] = {"GLACCOUNT": account_exists}
