"""Admin pages of exchanges: each request to Intacct and its answer, redacted before it was stored."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin.read_only import NOTHING, LongTableAdmin, ReadOnlyInline
from integrations.admin.filters import OutcomeFilter
from integrations.admin.runs import OfRun
from integrations.models import Exchange, ExchangeSubject


class SubjectInline(ReadOnlyInline):
    model = ExchangeSubject
    verbose_name_plural = "documents it is about"
    show_change_link = False
    fields = ["flow", "document_id"]


@admin.register(Exchange)
class ExchangeAdmin(OfRun, LongTableAdmin):
    list_display = [
        "started_at", "functions", "outcome", "error_code", "http_status", "duration_ms", "billable", "attempt",
        "company_id", "run_link", "tenant_link",
    ]  # fmt: skip
    list_filter = [OutcomeFilter, "tenant"]
    search_fields = ["functions", "=control_id", "=error_code", "=company_id", "=run__number", "tenant__name"]
    date_hierarchy = "started_at"
    inlines = [SubjectInline]
    fieldsets = (
        (None, {"fields": ("tenant", "connection", "run", "step", "started_at", "duration_ms", "endpoint")}),
        ("Asked for", {"fields": ("functions", "company_id", "entity_id", "control_id", "attempt")}),
        (
            "Answered",
            {"fields": ("outcome", "error_code", "http_status", "billable", "request_bytes", "response_bytes")},
        ),
        ("Bodies, without secrets", {"fields": ("request_body", "answer_body")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """A list needs no bodies, and they are long; a single page reads them when it shows them."""
        return super().get_queryset(request).defer("request_xml", "response_xml")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Pushes and documents link here by what the exchanges are about."""
        of_subject = lookup in ("subjects__flow", "subjects__document_id")
        return of_subject or super().lookup_allowed(lookup, value, request)

    @admin.display(description="request")
    def request_body(self, exchange: Exchange) -> SafeString | str:
        return body(exchange.request_xml)

    @admin.display(description="answer")
    def answer_body(self, exchange: Exchange) -> SafeString | str:
        return body(exchange.response_xml)


def body(text: str) -> SafeString | str:
    """A request, an answer or a function as it was sent, without secrets."""
    return format_html('<pre class="body" tabindex="0">{}</pre>', text) if text else NOTHING
