"""A step at work: its counts, its checkpoint, its log. Everything a page of work changes is saved together.

Owns how progress is recorded, and that only the holder of the run's lease records any. Knows nothing of what is being
worked on.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F

from integrations.intacct import Client
from integrations.models import Connection, LogLevel, RunLog, RunStep, SyncRun
from integrations.runs import lease

logger = logging.getLogger(__name__)


@dataclass
class StepWork:
    """What a flow is given to work off one step."""

    run: SyncRun
    step: RunStep
    connection: Connection
    client: Client
    lease_token: str
    open_entity: Callable[[str], AbstractContextManager[Client]]
    _pending: dict[str, int] = field(default_factory=dict)

    @property
    def checkpoint(self) -> Mapping[str, Any]:
        return dict(self.step.checkpoint)

    def client_for(self, entity_id: str) -> AbstractContextManager[Client]:
        """A client in this entity's session: the step's own for the connection's entity, else one for the while."""
        if entity_id in ("", self.connection.entity_id):
            return nullcontext(self.client)
        return self.open_entity(entity_id)

    def count(self, **counts: int) -> None:
        """Add to the step's counts, for example `count(read=2000, new=12)`; stored by `save_page`."""
        for name, amount in counts.items():
            if name not in RunStep.COUNTS:
                raise ValueError(f"A step does not count {name!r}.")
            self._pending[name] = self._pending.get(name, 0) + amount

    @contextmanager
    def page(self) -> Iterator[None]:
        """A transaction for what a page stores. Raises LeaseLost, storing nothing, when another worker has the run."""
        with lease.holding(self.run.pk, self.lease_token):
            yield

    def save_page(self, **checkpoint: Any) -> None:
        """Store the counts of this page and merge `checkpoint`; call it in the transaction that stores the page."""
        counts, self._pending = self._pending, {}
        self.step.checkpoint = {**self.step.checkpoint, **checkpoint}
        with self.page():
            RunStep.objects.filter(pk=self.step.pk).update(
                checkpoint=self.step.checkpoint, **{name: F(name) + amount for name, amount in counts.items()}
            )

    def forget(self, name: str) -> None:
        """Take one entry out of the checkpoint, so that what it stands for is done again."""
        self.step.checkpoint = {key: value for key, value in self.step.checkpoint.items() if key != name}
        self.save_page()

    def announce(self, total: int) -> None:
        """Store how many records Intacct says there are."""
        self.step.announced = total
        self.step.save(update_fields=["announced"])

    def limit(self, code: str, sentence: str, advice: str) -> None:
        """Have the step end Limited, though it was worked off: say once what it had to go without."""
        if sentence in self.step.message:
            return
        self.step.message, self.step.error_code = f"{self.step.message} {sentence}".strip()[:500], code
        self.step.save(update_fields=["message", "error_code"])
        self.warn(f"{sentence} {advice}")

    def say(self, message: str, level: LogLevel = LogLevel.INFO) -> None:
        """Write a line people read on the run's page."""
        RunLog.objects.create(tenant_id=self.run.tenant_id, run=self.run, step=self.step, level=level, message=message)

    def warn(self, message: str) -> None:
        self.say(message, LogLevel.WARNING)
