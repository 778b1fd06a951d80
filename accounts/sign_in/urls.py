"""Addresses of log-in and of one's own account. The names are django-allauth's, which looks them up itself."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.usersessions import views as sessions
from django.contrib.auth.decorators import login_not_required, login_required
from django.urls import path, re_path
from django.views.decorators.cache import never_cache

from accounts.sign_in import views
from accounts.sign_in.kept_forms import kept_form
from accounts.sign_in.passkey_views import (
    AddPasskeyView,
    ConfirmPasskeyView,
    PasskeyLoginView,
    RemovePasskeyView,
    RenamePasskeyView,
)
from accounts.sign_in.proof import proof_required
from accounts.sign_in.session_state import session_state

RESET = "password-reset"

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("login/code/", mfa.authenticate, name="mfa_authenticate"),
    path("login/passkey/", login_not_required(PasskeyLoginView.as_view()), name="mfa_login_webauthn"),
    path("login/inactive/", account.account_inactive, name="account_inactive"),
    path("logout/", account.logout, name="account_logout"),
    path("sign-up/", account.signup, name="account_signup"),
    path(f"{RESET}/", account.password_reset, name="account_reset_password"),
    path(f"{RESET}/sent/", account.password_reset_done, name="account_reset_password_done"),
    path(f"{RESET}/done/", views.password_saved, name="account_reset_password_from_key_done"),
    re_path(
        rf"^{RESET}/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        views.ChoosePasswordView.as_view(),
        name="account_reset_password_from_key",
    ),
    path(f"{RESET}/<uidb64>/<token>/", views.former_link, name="former_password_link"),
    # The same under the names they had before.
    path("login/", account.login, name="login"),
    path("logout/", account.logout, name="logout"),
    path(f"{RESET}/", account.password_reset, name="password_reset"),
    path("account/", views.account, name="account"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/confirm/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("account/kept/", kept_form, name="kept_form"),
    path("account/confirm/passkey/", ConfirmPasskeyView.as_view(), name="mfa_reauthenticate_webauthn"),
    path("account/email/", views.AddressView.as_view(), name="account_email"),
    path("account/email/sent/", account.email_verification_sent, name="account_email_verification_sent"),
    # For its owner alone: a mistyped address belongs to a stranger, whom the link must not let take the account over.
    re_path(r"^account/email/(?P<key>[-:\w]+)/$", login_required(account.confirm_email), name="account_confirm_email"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/password/first/", proof_required(account.password_set), name="account_set_password"),
    path("account/second-factor/", mfa.index, name="mfa_index"),
    path("account/second-factor/required/", views.second_factor_required, name="second_factor_required"),
    path("account/second-factor/set-up/", never_cache(totp.activate_totp), name="mfa_activate_totp"),
    path("account/second-factor/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/passkeys/add/", never_cache(AddPasskeyView.as_view()), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/rename/", RenamePasskeyView.as_view(), name="mfa_edit_webauthn"),
    path("account/passkeys/<int:pk>/remove/", RemovePasskeyView.as_view(), name="mfa_remove_webauthn"),
    path("account/recovery-codes/", never_cache(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/session-state/", session_state, name="session_state"),
    path("account/sessions/", sessions.list_usersessions, name="usersessions_list"),
    path("account/sessions/<int:pk>/end/", views.end_session, name="end_session"),
]
