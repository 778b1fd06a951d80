"""What pages ask about issues: those that are open, may wait, are resolved or ignored, with what people said of them.

Reads only. Whether an issue is open is read from the documents; what is stored adds owner, note and history.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts import codes
from accounts.models import Membership, Role, Tenant, User
from accounts.ui.sums import add_up
from erp_admin.issues.causes import Cause, Source, open_causes
from erp_admin.models import Issue
from integrations.settings.declared import all_settings

KEPT_RESOLVED: Final = 200  # resolved ones that pages lead to, the newest


@dataclass(frozen=True)
class OpenIssue:
    """A cause that there is now, with what is stored of it, if anything is."""

    cause: Cause
    stored: Issue | None

    @property
    def since(self) -> datetime | None:
        """Since when there is such a document; where no document says so, since when it was noticed."""
        return self.cause.since or (self.stored.opened_at if self.stored and self.stored.resolved_at is None else None)

    @property
    def owner(self) -> User | None:
        return self.stored.owner if self.stored else None

    @property
    def is_ignored(self) -> bool:
        return self.stored is not None and self.stored.ignored_at is not None

    @property
    def is_asleep(self) -> bool:
        return self.stored is not None and self.stored.is_asleep(timezone.localdate(), self.cause.count)

    @property
    def has_grown(self) -> bool:
        """Whether it was snoozed and is back before its day, since it concerns more documents."""
        stored = self.stored
        if stored is None or stored.snoozed_until is None or stored.snoozed_until <= timezone.localdate():
            return False
        return self.cause.count > stored.snoozed_documents

    @property
    def lists(self) -> tuple[str, ...]:
        """Keys of the lists whose sync brings what was fixed in Intacct."""
        return lists_of(self.cause)


def lists_of(cause: Cause) -> tuple[str, ...]:
    """As the code declares them; a setting that names a record of a list has that list."""
    found = codes.lists_to_sync(cause.code, cause.field_name)
    if not found and cause.source == Source.BLOCKED:
        found = tuple(each.list_key for each in all_settings() if each.key == cause.field_name and each.list_key)
    return found


@dataclass(frozen=True)
class Issues:
    """Every issue: open ones that somebody has to look at, those that may wait, and those that are ignored."""

    open: list[OpenIssue]
    asleep: list[OpenIssue]
    ignored: list[OpenIssue]

    @property
    def all(self) -> list[OpenIssue]:
        return [*self.open, *self.asleep, *self.ignored]

    def find(self, key: str) -> OpenIssue | None:
        return next((each for each in self.all if each.cause.key == key), None)


def issues_now() -> Issues:
    """In three questions, however many documents and causes there are."""
    causes = open_causes()
    stored = stored_of(causes)
    found = [OpenIssue(cause, stored.get(cause.key)) for cause in causes]
    ignored = [each for each in found if each.is_ignored]
    asleep = [each for each in found if each.is_asleep and not each.is_ignored]
    return Issues([each for each in found if not each.is_ignored and not each.is_asleep], asleep, ignored)


def stored_of(causes: Iterable[Cause]) -> Mapping[str, Issue]:
    """What is stored of these causes, by key."""
    keys = [cause.key for cause in causes]
    return {issue.key: issue for issue in Issue.objects.filter(key__in=keys).select_related("owner", "ignored_by")}


def resolved_issues(now: Issues) -> QuerySet[Issue]:
    """What was an issue and is none now, the newest first; also where its end was not written down yet."""
    keys = [each.cause.key for each in now.all]
    return Issue.objects.exclude(key__in=keys).select_related("owner").order_by("-resolved_at", "-opened_at", "-pk")


def noted_issues() -> QuerySet[Issue]:
    """Issues that are open as last noted: what every page can afford to count. Noted whenever a run or judging ends,
    when people act on one, and every few minutes; the pages that read all issues count those."""
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=timezone.localdate())
    grown = Q(documents__gt=F("snoozed_documents"))
    return Issue.objects.filter(awake | grown, resolved_at=None, ignored_at=None)


def money_of(issues: Iterable[OpenIssue]) -> dict[str, Decimal]:
    """What they amount to, by currency; what has two causes counts with each."""
    total: dict[str, Decimal] = {}
    for issue in issues:
        for currency, amount in issue.cause.money.items():
            add_up(total, currency, amount)
    return total


def possible_owners(tenant: Tenant) -> list[User]:
    """Who can do something about an issue: accountants and admins, by name."""
    roles = [role for role in Role if role.includes(Role.ACCOUNTANT)]
    found = Membership.objects.filter(Q(role__in=roles), tenant=tenant, user__is_active=True).select_related("user")
    return sorted((each.user for each in found), key=lambda user: str(user).lower())
