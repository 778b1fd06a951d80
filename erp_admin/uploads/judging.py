"""What importing one document of a file would do: decided here once, for the preview and again when it is stored.

Owns that decision, so that nothing is refused at writing which the preview did not say. Stores nothing.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from django.db.models import QuerySet

from erp_admin.documents.effects import Effects, FileProblem, summary
from erp_admin.documents.numbers import doubt, having, meant, shared_key
from erp_admin.documents.types import AnyType
from erp_admin.documents.uploads import Built
from erp_admin.models import ImportedDocument, ImportState, number_key
from erp_admin.uploads.kinds import upload_for
from erp_admin.uploads.resolving import Resolver
from integrations.approval.covered import changes, digest_of, sentence
from integrations.approval.selectors import why_not_act
from integrations.approval.transitions import Act
from integrations.models import Approval

Here: TypeAlias = dict[tuple[int, str], list[Any]]  # by the key of what they belong to, and by that of their number
_SHOWN_NAMES: Final = 3
_LONGEST_REASON: Final = 500
_BY_FILE: Final = {Act.APPROVE: "The file approves it.", Act.BACK_TO_DRAFT: "The file makes it a draft again."}


@dataclass(frozen=True)
class Judged:
    """`document` is the one here that it would change; `built` what would be stored, where that is allowed."""

    state: ImportState
    reason: str = ""
    document: Any | None = None
    built: Built | None = None
    effects: dict[str, Any] = field(default_factory=dict)


def number_of(entry: ImportedDocument) -> str:
    """The number as it was understood; as it was written where it was not."""
    return str(entry.head.get("number") or entry.number)


def documents_here(
    documents: "QuerySet[Any]", document_type: AnyType, entries: Sequence[ImportedDocument], resolver: Resolver
) -> Here:
    """Those that these documents of a file may change, with all that `judge` looks at. Reads what they belong to."""
    attribute = document_type.parent.attribute if document_type.parent else ""
    if attribute:
        resolver.read_parents(entry.parent_number for entry in entries)
        parents = [resolver.parent(entry.parent_number) for entry in entries]
        documents = documents.filter(**{f"{attribute}__in": [each.pk for each in parents if each is not None]})
    found = having(documents, map(number_of, entries)).order_by("pk")
    here: Here = defaultdict(list)
    for document in found.prefetch_related(*upload_for(document_type.key).related):
        here[getattr(document, f"{attribute}_id") if attribute else 0, shared_key(document)].append(document)
    return here


def judge(document_type: AnyType, entry: ImportedDocument, resolver: Resolver, here: Here) -> Judged:
    """`here` is what `documents_here` found for this document and others of its file."""
    if entry.problems:
        first = entry.problems[0]
        return _with_problems(first["row"], first["column"], first["sentence"], len(entry.problems), {})
    parent = None
    if document_type.parent is not None:
        parent = resolver.parent(entry.parent_number)
        if parent is None:
            column = upload_for(document_type.key).parent_column.capitalize()
            why, fix = resolver.why_no_parent(entry.parent_number)
            return _refused_by_file(entry, column, entry.parent_number, why, fix)
    if open_names := resolver.unsettled(entry.head, entry.lines):
        names = ", ".join(f"{match.get_kind_display()} “{match.text}”" for match in open_names[:_SHOWN_NAMES])
        rest = f" and {len(open_names) - _SHOWN_NAMES} more" if len(open_names) > _SHOWN_NAMES else ""
        return Judged(ImportState.UNMATCHED, f"{names}{rest}"[:_LONGEST_REASON])
    number = number_of(entry)
    same = meant(here.get((parent.pk if parent is not None else 0, number_key(number)), []), number)
    if len(same) > 1:
        return _refused_by_file(entry, "Number", entry.number, *doubt(document_type.noun, number, same))
    found = same[0] if same else None
    if found is not None and (why := why_not_changed(found)):
        return Judged(ImportState.REFUSED, why[:_LONGEST_REASON], found)
    return _of_built(entry, found, upload_for(document_type.key).build(entry, resolver, found, parent))


def why_not_changed(document: Any) -> str:
    """Why a document that exists here may not be changed by a file, or ""."""
    if document.is_locked:
        return "It is being pushed to Intacct, so it cannot be changed now."
    if document.is_in_intacct or document.is_linked:
        known = f" as {document.remote_id}" if document.remote_id else ""
        return f"It is in Intacct{known}. Change it on its own page, where the difference is shown and pushed."
    if document.approval == Approval.VOID:
        return "It is void in ERP Admin. Give the document in the file another number."
    return ""


def stated_act(entry: ImportedDocument, document: Any, approval: Approval) -> Act | None:
    """Approved approves, Draft takes an approval back, blank leaves it, unless the file changed what was approved.

    `approval` is what the document's is once the file's values are stored. An ignored one stays ignored.
    """
    stated = entry.head.get("status")
    if not stated or stated == (document.approval_before or approval):
        return None
    return Act.APPROVE if stated == Approval.APPROVED else Act.BACK_TO_DRAFT


def _of_built(entry: ImportedDocument, found: Any | None, built: Built) -> Judged:
    effects = built.effects
    approval = Approval(built.document.approval)
    if found is not None:
        approval = _after(found, built)
        if found.number != number_of(entry):
            effects.notes.insert(0, f"Its number in ERP Admin is {found.number}, and stays so.")
        if found.total != built.document.total:
            effects.total_before = str(found.total)
    act = stated_act(entry, built.document, approval)
    refused = why_not_act(built.document, act, approval) if act is not None else None
    if refused is not None:
        stated = str(entry.head["status"]).capitalize()
        problem = FileProblem(entry.first_row, "Status", stated, refused.sentence, refused.advice)
        effects.problems.append(problem)
    elif act is not None and found is not None:
        effects.approvals.append(_BY_FILE[act])
    stored = effects.as_json()
    if effects.problems:
        first = effects.problems[0]
        return _with_problems(first.row, first.column, first.sentence, len(effects.problems), stored)
    if found is None:
        return Judged(ImportState.NEW, "", None, built, stored)
    return Judged(ImportState.UPDATE, summary(stored)[:_LONGEST_REASON], found, built, stored)


def _after(found: Any, built: Built) -> Approval:
    """What the approval is once the values are stored: it falls when they are not those that were approved."""
    approval = Approval(found.approval)
    if approval != Approval.APPROVED or digest_of(built.covered) == found.approved_digest:
        return approval
    told = sentence(changes(found.approval_covers(), built.covered), "Its approval falls")
    built.effects.approvals.insert(0, told)
    return Approval.NEEDS_REVIEW


def _refused_by_file(entry: ImportedDocument, column: str, value: str, why: str, fix: str) -> Judged:
    effects = Effects(problems=[FileProblem(entry.first_row, column, value, why, fix)])
    return Judged(ImportState.PROBLEM, f"{why} {fix}"[:_LONGEST_REASON], None, None, effects.as_json())


def _with_problems(row: int, column: str, first: str, count: int, effects: dict[str, Any]) -> Judged:
    place = f"Row {row}, {column}" if column else f"Row {row}"
    reason = f"{place}: {first}" + (f" And {count - 1} more." if count > 1 else "")
    return Judged(ImportState.PROBLEM, reason[:_LONGEST_REASON], None, None, effects)
