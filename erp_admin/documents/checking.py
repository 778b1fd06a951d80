"""What keeps a document with a vendor, a project and coded lines from being pushed, each problem with field and fix.

Owns the rules that such documents share. Looks at what was read and at the mirror; reads nothing else, changes nothing.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from erp_admin.models import Project, ValuedLine
from integrations.delivery.contract import Problem
from integrations.models import ListItem
from integrations.records.lookup import MirrorView, why_unusable

FORBIDDEN_IN_NUMBERS: Final = "&<>#?'\""  # live clients refuse these in document numbers


def number_problems(number: str, longest: int) -> Iterator[Problem]:
    """Of a number under which Intacct keeps a document."""
    if len(number) > longest:
        sentence = f"The number is {len(number)} characters long; at most {longest} fit."
        yield Problem("number", sentence, "Shorten it.", code="DOC-NUMBER")
    bad = sorted({sign for sign in number if sign in FORBIDDEN_IN_NUMBERS or not sign.isprintable()})
    if bad:
        sentence = f"The number holds {' '.join(bad)}, which Intacct does not take in a number."
        yield Problem("number", sentence, "Use letters, digits, dashes and dots.", code="DOC-NUMBER")


def baseline_problems(document: Any, cut_over: str) -> Iterator[Problem]:
    """Of a document that was in Intacct before the company began to push."""
    if cut_over and not document.is_linked and document.dated_on.isoformat() < cut_over:
        fix = "Link it to its document in Intacct, or change the cut-over date in the settings."
        yield Problem("dated_on", f"It is dated before the cut-over of {cut_over}.", fix, code="BASELINE")


def vendor_problems(vendor: str, mirror: MirrorView) -> list[Problem]:
    if not vendor:
        return [Problem("vendor_id", "The vendor is not matched to one in Intacct.", "Choose the vendor.", 0, "VENDOR")]
    item = mirror.get("vendors", vendor)
    found = reference_problem("vendors", "vendor_id", vendor, item)
    if item is not None and str(item.fields.get("ONHOLD", "")).lower() == "true":
        fix = "Release the vendor in Intacct, then sync vendors."
        found.append(Problem("vendor_id", f"Vendor “{vendor}” is on hold in Intacct.", fix, 0, "HOLD-VENDOR"))
    return found


def reference_problem(
    kind: str, field: str, business_id: str, item: ListItem | None, *, line: int = 0
) -> list[Problem]:
    """The problem with a reference to a mirrored record, if there is one."""
    sentence = why_unusable(kind, business_id, item)
    fix = "Choose another one, or sync the list if it was added or activated just now."
    return [Problem(field, sentence, fix, line, "REF-INVALID")] if sentence else []


def project_problem(project: Project | None, business_id: str, mirror: MirrorView, *, line: int = 0) -> list[Problem]:
    """The problem with the project of a document or line: not linked to Intacct, or not usable there."""
    if project is not None and not business_id:
        sentence = f"Project {project} is not linked to a project in Intacct."
        return [Problem("project", sentence, "Import or link it under Projects.", line, "PROJECT")]
    return reference_problem("projects", "project", business_id, mirror.get("projects", business_id), line=line)


def cost_code_problems(line: ValuedLine, project: str, mirror: MirrorView) -> list[Problem]:
    """Of the cost code and cost type of a line; `project` is the id in Intacct under which it is written."""
    if not line.task_id:
        return []
    if not project:
        fix = "Choose the project of the line or of the document."
        return [Problem("task_id", "A cost code needs a project.", fix, line.number, "REF-INVALID")]
    task = mirror.within_project("tasks", project, line.task_id)
    found = reference_problem("tasks", "task_id", line.task_id, task, line=line.number)
    if line.cost_type_id:
        item = mirror.within_project("cost_types", project, line.task_id, line.cost_type_id)
        found += reference_problem("cost_types", "cost_type_id", line.cost_type_id, item, line=line.number)
    return found


def total_problems(document: Any, lines: Sequence[ValuedLine], noun: str) -> Iterator[Problem]:
    """A total that was stored otherwise than its lines come to."""
    if sum(line.amount for line in lines) != document.total:
        yield Problem("total", "The total is not the sum of its lines.", f"Open the {noun} and save it.")
