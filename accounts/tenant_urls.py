"""A tenant's addresses of accounts: its own settings and drafts of forms. Mounted under /t/<slug>/."""

from django.urls import path

from accounts import views
from accounts.drafts import views as drafts

urlpatterns = [
    path("drafts/", drafts.drafts, name="drafts"),
    path("drafts/keep/", drafts.keep, name="keep_draft"),
    path("drafts/discard/", drafts.discard, name="discard_draft"),
    path("settings/company/", views.company, name="company"),
    path("settings/company/log-in/", views.company_security, name="company_security"),
]
