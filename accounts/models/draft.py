"""What somebody has typed into a form and not saved yet: one row for each opening of the form.

Owns the row. What is kept, offered and forgotten is accounts.drafts. Is never shown to anybody but its own person.
"""

from django.db import models

from accounts.models.membership import Membership
from accounts.models.scoped import TenantModel


class ClosedAs(models.TextChoices):
    """Why a draft holds nothing any more. The row stays a while, so that what arrives late does not begin it again."""

    SAVED = "saved", "Saved"
    DISCARDED = "discarded", "Discarded"
    REPLACED = "replaced", "Taken over by another window"


class FormDraft(TenantModel):
    """It goes with the membership, so of somebody who leaves the company nothing stays behind."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    opening = models.UUIDField(help_text="One opening of the form in one window.")
    place = models.CharField(max_length=200, help_text="Which form: as a rule the path of its page.")
    sealed = models.TextField(blank=True, editable=False, help_text="Names and values, sealed.")
    number = models.PositiveIntegerField(default=0, help_text="Counts up while typing; an older text comes too late.")
    began_at = models.DateTimeField(auto_now_add=True)
    kept_at = models.DateTimeField()
    closed_as = models.CharField(max_length=16, choices=ClosedAs.choices, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["membership", "opening"], name="one_draft_per_opening")]
        indexes = [
            models.Index(fields=["membership", "place"], name="draft_place"),
            models.Index(fields=["kept_at"], name="draft_kept_at"),
        ]

    def __str__(self) -> str:
        return f"Draft of {self.place}"
