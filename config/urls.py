"""Every address of the site, by room. A tenant's pages live under /t/<slug>/."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

handler400 = "accounts.errors.bad_request"
handler403 = "accounts.errors.permission_denied"
handler404 = "accounts.errors.page_not_found"
handler429 = "accounts.errors.too_many_requests"
handler500 = "accounts.errors.server_error"

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("integrations.operations.probes")),
    path("t/<slug:tenant_slug>/settings/audit/", include("accounts.trail.urls")),
    path("t/<slug:tenant_slug>/views/", include("accounts.saved_views.urls")),
    path("t/<slug:tenant_slug>/", include("accounts.people.urls")),
    path("t/<slug:tenant_slug>/", include("erp_admin.urls")),
    path("t/<slug:tenant_slug>/", include("integrations.urls")),
    path("t/<slug:tenant_slug>/", include("accounts.tenant_urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
]
