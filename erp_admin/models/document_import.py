"""A file of documents on its way in: what was read, how its names are matched, what became of it.

A draft keeps everything as it was in the file until it is imported or expires. Written by erp_admin.uploads alone: its
service, its matches, its assessment, and the run that imports it.
"""

from typing import Any

from django.conf import settings
from django.db import models

from accounts.models.scoped import TenantModel
from accounts.ui.shown import ShownState
from integrations.models import SyncRun


class ImportState(models.TextChoices):
    """Of one document of a file. The first five are computed from the file and what is here; the others happened."""

    PROBLEM = "problem", "Has problems"
    UNMATCHED = "unmatched", "Needs a match"
    REFUSED = "refused", "Cannot be changed"
    NEW = "new", "New"
    UPDATE = "update", "Updates one here"
    CREATED = "created", "Created"
    UPDATED = "updated", "Updated"
    FAILED = "failed", "Failed"


MOST_SHOWN = 50  # lines, and problems, of one document on a page
IMPORTABLE = frozenset({ImportState.NEW, ImportState.UPDATE})
IMPORTED = frozenset({ImportState.CREATED, ImportState.UPDATED})

_APPEARANCE = {
    ImportState.PROBLEM: ("danger", "exclamation-triangle-fill"),
    ImportState.UNMATCHED: ("warning", "question-circle"),
    ImportState.REFUSED: ("neutral", "lock-fill"),
    ImportState.NEW: ("info", "plus-circle"),
    ImportState.UPDATE: ("info", "pencil-fill"),
    ImportState.CREATED: ("success", "check-circle-fill"),
    ImportState.UPDATED: ("success", "check-circle-fill"),
    ImportState.FAILED: ("danger", "x-octagon-fill"),
}


class ImportStage(models.TextChoices):
    """How far the reading of a file is. A large one is read by a run; a small one was read when it was taken in."""

    READING = "reading", "Being read"
    READ = "read", "Read"
    UNREADABLE = "unreadable", "Could not be read"


class ImportDraft(TenantModel):
    """One uploaded file. `headers` and the documents' `raw` rows are the file as it was; nothing of it is lost.

    `reading` is how what can be read in two ways was read, and who or what decided it; erp_admin.uploads.readings
    knows its shape.
    """

    kind = models.CharField("type", max_length=40, help_text="Key of the document type it holds.")
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file.")
    headers = models.JSONField(default=list)
    notes = models.JSONField(default=list, help_text="What the reader decided by itself.")
    rows = models.PositiveIntegerField(default=0)
    reading = models.JSONField(default=dict, help_text="Decimal mark, order of day and month, century, hidden rows.")
    stage = models.CharField(max_length=10, choices=ImportStage.choices, default=ImportStage.READ)
    why_unread = models.CharField(max_length=500, blank=True)
    unread_advice = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(help_text="Removed afterwards, unless something of it was imported.")
    assessed_at = models.DateTimeField(
        null=True, blank=True, help_text="When its documents were last compared with what is here."
    )
    run = models.ForeignKey(SyncRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reading_run = models.ForeignKey(
        SyncRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="The run that reads it."
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["tenant", "-created_at"], name="import_draft_by_age")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_read(self) -> bool:
        return self.stage == ImportStage.READ

    @property
    def is_being_read(self) -> bool:
        """A run is at it, or will be; False for one whose run ended before it came to this file."""
        return self.stage == ImportStage.READING and self.reading_run is not None and self.reading_run.is_active


class ImportFile(TenantModel):
    """The bytes of a file, kept until something of it is imported or its draft goes, so that it can be read again."""

    draft = models.OneToOneField(ImportDraft, on_delete=models.CASCADE, related_name="file")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"Content of {self.draft}"


class ImportedDocument(TenantModel):
    """A document of a file. `head` and `lines` are its values as understood, `problems` what was not."""

    draft = models.ForeignKey(ImportDraft, on_delete=models.CASCADE, related_name="documents")
    position = models.PositiveIntegerField()
    first_row = models.PositiveIntegerField()
    last_row = models.PositiveIntegerField()
    number = models.CharField(max_length=200, blank=True)
    parent_number = models.CharField(
        max_length=200, blank=True, help_text="Number of the document it belongs to, as written."
    )
    title = models.CharField(max_length=200, blank=True)
    head = models.JSONField(default=dict)
    lines = models.JSONField(default=list)
    raw = models.JSONField(
        default=list, help_text="Each row: its number, its cells, and what else the file says of it and them."
    )
    problems = models.JSONField(default=list, help_text="Each: row, column, value, sentence, fix.")
    total = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.PROBLEM)
    reason = models.CharField(max_length=500, blank=True)
    effects = models.JSONField(
        default=dict, help_text="What importing it changes here, or why it cannot: erp_admin.documents.effects.Effects."
    )
    document_id = models.BigIntegerField(null=True, blank=True, help_text="Our record it led to, or would change.")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["draft", "position"], name="one_imported_document_per_position")]
        indexes = [
            models.Index(fields=["draft", "state", "position"], name="imported_document_by_state"),
            models.Index(fields=["tenant", "document_id"], name="imported_document_by_result"),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.parent_number, self.number, self.title) if part)

    @property
    def open_problems(self) -> list[dict[str, Any]]:
        """What was not understood or cannot be stored, as long as that is what keeps it from being imported."""
        found = [*self.problems, *self.effects.get("problems", [])]
        return found if self.state == ImportState.PROBLEM else []

    @property
    def shown_problems(self) -> list[dict[str, object]]:
        return self.open_problems[:MOST_SHOWN]

    @property
    def more_problems(self) -> int:
        return max(0, len(self.open_problems) - MOST_SHOWN)

    @property
    def shown_lines(self) -> list[dict[str, object]]:
        return list(self.lines[:MOST_SHOWN])

    @property
    def more_lines(self) -> int:
        return max(0, len(self.lines) - MOST_SHOWN)

    @property
    def shown_state(self) -> ShownState:
        state = ImportState(self.state)
        tone, icon = _APPEARANCE[state]
        return ShownState(state.value, str(state.label), tone, icon, self.reason)


