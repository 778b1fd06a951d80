"""What a person may choose for a name of a file: records that can be used, by words in id or name, and one by value.

Owns which those are: few of many, by index. What is similar to the name is erp_admin.uploads.matching's.
"""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.ui.folding import folded_words
from accounts.ui.pk import read_pk
from erp_admin.models import MatchKind, Project
from erp_admin.uploads.matching import Record
from integrations.models import Connection, ListItem
from integrations.records.picking import pick


def choices(
    connection: Connection | None, kind: MatchKind, words: str, project: Project | None, most: int
) -> list[Record]:
    """Usable records whose id or name holds every word."""
    if kind is MatchKind.PROJECT:
        return [_of_project(each) for each in _projects_holding(words)[:most]]
    where = _list_of(kind, project)
    if connection is None or where is None:
        return []
    key, within = where
    return [_of_item(item) for item in pick(connection, key, words, most, is_active=True, **within)]


def record(connection: Connection | None, kind: MatchKind, value: str, project: Project | None = None) -> Record | None:
    """The usable record with this value, or None."""
    if kind is MatchKind.PROJECT:
        found = Project.objects.filter(pk=read_pk(value) or 0, is_active=True).first()
        return _of_project(found) if found is not None else None
    where = _list_of(kind, project)
    if connection is None or where is None:
        return None
    key, within = where
    usable = ListItem.objects.filter(connection=connection, kind=key, is_active=True, missing_at=None, **within)
    item = usable.filter(business_id=value).order_by("record_no").first()
    return _of_item(item) if item is not None else None


def _list_of(kind: MatchKind, project: Project | None) -> tuple[str, dict[str, Any]] | None:
    """The list that vendors or cost codes are chosen from, and within what; None while there is none."""
    if kind is MatchKind.VENDOR:
        return "vendors", {}
    return ("tasks", {"scope_id": project.remote_id}) if project is not None and project.remote_id else None


def _projects_holding(words: str) -> "QuerySet[Project]":
    found = Project.objects.filter(is_active=True).order_by("number")
    for word in folded_words(words):
        found = found.filter(Q(number__icontains=word) | Q(name__icontains=word))
    return found


def _of_project(project: Project) -> Record:
    return Record(str(project.pk), (project.number,), project.name)


def _of_item(item: ListItem) -> Record:
    return Record(item.business_id, (item.business_id,), item.name)
