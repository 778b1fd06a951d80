"""The support admin: Django's admin behind the audited cross-tenant door and the same log-in as every page."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.views import logout as log_out
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from accounts.models import User
from accounts.proxy_findings import recent_findings
from accounts.sign_in.proof import READING, require_proof
from accounts.tenancy import cross_tenant

# Pages whose forms change who may enter what; opening them asks already, so that a form is not sent in vain.
_FORMS = ("add", "change", "delete")
_OF_PEOPLE = frozenset(f"accounts_{model}_{form}" for model in ("user", "membership") for form in _FORMS)
_ASKING_PAGES = _OF_PEOPLE | {"accounts_tenant_add", "auth_user_password_change"}


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
            with cross_tenant("support admin", actor=actor, path=request.get_full_path()):
                response = view(request, *args, **kwargs)
                # Templates read the database when rendered, so they are rendered behind the door too.
                return response.render() if isinstance(response, TemplateResponse) else response

        return super().admin_view(across_tenants, cacheable)

    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The first page of support also says what the proxy in front does not do as it should."""
        for sentence in recent_findings():
            messages.warning(request, sentence)
        return super().index(request, extra_context)

    # No second door: limits, second factor and security notices hold for staff as for everybody.

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return log_out(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")
