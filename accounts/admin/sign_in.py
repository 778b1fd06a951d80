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
        for person in people:
            remove_second_factor(person)
        names = ", ".join(person.email for person in people)
        self.message_user(request, f"Removed the second factor of {names}; they were told by mail.", messages.SUCCESS)


@admin.register(UserSession)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ["user", "ip", "user_agent", "created_at", "last_seen_at"]
    search_fields = ["user__email", "user__name", "ip"]
    list_select_related = ["user"]
    date_hierarchy = "last_seen_at"
    fields = ["user", "ip", "user_agent", "created_at", "last_seen_at"]
