"""Forms for the credentials of a connection: to connect, and to renew them.

Owns what may be typed and how it is tidied. Must not sign in, store anything, or ever show a password again.
"""

from typing import Any

from django import forms

from integrations.connections.service import normalise_id, normalise_password

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
LONGEST_ID = 80
LONGEST_PASSWORD = 200


class IdField(forms.CharField):
    """An id of Intacct, without surrounding blanks and the invisible characters of a paste."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_ID, widget=forms.TextInput(attrs=dict(_PLAIN)), **options)

    def to_python(self, value: Any) -> str:
        return normalise_id(super().to_python(value) or "")


class SecretField(forms.CharField):
    """A password: blanks may belong to it, and it is never sent back to the browser."""

    def __init__(self, **options: Any) -> None:
        # "new-password" keeps the browser from filling in the person's own password of this site.
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False)
        super().__init__(max_length=LONGEST_PASSWORD, strip=False, widget=widget, **options)

    def to_python(self, value: Any) -> str:
        return normalise_password(super().to_python(value) or "")


class CredentialsForm(forms.Form):
    user_id = IdField(
        label="User ID",
        help_text="The web services user made for this integration, not the user of a person.",
        error_messages={"required": "Enter the user ID of the web services user."},
    )
    password = SecretField(
        label="Password",
        help_text="Intacct mails it when the web services user is created. Stored encrypted and never shown again.",
        error_messages={"required": "Enter the password of the web services user."},
    )


class ConnectForm(CredentialsForm):
    company_id = IdField(
        label="Company ID",
        help_text="The same as when you sign in to Intacct in the browser; upper and lower case count.",
        error_messages={"required": "Enter the Company ID."},
    )
    entity_id = IdField(
        label="Entity ID",
        required=False,
        help_text="Leave blank to work at top level, with all entities. Fill in to work in this one entity only.",
    )

    field_order = ("company_id", "entity_id", "user_id", "password")
