"""The push ledger: one row for each time a step of a document is to be written to Intacct, and what became of it.

A row has the exact bytes that are sent, in a table of their own, and their control id, stored before anything leaves.
Only `integrations.delivery.transitions` moves rows from state to state; a row is never removed.
"""

from django.conf import settings
from django.db import models

from accounts.models.scoped import TenantModel
from accounts.ui.shown import ShownState
from integrations.models.connection import Connection
from integrations.models.remote_record import TRANSACTION
from integrations.models.run import SyncRun
from integrations.models.settings import SettingsVersion
from integrations.models.states import IN_FLIGHT, PushState, shown


class Operation(models.TextChoices):
    CREATE = "create", "Create"
    UPDATE = "update", "Update"


class Push(TenantModel):
    """It has no body only while it waits for something that the bytes depend on."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="pushes")
    flow = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    step = models.CharField(max_length=40, default=TRANSACTION, help_text="The part of the document that it writes.")
    after = models.JSONField(default=list, blank=True, help_text="Steps of the document that go before it.")
    route = models.JSONField(default=list, blank=True, help_text="All steps of the document when this was planned.")
    record_type = models.CharField(max_length=60, blank=True, help_text="The object in Intacct, such as PODOCUMENT.")
    template_digest = models.CharField(
        max_length=64, blank=True, help_text="Of its function, while what earlier steps become is left open."
    )
    label = models.CharField(max_length=300, help_text="The document as people know it.")
    amount = models.DecimalField(
        max_digits=16, decimal_places=2, null=True, blank=True,
        help_text="What the document was about when it was asked for, on the first of its rows.",
    )  # fmt: skip
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    operation = models.CharField(max_length=8, choices=Operation.choices, default=Operation.CREATE)
    revision = models.PositiveIntegerField(default=1, help_text="Counts the deliveries of this step of the document.")
    state = models.CharField(max_length=12, choices=PushState.choices, default=PushState.QUEUED)
    entity_id = models.CharField(max_length=80, blank=True, help_text="Entity whose session sends it.")
    reference = models.CharField(max_length=120, blank=True, help_text="What the record is looked up by in Intacct.")
    control_id = models.CharField(max_length=256, blank=True)
    function_name = models.CharField(max_length=60, blank=True)
    size = models.PositiveIntegerField(default=0, help_text="Bytes of its function.")
    planned = models.JSONField(default=list, help_text="Each field as shown in the preview: where, value, source.")
    expected = models.JSONField(default=dict, help_text="What makes a record the one that this push wrote.")
    sent = models.JSONField(default=dict, help_text="All the record holds of the document once this has arrived.")
    waits_flow = models.CharField(max_length=40, blank=True, help_text="Flow of the document that it waits for.")
    waits_document_id = models.BigIntegerField(null=True, blank=True, help_text="The document that it waits for.")
    settings_version = models.ForeignKey(SettingsVersion, null=True, blank=True, on_delete=models.SET_NULL)
    run = models.ForeignKey(SyncRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="pushes")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(help_text="Not before this moment: a pause, or the next look.")
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When it last left for Intacct.")
    absent_counts_from = models.DateTimeField(null=True, blank=True, help_text="When not finding it proves something.")
    alone = models.BooleanField(default=False, help_text="Sent in a request of its own.")
    may_have_arrived = models.BooleanField(
        default=False, help_text="The outcome of some try was unknown, so only the identical bytes may follow it."
    )
    refused_order = models.CharField(
        max_length=80, blank=True, help_text="Orders of elements that were refused, the first one first."
    )
    refused = models.BooleanField(
        default=False, help_text="Intacct refused it; looked for all the same, as an earlier try may have arrived."
    )
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often it was sent.")
    looks = models.PositiveSmallIntegerField(default=0, help_text="How often it was looked for since last sent.")
    finished_at = models.DateTimeField(null=True, blank=True)
    read_back_at = models.DateTimeField(null=True, blank=True, help_text="When the record was compared with the plan.")
    remote_id = models.CharField(max_length=200, blank=True)
    remote_record_no = models.BigIntegerField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_field = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it is in this state.")
    advice = models.CharField(max_length=500, blank=True)
    error_detail = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "pushes"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "flow", "document_id", "step"],
                condition=models.Q(state__in=[state.value for state in sorted(IN_FLIGHT)]),
                name="one_push_in_flight_per_document_and_step",
            ),
        ]
        indexes = [
            models.Index(fields=["connection", "flow", "state", "due_at"], name="push_due"),
            models.Index(fields=["tenant", "flow", "document_id"], name="push_by_document"),
            models.Index(fields=["tenant", "control_id"], name="push_by_control_id"),
            models.Index(fields=["connection", "waits_flow", "waits_document_id"], name="push_by_awaited"),
        ]

    def __str__(self) -> str:
        return f"{self.get_operation_display()} {self.label}"

    @property
    def shown_state(self) -> ShownState:
        if self.state not in PushState.values:  # a damaged row takes no page with it
            return ShownState("unknown", f"Unknown ({self.state})", "warning", "question-circle", self.reason)
        return shown(PushState(self.state), self.reason)

    @property
    def is_failed(self) -> bool:
        return self.state == PushState.FAILED

    @property
    def function_xml(self) -> str:
        """The bytes that are sent, "" while there are none. Each asking reads them, unless they were read with it."""
        body = PushBody.objects.filter(push=self).first() if "body" not in self._state.fields_cache else self.body
        return body.xml if body is not None else ""


class PushBody(TenantModel):
    """The function that a push sends: large, so nothing that lists pushes reads it."""

    push = models.OneToOneField(Push, on_delete=models.CASCADE, related_name="body")
    xml = models.TextField()

    def __str__(self) -> str:
        return f"{len(self.xml)} characters"


class PushEvent(TenantModel):
    """A line of a push's history: each change of state, each decision taken by itself, and why."""

    push = models.ForeignKey(Push, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=12, choices=PushState.choices)
    message = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.message

    @property
    def shown_state(self) -> ShownState:
        return shown(PushState(self.state))


