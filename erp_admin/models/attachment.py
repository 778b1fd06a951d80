"""Files that people attach to documents: what is stored once for a company, which document has it under which name.

The bytes lie in a folder of their own, see erp_admin.attachments.storage. Written by its neighbor `service` alone.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models.scoped import TenantModel


class FileKind(models.TextChoices):
    """What a file was found to be by its content; of the two kinds of text its name says which."""

    PDF = "pdf", "PDF"
    PNG = "png", "PNG"
    JPEG = "jpeg", "JPEG"
    TIFF = "tiff", "TIFF"
    HEIC = "heic", "HEIC"
    XLSX = "xlsx", "XLSX"
    DOCX = "docx", "DOCX"
    CSV = "csv", "CSV"
    TXT = "txt", "Text"


class StoredFile(TenantModel):
    """The bytes of a file, kept once for a company however often they are attached."""

    digest = models.CharField(max_length=64, help_text="SHA-256 of the bytes; the file lies under it.")
    size = models.PositiveBigIntegerField(help_text="In bytes.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "digest"], name="one_stored_file_per_digest")]

    def __str__(self) -> str:
        return self.digest[:12]


class Attachment(TenantModel):
    """A file of one document. A removed one stays as a row, so that the history names it; its bytes go later."""

    flow = models.CharField(max_length=40, help_text="Key of the document type.")
    document_id = models.PositiveBigIntegerField()
    file = models.ForeignKey(
        StoredFile, null=True, on_delete=models.SET_NULL, related_name="attachments", help_text="None once it is gone."
    )
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=FileKind.choices)
    size = models.PositiveBigIntegerField(help_text="In bytes.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the bytes.")
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["tenant", "flow", "document_id"], name="attachment_by_document")]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                "flow",
                "document_id",
                Lower("name"),
                condition=Q(removed_at=None),
                name="one_attachment_of_a_name",
            )
        ]

    def __str__(self) -> str:
        return self.name
