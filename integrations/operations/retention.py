"""What is kept for how long, declared once for each table, and the removal of what is older in short batches.

Owns the register and the removal. Never removes an active run, the newest run of a tenant (its number must not be given
again), or the runs that show the last outcome of a flow and the last complete reading of a list.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from accounts.tenancy import cross_tenant
from integrations import queue
from integrations.models import (
    READ_TO_THE_END,
    TERMINAL_RUNS,
    Exchange,
    ExchangeSubject,
    RunLog,
    RunRow,
    RunState,
    RunStep,
    SyncRun,
)

BATCH = 1000
FEW = 100  # of rows that carry many others with them
KEEP_QUEUE_FAILURES_DAYS = 7
KEEP_TRIES_DAYS = 2  # after a day they count no longer
# Models whose rows carry those of one other model and nothing else, with its field: two statements remove a batch.
CARRIED: dict[type[models.Model], tuple[type[models.Model], str]] = {Exchange: (ExchangeSubject, "exchange")}


@dataclass(frozen=True)
class Retention:
    """A table with an end of life. `days` is the name of a setting, or a number that needs none.

    `expired` gives the rows that ended before a moment; `parts` are models whose `run` they are, removed before them.
    """

    key: str
    label: str
    days: str | int
    expired: Callable[[datetime], QuerySet[Any]]
    parts: tuple[type[models.Model], ...] = ()

    @property
    def days_kept(self) -> int:
        return int(getattr(settings, self.days)) if isinstance(self.days, str) else self.days


def dated(model: str, field: str) -> Callable[[datetime], QuerySet[Any]]:
    """The rows of `model` ("app.Model") whose `field` lies before a moment."""

    def before(moment: datetime) -> QuerySet[Any]:
        found: QuerySet[Any] = apps.get_model(model)._default_manager.filter(**{f"{field}__lt": moment})
        return found

    return before


def _exchanges(before: datetime) -> QuerySet[Exchange]:
    return Exchange.objects.filter(Q(run=None) | Q(run__state__in=TERMINAL_RUNS), started_at__lt=before)


def _log(before: datetime) -> QuerySet[RunLog]:
    return RunLog.objects.filter(run__state__in=TERMINAL_RUNS, at__lt=before)


def _runs(before: datetime) -> QuerySet[SyncRun]:
    ended = SyncRun.objects.filter(state__in=TERMINAL_RUNS, finished_at__lt=before)
    return ended.exclude(pk__in=_runs_needed())


def _runs_needed() -> set[int]:
    runs, steps = SyncRun.objects.order_by(), RunStep.objects.order_by()
    good = runs.filter(state__in=[RunState.SUCCEEDED, RunState.PARTLY])
    read = steps.filter(READ_TO_THE_END)
    newest = (
        runs.values("tenant").annotate(newest=Max("pk")),
        runs.values("connection", "flow").annotate(newest=Max("pk")),
        good.values("connection", "flow", "state").annotate(newest=Max("pk")),
        read.values("run__connection", "key", "state").annotate(newest=Max("run")),
    )
    return {pk for groups in newest for pk in groups.values_list("newest", flat=True)}


_register: dict[str, Retention] = {}


def register_retention(*declared: Retention) -> None:
    """Have `prune` look after further tables; called from an app's `AppConfig.ready()`."""
    for retention in declared:
        _register[retention.key] = retention


register_retention(
    Retention("exchanges", "requests to Intacct", "RETAIN_EXCHANGES_DAYS", _exchanges),
    Retention("log", "log lines of runs", "RETAIN_LOG_DAYS", _log),
    Retention("runs", "runs", "RETAIN_RUNS_DAYS", _runs, parts=(Exchange, RunLog, RunRow, RunStep)),
    Retention(
        "changes", "changes of mirrored records", "RETAIN_CHANGES_DAYS", dated("integrations.ListItemChange", "at")
    ),
    Retention("queue", "failed jobs of the queue", KEEP_QUEUE_FAILURES_DAYS, queue.failures_before),
    Retention("access", "records of staff's access", "RETAIN_ACCESS_DAYS", dated("accounts.CrossTenantAccess", "at")),
    Retention("audit", "entries of the audit trail", "RETAIN_AUDIT_DAYS", dated("accounts.AuditEntry", "at")),
    Retention("sign_ins", "refused sign-ins to Intacct", KEEP_TRIES_DAYS, dated("integrations.SignInTries", "last_at")),
    Retention("form_drafts", "forms begun and not saved", "RETAIN_DRAFTS_DAYS", dated("accounts.FormDraft", "kept_at")),
    Retention("attempts", "counted attempts to log in", 2, dated("accounts.Attempts", "last_at")),
    Retention("sessions", "expired sessions", 0, dated("sessions.Session", "expire_date")),
)


def retentions() -> list[Retention]:
    """Every table that is looked after, in the order in which it is pruned."""
    return list(_register.values())


@dataclass(frozen=True)
class Part:
    """What was removed of one table, or would be: rows that ended before `before`."""

    key: str
    label: str
    days: int
    before: datetime
    rows: int


@dataclass(frozen=True)
class Pruned:
    parts: tuple[Part, ...]
    is_complete: bool


def prune(*, days: Mapping[str, int] | None = None, seconds: float | None = None, dry_run: bool = False) -> Pruned:
    """Remove what is older than it is kept, stopping after about `seconds`. `days` overrides settings by key."""
    now, parts = timezone.now(), []
    deadline = None if seconds is None else time.monotonic() + seconds
    is_complete = True
    with cross_tenant("retention"):
        for retention in retentions():
            kept = (days or {}).get(retention.key, retention.days_kept)
            before = now - timedelta(days=kept)
            expired = retention.expired(before)
            rows = 0
            for number in [expired.count()] if dry_run else _removed(expired, retention.parts):
                rows += number
                if deadline is not None and time.monotonic() >= deadline:
                    is_complete = False
                    break
            parts.append(Part(retention.key, retention.label, kept, before, rows))
            if not is_complete:
                break
    return Pruned(tuple(parts), is_complete)


def _removed(expired: QuerySet[Any], parts: Iterable[type[models.Model]] = ()) -> Iterator[int]:
    """Remove the rows batch by batch, each in a short transaction of its own; yield how many after each."""
    size = FEW if parts else BATCH
    last: Any = None
    while True:
        rest = expired if last is None else expired.filter(pk__gt=last)
        keys = list(rest.order_by("pk").values_list("pk", flat=True)[:size])
        if not keys:
            return
        for part in parts:
            for _ in _removed(part._base_manager.filter(run__in=keys)):
                pass
        with transaction.atomic():
            _remove(expired.model, keys)
        last = keys[-1]
        yield len(keys)


def _remove(model: type[models.Model], keys: list[Any]) -> None:
    rows = model._base_manager.filter(pk__in=keys)
    if model in CARRIED:
        carried, field = CARRIED[model]
        carried._base_manager.filter(**{f"{field}__in": keys})._raw_delete(rows.db)
        rows._raw_delete(rows.db)
    else:
        # Only keys are read: a row that carries others is loaded to find them, and may hold long texts.
        rows.only("pk").delete()
