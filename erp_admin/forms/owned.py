"""What heads ask for that say their own currency and the entity in whose books they are entered."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from integrations.models import Connection

CURRENCY = "Use the three letters of the currency, for example USD."


class OwnedForm(forms.ModelForm):
    """Beside HeadForm; the field of the entity takes its choices from the connection."""

    currency = forms.CharField(
        max_length=3,
        help_text="Three letters, for example USD.",
        validators=[RegexValidator(r"^[A-Za-z]{3}$", CURRENCY)],
    )

    def entity_field(self, connection: Connection | None) -> forms.ChoiceField:
        names = {"": "Top level"} | {
            str(each["id"]): f"{each['id']} {each['name']}".strip()
            for each in (connection.entities if connection else [])
        }
        names.setdefault(self.instance.entity_id, self.instance.entity_id)
        return forms.ChoiceField(
            choices=list(names.items()),
            required=False,
            label="Owning entity",
            help_text="The Intacct entity in whose books it is entered.",
        )

    def clean_currency(self) -> Any:
        return str(self.cleaned_data["currency"]).upper()
