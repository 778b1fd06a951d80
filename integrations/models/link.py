"""The link between a document of ours and a record in Intacct, as columns of the document itself.

Lists filter on these plain columns; nothing here knows which document it is.
"""

from typing import ClassVar

from django.apps import apps
from django.conf import settings
from django.db import models

from accounts.models.scoped import TenantModel


class LinkedDocument(TenantModel):
    """Base of every document that may be linked to an Intacct record; unlinked while `remote_record_no` is empty."""

    list_key: ClassVar[str] = ""  # the mirrored list whose records it is linked to, where there is one
    url_name: ClassVar[str] = ""  # address name that takes `pk` and shows it

    connection = models.ForeignKey(
        "integrations.Connection", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    remote_record_no = models.BigIntegerField(
        "record number in Intacct", null=True, blank=True, help_text="RECORDNO in Intacct."
    )
    remote_id = models.CharField(
        "ID in Intacct", max_length=200, blank=True, help_text="Business or document id in Intacct."
    )
    remote_url = models.URLField(
        "link to Intacct", max_length=500, blank=True, help_text="Opens the record in Intacct."
    )
    remote_digest = models.CharField(max_length=64, blank=True, help_text="What Intacct had when last taken over.")
    linked_at = models.DateTimeField("linked", null=True, blank=True)
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="linked by",
    )
    refreshed_at = models.DateTimeField(
        "last compared", null=True, blank=True, help_text="When last read back from Intacct."
    )

    class Meta:
        abstract = True

    @property
    def is_linked(self) -> bool:
        return self.remote_record_no is not None


class LinkedLine(TenantModel):
    """Base of every line that a linked document owns and that is imported with it, never changed through a form.

    Its only key is its record number, empty in a line made by hand: in Intacct two lines may swap everything else.
    """

    document_field: ClassVar[str]  # the foreign key to the document that owns it

    remote_record_no = models.BigIntegerField(null=True, blank=True, help_text="RECORDNO in Intacct.")
    remote_digest = models.CharField(max_length=64, blank=True, help_text="What Intacct had when last taken over.")
    missing_at = models.DateTimeField(null=True, blank=True, help_text="When Intacct first no longer had it.")

    class Meta:
        abstract = True


def linked_models() -> list[type[LinkedDocument]]:
    """Every kind of document that can be linked, whatever app declares it."""
    return [model for model in apps.get_models() if issubclass(model, LinkedDocument)]


def linked_line_models() -> list[type[LinkedLine]]:
    """Every kind of line that is imported with its document, whatever app declares it."""
    return [model for model in apps.get_models() if issubclass(model, LinkedLine)]
