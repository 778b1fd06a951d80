"""Admin pages of approvals: what a company chose, and the reviews of documents with the steps that were given.

Read-only: policies are changed, and steps given, by the company's own people.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.read_only import LongTableAdmin, ReadOnlyAdmin, ReadOnlyInline
from integrations.admin.tenancy import TenantRows
from integrations.models import ApprovalDecision, ApprovalPolicy, ApprovalReview, PushRight, Substitute


@admin.register(ApprovalPolicy)
class ApprovalPolicyAdmin(TenantRows, ReadOnlyAdmin):
    list_display = [
        "flow", "entity_id", "project_number", "way", "forbids_self", "version", "saved_at", "saved_by", "tenant_link",
    ]  # fmt: skip
    list_filter = ["way", "tenant"]
    list_select_related = ["tenant", "saved_by"]
    search_fields = ["flow", "entity_id", "project_number", "tenant__slug"]
    date_hierarchy = "saved_at"
    fields = [
        "tenant", "flow", "entity_id", "project_number", "way", "steps", "forbids_self", "version", "saved_at",
        "saved_by",
    ]  # fmt: skip


@admin.register(Substitute)
class SubstituteAdmin(TenantRows, ReadOnlyAdmin):
    list_display = ["person", "substitute", "starts_on", "ends_on", "tenant_link"]
    list_filter = ["tenant"]
    list_select_related = ["tenant", "person", "substitute"]
    search_fields = ["person__email", "substitute__email", "tenant__slug"]
    date_hierarchy = "starts_on"
    fields = ["tenant", "person", "substitute", "starts_on", "ends_on"]


@admin.register(PushRight)
class PushRightAdmin(TenantRows, ReadOnlyAdmin):
    list_display = ["flow", "least_role", "saved_at", "tenant_link"]
    list_filter = ["least_role", "tenant"]
    list_select_related = ["tenant"]
    search_fields = ["flow", "tenant__slug"]
    date_hierarchy = "saved_at"
    fields = ["tenant", "flow", "least_role", "saved_at"]


class DecisionInline(ReadOnlyInline):
    model = ApprovalDecision
    fields = ["told", "by", "in_place_of", "at"]
    readonly_fields = ["at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("by", "in_place_of")


@admin.register(ApprovalReview)
class ApprovalReviewAdmin(TenantRows, LongTableAdmin):
    list_display = ["flow", "document_id", "opened_at", "opened_by", "closed_at", "end", "tenant_link"]
    list_filter = ["end", "tenant"]
    list_select_related = ["tenant", "opened_by"]
    search_fields = ["=document_id", "tenant__slug"]
    date_hierarchy = "opened_at"
    inlines = [DecisionInline]
    fields = ["tenant", "flow", "document_id", "digest", "opened_at", "opened_by", "closed_at", "end"]
