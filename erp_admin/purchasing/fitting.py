"""Which purchasing transaction definition fits a kind of document: by class, change workflow, reporting category, name.

Pure. Owns what is looked at; that only one that stands out is proposed is integrations.settings.proposals' rule.
"""

from dataclasses import dataclass
from typing import Final

from erp_admin.purchasing.cautions import CHANGE, NO_CHANGE
from integrations.settings.fit import Candidate, Fit, Fitting, Level, holds, is_discouraged

_POSTING: Final = ("A", "G")  # values of UPDATES_GL: to accounts payable, to the general ledger


@dataclass(frozen=True)
class Wanted:
    """What a definition is asked for: its category in Intacct's reports, and the words of a name that fits."""

    reporting: str
    names: tuple[str, ...]
    is_change: bool = False

    def judge(self, candidate: Candidate) -> Fit:
        """Only class Order fits, with the change workflow of the kind; a name alone is worth less than its category."""
        unfit = self._why_unfit(candidate)
        if unfit:
            return Fit(Level.UNFIT, unfit)
        doubt = _doubt(candidate)
        if doubt:
            return Fit(Level.POSSIBLE, doubt)
        reporting, change = candidate.text("REPORTINGCATEGORY"), candidate.text("ENABLEDOCCHANGE")
        what = "a template of class Order"
        if not self.is_change and change == NO_CHANGE:
            what += " that does not enable change"
        if reporting == self.reporting:
            return Fit(Level.CLEAR, f"“{candidate.business_id}” is {what}, reported under {reporting}")
        if reporting:
            return Fit(Level.POSSIBLE, f"{what}, but reported under {reporting}")
        if holds(candidate.label, self.names):
            return Fit(Level.LIKELY, f"named “{candidate.business_id}”, {what}")
        return Fit(Level.POSSIBLE, what)

    def _why_unfit(self, candidate: Candidate) -> str:
        for field in ("DOCCLASS", "CATEGORY"):
            if candidate.text(field) not in ("", "Order"):
                return f"it is a template of class {candidate.text(field)}"
        change = candidate.text("ENABLEDOCCHANGE")
        if self.is_change and change not in ("", CHANGE):
            return "it makes no change orders"
        if not self.is_change and change == CHANGE:
            return "it makes change orders"
        return ""

    @property
    def fitting(self) -> Fitting:
        return Fitting(self.judge)


def _doubt(candidate: Candidate) -> str:
    """Why a definition of the right class is not proposed all the same, or ""."""
    if not all(candidate.text(field) for field in ("DOCCLASS", "CATEGORY", "ENABLEDOCCHANGE")):
        return "its class or change workflow was not read from Intacct"
    if candidate.text("UPDATES_GL") in _POSTING:
        return "its documents post as soon as they are pushed"
    if is_discouraged(candidate):
        return "a template of class Order, but its name says that it is out of use"
    return ""


SUBCONTRACTS: Final = Wanted("Subcontracts", ("subcontract", "subcontracts", "sub contract", "sub contracts"))
PURCHASE_ORDERS: Final = Wanted("Purchase Orders", ("purchase order", "purchase orders", "po", "pos"))
SUBCONTRACT_CHANGES: Final = Wanted("Subcontract Change Orders", SUBCONTRACTS.names, is_change=True)
PURCHASE_ORDER_CHANGES: Final = Wanted("Purchase Order Change Orders", PURCHASE_ORDERS.names, is_change=True)
