"""What the bell counts, what its page lists, and what is open in numbers. Reads only; needs the tenant's scope."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from accounts.models import User
from accounts.ui.sums import add_up
from erp_admin.models import Notification, NotificationChoice, NotificationKind


def unseen_by(user: User) -> "QuerySet[Notification]":
    """Open notifications that were raised since the person looked last."""
    seen = NotificationChoice.objects.filter(user=user.pk, tenant=OuterRef("tenant")).values("seen_at")[:1]
    found = Notification.objects.filter(settled_at=None).annotate(seen=Subquery(seen))
    return found.filter(Q(seen=None) | Q(raised_at__gt=Subquery(seen)))


def notifications(*, is_open: bool) -> "QuerySet[Notification]":
    """Open ones, or all of them, newest first."""
    found = Notification.objects.all()
    return found.filter(settled_at=None) if is_open else found


def raised_since(moment: datetime | None) -> "QuerySet[Notification]":
    """Open ones that were raised later, oldest first; all that are open where there is no moment."""
    found = Notification.objects.filter(settled_at=None).order_by("raised_at", "pk")
    return found.filter(raised_at__gt=moment) if moment is not None else found


@dataclass
class Standing:
    """How many of a kind are open, and what they amount to by currency."""

    kind: NotificationKind
    count: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)


def standings() -> list[Standing]:
    """What is open, by kind, in one query."""
    rows = Notification.objects.filter(settled_at=None).order_by().values_list("kind", "currency")
    by_kind: dict[str, Standing] = {}
    for kind, currency, count, total in rows.annotate(Count("pk"), Sum("amount")):
        standing = by_kind.setdefault(kind, Standing(NotificationKind(kind)))
        standing.count += count
        if total is not None:
            add_up(standing.money, currency, total)
    return [by_kind[kind] for kind in NotificationKind if kind in by_kind]


def choice_of(user: User) -> NotificationChoice:
    """The person's choice in this company; one that is not stored where none was made."""
    return NotificationChoice.objects.filter(user=user.pk).first() or NotificationChoice(user=user)