class ElementOrder(models.Model):
    """The order of elements that an Intacct company was found to demand, where the vendor's texts dispute it.

    It is a fact about the company's server, so this row belongs to no tenant.
    """

    company_id = models.CharField(max_length=80, unique=True)
    order = models.CharField(max_length=20)
    learnt_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.company_id}: {self.order}"


class PushHold(TenantModel):
    """Why nothing of a flow is sent for now: a refused sign-in or a missing right, told to the admins once."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="push_holds")
    flow = models.CharField(max_length=40)
    error_code = models.CharField(max_length=40)
    sentence = models.CharField(max_length=500)
    advice = models.CharField(max_length=500, blank=True)
    held_at = models.DateTimeField(auto_now_add=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "flow"], name="one_hold_per_flow")]

    def __str__(self) -> str:
        return self.sentence


class PushProblem(TenantModel):
    """One of the things that keep an approved document from being pushed, as it was judged last.

    Written by `integrations.delivery.blocked` alone; nothing is sent or kept back because of these rows.
    """

    flow = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    code = models.CharField(max_length=40)
    field_name = models.CharField(max_length=120, blank=True, help_text="The field of ours that is to be changed.")
    line = models.PositiveIntegerField(default=0, help_text="Number of the line, 0 for the head.")
    sentence = models.CharField(max_length=500)
    fix = models.CharField(max_length=500, blank=True)
    since = models.DateTimeField(help_text="When it was first found, and has been found each time since.")

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["tenant", "flow", "document_id"], name="problems_of_document"),
            models.Index(fields=["tenant", "code"], name="problems_by_code"),
        ]

    def __str__(self) -> str:
        return f"{self.sentence} {self.fix}".strip()
