"""What the names in a draft stand for by now, in the one place that assessing and writing share.

Reads matches, projects and commitments once per use; decides nothing.
"""

from dataclasses import dataclass
from typing import Any, Final

from erp_admin.models import Commitment, ImportDraft, ImportMatch, MatchHow, MatchKind, Project

OF_COMMITMENT: Final = "="  # begins the scope of a cost code whose project is that of a commitment


def vendor_text(head: dict[str, Any]) -> str:
    return str(head.get("vendor_id") or head.get("vendor") or "")


def cost_code_scope(head: dict[str, Any], line: dict[str, Any]) -> str:
    """The project a line's cost code belongs to, as written: its own, the document's, or that of the commitment."""
    own = str(line.get("line_project") or head.get("project") or "")
    base = str(head.get("commitment") or "")
    return own or (f"{OF_COMMITMENT}{base}" if base else "")


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
        self._bases: dict[str, Commitment | None] = {}

    def vendor(self, head: dict[str, Any]) -> Vendor:
        match = self._settled(MatchKind.VENDOR, "", vendor_text(head))
        written = str(head.get("vendor") or "")
        if match is None or not match.value:
            return Vendor("", written or vendor_text(head))
        return Vendor(match.value, match.label.removeprefix(match.value).strip()[:200] or written)

    def project(self, text: str) -> Project | None:
        match = self._settled(MatchKind.PROJECT, "", text)
        return self._projects.get(match.value) if match is not None else None

    def project_of_scope(self, scope: str) -> Project | None:
        if scope.startswith(OF_COMMITMENT):
            base = self.commitment(scope.removeprefix(OF_COMMITMENT))
            return base.project if base is not None else None
        return self.project(scope) if scope else None

    def cost_code(self, head: dict[str, Any], line: dict[str, Any]) -> str:
        text = str(line.get("cost_code") or "")
        match = self._settled(MatchKind.COST_CODE, cost_code_scope(head, line), text)
        if match is None:
            return ""
        return text if match.how == MatchHow.WRITTEN else match.value

    def commitment(self, number: str) -> Commitment | None:
        """The commitment here with this number, in whatever case it is written."""
        key = number.casefold()
        if key not in self._bases:
            found = Commitment.objects.select_related("project").filter(number__iexact=number).order_by("pk")
            exact = [each for each in found if each.number == number]
            self._bases[key] = next(iter(exact or found), None)
        return self._bases[key]

    def unsettled(self, head: dict[str, Any], lines: list[dict[str, Any]]) -> list[ImportMatch]:
        """The names of a document that nobody and nothing has decided yet, each once."""
        names = {(MatchKind.VENDOR, "", vendor_text(head)), (MatchKind.PROJECT, "", str(head.get("project") or ""))}
        for line in lines:
            names.add((MatchKind.PROJECT, "", str(line.get("line_project") or "")))
            names.add((MatchKind.COST_CODE, cost_code_scope(head, line), str(line.get("cost_code") or "")))
        found = (self._matches.get((kind, scope, text)) for kind, scope, text in sorted(names) if text)
        return [match for match in found if match is not None and not match.is_settled]

    def _settled(self, kind: MatchKind, scope: str, text: str) -> ImportMatch | None:
        match = self._matches.get((kind, scope, text))
        return match if match is not None and match.is_settled else None
