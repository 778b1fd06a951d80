"""Runs, their steps, their rows and their log: what a run did, for whom, and how far it is.

The queue only wakes a worker; attempts, lease, checkpoint and outcome live here.
"""

from django.conf import settings
from django.db import models

from accounts.models.scoped import TenantModel
from accounts.ui.shown import ShownState
from integrations.models.connection import Connection
from integrations.models.settings import SettingsVersion
from integrations.models.states import ACTIVE_RUNS, FIELDS_LIMITED, RowOutcome, RunState, StepState, shown


class Trigger(models.TextChoices):
    PERSON = "person", "Person"
    COMMAND = "command", "Command"
    SCHEDULE = "schedule", "Schedule"


class Mode(models.TextChoices):
    FULL = "full", "Full"
    PARTIAL = "partial", "Partial"


class SyncRun(TenantModel):
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField(help_text="Counts up within the tenant.")
    flow = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.FULL)
    entity_id = models.CharField(
        "Entity", max_length=80, blank=True, help_text="Blank: all entities the connection may see."
    )
    sync_from = models.DateTimeField(
        null=True, blank=True, help_text="From when a Partial reads, when a person said so."
    )
    state = models.CharField(max_length=12, choices=RunState.choices, default=RunState.QUEUED)
    trigger = models.CharField(max_length=12, choices=Trigger.choices, default=Trigger.PERSON)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    settings_version = models.ForeignKey(SettingsVersion, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    lease_token = models.CharField(max_length=40, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    resume_at = models.DateTimeField(null=True, blank=True, help_text="Intacct was busy; not to be worked on before.")
    postponed = models.PositiveSmallIntegerField(default=0, help_text="How often in a row that happened.")
    lost_workers = models.PositiveSmallIntegerField(default=0, help_text="How often a lease ran out unfinished.")
    error_code = models.CharField(max_length=40, blank=True)
    error_sentence = models.CharField(max_length=500, blank=True)
    error_advice = models.CharField(max_length=500, blank=True)
    error_detail = models.TextField(blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="one_run_per_number"),
            models.UniqueConstraint(
                fields=["connection", "flow"],
                condition=models.Q(state__in=[state.value for state in sorted(ACTIVE_RUNS)]),
                name="one_active_run_per_flow",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-number"], name="run_by_tenant"),
            models.Index(fields=["state", "lease_expires_at"], name="run_due"),
        ]

    def __str__(self) -> str:
        return f"Run {self.number}: {self.title}"

    @property
    def is_active(self) -> bool:
        return RunState(self.state) in ACTIVE_RUNS

    @property
    def shown_state(self) -> ShownState:
        if self.is_active and self.cancel_requested_at:
            return shown(RunState(self.state), "stopping after what it is at")
        if self.resume_at is not None:
            return shown(RunState(self.state), "waiting for Sage Intacct")
        return shown(RunState(self.state))

    @property
    def duration(self) -> float | None:
        """Seconds from start to end, or None before it has ended."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


class RunStep(TenantModel):
    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=100, help_text="What the step works on, for example a list kind.")
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=StepState.choices, default=StepState.WAITING)
    announced = models.PositiveIntegerField(null=True, blank=True, help_text="Records Intacct said there are.")
    read = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    requests = models.PositiveIntegerField(default=0)
    billable = models.PositiveIntegerField(default=0, help_text="API transactions by Intacct's billing rule.")
    checkpoint = models.JSONField(default=dict)
    message = models.CharField(max_length=500, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="one_step_per_position")]
        indexes = [models.Index(fields=["tenant", "key", "state", "-started_at"], name="step_last_success")]

    @property
    def was_read(self) -> bool:
        """Whether it came to its end: with single records or fields left out, where it says so."""
        if self.state == StepState.LIMITED:
            return self.error_code == FIELDS_LIMITED
        return self.state in (StepState.SUCCEEDED, StepState.PARTLY)

    COUNTS = ("read", "new", "changed", "same", "missing", "skipped", "failed")

    def __str__(self) -> str:
        return self.title

    @property
    def shown_state(self) -> ShownState:
        return shown(StepState(self.state))

    @property
    def duration(self) -> float | None:
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


class RunRow(TenantModel):
    """One record a run was asked for, or could not handle, with its outcome."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="rows")
    step = models.ForeignKey(RunStep, null=True, blank=True, on_delete=models.CASCADE, related_name="rows")
    list_item = models.ForeignKey("integrations.ListItem", null=True, blank=True, on_delete=models.SET_NULL)
    label = models.CharField(max_length=300)
    outcome = models.CharField(max_length=10, choices=RowOutcome.choices, default=RowOutcome.PENDING)
    message = models.CharField(max_length=500, blank=True)
    document_id = models.BigIntegerField(null=True, blank=True, help_text="Our record it led to.")

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["run", "outcome", "id"], name="run_row_by_outcome"),
            models.Index(fields=["tenant", "document_id"], name="run_row_by_document"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def shown_outcome(self) -> ShownState:
        return shown(RowOutcome(self.outcome))


class LogLevel(models.TextChoices):
    INFO = "info", "Info"
    WARNING = "warning", "Warning"
    ERROR = "error", "Error"


class RunLog(TenantModel):
    """A line people can read: each decision the run took by itself, each thing it skipped, each failure."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="log")
    step = models.ForeignKey(RunStep, null=True, blank=True, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField(auto_now_add=True)
    level = models.CharField(max_length=8, choices=LogLevel.choices, default=LogLevel.INFO)
    message = models.TextField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.message[:80]
