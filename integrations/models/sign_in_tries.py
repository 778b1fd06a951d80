"""How often a sign-in to Intacct was refused, by whom and with what. Written by integrations.connections only.

Holds no name: `key` is a digest. Belongs to no tenant, since what is counted for a typed user is counted for all.
"""

from django.db import models
from django.utils import timezone


class SignInTries(models.Model):
    """Refused sign-ins in a row. A row that is gone counts as none."""

    key = models.CharField(max_length=80, unique=True)
    tries = models.PositiveIntegerField(default=0)
    wait_until = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, blank=True, help_text="When the admins were mailed about this row.")

    class Meta:
        verbose_name_plural = "sign-in tries"
        indexes = [models.Index(fields=["last_at"], name="sign_in_tries_last_at")]

    def __str__(self) -> str:
        return f"{self.key}: {self.tries}"
