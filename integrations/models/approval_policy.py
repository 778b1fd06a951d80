"""How approvals of documents come about, as a company chose it, and the steps that people gave of those under review.

Policies, substitutes and rights to push are written by `integrations.approval.policy_service` alone, reviews and their
decisions by `integrations.approval.reviews` alone.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Role
from accounts.models.scoped import TenantModel


class Way(models.TextChoices):
    DIRECT = "direct", "Direct: anybody who may enter it approves it"
    REVIEW = "review", "Review: one to three steps, always"
    AMOUNT = "amount", "By amount: each step from a limit on"


class ApprovalPolicy(TenantModel):
    """`steps` are one to three of {"name", "role", "people", "above"}: a role or keys of people, a limit as text."""

    flow = models.CharField("documents", max_length=40, help_text="Key of the document type.")
    entity_id = models.CharField("entity", max_length=80, blank=True, help_text="Blank: of every entity.")
    project_number = models.CharField("project", max_length=60, blank=True, help_text="Blank: of every project.")
    way = models.CharField(max_length=8, choices=Way.choices, default=Way.DIRECT)
    steps = models.JSONField(default=list, blank=True)
    forbids_self = models.BooleanField("self-approval forbidden", default=False)
    version = models.PositiveIntegerField(default=0, help_text="Counts up with every save.")
    saved_at = models.DateTimeField(auto_now=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["flow", "entity_id", "project_number"]
        verbose_name_plural = "approval policies"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "flow", "entity_id", "project_number"], name="one_approval_policy_per_place"
            )
        ]

    def __str__(self) -> str:
        return " · ".join(part for part in (self.flow, self.entity_id, self.project_number) if part)


class Substitute(TenantModel):
    """Who gives the steps of `person` from the one day to the other, both included."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    substitute = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="substitute_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(person=F("substitute")), name="nobody_substitutes_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.substitute} for {self.person}"


class PushRight(TenantModel):
    """The least role that may push documents of a type. Without a row it is that of the pages."""

    flow = models.CharField("documents", max_length=40, help_text="Key of the document type.")
    least_role = models.CharField(max_length=16, choices=Role.choices, default=Role.ACCOUNTANT)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["flow"]
        constraints = [models.UniqueConstraint(fields=["tenant", "flow"], name="one_push_right_per_type")]

    def __str__(self) -> str:
        return f"{self.flow}: {self.get_least_role_display()}"


class ReviewEnd(models.TextChoices):
    APPROVED = "approved", "Approved"
    FELL = "fell", "Its steps fell"
    ENDED = "ended", "Decided otherwise"


class ApprovalReview(TenantModel):
    """A document under review, bound to what it said when it began. A document has one that is open at most."""

    flow = models.CharField(max_length=40)
    document_id = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64, help_text="Of what the approval covers.")
    opened_at = models.DateTimeField(auto_now_add=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=8, choices=ReviewEnd.choices, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "flow", "document_id"],
                condition=Q(closed_at=None),
                name="one_open_review_per_document",
            )
        ]

    def __str__(self) -> str:
        return f"{self.flow} {self.document_id}"


class ApprovalDecision(TenantModel):
    """A step that was given. `key` says what the step asked for, so that it counts only while the policy asks that."""

    review = models.ForeignKey(ApprovalReview, on_delete=models.CASCADE, related_name="decisions")
    key = models.CharField(max_length=64)
    told = models.CharField(max_length=120, help_text="The step as people know it.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    in_place_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["review", "key"], name="each_step_is_given_once")]

    def __str__(self) -> str:
        return self.told
