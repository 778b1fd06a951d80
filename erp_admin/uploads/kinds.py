"""Which document types take files, and what a draft holds, looked up in the register of document types.

Reads the register alone. Raises KeyError for a kind that is none.
"""

from erp_admin.documents.types import AnyType, document_types, type_for
from erp_admin.documents.uploads import UploadKind
from erp_admin.models import ImportDraft


def file_types() -> tuple[AnyType, ...]:
    """The types whose documents can be imported from files; the first is what a file is taken for at first."""
    return tuple(document_type for document_type in document_types() if document_type.upload is not None)


def upload_for(key: str) -> UploadKind:
    """How files of a type are read and stored; KeyError for a type that takes none."""
    upload = type_for(key).upload
    if upload is None:
        raise KeyError(f"There are no files of {key!r}.")
    return upload


def type_of_draft(draft: ImportDraft) -> AnyType:
    return type_for(draft.kind)
