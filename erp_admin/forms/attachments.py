"""The form that attaches files to a document. Reads the post; erp_admin.attachments decides what a file may be."""

from typing import Any

from django import forms
from django.conf import settings

from erp_admin.forms.imports import FilesField, FilesInput


class AttachForm(forms.Form):
    file = FilesField(
        widget=FilesInput,
        allow_empty_file=True,  # an empty one is refused in better words where it is judged
        error_messages={"required": "Choose a file.", "max_length": "The name of the file is too long."},
    )

    def clean_file(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["file"]
        most = settings.ATTACHMENTS_PER_DOCUMENT
        if len(files) > most:
            raise forms.ValidationError(f"These are {len(files)} files; at most {most} are attached to a document.")
        return files
