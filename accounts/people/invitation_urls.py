"""Addresses of an invited person, outside any tenant. Mounted under /invitations/."""

from django.urls import path

from accounts.people import invitation_views as views

urlpatterns = [
    path("", views.invitation, name="invitation"),
    path("<str:invitation_token>/", views.open_invitation, name="open_invitation"),
]
