"""Addresses outside a tenant: invitations, log-in and one's own account."""

from django.urls import include, path

urlpatterns = [
    path("invitations/", include("accounts.people.invitation_urls")),
    path("", include("accounts.sign_in.urls")),
]
