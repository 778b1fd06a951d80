"""Forms of the People pages and of accepting an invitation. What is refused is decided by the verbs beside them."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils.safestring import mark_safe

from accounts.models import Invitation, Membership, Role, User

ROLE_CHOICES = [(role.value, f"{role.label}: {role.summary}") for role in Role]


class InviteForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="The invitation is mailed there. Anyone who opens its link joins, so take the person’s own address.",
        error_messages={"required": "Enter an e-mail address; this is required."},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Role", choices=ROLE_CHOICES, initial=Role.VIEWER.value, widget=forms.RadioSelect)


class RoleForm(forms.Form):
    """Another role for somebody. Anyone who gives up the role of admin says that they know what they give up."""

    role = forms.ChoiceField(label="Role", choices=ROLE_CHOICES, widget=forms.RadioSelect)
    knows = forms.BooleanField(
        label="I know that I will no longer manage people, the connection and the settings",
        required=False,
        help_text="Needed only to give up the role Admin. Another admin can give it back.",
    )

    def __init__(self, membership: Membership, data: Any = None, *, is_own: bool) -> None:
        super().__init__(data, initial={"role": membership.role})
        self.is_own = is_own
        if not is_own:
            del self.fields["knows"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.is_own and cleaned.get("role", Role.ADMIN) != Role.ADMIN and not cleaned.get("knows"):
            self.add_error("knows", "Tick this to give up the role Admin yourself.")
        return cleaned


class JoinForm(forms.Form):
    """Name and password of a new person. The address is the invited one; password managers read it here."""

    email = forms.EmailField(
        label="E-mail address",
        disabled=True,
        required=False,
        help_text="You log in with this address.",
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    name = forms.CharField(
        label="Your name",
        max_length=120,
        help_text="As colleagues know you.",
        error_messages={"required": "Enter your name; this is required."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        error_messages={"required": "Choose a password; this is required."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label="Password again",
        strip=False,
        error_messages={"required": "Enter the same password once more; this is required."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, invitation: Invitation, data: Any = None) -> None:
        super().__init__(data, initial={"email": invitation.email})
        self.invitation = invitation
        # The text is made of escaped sentences by Django.
        self.fields["password"].help_text = mark_safe(password_validators_help_text_html())  # noqa: S308

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        password = cleaned.get("password")
        if not password:
            return cleaned
        try:
            validate_password(password, User(email=self.invitation.email, name=cleaned.get("name", "")))
        except ValidationError as error:
            self.add_error("password", error)
        if cleaned.get("password_again") and cleaned["password_again"] != password:
            self.add_error("password_again", "The two passwords are not the same.")
        return cleaned
