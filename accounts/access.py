"""Access to a tenant's pages by role. Every tenant view names the least role it needs, here and nowhere else."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.models import Membership, Role, Tenant, User

P = ParamSpec("P")
Answer = TypeVar("Answer", bound=HttpResponseBase)


class TenantRequest(HttpRequest):
    """A request whose person is a member of the tenant its address names."""

    user: User
    tenant: Tenant
    membership: Membership


TenantView = Callable[Concatenate[TenantRequest, P], Answer]


def role_required(role: Role, reason: str = "") -> Callable[[TenantView[P, Answer]], Callable[..., Answer]]:
    """Let a view run for members with at least `role`; the tenant's slug is taken from its arguments.

    Raises PermissionDenied (a 403 page) with `reason`, or a sentence that names the role.
    """

    def decorate(view: TenantView[P, Answer]) -> Callable[..., Answer]:
        @functools.wraps(view)
        def guarded(request: TenantRequest, tenant_slug: str, *args: Any, **kwargs: Any) -> Answer:
            if not request.membership.may(role):
                needed = (
                    reason or f"This needs the role {role.label}; yours is {request.membership.get_role_display()}."
                )
                raise PermissionDenied(f"{needed} Ask one of your company’s admins.")
            return view(request, *args, **kwargs)

        guarded.least_role = role  # type: ignore[attr-defined]
        return guarded

    return decorate