class MatchKind(models.TextChoices):
    VENDOR = "vendor", "Vendor"
    PROJECT = "project", "Project"
    COST_CODE = "cost_code", "Cost code"


class MatchHow(models.TextChoices):
    ID = "id", "By id"
    NAME = "name", "By name"
    REMEMBERED = "remembered", "Chosen before"
    PERSON = "person", "Chosen"
    OPEN = "open", "Left open"
    WRITTEN = "written", "As written"
    NEAR = "near", "Similar: please look"
    NONE = "none", "Not found"


SETTLED = frozenset(MatchHow) - {MatchHow.NEAR, MatchHow.NONE}

_HOW = {
    MatchHow.ID: ("success", "check-circle-fill"),
    MatchHow.NAME: ("success", "check-circle"),
    MatchHow.REMEMBERED: ("success", "clock-history"),
    MatchHow.PERSON: ("success", "person-circle"),
    MatchHow.OPEN: ("neutral", "circle"),
    MatchHow.WRITTEN: ("neutral", "pencil-fill"),
    MatchHow.NEAR: ("warning", "question-circle"),
    MatchHow.NONE: ("danger", "x-octagon-fill"),
}


class ImportMatch(TenantModel):
    """What a name or id in the file stands for. `scope` is the project as written, for cost codes."""

    draft = models.ForeignKey(ImportDraft, on_delete=models.CASCADE, related_name="matches")
    kind = models.CharField(max_length=10, choices=MatchKind.choices)
    scope = models.CharField(max_length=200, blank=True)
    text = models.CharField(max_length=200)
    uses = models.PositiveIntegerField(default=0, help_text="How many rows name it.")
    how = models.CharField(max_length=10, choices=MatchHow.choices, default=MatchHow.NONE)
    value = models.CharField(max_length=200, blank=True, help_text="Vendor id, key of our project, or task id.")
    label = models.CharField(max_length=500, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    candidates = models.JSONField(default=list, help_text="Each: value, label, score of 100.")

    class Meta:
        verbose_name_plural = "import matches"
        ordering = ["kind", "scope", "text"]
        constraints = [models.UniqueConstraint(fields=["draft", "kind", "scope", "text"], name="one_match_per_text")]

    def __str__(self) -> str:
        return self.text

    @property
    def is_settled(self) -> bool:
        return self.how in SETTLED

    @property
    def shown_how(self) -> ShownState:
        how = MatchHow(self.how)
        tone, icon = _HOW[how]
        return ShownState(how.value, str(how.label), tone, icon, self.reason)


class RememberedMatch(TenantModel):
    """What a person once said a name stands for, so that the next file knows. One per name; the newest word counts."""

    kind = models.CharField(max_length=10, choices=MatchKind.choices)
    scope = models.CharField(max_length=200, blank=True, help_text="The project's number, for cost codes.")
    name = models.CharField(max_length=200, help_text="As compared: without case, punctuation and company suffixes.")
    value = models.CharField(max_length=200)
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    chosen_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "remembered matches"
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "kind", "scope", "name"], name="one_remembered_match_per_name")
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"
