"""What people and time do to issues: owner, note, snooze, ignore; retry, sync; and noting when they begin and end.

Verbs; raise Refused. Owns the table of issues. A push is asked for through the ledger, which sends nothing twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Tenant, User
from accounts.refusal import Refused
from erp_admin.documents.types import AnyType, document_types
from erp_admin.issues.causes import Cause, Source, documents_of, open_causes
from erp_admin.issues.selectors import lists_of, stored_of
from erp_admin.models import Issue
from integrations.delivery.requests import PushOutcome, ask_pushes, request_end
from integrations.gateway.access import require_connection
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ListState, Mode
from integrations.runs.service import Started

RETRIED = frozenset({Source.FAILED, Source.BLOCKED})


def issue_of(tenant: Tenant, cause: Cause) -> Issue:
    """What is stored of a cause, begun now where nothing is."""
    found = Issue.objects.filter(key=cause.key).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            begun = _begun(tenant, cause)
            begun.save()
            return begun
    except IntegrityError:  # noted by somebody else at this very moment
        return Issue.objects.get(key=cause.key)


def _begun(tenant: Tenant, cause: Cause) -> Issue:
    return Issue(
        tenant=tenant, key=cause.key, source=cause.source, code=cause.code, field_name=cause.field_name[:120],
        sentence=cause.sentence[:500], fix=cause.fix[:500], documents=cause.count, money=_kept(cause.money),
        opened_at=cause.since or timezone.now(),
    )  # fmt: skip


def _kept(money: dict[str, Decimal]) -> dict[str, str]:
    return {currency: f"{amount:.2f}" for currency, amount in sorted(money.items())}


@transaction.atomic
def look_after(
    tenant: Tenant, cause: Cause, *, owner: User | None, note: str, snoozed_until: date | None, by: User
) -> Issue:
    """Keep who looks after it, what is said of it, and until when it may wait. Raises Refused for a past day.

    One that may wait already, until the same day, goes on to by what it concerned then.
    """
    today = timezone.localdate()
    if snoozed_until is not None and snoozed_until <= today:
        raise Refused("An issue can wait until a day to come only.", "Choose tomorrow or later.", code="ISSUE-DAY")
    issue = Issue.objects.select_for_update().get(pk=issue_of(tenant, cause).pk)
    if snoozed_until != issue.snoozed_until or not issue.is_asleep(today, cause.count):
        issue.snoozed_documents = cause.count if snoozed_until else 0
        issue.documents = cause.count
    issue.owner, issue.note, issue.snoozed_until = owner, note, snoozed_until
    issue.save(update_fields=["owner", "note", "snoozed_until", "snoozed_documents", "documents"])
    return issue


def ignore_issue(tenant: Tenant, cause: Cause, *, by: User) -> None:
    """Count it no longer among what needs somebody, until it is restored. The documents stay as they are."""
    issue = issue_of(tenant, cause)
    issue.ignored_at, issue.ignored_by = timezone.now(), by
    issue.save(update_fields=["ignored_at", "ignored_by"])


def restore_issue(issue: Issue) -> None:
    issue.ignored_at = issue.ignored_by = None
    issue.save(update_fields=["ignored_at", "ignored_by"])


@dataclass
class Retried:
    """What became of retrying a cause, by document type; `refused` are types that cannot be pushed now, and why."""

    outcomes: list[tuple[AnyType, PushOutcome]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def runs(self) -> list[Started]:
        return [outcome.started for _, outcome in self.outcomes if outcome.started is not None]


def retry(cause: Cause, *, by: User, queued: bool = True) -> Retried:
    """Push again what failed or was blocked by a cause, one run for each type, as far as the time of a request goes.

    What is still blocked stays as it is.
    """
    if cause.source not in RETRIED:
        raise Refused(
            "This is not repaired by pushing again.", "Open the documents and decide about each.", code="NOTHING"
        )
    connection, retried = require_connection(), Retried()
    issue_of(connection.tenant, cause)  # so that whoever presses twice is told that it is resolved
    ends_at = request_end()
    for document_type, documents in _documents(cause):
        try:
            asked = ask_pushes(connection, document_type.flow, documents, by=by, queued=queued, ends_at=ends_at)
        except Refused as refused:
            retried.refused.append(refused)
        else:
            retried.outcomes.append((document_type, asked))
    return retried


def _documents(cause: Cause) -> Iterator[tuple[AnyType, Any]]:
    for document_type in document_types():
        if cause.counts.get(document_type.key):
            yield document_type, documents_of(cause, document_type)


def sync_what_it_needs(cause: Cause, *, by: User, queued: bool = True) -> Started:
    """Sync exactly the lists that bring what was fixed in Intacct; only what changed, where they were read before."""
    connection, keys = require_connection(), lists_of(cause)
    if not keys:
        raise Refused("No sync helps here.", "Do what the issue says.", code="NOTHING")
    mode = Mode.PARTIAL if _are_complete(connection, keys) else Mode.FULL
    return start_list_sync(connection, kinds=keys, mode=mode, by=by, queued=queued)


def _are_complete(connection: Connection, keys: tuple[str, ...]) -> bool:
    read = ListState.objects.filter(connection=connection, entity_id="", kind__in=keys, complete_through__isnull=False)
    return read.count() == len(keys)


def note_issues(tenant: Tenant) -> None:
    """Write down which issues began, came back and ended since they were last looked at. Call it in the tenant's scope.

    An issue that comes back is open again as from now, with its owner and note; what was snoozed is so no longer.
    """
    now, causes = timezone.now(), open_causes()
    stored = stored_of(causes)
    fresh = [_begun(tenant, cause) for cause in causes if cause.key not in stored]
    Issue.objects.bulk_create(fresh, ignore_conflicts=True)
    for cause in causes:
        issue = stored.get(cause.key)
        if issue is not None:
            _note(issue, cause)
    ended = Issue.objects.filter(resolved_at=None).exclude(key__in=[cause.key for cause in causes])
    ended.update(resolved_at=now, snoozed_until=None, snoozed_documents=0)


def _note(issue: Issue, cause: Cause) -> None:
    values: dict[str, Any] = {}
    if issue.resolved_at is not None:
        values = {"resolved_at": None, "opened_at": timezone.now(), "times": issue.times + 1}
    # While it may wait, what counts is how many there are now: more than when it was snoozed, and it is back.
    if values or cause.count > issue.documents or (issue.snoozed_until and cause.count != issue.documents):
        values |= {"documents": cause.count, "money": _kept(cause.money)}
    if values:
        # By update: that time went on is nobody's change, so no history is written of it.
        Issue.objects.filter(pk=issue.pk).update(**values)
