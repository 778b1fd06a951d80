"""Every address of the site, by room. A tenant's pages live under /t/<slug>/."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("integrations.probes")),
    path("t/<slug:tenant_slug>/", include("erp_admin.urls")),
    path("t/<slug:tenant_slug>/", include("integrations.urls")),
    path("t/<slug:tenant_slug>/", include("accounts.tenant_urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
]
