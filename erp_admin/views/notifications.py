"""The page behind the bell: what needs somebody, newest first, and how one wants to be mailed. For everybody."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.ui.filters import query_url
from accounts.ui.paging import page_of
from erp_admin.documents.types import type_for
from erp_admin.forms.notifications import MailForm
from erp_admin.models import MailHow, Notification
from erp_admin.notifications import selectors
from erp_admin.notifications.service import choose_mail, see_everything
from erp_admin.views.document_pages import tenant_url


@require_GET
@role_required(Role.VIEWER)
def notifications(request: TenantRequest) -> HttpResponse:
    """Those that are open, or with `show=all` those that are settled too."""
    choice = selectors.choice_of(request.user)
    return _page(request, MailForm(initial={"mail": choice.mail}))


@require_POST
@role_required(Role.VIEWER, may="Choose how to be told of what needs somebody")
def mail(request: TenantRequest) -> HttpResponse:
    form = MailForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    how = MailHow(form.cleaned_data["mail"])
    choose_mail(request.tenant, request.user, how)
    messages.success(request, f"Saved. Mails of {request.tenant}: {how.label}.")
    return redirect("notifications", tenant_slug=request.tenant.slug)


@require_POST
@role_required(Role.VIEWER, may="Choose how to be told of what needs somebody")
def seen(request: TenantRequest) -> HttpResponse:
    see_everything(request.tenant, request.user)
    return redirect("notifications", tenant_slug=request.tenant.slug)


def _page(request: TenantRequest, form: MailForm, *, status: int = 200) -> HttpResponse:
    is_open = request.GET.get("show") != "all"
    page = page_of(request, selectors.notifications(is_open=is_open))
    choice = selectors.choice_of(request.user)
    context = {
        "page": page,
        "rows": [_row(request, each, choice.seen_at) for each in page],
        "is_open": is_open,
        "tabs": [
            ("Open", query_url(request, show=None, page=None), is_open),
            ("All", query_url(request, show="all", page=None), not is_open),
        ],
        "unseen": selectors.unseen_by(request.user).count(),
        "form": form,
    }
    return render(request, "erp_admin/notifications.html", context, status=status)


def _row(request: TenantRequest, notification: Notification, seen_at: Any) -> dict[str, Any]:
    document_type = type_for(notification.flow)
    return {
        "notification": notification,
        "url": tenant_url(request, document_type.one, pk=notification.document_id),
        "is_new": notification.settled_at is None and (seen_at is None or notification.raised_at > seen_at),
    }
