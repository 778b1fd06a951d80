"""From a posted selection of a list to an address of its own, and from that address back to the records it means.

Every preview is a GET of such an address, so reload and Back show it again as it is then. Judges no record.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from accounts.access import TenantRequest
from accounts.ui.back import back_to, own_path
from accounts.ui.pk import read_pk
from erp_admin.documents import chosen
from erp_admin.forms.selection import Selection

CHOSEN = "chosen"  # parameter of an address: the kept selection that it means
NEXT = "next"  # parameter of an address: the page that it was asked from, where that is not the list


class ListPlace(NamedTuple):
    """The list that a selection is of: its address name, what it is called, and its address with its filters."""

    key: str
    title: str
    url: str


def list_query(request: TenantRequest) -> str:
    """The query string of the list, without the selection that was made in it."""
    return _of_the_list(request).urlencode()


def _of_the_list(request: TenantRequest) -> QueryDict:
    query = request.GET.copy()
    for name in (CHOSEN, NEXT):
        query.pop(name, None)
    return query


def came_from(request: TenantRequest, place: ListPlace) -> str:
    """Where one goes back to: the page that it was asked from, else the list with its filters."""
    return own_path(request.GET.get(NEXT, "")) or place.url


def with_query(url: str, query: str) -> str:
    return f"{url}?{query}" if query else url


def keep(request: TenantRequest, place: ListPlace, url: str, form: Selection) -> HttpResponse:
    """Lead a posted selection to the address that means it: all that match by the filters, those ticked by a key."""
    if not form.is_valid():
        messages.error(request, form.problem)
        return redirect(place.url)
    query = _of_the_list(request)
    if not form.is_everything:
        keys = [record.pk for record in form.records]
        query[CHOSEN] = str(chosen.keep(request.tenant, place.key, keys, by=request.user).pk)
    if here := back_to(request, ""):
        query[NEXT] = here
    return redirect(with_query(url, query.urlencode()))


def meant(request: TenantRequest, place: ListPlace, form: Selection) -> QuerySet[Any] | None:
    """The records that the address means, in the order of the list; None for a selection that is kept no longer."""
    key = request.GET.get(CHOSEN)
    if key is None:
        return form.matching
    keys = chosen.kept(place.key, key, by=request.user)
    return None if keys is None else form.listed.filter(pk__in=keys).order_by(*form.matching.query.order_by)


def gone(request: TenantRequest, place: ListPlace) -> HttpResponse:
    """A selection that is somebody else's, or kept no longer: both are not found, and the way back is shown."""
    context = {"place": place, "days": chosen.KEPT_DAYS}
    return render(request, "erp_admin/selection_gone.html", context, status=404)


def confirmed(request: TenantRequest, place: ListPlace, form: Selection) -> QuerySet[Any] | None:
    """The records that a person confirmed: those posted by themselves, else those that the address means.

    None after saying why there are none.
    """
    if "item" in request.POST or request.POST.get("all_matching") or read_pk(request.POST.get("expected")) is None:
        if form.is_valid():
            return form.records
        messages.error(request, form.problem)
        return None
    found = meant(request, place, form)
    if found is None:
        messages.error(request, f"This selection is kept no longer. Choose again under {place.title}.")
    return found


def written(marks: Mapping[int, str]) -> str:
    """What a preview showed of each record, as its form sends it back."""
    return " ".join(f"{pk}.{mark}" for pk, mark in marks.items())


def marks_in(request: TenantRequest, name: str) -> dict[int, str] | None:
    """What the person saw of each record, as `written` sent it; None where no preview sent anything."""
    if name not in request.POST:
        return None
    pairs = (entry.partition(".") for entry in request.POST[name].split())
    return {pk: mark for key, _, mark in pairs if (pk := read_pk(key)) is not None}


def number_changed(request: TenantRequest, found: QuerySet[Any], plural: str) -> bool:
    """Whether other records are meant by now than the person saw; says so."""
    expected = read_pk(request.POST.get("expected"))
    if expected is None or expected == (now := found.count()):
        return False
    text = f"{now:,} {plural} match now; {expected:,} did when you looked. This is how it is now."
    messages.warning(request, text)
    return True
