"""Bases of admin pages that only show: history is never changed by hand, and long tables are not counted to their end.

Owns what such pages have in common. Knows no model.
"""

import json
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

MOST_COUNTED = 10_000
NOTHING = "—"


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows cannot be added, changed or removed; who may view them is decided by Django's permissions."""

    list_per_page = 50
    list_max_show_all = 200

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(admin.TabularInline):
    """Rows of another model on a page, shown only."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class CountedToALimit(Paginator):
    """Counts at most MOST_COUNTED rows, so that opening a table of millions costs no full scan."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        return rows.order_by()[:MOST_COUNTED].count() if isinstance(rows, QuerySet) else len(rows)

    @property
    def is_cut(self) -> bool:
        """Whether more rows may match than are counted and paged."""
        return self.count >= MOST_COUNTED

    @property
    def limit(self) -> int:
        return MOST_COUNTED


class LongTableAdmin(ReadOnlyAdmin):
    """A table that grows with every request: newest first, counted to a limit, which the page states."""

    paginator = CountedToALimit
    show_full_result_count = False
    change_list_template = "admin/long_change_list.html"
    ordering = ["-pk"]


def as_json(value: Any) -> SafeString | str:
    """What is kept as JSON, indented, or an em dash for nothing."""
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False)) if value else NOTHING


def change_link(row: Model | None, label: str = "") -> SafeString | str:
    """A link to the admin page of `row`, or an em dash for None."""
    if row is None:
        return NOTHING
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    try:
        return format_html('<a href="{}">{}</a>', reverse(name, args=[row.pk]), label or str(row))
    except NoReverseMatch:
        return label or str(row)


def list_link(model: type[Model], label: str, **filters: str | int) -> SafeString:
    """A link to the admin list of `model`, filtered."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return format_html('<a href="{}?{}">{}</a>', address, urlencode(filters), label)
