"""The register of document types: what each is called, which model and flow it has, and the addresses of its pages.

Owns no rule and knows no request; what pages ask is answered from here.
"""

from dataclasses import dataclass
from typing import Any, Final

from erp_admin.models import ChangeOrder, Commitment
from integrations.delivery.contract import PushFlow, push_flow


@dataclass(frozen=True)
class DocumentType:
    """`many` is the address name of the list and the key of the flow, `one` the address name of one document."""

    many: str
    one: str
    model: type[Any]
    noun: str
    plural: str
    title: str
    lead: str
    icon: str
    empty_title: str
    empty_text: str

    @property
    def flow(self) -> PushFlow:
        return push_flow(self.many)

    @property
    def new_url_name(self) -> str:
        return f"new_{self.one}"


DOCUMENT_TYPES: Final = {
    "commitments": DocumentType(
        many="commitments",
        one="commitment",
        model=Commitment,
        noun="commitment",
        plural="commitments",
        title="Commitments",
        lead="What you have agreed to pay subcontractors and suppliers, and what Sage Intacct holds of it.",
        icon="file-earmark-text",
        empty_title="No commitments yet",
        empty_text="Subcontracts and purchase orders appear here once you enter them. Approved ones are pushed to Sage "
        "Intacct as purchasing transactions, each exactly once.",
    ),
    "change_orders": DocumentType(
        many="change_orders",
        one="change_order",
        model=ChangeOrder,
        noun="change order",
        plural="change orders",
        title="Change orders",
        lead="What changed in commitments after they were agreed, and what Sage Intacct holds of it.",
        icon="file-earmark-diff",
        empty_title="No change orders yet",
        empty_text="Changes of commitments appear here once you enter them. Each waits for its commitment and is then "
        "pushed to Sage Intacct as a change order of it.",
    ),
}
