"""The support admin: Django's admin behind the audited cross-tenant door and the same log-in as every page."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.views import logout as log_out
from django.contrib import admin
from django.contrib.admin.options import TO_FIELD_VAR
from django.core.exceptions import BadRequest, FieldDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from accounts.models import User
from accounts.tenancy import cross_tenant


class SupportAdminSite(admin.AdminSite):
    site_header = "ERP Admin support"
    site_title = "ERP Admin support"
    index_title = "Tenants, connections and runs"
    enable_nav_sidebar = True

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Wrap every admin page so that it runs across tenants, and staff's passage is written down."""

        def across_tenants(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = request.user if isinstance(request.user, User) and self.has_permission(request) else None
            with cross_tenant("support admin", actor=actor, path=request.get_full_path()):
                try:
                    response = view(request, *args, **kwargs)
                except (OverflowError, FieldDoesNotExist) as error:
                    # Django makes a date of any number that is sent as a year, and a field of an empty `_to_field`.
                    if request.GET or TO_FIELD_VAR in request.POST:
                        raise BadRequest("No support page understands this.") from error
                    raise
                # Templates read the database when rendered, so they are rendered behind the door too.
                return response.render() if isinstance(response, TemplateResponse) else response

        return super().admin_view(across_tenants, cacheable)

    # No second door: limits, second factor and security notices hold for staff as for everybody.

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return log_out(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")
