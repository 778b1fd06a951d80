"""Filters of admin lists over what is declared in code, so that no long table is searched for its distinct values."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from integrations.intacct import Category
from integrations.lists import KINDS


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.key, kind.label) for kind in KINDS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class OutcomeFilter(admin.SimpleListFilter):
    title = "outcome"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        failures = [(category.value, category.value.replace("_", " ").capitalize()) for category in Category]
        return [("success", "Success"), ("failure", "Any failure"), *failures]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "failure":
            return queryset.exclude(outcome="success")
        return queryset.filter(outcome=self.value()) if self.value() else queryset
