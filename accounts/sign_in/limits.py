"""How long a log-in lasts: without activity, and in any case; by company, for support staff, and elsewhere.

Owns the limits and what a session remembers of its use. Where people are sent is the middleware's; what they prove
there is accounts.sign_in.proof.
"""

import time
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from accounts.models import Membership, Tenant, User
from accounts.sign_in.proof import CLOCKS_DIFFER_SECONDS, forget_proofs_of_the_future, last_proof, logged_in_at

ACTIVE_KEY: Final = "active_at"
AWAY_KEY: Final = "away_for"
BEGAN_KEY: Final = "began_at"
SEEN_KEY: Final = "seen_at"  # of the session list; sessions of the version before tell nothing else
# Activity is written down so often at most, and limits are exact to it, in the person's favor.
WRITTEN_EVERY_SECONDS: Final = 60


@dataclass(frozen=True)
class Limits:
    """Minutes without activity after which a person confirms who they are, and hours after which they log in anew."""

    idle_minutes: int
    longest_hours: int

    def is_away_too_long(self, use: "Use") -> bool:
        return use.away > self.idle_minutes * 60 + WRITTEN_EVERY_SECONDS

    def is_too_old(self, use: "Use") -> bool:
        return use.now - use.began > self.longest_hours * 3600


@dataclass(frozen=True)
class Use:
    """What a session knows of its use. `away` is the longest time without activity since the last proof.

    The longest, not the last: a page of a company that allows more must not open those of one that allows less.
    """

    now: float
    began: float
    active: float
    earlier_away: float

    @property
    def away(self) -> float:
        return max(self.earlier_away, self.now - self.active)


def limits_of_the_site() -> Limits:
    return Limits(settings.SESSION_IDLE_MINUTES, settings.SESSION_LONGEST_HOURS)


def limits_of_staff() -> Limits:
    """For the support admin, which sees every company."""
    return Limits(settings.STAFF_IDLE_MINUTES, settings.STAFF_LONGEST_HOURS)


def limits_of(tenant: Tenant) -> Limits:
    """What the company chose; where it chose nothing, what the site says."""
    site = limits_of_the_site()
    return Limits(tenant.idle_minutes or site.idle_minutes, tenant.longest_hours or site.longest_hours)


def limits_in(user: User, company: str) -> Limits:
    """Those of the company with this slug; of one the person does not belong to, what the site says."""
    found = Membership.objects.filter(user=user, tenant__slug=company).select_related("tenant").first()
    return limits_of(found.tenant) if found else limits_of_the_site()


def loosest_limits(user: User) -> Limits:
    """For pages of no company: those of the person's company that allows most, the site's at least."""
    site = limits_of_the_site()
    most = Membership.objects.filter(user=user).aggregate(
        idle=Max(Coalesce("tenant__idle_minutes", site.idle_minutes)),
        longest=Max(Coalesce("tenant__longest_hours", site.longest_hours)),
    )
    return Limits(max(most["idle"] or 0, site.idle_minutes), max(most["longest"] or 0, site.longest_hours))


def use_of(request: HttpRequest) -> Use:
    """How the session of a request was used until now. A clock that was set back makes no session last longer."""
    now, session = time.time(), request.session
    forget_proofs_of_the_future(request, now)
    began = logged_in_at(request)
    if began is None:
        began = session.get(BEGAN_KEY, now)
    if ACTIVE_KEY not in session:  # and stays so while the person is asked: that page counts as seen
        session[ACTIVE_KEY] = session.get(SEEN_KEY) or last_proof(request) or now
    active, away = session[ACTIVE_KEY], session.get(AWAY_KEY, 0)
    if (proved := last_proof(request)) > active:
        active, away = proved, 0
    return Use(now, min(began, now), min(active, now), away)


def note_activity(request: HttpRequest, use: Use) -> None:
    """Write down that the person is here, at once: a slow answer must not put back later what it read before."""
    session = request.session
    written = session.get(ACTIVE_KEY, 0)
    if BEGAN_KEY in session and -CLOCKS_DIFFER_SECONDS <= use.now - written <= WRITTEN_EVERY_SECONDS:
        return
    was_modified = session.modified
    session[ACTIVE_KEY], session[AWAY_KEY] = use.now, use.away
    session[BEGAN_KEY] = min(session.get(BEGAN_KEY, use.began), use.now)
    try:
        session.save()
    except UpdateError as ended:
        raise SessionInterrupted("The session was ended while this request was under way.") from ended
    session.modified = was_modified
