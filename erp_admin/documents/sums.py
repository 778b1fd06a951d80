"""Sums of money by currency: added up apart, never across currencies, and shown with the company's own first."""

from collections.abc import Mapping
from decimal import Decimal

from accounts.tenancy import current_tenant


def own_first(money: Mapping[str, Decimal], own: str = "") -> dict[str, Decimal]:
    """The same sums, that of the company's own currency first; `own` where there is no company's scope."""
    tenant = current_tenant()
    first = own or (tenant.base_currency if tenant is not None else "")
    return dict(sorted(money.items(), key=lambda pair: (pair[0] != first, pair[0])))
