"""A password that was set is written down, whichever page or command set it: Django tells its validators.

Owns no rule of its own about passwords; never keeps, logs or measures one.
"""

from django.contrib.auth.password_validation import MinimumLengthValidator

from accounts.audit import record_event
from accounts.models import EventKind, User


class RecordedMinimumLength(MinimumLengthValidator):
    """Django's own rule, on whose back the news travels; a hash that is only renewed at log-in is no news."""

    def password_changed(self, password: str, user: User | None = None) -> None:
        if user is not None:
            record_event(EventKind.PASSWORD_CHANGED, "", about=user)
