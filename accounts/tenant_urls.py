"""A tenant's addresses of accounts: its own settings. Mounted under /t/<slug>/."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("settings/company/", views.company, name="company"),
    path("settings/company/log-in/", views.company_security, name="company_security"),
]
