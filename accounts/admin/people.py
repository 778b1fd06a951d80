"""Admin pages of tenants, people, memberships, and the record of cross-tenant access."""

from http import HTTPStatus
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest, HttpResponse

from accounts.admin.read_only import LongTableAdmin
from accounts.models import CrossTenantAccess, Membership, Tenant, User
from accounts.sign_in.addresses import record_address


class KeptForGood(admin.ModelAdmin):
    """Not deleted by a click: all that hangs on it would go too, history first. A person is switched off instead."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["user", "tenant"]


@admin.register(Tenant)
class TenantAdmin(KeptForGood):
    list_display = ["name", "slug", "time_zone", "base_currency", "created_at"]
    search_fields = ["name", "slug"]
    date_hierarchy = "created_at"
    inlines = [MembershipInline]


@admin.register(User)
class PersonAdmin(KeptForGood, UserAdmin):
    list_display = ["email", "name", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    date_hierarchy = "created_at"
    readonly_fields = ["last_login", "created_at"]
    inlines = [MembershipInline]
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("Access", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "created_at")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")}),)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Whoever gets a new password from support is told by mail, as after any other change of it."""
        response: HttpResponse = super().user_change_password(request, id, form_url)
        person = self.get_object(request, id)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND and person is not None:
            get_adapter().send_notification_mail("account/email/password_changed", person)
        return response

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record_address(obj)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ["user", "tenant", "role", "created_at"]
    list_filter = ["role"]
    search_fields = ["user__email", "tenant__name"]
    autocomplete_fields = ["user", "tenant"]
    list_select_related = ["user", "tenant"]


@admin.register(CrossTenantAccess)
class CrossTenantAccessAdmin(LongTableAdmin):
    list_display = ["at", "actor_label", "reason", "path"]
    search_fields = ["actor_label", "path"]
    date_hierarchy = "at"
    fields = ["at", "actor", "actor_label", "reason", "path"]
