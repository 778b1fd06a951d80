"""Admin page of the views of lists that people saved, shown only. A view is filters and columns; it holds no rows."""

from django.contrib import admin

from accounts.admin.read_only import LongTableAdmin
from accounts.models import SavedView


@admin.register(SavedView)
class SavedViewAdmin(LongTableAdmin):
    list_display = ["name", "list_key", "owner", "is_shared", "created_at", "tenant"]
    list_filter = ["is_shared", "tenant"]
    list_select_related = ["tenant", "owner"]
    search_fields = ["name", "list_key", "owner__email", "tenant__slug"]
    date_hierarchy = "created_at"
    fields = ["tenant", "owner", "list_key", "name", "query", "columns", "is_shared", "created_at"]
