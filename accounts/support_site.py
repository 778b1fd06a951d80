"""The support admin: Django's admin behind the audited cross-tenant door and the same log-in as every page.

Owns that staff state a reason before they open a company's record, and that the company is told. Knows no model.
"""

from http import HTTPStatus
from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.views import logout as log_out
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest, FieldDoesNotExist, ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode

from accounts.models import Tenant, User
from accounts.proxy_findings import recent_findings
from accounts.sign_in.proof import READING, require_proof
from accounts.support_visits import closed_to_support, record_visit, state_reason, stated_reason, tenant_of
from accounts.tenancy import cross_tenant
from accounts.ui.back import back_to

# Pages whose forms change who may enter what; opening them asks already, so that a form is not sent in vain.
_FORMS = ("add", "change", "delete")
_OF_PEOPLE = frozenset(f"accounts_{model}_{form}" for model in ("user", "membership") for form in _FORMS)
_ASKING_PAGES = _OF_PEOPLE | {"accounts_tenant_add", "auth_user_password_change"}


class SupportReasonForm(forms.Form):
    """Why support looks at a company's data; the company reads it."""

    reason = forms.CharField(
        label="Reason",
        min_length=5,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "vTextField", "autofocus": True}),
        help_text="The ticket and what it is about, in words that the company may read.",
        error_messages={
            "required": "Say why, for example the ticket.",
            "min_length": "Say why in a few words, for example the ticket.",
        },
    )


class SupportAdminSite(admin.AdminSite):
    site_header = "ERP Admin support"
    site_title = "ERP Admin support"
    index_title = "Tenants, connections and runs"
    enable_nav_sidebar = True

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Wrap every admin page so that it runs across tenants, and staff's passage is written down.

        Whatever changes something asks staff first who they are, when they did not prove it a short while ago.
        """

        def across_tenants(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = request.user if isinstance(request.user, User) and self.has_permission(request) else None
            match = request.resolver_match
            if actor is not None and (request.method not in READING or (match and match.url_name in _ASKING_PAGES)):
                require_proof(request)
            closed = closed_to_support() if actor is not None else ()
            with cross_tenant("support admin", actor=actor, path=request.get_full_path(), closed=closed):
                seen = _seen_row(view, request, kwargs.get("object_id")) if actor is not None else None
                tenant_id = tenant_of(seen) if seen is not None else None
                if tenant_id is not None and not stated_reason(request.session, tenant_id):
                    return _ask_for_a_reason(request, tenant_id)
                response = _viewed(view, request, *args, **kwargs)
                # Templates read the database when rendered, so they are rendered behind the door too.
                answer = response.render() if isinstance(response, TemplateResponse) else response
                if actor is not None:
                    _tell(view, request, actor, tenant_id or _listed_tenant(response), answer.status_code)
                return answer

        return super().admin_view(across_tenants, cacheable)

    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The first page of support also says what the proxy in front does not do as it should."""
        for sentence in recent_findings():
            messages.warning(request, sentence)
        return super().index(request, extra_context)

    def get_urls(self) -> list[Any]:
        reason = path("reason/<int:tenant_pk>/", self.admin_view(self.reason), name="support_reason")
        return [reason, *super().get_urls()]

    def reason(self, request: HttpRequest, tenant_pk: int) -> HttpResponse:
        """Ask why one looks at a company's data, before its first record is opened."""
        tenant = get_object_or_404(Tenant, pk=tenant_pk)
        form = SupportReasonForm(request.POST or None)
        if form.is_valid():
            state_reason(request.session, tenant.pk, form.cleaned_data["reason"])
            return redirect(back_to(request, reverse("admin:index")))
        context = {
            **self.each_context(request),
            "title": f"Why do you look at the data of {tenant}?",
            "form": form,
            "next": request.POST.get("next") or request.GET.get("next", ""),
        }
        return render(request, "admin/support_reason.html", context, status=422 if form.is_bound else 200)

    # No second door: limits, second factor and security notices hold for staff as for everybody.

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return log_out(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")


def _viewed(view: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
    """The answer of an admin page. Raises BadRequest for what Django fails at.

    It makes a date of any number that is sent as a year, and a field of an empty `_to_field`.
    """
    try:
        return view(request, *args, **kwargs)
    except (OverflowError, FieldDoesNotExist) as error:
        if request.GET or TO_FIELD_VAR in request.POST:
            raise BadRequest("No support page understands this.") from error
        raise


def _seen_row(view: Any, request: HttpRequest, object_id: str | None) -> Model | None:
    """The row that a page is about, where this person may see it."""
    shown_by = getattr(view, "__self__", None)
    if object_id is None or not isinstance(shown_by, admin.ModelAdmin):
        return None
    try:
        row: Model | None = shown_by.model._default_manager.filter(pk=unquote(object_id)).first()
    except (ValueError, ValidationError):
        return None
    return row if row is not None and shown_by.has_view_or_change_permission(request, row) else None


def _ask_for_a_reason(request: HttpRequest, tenant_id: int) -> HttpResponse:
    address = reverse("admin:support_reason", args=[tenant_id])
    return redirect(f"{address}?{urlencode({'next': request.get_full_path()})}")


def _listed_tenant(response: HttpResponse) -> int | None:
    """The one company whose rows a list shows; None for a list of several, which is no visit to one of them."""
    context = getattr(response, "context_data", None) or {}
    shown = getattr(context.get("cl"), "result_list", ())
    found = {tenant_of(row) for row in shown}
    return found.pop() if len(found) == 1 else None


def _tell(view: Any, request: HttpRequest, actor: User, tenant_id: int | None, status: int) -> None:
    """Only of a page that was shown: one that was refused or led elsewhere told nothing."""
    shown_by = getattr(view, "__self__", None)
    if tenant_id is not None and status == HTTPStatus.OK and isinstance(shown_by, admin.ModelAdmin):
        record_visit(tenant_id, actor, shown_by.model, stated_reason(request.session, tenant_id))
