"""What is done for each company every few minutes: other rooms register it, a job of the queue does it.

Owns the register alone. What is registered works in the tenant's scope and raises nothing for what may be away.
"""

from collections.abc import Callable

from accounts.models import Tenant

Round = Callable[[Tenant], object]
_rounds: list[Round] = []


def register_round(work: Round) -> None:
    """Have `work` done for each tenant in every round. Raises ValueError for one that comes twice."""
    if work in _rounds:
        raise ValueError(f"{work} is registered already.")
    _rounds.append(work)


def do_rounds(tenant: Tenant) -> None:
    """Everything registered, for one tenant. A defect in one is raised when all the others had their turn."""
    failed: list[Exception] = []
    for work in _rounds:
        try:
            work(tenant)
        except Exception as error:
            failed.append(error)
    if failed:
        raise failed[0]
