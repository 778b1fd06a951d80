"""What the names in a draft stand for by now, in the one place that assessing and writing share.

Reads matches, projects and the documents that others belong to once per use; decides nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from erp_admin.documents.numbers import by_key, doubt, having, meant
from erp_admin.documents.types import parent_type_of
from erp_admin.models import ImportDraft, ImportMatch, MatchHow, MatchKind, Project, number_key
from erp_admin.uploads.column_choice import chosen_columns
from erp_admin.uploads.columns import chosen_header, parse_header
from erp_admin.uploads.kinds import type_of_draft, upload_for

OF_PARENT: Final = "="  # begins the scope of a cost code whose project is that of the document it belongs to


def vendor_text(head: Mapping[str, Any]) -> str:
    return str(head.get("vendor_id") or head.get("vendor") or "")


def cost_code_scope(parent_column: str, head: Mapping[str, Any], line: Mapping[str, Any]) -> str:
    """The project a line's cost code belongs to, as written: its own, the document's, or that of its parent."""
    own = str(line.get("line_project") or head.get("project") or "")
    base = str(head.get(parent_column) or "")
    return own or (f"{OF_PARENT}{base}" if base else "")


def parent_in_scope(scope: str) -> str:
    """The number of the document whose project a cost code's is; "" where the scope is a project."""
    return scope.removeprefix(OF_PARENT) if scope.startswith(OF_PARENT) else ""


def places_in(draft: ImportDraft) -> Mapping[str, int]:
    """Where each column of the draft's file stands, by the keys of those it has."""
    columns, chosen = upload_for(draft.kind).columns, chosen_columns(draft)
    if chosen is not None:
        return chosen_header(columns, draft.headers, chosen.places).places
    return parse_header(columns, draft.headers)[0].places


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
        self._parent_related = upload_for(draft.kind).parent_related
        self._columns = places_in(draft)
        self._parents: dict[str, Sequence[Any]] = {}

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
        if number := parent_in_scope(scope):
            parent, parent_type = self.parent(number), self._parent_type
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

    def has_column(self, key: str) -> bool:
        return key in self._columns

    def parent(self, number: str) -> Any | None:
        """The document here that documents of the file belong to by this number; None for none, and in doubt."""
        found = self._meant(number)
        return found[0] if len(found) == 1 else None

    def why_no_parent(self, number: str) -> tuple[str, str]:
        """The sentence and the way out where `parent` is None."""
        noun = self._parent_type.noun if self._parent_type is not None else "document"
        if found := self._meant(number):
            return doubt(noun, number, found)
        return f"There is no {noun} {number} in ERP Admin.", "Import it first, or correct the number."

    def read_parents(self, numbers: Iterable[str]) -> None:
        """Read again, in as many queries for many as for one, what documents with these numbers belong to."""
        if self._parent_type is None:
            return
        asked = {number for number in numbers if number}
        project = self._parent_type.columns.project
        documents = having(self._parent_type.model.objects.order_by("pk"), asked)
        found = by_key(documents.prefetch_related(*self._parent_related, *([project] if project else [])))
        for number in asked:
            self._parents[number] = meant(found.get(number_key(number), []), number)

    def _meant(self, number: str) -> Sequence[Any]:
        if number not in self._parents:
            self.read_parents([number])
        return self._parents.get(number, ())

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
