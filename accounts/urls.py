"""Addresses outside a tenant: the list of one's companies, invitations, log-in and one's own account."""

from django.urls import include, path

from accounts import views

urlpatterns = [
    path("", views.tenants, name="tenants"),
    path("invitations/", include("accounts.people.invitation_urls")),
    path("", include("accounts.sign_in.urls")),
]
