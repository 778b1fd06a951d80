"""Says who acts in a request, opens the tenant's scope under /t/<slug>/, and remembers a person's latest tenant.

Decides who is a member; what a role may do is checked in accounts.access.
"""

from collections.abc import Callable

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone

from accounts.audit import Origin, acting, record_event
from accounts.models import EventKind, Membership, User
from accounts.request_log import client_address
from accounts.tenancy import tenant_scope

TENANT_KEY = "tenant"
# The companies that were entered since log-in, so that each learns of it once; a session of before has none.
ENTERED_KEY = "entered"
GetResponse = Callable[[HttpRequest], HttpResponse]


class OriginMiddleware:
    """What is written to the audit trail on the way is of the person of the request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def person() -> User | None:
            return request.user if isinstance(request.user, User) else None

        with acting(Origin(person, remote_addr=client_address(request))):
            return self.get_response(request)


class TenantMiddleware:
    """A tenant the person does not belong to is a 404, the same as one that does not exist."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        slug = self._tenant_slug(request)
        if slug is None or not request.user.is_authenticated:
            return self.get_response(request)
        membership = (
            Membership.objects.select_related("tenant", "user").filter(user=request.user, tenant__slug=slug).first()
        )
        if membership is None:
            raise Http404("No such company, or you are not one of its people.")
        structlog.contextvars.bind_contextvars(tenant=membership.tenant.slug, user_id=membership.user_id)
        request.membership = membership  # type: ignore[attr-defined]
        request.tenant = membership.tenant  # type: ignore[attr-defined]
        if request.session.get(TENANT_KEY) != membership.tenant_id:
            request.session[TENANT_KEY] = membership.tenant_id
            # By update: that somebody looked is no change of the membership, so no history is written of it.
            Membership.objects.filter(pk=membership.pk).update(last_used_at=timezone.now())
        with tenant_scope(membership.tenant):
            self._tell_of_log_in(request, membership)
            return self.get_response(request)

    @staticmethod
    def _tell_of_log_in(request: HttpRequest, membership: Membership) -> None:
        """A log-in is told to the companies that are entered with it, and to no other."""
        entered = request.session.get(ENTERED_KEY)
        if entered is None or membership.tenant_id in entered:
            return
        request.session[ENTERED_KEY] = [*entered, membership.tenant_id]
        record_event(EventKind.LOG_IN, "", by=membership.user, about=membership.user)

    @staticmethod
    def _tenant_slug(request: HttpRequest) -> str | None:
        try:
            return resolve(request.path_info).kwargs.get("tenant_slug")
        except Resolver404:
            return None
