"""Admin pages of tenants, people, memberships, invitations, and the record of cross-tenant access.

Memberships are changed by the verbs of accounts.people, so that staff cannot take a company's last admin either.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.admin.read_only import LongTableAdmin
from accounts.admin.rights import RIGHTS, ClosedAccounts, OpenPeopleOnly, is_open_to
from accounts.models import CrossTenantAccess, Invitation, Membership, Role, Tenant, User
from accounts.people.memberships import keep_an_admin, people_locked, remove_person, why_not_without
from accounts.refusal import Refused
from accounts.sign_in.addresses import record_address
from accounts.ui.pk import read_pk
from accounts.ui.sent_forms import OnlySent


class KeptForGood(admin.ModelAdmin):
    """Not deleted by a click: all that hangs on it would go too, history first. A person is switched off instead."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class KeySelect(AutocompleteSelect):
    """Shows what was chosen; what can be no key was not, and Django would fail at looking it up."""

    def optgroups(self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None) -> Any:
        return super().optgroups(name, [each for each in value if read_pk(each) is not None], attrs)


class ChoosesByKey:
    """For an admin page or inline with fields that are searched for."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.autocomplete_fields:  # type: ignore[attr-defined]
            kwargs["widget"] = KeySelect(db_field, self.admin_site, using=kwargs.get("using"))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class _Memberships(OnlySent, forms.BaseInlineFormSet):
    """The memberships of a person or a company."""


class MembershipInline(ChoosesByKey, OpenPeopleOnly, admin.TabularInline):
    """Adds memberships; what is there is changed on its own page, where a company's last admin is looked after."""

    model = Membership
    formset = _Memberships
    extra = 0
    can_delete = False
    show_change_link = True
    autocomplete_fields = ["user", "tenant"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_open = not isinstance(obj, User) or is_open_to(request.user, obj)
        return is_open and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Tenant)
class TenantAdmin(KeptForGood):
    list_display = ["name", "slug", "time_zone", "base_currency", "created_at"]
    search_fields = ["name", "slug"]
    date_hierarchy = "created_at"
    readonly_fields = ["support_access", "support_until"]  # the company's own decision
    inlines = [MembershipInline]


@admin.register(User)
class PersonAdmin(KeptForGood, ClosedAccounts, UserAdmin):
    """Rights are given by superusers alone; accounts with more rights than one's own, and one's own, are shown only."""

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

    def person_of(self, obj: User) -> User:
        return obj

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        may_give = isinstance(request.user, User) and request.user.is_superuser
        return [*super().get_readonly_fields(request, obj), *(() if may_give else RIGHTS)]

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Anyone who gets a new password from support is told by mail, as after any other change of it."""
        response: HttpResponse = super().user_change_password(request, id, form_url)
        person = self.get_object(request, id)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND and person is not None:
            get_adapter().send_notification_mail("account/email/password_changed", person)
        return response

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """An account may be switched off whatever hangs on it; staff are told which companies it leaves without."""
        former = User.objects.filter(pk=obj.pk).values_list("email", flat=True).first()
        super().save_model(request, obj, form, change)
        record_address(obj)
        if former is not None and former != obj.email:  # who had it learns that links to the account go elsewhere now
            words = {"from_email": former, "to_email": obj.email}
            get_adapter().send_notification_mail("account/email/email_changed", obj, words, email=former)
        if obj.is_active:
            return
        for membership in obj.memberships.select_related("tenant", "user"):
            if why_not_without(membership) is not None:
                messages.warning(
                    request, f"{membership.tenant} has no admin who can log in now. Make somebody else one."
                )


class MembershipForm(forms.ModelForm):
    """Runs inside the transaction of the admin's page, so the lock it takes holds until the row is saved."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk is None or cleaned.get("role") == Role.ADMIN:
            return cleaned
        try:
            with people_locked(self.instance.tenant):
                keep_an_admin(Membership.objects.select_related("tenant", "user").get(pk=self.instance.pk))
        except Refused as refused:
            raise ValidationError({"role": str(refused)}) from refused
        return cleaned


@admin.register(Membership)
class MembershipAdmin(ChoosesByKey, OpenPeopleOnly, ClosedAccounts):
    """One at a time: a selection could hold every admin of a company."""

    form = MembershipForm
    actions = None
    list_display = ["user", "tenant", "role", "created_at"]
    list_filter = ["role"]
    search_fields = ["user__email", "tenant__name"]
    autocomplete_fields = ["user", "tenant"]
    list_select_related = ["user", "tenant"]

    def person_of(self, obj: Membership) -> User:
        return obj.user

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> Any:
        return ["user", "tenant", "role", *(["created_at"] if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        """Who belongs to what is not moved: one membership ends, and another begins."""
        return ["user", "tenant", "created_at"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or why_not_without(obj) is None)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        remove_person(obj)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refused as refused:  # somebody else took the other admin's role while the question stood
            messages.error(request, str(refused))
            return redirect(reverse("admin:accounts_membership_change", args=[object_id]))


@admin.register(Invitation)
class InvitationAdmin(LongTableAdmin):
    """Shown only, and without the hash of the token: companies invite for themselves."""

    list_display = ["email", "tenant", "role", "shown", "invited_by", "created_at", "expires_at"]
    list_filter = [
        "role",
        ("accepted_at", admin.EmptyFieldListFilter),
        ("withdrawn_at", admin.EmptyFieldListFilter),
        ("sent_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["email", "tenant__name", "tenant__slug"]
    date_hierarchy = "created_at"
    list_select_related = ["tenant", "invited_by"]
    fields = [
        "tenant", "email", "role", "shown", "invited_by", "created_at", "sent_at", "expires_at", "accepted_at",
        "accepted_by", "withdrawn_at",
    ]  # fmt: skip

    @admin.display(description="State")
    def shown(self, invitation: Invitation) -> str:
        return invitation.shown_state.label


@admin.register(CrossTenantAccess)
class CrossTenantAccessAdmin(LongTableAdmin):
    list_display = ["at", "actor_label", "reason", "path"]
    search_fields = ["actor_label", "path"]
    date_hierarchy = "at"
    fields = ["at", "actor", "actor_label", "reason", "path"]
