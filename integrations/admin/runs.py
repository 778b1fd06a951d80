"""Admin pages of runs and all they left: steps, rows, log lines. Read-only, with links both ways."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts.admin.read_only import LongTableAdmin, ReadOnlyInline, change_link, list_link
from integrations.admin.tenancy import TenantRows
from integrations.models import Exchange, RunLog, RunRow, RunStep, SyncRun
from integrations.runs.selectors import starter

STEP_COUNTS = [*RunStep.COUNTS, "requests", "billable"]


def _list_links(**filters: int) -> SafeString:
    models: tuple[tuple[type[Model], str], ...] = ((RunRow, "Rows"), (RunLog, "Log"), (Exchange, "Exchanges"))
    return format_html_join(" · ", "{}", ((list_link(model, label, **filters),) for model, label in models))


class StepInline(ReadOnlyInline):
    model = RunStep
    ordering = ["position"]
    fields = ["state", "announced", *STEP_COUNTS, "error_code"]


@admin.register(SyncRun)
class SyncRunAdmin(TenantRows, LongTableAdmin):
    list_display = [
        "__str__",
        "tenant_link",
        "connection_link",
        "state",
        "mode",
        "started_by_words",
        "created_at",
        "finished_at",
    ]
    list_filter = ["state", "trigger", "mode", "tenant"]
    list_select_related = ["tenant", "connection", "started_by"]
    search_fields = ["=number", "title", "error_code", "tenant__name", "tenant__slug", "connection__company_id"]
    date_hierarchy = "created_at"
    inlines = [StepInline]
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "title"),
                    ("state", "left"),
                    ("tenant", "connection"),
                    ("flow", "mode", "settings_version"),
                    ("entity_id", "sync_from"),
                )
            },
        ),
        ("Started", {"fields": (("trigger", "started_by"), ("created_at", "started_at", "finished_at"))}),
        (
            "Worker",
            {
                "fields": (
                    ("heartbeat_at", "lease_expires_at", "lost_workers"),
                    ("resume_at", "postponed"),
                ),
                "classes": ["collapse"],
            },
        ),
    )
    cancelled = ("Cancelled", {"fields": (("cancel_requested_at", "cancel_requested_by"),)})
    failure = ("Failure", {"fields": ("error_code", "error_sentence", "error_advice", "error_detail")})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What did not happen has no place on the page: failure and cancel are shown where there is one."""
        first, *others = self.fieldsets
        return [
            first,
            *([self.failure] if obj and obj.error_code else []),
            *others,
            *([self.cancelled] if obj and obj.cancel_requested_at else []),
        ]

    @admin.display(description="connection")
    def connection_link(self, run: SyncRun) -> SafeString | str:
        return change_link(run.connection)

    @admin.display(description="started by")
    def started_by_words(self, run: SyncRun) -> str:
        return starter(run)

    @admin.display(description="open")
    def left(self, run: SyncRun) -> SafeString:
        return _list_links(run__id__exact=run.pk)


class OfRun(TenantRows):
    """Rows that hang on a run and one of its steps. Mix in before a read-only admin."""

    list_select_related = ["tenant", "run", "step"]

    @admin.display(description="run", ordering="run")
    def run_link(self, row: Any) -> SafeString | str:
        return change_link(row.run)

    @admin.display(description="step")
    def step_link(self, row: Any) -> SafeString | str:
        return change_link(row.step)


@admin.register(RunStep)
class RunStepAdmin(OfRun, LongTableAdmin):
    list_display = ["title", "run_link", "tenant_link", "state", "announced", *STEP_COUNTS, "started_at"]
    list_filter = ["state", "tenant"]
    list_select_related = ["tenant", "run"]
    search_fields = ["title", "=key", "error_code", "=run__number", "tenant__name"]
    date_hierarchy = "started_at"
    fieldsets = (
        (None, {"fields": ("tenant", "run", "position", "key", "title", "state", "started_at", "finished_at")}),
        ("Counts", {"fields": ("announced", *STEP_COUNTS)}),
        ("How it went", {"fields": ("checkpoint", "message", "error_code", "left")}),
    )

    @admin.display(description="open")
    def left(self, step: RunStep) -> SafeString:
        return _list_links(step__id__exact=step.pk)


@admin.register(RunRow)
class RunRowAdmin(OfRun, LongTableAdmin):
    list_display = ["label", "outcome", "message", "run_link", "step_link", "tenant_link"]
    list_filter = ["outcome", "tenant"]
    search_fields = ["label", "message", "=run__number"]
    date_hierarchy = "run__created_at"
    fields = ["tenant", "run", "step", "list_item", "label", "outcome", "message", "document_id"]


@admin.register(RunLog)
class RunLogAdmin(OfRun, LongTableAdmin):
    list_display = ["at", "level", "message", "run_link", "step_link", "tenant_link"]
    list_display_links = ["at"]
    list_filter = ["level", "tenant"]
    search_fields = ["message", "=run__number"]
    date_hierarchy = "at"
    fields = ["tenant", "run", "step", "at", "level", "message"]
