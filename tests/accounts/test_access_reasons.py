"""The sentence that says whose role is not enough: the same on a page, on a refusal, and for every role."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.access import TenantRequest, role_reason, role_required
from accounts.models import Membership, Role


def request_of(role: Role) -> TenantRequest:
    request: TenantRequest = RequestFactory().get("/")  # type: ignore[assignment]
    request.membership = Membership(role=role)
    return request


@pytest.mark.parametrize("needed", Role)
@pytest.mark.parametrize("role", Role)
def test_a_page_and_a_refusal_say_the_same(role: Role, needed: Role) -> None:
    @role_required(needed)
    def view(request: TenantRequest) -> HttpResponse:
        return HttpResponse("done")

    request = request_of(role)
    reason = role_reason(request, needed)
    if role.includes(needed):
        assert (reason, view(request, "t").text) == ("", "done")
        return
    assert reason == f"This needs the role {needed.label}; yours is {role.label}."
    with pytest.raises(PermissionDenied) as refused:
        view(request, "t")
    assert str(refused.value) == reason
