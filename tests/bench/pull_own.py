"""The pull of this project: a sync of the vendors as the `sync` command does it. `python -m tests.bench.pull_own MODE`.

Owns nothing but the call, so that what is measured is what runs in production.
"""

from __future__ import annotations

import sys
from typing import Any

from tests.bench.measure import hand_over, measure
from tests.bench.site import backends, connected

from integrations.runs.runner import run_to_end, totals  # isort: skip
from integrations.models import Connection, ListItem, Mode, RunState  # isort: skip
from integrations.mirror.service import start_list_sync  # isort: skip


def _sync(connection: Connection, mode: Mode) -> dict[str, Any]:
    run = run_to_end(start_list_sync(connection, kinds=["vendors"], mode=mode, queued=False).run)
    if run.state != RunState.SUCCEEDED:
        raise SystemExit(f"The sync ended {run.state}: {run.error_sentence}")
    return {"totals": totals(run), "fields": run.steps.get(key="list:vendors").checkpoint["fields"]}


def main() -> None:
    with connected() as connection:
        facts = measure(lambda: _sync(connection, Mode(sys.argv[1])), backends)
        hand_over(facts | {"stored": ListItem.objects.filter(kind="vendors", missing_at=None).count()})


main()
