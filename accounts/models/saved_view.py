"""How a person likes a list: views saved under a name, the columns chosen, and the view it opens with.

A view is a query string and columns; it holds no rows and gives no right to any. Written by accounts.saved_views alone.
"""

from django.conf import settings
from django.db import models

from accounts.models.scoped import TenantModel

LIST_KEY_LENGTH = 100
NAME_LENGTH = 60
QUERY_LENGTH = 1_000


class SavedView(TenantModel):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    list_key = models.CharField("list", max_length=LIST_KEY_LENGTH, help_text="Which list it is a view of.")
    name = models.CharField(max_length=NAME_LENGTH)
    query = models.CharField(
        "filters", max_length=QUERY_LENGTH, blank=True, help_text="Filters, search and order, as a query string."
    )
    columns = models.JSONField(default=list, blank=True)
    is_shared = models.BooleanField("shared", default=False, help_text="Whether everybody in the company sees it.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "owner", "list_key", "name"], name="one_view_per_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ListChoice(TenantModel):
    """What one person chose for one list. No columns stand for those the list has by itself."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    list_key = models.CharField("list", max_length=LIST_KEY_LENGTH)
    columns = models.JSONField(default=list, blank=True)
    opens_with = models.ForeignKey(SavedView, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["list_key"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "person", "list_key"], name="one_choice_per_list"),
        ]

    def __str__(self) -> str:
        return self.list_key
