"""One request to Intacct and its answer, redacted before it was handed over, kept for people who must explain it."""

from django.db import models

from accounts.models.scoped import TenantModel
from accounts.ui.shown import ShownState
from integrations.models.connection import Connection
from integrations.models.run import RunStep, SyncRun


class Exchange(TenantModel):
    connection = models.ForeignKey(Connection, null=True, on_delete=models.CASCADE, related_name="exchanges")
    run = models.ForeignKey(SyncRun, null=True, blank=True, on_delete=models.CASCADE, related_name="exchanges")
    step = models.ForeignKey(RunStep, null=True, blank=True, on_delete=models.CASCADE, related_name="exchanges")
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    endpoint = models.CharField(max_length=300)
    company_id = models.CharField(max_length=80)
    entity_id = models.CharField(max_length=80, blank=True)
    functions = models.CharField(max_length=300)
    control_id = models.CharField(max_length=256, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    outcome = models.CharField(max_length=24)
    error_code = models.CharField(max_length=40, blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    billable = models.PositiveIntegerField(default=0)
    request_bytes = models.PositiveIntegerField(default=0)
    response_bytes = models.PositiveIntegerField(default=0)
    request_xml = models.TextField(blank=True)
    response_xml = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["tenant", "-started_at"], name="exchange_by_tenant"),
            models.Index(fields=["company_id", "-started_at"], name="exchange_by_company"),
        ]

    def __str__(self) -> str:
        return f"{self.functions} at {self.started_at:%Y-%m-%d %H:%M:%S}"

    @property
    def shown_outcome(self) -> ShownState:
        if self.outcome == "success":
            return ShownState("success", "Success", "success", "check-circle-fill")
        return ShownState(self.outcome, self.outcome.replace("_", " ").capitalize(), "danger", "x-octagon-fill")


class ExchangeSubject(TenantModel):
    """That an exchange wrote, looked for or read this document; stored with the exchange and removed with it."""

    exchange = models.ForeignKey(Exchange, on_delete=models.CASCADE, related_name="subjects")
    flow = models.CharField(max_length=40)
    document_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["exchange", "flow", "document_id"], name="one_subject_per_exchange")
        ]
        indexes = [models.Index(fields=["flow", "document_id", "exchange"], name="exchange_by_subject")]

    def __str__(self) -> str:
        return f"{self.flow} {self.document_id}"
