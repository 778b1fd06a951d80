"""What is asked about syncs of lists: when a list was last read to its end, and whether any sync ever succeeded.

Reads only; needs the tenant's scope. What stands in the lists is asked of records.selectors.
"""

from django.db.models import Q

from integrations.mirror.flow import LISTS
from integrations.models import Connection, RunState, RunStep, SyncRun
from integrations.models.states import READ_TO_THE_END


def last_pull(connection: Connection, kind_key: str) -> RunStep | None:
    """The step that last read the list to its end, single unusable records apart."""
    read = RunStep.objects.filter(READ_TO_THE_END, run__connection=connection, key=f"list:{kind_key}")
    return read.order_by("-started_at").first()


def is_mirrored(connection: Connection, kind_key: str) -> bool:
    return last_pull(connection, kind_key) is not None


def has_succeeded(connection: Connection | None) -> bool:
    """Whether a sync of lists has succeeded before, so that a Partial has something to build on."""
    if connection is None:
        return False
    good = Q(state=RunState.SUCCEEDED) | Q(state=RunState.PARTLY)
    return SyncRun.objects.filter(good, connection=connection, flow=LISTS).exists()
