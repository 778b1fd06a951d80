"""What a person chose of a list, kept so that what follows from it has an address of its own."""

from django.conf import settings
from django.db import models

from accounts.models.scoped import TenantModel


class ChosenRecords(TenantModel):
    """Records ticked in a list. `list_key` is the address name of the list; `items` are the keys of its records."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    list_key = models.CharField(max_length=60)
    items = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "chosen records"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["created_at"], name="chosen_by_age")]

    def __str__(self) -> str:
        return f"{len(self.items)} of {self.list_key}"
