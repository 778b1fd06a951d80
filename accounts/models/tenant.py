"""The tenant: one construction company. Everything else belongs to exactly one."""

import zoneinfo

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from accounts.ui.formats import DateFormat, Formats, NumberFormat, TimeFormat

# How short and how long a company, or the site, may choose; SESSION_COOKIE_AGE is the longest.
IDLE_MINUTES = (5, 24 * 60)
LONGEST_HOURS = (1, 14 * 24)


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is an IANA time zone such as America/Denver."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name}” is not a time zone. Use an IANA name such as America/Denver.")


class SupportAccess(models.TextChoices):
    ALWAYS = "always", "At any time; each visit is in the audit trail"
    WHEN_ALLOWED = "when_allowed", "Only while we allow it"


class Tenant(models.Model):
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=50, unique=True, help_text="Part of every address of this company.")
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text="Times are shown in this zone, for example America/Denver.",
    )
    base_currency = models.CharField(
        max_length=3,
        default="USD",
        validators=[RegexValidator(r"^[A-Z]{3}$", "Use the three letters of the currency, for example USD.")],
    )
    # While these are added, processes of the version before make companies too.
    date_format = models.CharField(
        "dates are written", max_length=3, choices=DateFormat.choices, default=DateFormat.US, db_default=DateFormat.US
    )
    time_format = models.CharField(
        "times are written",
        max_length=2,
        choices=TimeFormat.choices,
        default=TimeFormat.TWELVE,
        db_default=TimeFormat.TWELVE,
    )
    number_format = models.CharField(
        "numbers are written",
        max_length=12,
        choices=NumberFormat.choices,
        default=NumberFormat.US,
        db_default=NumberFormat.US,
    )
    second_factor_required = models.BooleanField(
        default=False,
        help_text="Everybody who works for this company logs in with a passkey, or with a password and a code.",
    )
    idle_minutes = models.PositiveSmallIntegerField(
        "minutes without activity",
        null=True,
        blank=True,
        validators=[MinValueValidator(IDLE_MINUTES[0]), MaxValueValidator(IDLE_MINUTES[1])],
        help_text="After so long people confirm again who they are. Empty: as the site does.",
    )
    longest_hours = models.PositiveSmallIntegerField(
        "hours until people log in anew",
        null=True,
        blank=True,
        validators=[MinValueValidator(LONGEST_HOURS[0]), MaxValueValidator(LONGEST_HOURS[1])],
        help_text="After so long people log in anew, whatever they do. Empty: as the site does.",
    )
    support_access = models.CharField(
        "when support may look at our data",
        max_length=16,
        choices=SupportAccess.choices,
        default=SupportAccess.ALWAYS,
        db_default=SupportAccess.ALWAYS,  # while it is added, processes of the version before make companies too
    )
    support_until = models.DateTimeField("support is allowed until", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name, verbose_name_plural = "company", "companies"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.slug = self.slug.lower()  # two addresses that differ in case only would be taken for one

    @property
    def formats(self) -> Formats:
        return Formats(
            DateFormat(self.date_format),
            TimeFormat(self.time_format),
            NumberFormat(self.number_format),
            self.base_currency,
        )

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)
