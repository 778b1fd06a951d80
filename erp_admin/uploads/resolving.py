"""What the names in a draft stand for by now, in the one place that assessing and writing share.

Reads matches, projects and the documents that others belong to once per use; decides nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from erp_admin.documents.types import parent_type_of
from erp_admin.models import ImportDraft, ImportMatch, MatchHow, MatchKind, Project
from erp_admin.uploads.kinds import type_of_draft, upload_for

OF_PARENT: Final = "="  # begins the scope of a cost code whose project is that of the document it belongs to


def vendor_text(head: Mapping[str, Any]) -> str:
    return str(head.get("vendor_id") or head.get("vendor") or "")


def cost_code_scope(parent_column: str, head: Mapping[str, Any], line: Mapping[str, Any]) -> str:
    """The project a line's cost code belongs to, as written: its own, the document's, or that of its parent."""
    own = str(line.get("line_project") or head.get("project") or "")
    base = str(head.get(parent_column) or "")
    return own or (f"{OF_PARENT}{base}" if base else "")


@dataclass(frozen=True)
class Vendor:
    id: str
    name: str


class Resolver:
    """Answers from the draft's matches as they are when it is made."""

    def __init__(self, draft: ImportDraft) -> None:
        self._matches = {(match.kind, match.scope, match.text): match for match in draft.matches.all()}
        keys = [
            int(match.value)
            for match in self._matches.values()
            if match.kind == MatchKind.PROJECT and match.is_settled and match.value
        ]
        self._projects = {str(project.pk): project for project in Project.objects.filter(pk__in=keys)}
        self._type = type_of_draft(draft)
        self._parent_type = parent_type_of(self._type)
        self._parent_column = upload_for(draft.kind).parent_column
        self._parents: dict[str, Any | None] = {}

    def vendor(self, head: Mapping[str, Any]) -> Vendor:
        match = self._settled(MatchKind.VENDOR, "", vendor_text(head))
        written = str(head.get("vendor") or "")
        if match is None or not match.value:
            return Vendor("", written or vendor_text(head))
        return Vendor(match.value, match.label.removeprefix(match.value).strip()[:200] or written)

    def project(self, text: str) -> Project | None:
        match = self._settled(MatchKind.PROJECT, "", text)
        return self._projects.get(match.value) if match is not None else None

    def project_of_scope(self, scope: str) -> Project | None:
        if scope.startswith(OF_PARENT):
            parent, parent_type = self.parent(scope.removeprefix(OF_PARENT)), self._parent_type
            if parent is None or parent_type is None:
                return None
            found: Project | None = parent_type.value_of(parent, parent_type.columns.project)
            return found
        return self.project(scope) if scope else None

    def cost_code(self, head: Mapping[str, Any], line: Mapping[str, Any]) -> str:
        text = str(line.get("cost_code") or "")
        match = self._settled(MatchKind.COST_CODE, cost_code_scope(self._parent_column, head, line), text)
        if match is None:
            return ""
        return text if match.how == MatchHow.WRITTEN else match.value

    def parent(self, number: str) -> Any | None:
        """The document here with this number that documents of the file belong to, in whatever case it is written."""
        key = number.casefold()
        if key not in self._parents:
            self._parents[key] = self._found(number)
        return self._parents[key]

    def _found(self, number: str) -> Any | None:
        if self._parent_type is None:
            return None
        related = [self._parent_type.columns.project] if self._parent_type.columns.project else []
        documents = self._parent_type.model.objects.filter(number__iexact=number).order_by("pk")
        same = list(documents.select_related(*related) if related else documents)
        return next(iter([each for each in same if each.number == number] or same), None)

    def unsettled(self, head: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> list[ImportMatch]:
        """The names of a document that nobody and nothing has decided yet, each once."""
        names = {(MatchKind.VENDOR, "", vendor_text(head)), (MatchKind.PROJECT, "", str(head.get("project") or ""))}
        for line in lines:
            names.add((MatchKind.PROJECT, "", str(line.get("line_project") or "")))
            names.add(
                (
                    MatchKind.COST_CODE,
                    cost_code_scope(self._parent_column, head, line),
                    str(line.get("cost_code") or ""),
                )
            )
        found = (self._matches.get((kind, scope, text)) for kind, scope, text in sorted(names) if text)
        return [match for match in found if match is not None and not match.is_settled]

    def _settled(self, kind: MatchKind, scope: str, text: str) -> ImportMatch | None:
        match = self._matches.get((kind, scope, text))
        return match if match is not None and match.is_settled else None
