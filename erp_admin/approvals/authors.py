"""Who entered or last edited documents: by the audit trail, and by the files that they were imported from.

Reads only, for many documents of one type at once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType

from accounts.models import AuditEntry, EventKind
from erp_admin.documents.types import type_of
from erp_admin.models import IMPORTED, ImportedDocument

_KINDS = (EventKind.CREATED, EventKind.CHANGED)


def authors(documents: Sequence[Any]) -> Mapping[int, set[int]]:
    """Keys of the people who entered each document, edited it last, or imported it."""
    document_type = type_of(documents[0])
    keys = {document.pk for document in documents}
    found: dict[int, set[int]] = {pk: set() for pk in keys}
    last: dict[int, tuple[int, int]] = {}
    for entry, of, kind, actor in _entries(document_type.model, keys):
        if kind == EventKind.CREATED:
            found[of].add(actor)
        last[of] = max(last.get(of, (0, 0)), (entry, actor))
    if document_type.lines is not None:
        lines, owner = document_type.lines.model, _owner(document_type)
        of_line = dict(lines._default_manager.filter(**{f"{owner}__in": keys}).values_list("pk", owner))
        for entry, line, _, actor in _entries(lines, of_line.keys()):
            of = of_line[line]
            last[of] = max(last.get(of, (0, 0)), (entry, actor))
    for of, (_, actor) in last.items():
        found[of].add(actor)
    imported = ImportedDocument.objects.filter(draft__kind=document_type.key, document_id__in=keys, state__in=IMPORTED)
    for pk, importer in imported.values_list("document_id", "draft__created_by"):
        if pk is not None and importer is not None:
            found[pk].add(importer)
    return found


def _owner(document_type: Any) -> str:
    """The name of the key by which lines belong to their document."""
    relation = document_type.model._meta.get_field(document_type.lines.attribute)
    return str(relation.field.name)


def _entries(model: type[Any], keys: Any) -> list[tuple[int, int, str, int]]:
    kind = ContentType.objects.get_for_model(model)
    found = AuditEntry.objects.filter(content_type=kind, object_id__in=list(keys), kind__in=_KINDS)
    rows = found.order_by("pk").values_list("pk", "object_id", "kind", "actor")
    return [(pk, of or 0, each, actor) for pk, of, each, actor in rows if actor is not None]
