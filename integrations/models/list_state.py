"""Where each mirrored list stands, what Intacct offers of it, and what changed in its records.

Written by the engine at the end of a list's step, so that pages read one row instead of counting a hundred thousand.
"""

from django.db import models

from accounts.models.scoped import TenantModel
from integrations.models.connection import Connection
from integrations.models.list_item import ListItem
from integrations.models.run import SyncRun

KIND_LENGTH = 80


class ListState(TenantModel):
    """One list of a connection, seen from all entities (`entity_id` blank) or from one."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="list_states")
    kind = models.CharField(max_length=KIND_LENGTH)
    entity_id = models.CharField(max_length=80, blank=True, help_text="Blank: all entities the connection may see.")
    complete_through = models.DateTimeField(
        null=True, blank=True, help_text="Start of the last complete read: what a Partial starts from."
    )
    read_fields = models.JSONField(default=list, help_text="The fields selected when it was last complete.")
    last_full_at = models.DateTimeField(null=True, blank=True, help_text="End of the last successful Full.")
    last_read_at = models.DateTimeField(null=True, blank=True, help_text="End of the last success in any mode.")
    swept_at = models.DateTimeField(null=True, blank=True, help_text="When deletions were last looked for.")
    records = models.PositiveIntegerField(default=0, help_text="Records here that Intacct still has.")
    missing = models.PositiveIntegerField(default=0, help_text="Records here that Intacct no longer has.")
    unknown = models.PositiveIntegerField(default=0, help_text="Records here that cannot be used before more is read.")
    limited = models.JSONField(default=dict, help_text="Since when which fields could not be read.")
    last_change_at = models.DateTimeField(null=True, blank=True, help_text="When a record last became new or other.")
    last_problem = models.CharField(max_length=500, blank=True, help_text="Why the last read did not succeed.")
    last_problem_code = models.CharField(max_length=40, blank=True)
    last_problem_at = models.DateTimeField(null=True, blank=True)
    last_run = models.ForeignKey(SyncRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["kind", "entity_id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "kind", "entity_id"], name="one_state_per_list_and_entity")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.entity_id}".strip()


class ListDefinition(TenantModel):
    """What `lookup` answered about a list's object in this company, and which fields could not be read the last time.

    `custom_fields` are {name, label, type}; `unselectable` are {name, reason, at}: refused, or offered no more. Each is
    asked for again in every run, and taken off the list when it is answered.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="list_definitions")
    kind = models.CharField(max_length=KIND_LENGTH)
    object = models.CharField(max_length=80)
    label = models.CharField(max_length=120, blank=True, help_text="What the company calls it.")
    is_dimension = models.BooleanField(default=False, help_text="A user-defined dimension, found by getDimensions.")
    offered = models.JSONField(default=list, help_text="Names of every field Intacct offers.")
    custom_fields = models.JSONField(default=list)
    unselectable = models.JSONField(default=list)
    looked_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["kind"]
        constraints = [models.UniqueConstraint(fields=["connection", "kind"], name="one_definition_per_list")]

    def __str__(self) -> str:
        return self.label or self.kind


class ChangeKind(models.TextChoices):
    CHANGED = "changed", "Changed"
    MISSING = "missing", "Missing in Intacct"
    RETURNED = "returned", "Back in Intacct"
    INACTIVE = "inactive", "Made inactive"
    ACTIVE = "active", "Made active again"


class ListItemChange(TenantModel):
    """How a mirrored record became another one. `changes` are {field, before, after}. The first sight is no change."""

    item = models.ForeignKey(ListItem, on_delete=models.CASCADE, related_name="changes")
    run = models.ForeignKey(SyncRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    changes = models.JSONField(default=list)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["item", "-at"], name="list_change_by_item"),
            models.Index(fields=["tenant", "-at"], name="list_change_by_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at:%Y-%m-%d %H:%M:%S}"


class CompanyClock(TenantModel):
    """How far the clock of WHENMODIFIED is ahead of UTC in this company, once something has taught it."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="clock")
    offset_minutes = models.SmallIntegerField(help_text="Minutes to add to UTC.")
    source = models.CharField(max_length=200, help_text="What taught it, for example the push that was read back.")
    learned_at = models.DateTimeField()

    class Meta:
        ordering = ["-learned_at"]

    def __str__(self) -> str:
        return f"UTC {self.offset_minutes:+d} min"
