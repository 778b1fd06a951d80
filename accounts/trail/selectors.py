"""Reads the audit trail of the current tenant, and of no other: the manager of its model sees to that."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import capfirst

from accounts.event_kinds import kinds_of, shown
from accounts.models import AuditEntry, Tenant, User

SYSTEM = "system"  # anyone who has no account: commands, the system, somebody not logged in
HEADINGS = ("Time (UTC)", "Who", "E-mail", "What", "Kind of record", "About", "Details", "Changes", "From", "Request")
ROWS_AT_ONCE = 2_000


@dataclass(frozen=True)
class Wanted:
    """The filters of the trail; empty ones let everything through."""

    what: str = ""
    who: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def is_everything(self) -> bool:
        return self == Wanted()


def entries(wanted: Wanted) -> QuerySet[AuditEntry]:
    """The current tenant's entries, newest first."""
    found = AuditEntry.objects.select_related("support_visit").order_by("-pk")
    if wanted.what:
        found = found.filter(kind__in=kinds_of(wanted.what))
    if wanted.who:
        found = found.filter(actor=None) if wanted.who == SYSTEM else found.filter(actor=int(wanted.who))
    if wanted.first:
        found = found.filter(at__gte=_midnight(wanted.first))
    if wanted.last:
        found = found.filter(at__lt=_midnight(wanted.last + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def people_of(tenant: Tenant) -> list[User]:
    """The people of the company now, and anyone else who did something: former members, support staff."""
    others = AuditEntry.objects.exclude(actor=None).order_by().values("actor").distinct()
    return list(
        User.objects.filter(Q(memberships__tenant=tenant) | Q(pk__in=others)).distinct().order_by("name", "email")
    )


def kind_of_record(entry: AuditEntry) -> str:
    """What the entry is about, in one word; "" where it is about nothing in particular."""
    if entry.content_type_id is None:
        return ""
    return capfirst(ContentType.objects.get_for_id(entry.content_type_id).name)


def text_of(entry: AuditEntry) -> str:
    """What an entry says; of a visit of support with the number of pages that were opened within the hour."""
    visit = getattr(entry, "support_visit", None)
    return entry.text if visit is None or visit.pages == 1 else f"{entry.text} ({visit.pages} pages within the hour)"


def table(found: QuerySet[AuditEntry]) -> Iterator[Iterable[str]]:
    """The entries as rows of text, heading first; read as they are taken, never held together."""
    yield HEADINGS
    for entry in found.select_related("actor", "support_visit").iterator(chunk_size=ROWS_AT_ONCE):
        changes = "; ".join(f"{each['label']}: {each['before']} → {each['after']}" for each in entry.changes)
        yield (
            entry.at.astimezone(UTC).isoformat(timespec="seconds"),
            entry.actor_label,
            entry.actor.email if entry.actor else "",
            shown(entry.kind).label,
            kind_of_record(entry),
            entry.object_label,
            text_of(entry),
            changes,
            entry.remote_addr or "",
            entry.request_id,
        )
