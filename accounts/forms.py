"""The form of a company's own settings, laid out as every form of the site."""

import zoneinfo
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import SupportAccess, Tenant
from accounts.templatetags.ui import when

MOST_SUPPORT_DAYS = 30


class CompanyForm(forms.ModelForm):
    """Name, time zone, base currency, whether a second factor is required of everybody, when support may look."""

    support_days = forms.IntegerField(
        label="Allow support for this many days from now",
        required=False,
        min_value=0,
        max_value=MOST_SUPPORT_DAYS,
        help_text="Counts where support may look only while you allow it. 0 ends it now; blank leaves it as it is.",
    )

    class Meta:
        model = Tenant
        fields = ["name", "time_zone", "base_currency", "second_factor_required", "support_access"]
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

        self.fields["support_access"].required = False
        until = self.instance.support_until
        if until is not None and until > timezone.now():
            self.fields[
                "support_days"
            ].label = f"Allow support for this many days from now (until {when(until)} at present)"

    def clean_support_access(self) -> str:
        return str(self.cleaned_data["support_access"] or self.instance.support_access)

    def save(self, commit: bool = True) -> Tenant:
        days = self.cleaned_data.get("support_days")
        if self.instance.support_access == SupportAccess.ALWAYS:
            self.instance.support_until = None
        elif days is not None:
            self.instance.support_until = timezone.now() + timedelta(days=days)
        tenant: Tenant = super().save(commit)
        return tenant

    def clean_base_currency(self) -> str:
        return str(self.cleaned_data["base_currency"]).upper()
