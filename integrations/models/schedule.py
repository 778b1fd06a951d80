"""When a profile's lists are due: one row per list group, and one for the Full of everything.

Owns what is due and what came of it. The queue holds no schedule of ours; its dispatcher looks here each minute.
"""

from datetime import time

from django.db import models

from accounts.models.scoped import TenantModel
from integrations.models.profile import SyncProfile
from integrations.models.run import SyncRun
from integrations.models.states import Cadence

FULL = "full"  # the group of the row that is about a Full of all the profile's lists


class SyncSchedule(TenantModel):
    """`next_due_at` is reckoned in `zone`; when the company moves to another, it is recomputed.

    A row is claimed by moving `next_due_at` on under the condition that it is still what was read.
    """

    profile = models.ForeignKey(SyncProfile, on_delete=models.CASCADE, related_name="schedules")
    group = models.CharField(max_length=40, help_text="Key of a list group, or full.")
    cadence = models.CharField(max_length=16, choices=Cadence.choices, default=Cadence.NEVER)
    at = models.TimeField(default=time(5), help_text="Time of day of a daily or weekly cadence.")
    weekday = models.PositiveSmallIntegerField(default=6, help_text="Of a weekly cadence; Monday is 0.")
    zone = models.CharField(max_length=64, blank=True, help_text="Time zone in which it was last reckoned.")
    next_due_at = models.DateTimeField(null=True, blank=True)
    last_started_at = models.DateTimeField(null=True, blank=True)
    last_run = models.ForeignKey(SyncRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    refusal = models.CharField(max_length=500, blank=True, help_text="Why the last attempt to start was refused.")

    class Meta:
        ordering = ["profile", "pk"]
        constraints = [models.UniqueConstraint(fields=["profile", "group"], name="one_schedule_per_profile_and_group")]
        indexes = [models.Index(fields=["next_due_at"], name="schedule_due")]

    def __str__(self) -> str:
        return f"{self.group}: {self.get_cadence_display()}"
