"""Save, change and remove views of lists, and keep the columns and the first view that a person chose.

The only writer of both. A view is changed by its owner; a shared one is removed by its owner or by an admin.
"""

from collections.abc import Sequence
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import ListChoice, Membership, Role, SavedView, Tenant, User

MOST_VIEWS: Final = 100  # of one person in one company
MOST_CHOICES: Final = 300
LONGEST_COLUMNS: Final = 60


def save_view(
    tenant: Tenant, owner: User, list_key: str, name: str, *, query: str, columns: Sequence[str], is_shared: bool
) -> SavedView:
    """Save what a list shows under a name; the person's view of that name is replaced.

    Raises ValidationError where a person has too many.
    """
    own = SavedView.objects.filter(owner=owner)
    view = own.filter(list_key=list_key, name=name).first()
    if view is None:
        if own.count() >= MOST_VIEWS:
            raise ValidationError(f"You have {MOST_VIEWS} saved views. Remove one that you do not need, then save.")
        view = SavedView(tenant=tenant, owner=owner, list_key=list_key, name=name)
    view.query, view.columns, view.is_shared = query, list(columns)[:LONGEST_COLUMNS], is_shared
    view.save()
    return view


def remove_view(view: SavedView, by: Membership) -> None:
    """Raises PermissionDenied for a view of somebody else, unless it is shared and an admin removes it."""
    if view.owner_id != by.user_id and not (view.is_shared and by.may(Role.ADMIN)):
        raise PermissionDenied(f"“{view.name}” is a view of {view.owner.name}. They or an admin can remove it.")
    view.delete()


def open_with(person: User, tenant: Tenant, list_key: str, view: SavedView | None) -> None:
    """Let a list begin with a view, or with none, for this person."""
    choice = _choice(person, tenant, list_key)
    choice.opens_with = view
    choice.save()


def choose_columns(person: User, tenant: Tenant, list_key: str, columns: Sequence[str]) -> None:
    """Keep the columns that this person wants to see of a list; none for those it has by itself."""
    choice = _choice(person, tenant, list_key)
    choice.columns = list(columns)[:LONGEST_COLUMNS]
    choice.save()


def _choice(person: User, tenant: Tenant, list_key: str) -> ListChoice:
    own = ListChoice.objects.filter(person=person)
    choice = own.filter(list_key=list_key).first()
    if choice is None and own.count() >= MOST_CHOICES:
        own.order_by("pk")[0].delete()
    return choice or ListChoice(tenant=tenant, person=person, list_key=list_key)
