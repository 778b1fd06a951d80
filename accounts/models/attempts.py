"""How often something was tried of late, and when it may be tried again. Written by accounts.slowing only."""

from django.db import models


class Attempts(models.Model):
    key = models.CharField(max_length=64, unique=True, help_text="A keyed hash of what is tried, and from where.")
    tries = models.PositiveIntegerField(default=0, help_text="Since the last success, or since it was forgotten.")
    opens_at = models.DateTimeField(help_text="The next try counts from then on.")
    last_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["last_at"], name="attempts_last_at")]
        verbose_name_plural = "attempts"

    def __str__(self) -> str:
        return f"{self.tries} tries"
