"""What stands at the end of a list's bar: its views, its columns to choose, and the files it can be taken away as.

Owns the shape that templates/partials/list_menu.html takes. Asks nothing: what a person chose is given to it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.access import TenantRequest
from accounts.models import Role, SavedView
from accounts.saved_views.selectors import Likings, address_of, query_to_save
from accounts.ui.filters import NO_VIEW, VIEW, query_url
from accounts.ui.list_files import CSV, XLSX
from accounts.ui.table import Field, chosen_fields


@dataclass(frozen=True)
class ShownView:
    view: SavedView
    url: str
    is_present: bool
    is_first: bool
    may_remove: bool
    owner: str


@dataclass(frozen=True)
class ListMenu:
    """`columns` are key, label, whether it is shown, and whether it always is; `files` are label and address."""

    list_key: str
    likings: Likings
    views: list[ShownView]
    every_url: str
    columns: list[tuple[str, str, bool, bool]]
    shown: list[str]
    query: str
    here: str
    files: list[tuple[str, str]]


def list_menu(
    request: TenantRequest,
    list_key: str,
    fields: Sequence[Field[Any]],
    likings: Likings,
    export_url: str,
    kept: Collection[str] = (),
    more: Sequence[tuple[str, str]] = (),
) -> ListMenu:
    """`kept` are the query parameters that say which list it is, not what is seen of it; `more` further forms of file,
    with their label first."""
    shown = [each.key for each in chosen_fields(fields, likings.columns)]
    views = [_shown(request, view, likings) for view in likings.views]
    columns = [(each.key, each.label, each.key in shown, each.is_fixed) for each in fields if not each.in_files]
    base: dict[str, Any] = {name: None for name in request.GET if name not in kept}
    files = [
        (label, f"{export_url}{query_url(request, page=None, form=form)}")
        for label, form in (("CSV", CSV), ("Excel (.xlsx)", XLSX), *more)
    ]
    return ListMenu(
        list_key, likings, views, query_url(request, **{**base, VIEW: NO_VIEW}), columns, shown,
        query_to_save(request.GET), request.get_full_path(), files,
    )  # fmt: skip


def _shown(request: TenantRequest, view: SavedView, likings: Likings) -> ShownView:
    is_own = view.owner_id == request.user.pk
    return ShownView(
        view,
        address_of(view),
        is_present=likings.present is not None and likings.present.pk == view.pk,
        is_first=likings.opens_with is not None and likings.opens_with.pk == view.pk,
        may_remove=is_own or (view.is_shared and request.membership.may(Role.ADMIN)),
        owner="" if is_own else str(view.owner),
    )
