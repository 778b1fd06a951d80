"""Support staff's view of how people log in: addresses, second factors, sessions. No secret is shown.

Takes the place of django-allauth's own admin pages, which show the stored secrets and can change them.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.rights import is_open_to
from accounts.models import User
from accounts.sign_in.second_factor import remove_second_factor

for replaced in (EmailAddress, Authenticator, UserSession):
    admin.site.unregister(replaced)


@admin.register(EmailAddress)
class AddressAdmin(ReadOnlyAdmin):
    list_display = ["email", "user", "primary", "verified"]
    list_filter = ["verified", "primary"]
    search_fields = ["email", "user__email", "user__name"]
    list_select_related = ["user"]
    fields = ["user", "email", "primary", "verified"]


@admin.register(Authenticator)
class SecondFactorAdmin(ReadOnlyAdmin):
    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    search_fields = ["user__email", "user__name"]
    list_select_related = ["user"]
    date_hierarchy = "created_at"
    fields = ["user", "type", "created_at", "last_used_at"]
    actions = ["remove_lost"]

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("mfa.delete_authenticator")

    @admin.action(description="Remove the second factor of these people (phone lost)", permissions=["remove"])
    def remove_lost(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        people = list(User.objects.filter(authenticator__in=chosen).distinct())
        removed = [person for person in people if is_open_to(request.user, person)]
        for person in removed:
            remove_second_factor(person)
        if removed:
            names = ", ".join(person.email for person in removed)
            said = f"Removed the second factor of {names}; they were told by mail."
            self.message_user(request, said, messages.SUCCESS)
        if closed := [person.email for person in people if person not in removed]:
            said = f"Not removed: {', '.join(closed)}. Your own, and that of people with more rights, stays here."
            self.message_user(request, said, messages.ERROR)


@admin.register(UserSession)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ["user", "ip", "user_agent", "created_at", "last_seen_at"]
    search_fields = ["user__email", "user__name", "ip"]
    list_select_related = ["user"]
    date_hierarchy = "last_seen_at"
    fields = ["user", "ip", "user_agent", "created_at", "last_seen_at"]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Not by the key of a session: filtering by its beginning would tell it, letter by letter."""
        return not lookup.startswith("session_key") and super().lookup_allowed(lookup, value, request)
