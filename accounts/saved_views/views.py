"""Save and remove views of lists, choose columns and the view a list opens with; each leads back to the list.

Views authorize, read the form, make one call, say what happened, and redirect.
"""

from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.access import TenantRequest, role_required
from accounts.models import Role, SavedView
from accounts.saved_views import service
from accounts.saved_views.forms import ListForm, ViewForm
from accounts.saved_views.selectors import address_of
from accounts.ui.back import back_to
from accounts.ui.filters import NO_VIEW, VIEW


@require_POST
@role_required(Role.VIEWER)
def save(request: TenantRequest) -> HttpResponse:
    """Save what the list shows under a name, for this person or for everybody in the company."""
    form = ViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.problem)
        return redirect(_list(request))
    asked = form.cleaned_data
    try:
        view = service.save_view(
            request.tenant,
            request.user,
            asked["list_key"],
            asked["name"],
            query=asked["query"],
            columns=form.columns,
            is_shared=asked["is_shared"],
        )
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect(_list(request))
    if asked["opens"]:
        service.open_with(request.user, request.tenant, view.list_key, view)
    seen = "Everybody in the company can open it." if view.is_shared else "Only you see it."
    messages.success(request, f"The view “{view.name}” is saved. {seen}")
    return redirect(f"{urlsplit(_list(request)).path}{address_of(view)}")


@require_POST
@role_required(Role.VIEWER)
def remove(request: TenantRequest, view_pk: int) -> HttpResponse:
    view = _view_or_404(request, view_pk)
    service.remove_view(view, request.membership)
    messages.success(request, f"The view “{view.name}” is removed.")
    return redirect(_outside_views(request))


@require_POST
@role_required(Role.VIEWER)
def opens(request: TenantRequest, view_pk: int) -> HttpResponse:
    """Let the list begin with this view for this person, or no more where it does already."""
    view = _view_or_404(request, view_pk)
    begins = request.POST.get("opens") == "1"
    service.open_with(request.user, request.tenant, view.list_key, view if begins else None)
    said = f"begins with “{view.name}”" if begins else "begins with everything"
    messages.success(request, f"For you this list now {said}.")
    return redirect(_list(request))


@require_POST
@role_required(Role.VIEWER)
def choose_columns(request: TenantRequest) -> HttpResponse:
    form = ListForm(request.POST)
    if not form.is_valid():
        messages.error(request, "These columns could not be kept. Open the list again and choose them once more.")
        return redirect(_list(request))
    chosen = [] if "reset" in request.POST else form.columns
    service.choose_columns(request.user, request.tenant, form.cleaned_data["list_key"], chosen)
    return redirect(_outside_views(request))  # a view has columns of its own, which would hide those chosen now


def _view_or_404(request: TenantRequest, pk: int) -> SavedView:
    """A view that this person may see: their own, or a shared one."""
    view: SavedView = get_object_or_404(SavedView.objects.select_related("owner"), pk=pk)
    if view.owner_id != request.user.pk and not view.is_shared:
        return get_object_or_404(SavedView, pk=0)
    return view


def _list(request: TenantRequest) -> str:
    return back_to(request, f"/t/{request.tenant.slug}/")


def _outside_views(request: TenantRequest) -> str:
    """The list with the filters it had, in no saved view."""
    path, _, query = _list(request).partition("?")
    left = QueryDict(query, mutable=True)
    if VIEW in left:
        left[VIEW] = NO_VIEW
    return f"{path}?{left.urlencode()}" if left else path
