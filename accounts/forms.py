"""The forms of a company's own settings, laid out as every form of the site."""

import zoneinfo
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import SupportAccess, Tenant
from accounts.models.tenant import IDLE_MINUTES, LONGEST_HOURS
from accounts.sign_in.limits import limits_of_the_site
from accounts.templatetags.ui import when
from accounts.versions import VersionedForm

MOST_SUPPORT_DAYS = 30


class CompanyForm(VersionedForm):
    """Name, time zone, base currency, how dates and numbers are written, and when support may look."""

    support_days = forms.IntegerField(
        label="Allow support for this many days from now",
        required=False,
        min_value=0,
        max_value=MOST_SUPPORT_DAYS,
        help_text="Counts where support may look only while you allow it. 0 ends it now; blank leaves it as it is.",
    )

    class Meta:
        model = Tenant
        fields = [
            "name", "time_zone", "base_currency", "date_format", "time_format", "number_format", "support_access",
        ]  # fmt: skip
        help_texts = {
            "name": "As people know the company; its address on this site stays as it is.",
            "time_zone": "Times on pages and in mails are shown in this zone.",
            "base_currency": "Three letters, for example USD. Used where a project names no currency; what exists "
            "already is not changed. Amounts in other currencies name theirs.",
            "date_format": "On pages, in mails and files, and in which order 3/4/26 is read.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zoneinfo.available_timezones())
        self.fields["time_zone"].widget = forms.Select(choices=[(zone, zone.replace("_", " ")) for zone in zones])

        for name in ("date_format", "time_format", "number_format", "support_access"):
            self.fields[name].required = False  # forms of before, and people who leave it as it is
        until = self.instance.support_until
        if until is not None and until > timezone.now():
            self.fields[
                "support_days"
            ].label = f"Allow support for this many days from now (until {when(until)} at present)"

    def clean_name(self) -> str:
        """In one line: it stands in the subjects of mails."""
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_support_access(self) -> str:
        return self._or_as_it_is("support_access")

    def clean_date_format(self) -> str:
        return self._or_as_it_is("date_format")

    def clean_time_format(self) -> str:
        return self._or_as_it_is("time_format")

    def clean_number_format(self) -> str:
        return self._or_as_it_is("number_format")

    def _or_as_it_is(self, name: str) -> str:
        return str(self.cleaned_data[name] or getattr(self.instance, name))

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


class SecurityForm(VersionedForm):
    """Whether a second factor is required of everybody, and how long a log-in lasts in this company."""

    class Meta:
        model = Tenant
        fields = ["second_factor_required", "idle_minutes", "longest_hours"]
        labels = {
            "second_factor_required": "Require a second factor of everybody",
            "idle_minutes": "Lock after minutes without activity",
            "longest_hours": "Log people out after hours in any case",
        }
        help_texts = {
            "second_factor_required": "Everybody then logs in with a passkey, or with a password and a code from an "
            "app on their phone. Anyone who has neither yet sets it up at the next page they open here.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site = limits_of_the_site()
        self.fields["idle_minutes"].help_text = (
            f"{IDLE_MINUTES[0]} to {IDLE_MINUTES[1]:,}. Whoever comes back confirms who they are; a form they "
            f"were filling in is kept. Empty: {site.idle_minutes}, as everywhere on this site."
        )
        self.fields["longest_hours"].help_text = (
            f"{LONGEST_HOURS[0]} to {LONGEST_HOURS[1]}. Then everybody logs in anew, second factor included. "
            f"Empty: {site.longest_hours}, as everywhere on this site."
        )
        for name, (least, most), unit in (
            ("idle_minutes", IDLE_MINUTES, "minutes"),
            ("longest_hours", LONGEST_HOURS, "hours"),
        ):
            field: Any = self.fields[name]
            field.widget.attrs.update(min=least, max=most)
            said = f"Enter {least} to {most:,} {unit}, or leave it empty."
            field.error_messages["invalid"] = said
            field.error_messages.update(min_value=said, max_value=said)
