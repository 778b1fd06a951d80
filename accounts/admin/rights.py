"""Whose account support staff may touch, so that nobody lifts themselves or takes over somebody with more rights.

Owns the rule; pages and actions of the support admin ask it. Who may open a page at all is decided by Django's
permissions.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.models import User

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


def is_open_to(staff: Any, person: User) -> bool:
    """Whether `staff` may change this account, its memberships and its second factor.

    One's own is closed to everybody: what is one's own is changed under *Your account*, where it asks who one is.
    """
    if not isinstance(staff, User) or staff.pk == person.pk:
        return False
    return staff.is_superuser or not (person.is_superuser or _rights_of(person) - staff.get_all_permissions())


def people_open_to(staff: Any) -> QuerySet[User]:
    """The accounts that `staff` may change."""
    found = User.objects.all()
    if not isinstance(staff, User):
        return found.none()
    if staff.is_superuser:
        return found.exclude(pk=staff.pk)
    with_rights = found.filter(Q(groups__isnull=False) | Q(user_permissions__isnull=False)).distinct()
    closed = [person.pk for person in with_rights if not is_open_to(staff, person)]
    return found.filter(is_superuser=False).exclude(pk__in=[staff.pk, *closed])


def _rights_of(person: User) -> set[str]:
    """Also of somebody who is switched off, or not of the staff yet: the rights wait for them."""
    found = Permission.objects.filter(Q(user=person) | Q(group__user=person))
    return {f"{app}.{code}" for app, code in found.values_list("content_type__app_label", "codename")}


class ClosedAccounts(admin.ModelAdmin):
    """Base of pages about what belongs to a person; `person_of` says to whom. Closed ones are shown only."""

    def person_of(self, obj: Any) -> User:
        raise NotImplementedError

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or is_open_to(request.user, self.person_of(obj)))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or is_open_to(request.user, self.person_of(obj)))


class OpenPeopleOnly:
    """Of forms in which a person is chosen: those who are closed to the one who asks are no choice."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is User:
            kwargs["queryset"] = people_open_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(admin.ModelAdmin):
    """What a group may do is what its people may do, so only who may do everything anyway changes it."""

    search_fields = ["name"]
    filter_horizontal = ["permissions"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)


def _is_superuser(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_active and request.user.is_superuser
