"""Access to a tenant's pages by role. Every tenant view names the least role it needs, here and nowhere else.

Also keeps what a view lets people do, in words (`may`), so that the table of roles is computed from the guards.
"""

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


# What the guards let people do: words to least role, in the order of declaration.
ABILITIES: dict[str, Role] = {}


def role_reason(request: TenantRequest, role: Role) -> str:
    """Why the role of this person is not enough, in the sentence that disables a button; "" when it is."""
    if request.membership.may(role):
        return ""
    return f"This needs the role {role.label}; yours is {request.membership.get_role_display()}."


def role_required(
    role: Role, reason: str = "", *, may: str = ""
) -> Callable[[TenantView[P, Answer]], Callable[..., Answer]]:
    """Let a view run for members with at least `role`; the tenant's slug is taken from its arguments.

    Raises PermissionDenied (a 403 page) with `reason`, or a sentence that names the role. `may` says what the view
    lets people do, as the table of roles shows it; every guard above viewer has it.
    """
    if may:
        ABILITIES[may] = role

    def decorate(view: TenantView[P, Answer]) -> Callable[..., Answer]:
        @functools.wraps(view)
        def guarded(request: TenantRequest, tenant_slug: str, *args: Any, **kwargs: Any) -> Answer:
            if not request.membership.may(role):
                raise PermissionDenied(reason or role_reason(request, role))
            return view(request, *args, **kwargs)

        guarded.least_role = role  # type: ignore[attr-defined]
        guarded.may = may  # type: ignore[attr-defined]
        return guarded

    return decorate


def background(view: Callable[P, Answer]) -> Callable[P, Answer]:
    """A view that pages ask by themselves: that it is asked is no sign that somebody is there."""
    view.is_background = True  # type: ignore[attr-defined]
    return view
