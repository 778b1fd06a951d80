"""The form of a company's own settings, laid out as every form of the site."""

import zoneinfo
from typing import Any

from django import forms

from accounts.models import Tenant


class CompanyForm(forms.ModelForm):
    """Name, time zone, base currency and whether a second factor is required of everybody."""

    class Meta:
        model = Tenant
        fields = ["name", "time_zone", "base_currency", "second_factor_required"]
        labels = {"second_factor_required": "Require a second factor of everybody"}
        help_texts = {
            "name": "As people know the company; its address on this site stays as it is.",
            "time_zone": "Times on pages and in mails are shown in this zone.",
            "base_currency": "Three letters, for example USD. Used where a project names no currency; what exists "
            "already is not changed.",
            "second_factor_required": "Everybody then logs in with a password and a code from an app on their phone. "
            "Anyone who has none yet sets it up at the next page they open here.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zoneinfo.available_timezones())
        self.fields["time_zone"].widget = forms.Select(choices=[(zone, zone.replace("_", " ")) for zone in zones])

    def clean_base_currency(self) -> str:
        return str(self.cleaned_data["base_currency"]).upper()
