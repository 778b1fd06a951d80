"""Addresses outside a tenant: log in, log out, password reset, invitations, the list of one's companies."""

from django.contrib.auth import views as auth
from django.urls import include, path

from accounts import views

urlpatterns = [
    path("", views.tenants, name="tenants"),
    path("invitations/", include("accounts.people.invitation_urls")),
    path("login/", views.LoginView.as_view(), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("password-reset/", views.PasswordResetView.as_view(), name="password_reset"),
    path("password-reset/sent/", auth.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("password-reset/<uidb64>/<token>/", auth.PasswordResetConfirmView.as_view(), name="password_reset_confirm"),
    path("password-reset/done/", auth.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
]
