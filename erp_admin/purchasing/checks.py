"""What keeps a purchasing document from being pushed, each problem with its field and fix.

Owns these rules. Looks at what was read of the document and at the mirror; reads nothing else and changes nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from erp_admin.models import Project
from erp_admin.purchasing.cautions import CHANGE
from erp_admin.purchasing.settings import CUT_OVER
from erp_admin.purchasing.sources import LineSource, PurchaseSource
from integrations.delivery.contract import Problem
from integrations.models import ListItem
from integrations.records.lookup import MirrorView, why_unusable

# Nominal (object reference, length limits). Keys are refused when longer.
LONGEST_NUMBER: Final = 45
FORBIDDEN_IN_NUMBERS: Final = "&<>#?'\""  # live clients refuse these in document numbers


def head_problems(source: PurchaseSource, mirror: MirrorView) -> list[Problem]:
    """Of any purchasing document: its date and number, the definition, the vendor."""
    found = [*_baseline_problems(source), *_number_problems(source.number)]
    return [*found, *_definition_problems(source, mirror), *_vendor_problems(source, mirror)]


def commitment_problems(source: PurchaseSource, mirror: MirrorView) -> list[Problem]:
    """Of a commitment alone: its project, and when it is due."""
    base, found = source.base, []
    if base.project is not None:
        found += _project_problem(base.project, source.project, mirror)
    if base.term_name:
        found += _reference_problem("ap_terms", "term_name", base.term_name, mirror.get("ap_terms", base.term_name))
    elif not base.due_on and not source.definition_term:
        fix = "Choose terms or enter a due date, or give the definition default terms in Intacct."
        found.append(Problem("term_name", "Intacct needs terms or a due date.", fix))
    return found


def lines_problems(source: PurchaseSource, mirror: MirrorView, *, without: Problem, unsaved: str) -> list[Problem]:
    """Of the lines; `without` is what is said of a document that has none, `unsaved` how a wrong total is put right."""
    found = [] if source.lines else [without]
    for line in source.lines:
        found += _line_problems(line, mirror)
    if sum(line.line.amount for line in source.lines) != source.document.total:
        found.append(Problem("total", "The total is not the sum of its lines.", unsaved))
    return found


def fixed_problems(fixed: Mapping[str, str], names: Iterator[str]) -> list[Problem]:
    """Of elements that were changed though no update can change them; `fixed` is how people name them."""
    fix = "Change it back, or unlink this one and push it as a new one."
    changed = dict.fromkeys(fixed[name] for name in names)
    sentence = "The {} of a transaction cannot be changed in Intacct."
    return [Problem(name, sentence.format(name), fix, code="DOC-STATE") for name in changed]


def _baseline_problems(source: PurchaseSource) -> Iterator[Problem]:
    cut_over, document = source.choices[CUT_OVER.key].value, source.document
    if cut_over and not document.is_linked and document.dated_on.isoformat() < cut_over:
        fix = "Link it to its document in Intacct, or change the cut-over date in the settings."
        yield Problem("dated_on", f"It is dated before the cut-over of {cut_over}.", fix, code="BASELINE")


def _number_problems(number: str) -> Iterator[Problem]:
    if len(number) > LONGEST_NUMBER:
        sentence = f"The number is {len(number)} characters long; at most {LONGEST_NUMBER} fit."
        yield Problem("number", sentence, "Shorten it.", code="DOC-NUMBER")
    bad = sorted({sign for sign in number if sign in FORBIDDEN_IN_NUMBERS or not sign.isprintable()})
    if bad:
        sentence = f"The number holds {' '.join(bad)}, which Intacct does not take in a number."
        yield Problem("number", sentence, "Use letters, digits, dashes and dots.", code="DOC-NUMBER")


def _definition_problems(source: PurchaseSource, mirror: MirrorView) -> list[Problem]:
    """What is wrong with the transaction definition chosen in the settings."""
    setting, name, item = source.definition_setting, source.definition.value, source.definition_item
    if not name:
        fix = f"A company admin chooses the {setting.label} under Settings → Integrations → Settings."
        return [Problem(setting.key, f"The {setting.label} is not chosen.", fix, code="SETTING")]
    found = _reference_problem("purchasing_definitions", setting.key, name, item)
    if item is not None and source.inherits and item.fields.get("ENABLEDOCCHANGE") != CHANGE:
        sentence = f"The definition “{name}” makes no change orders."
        found.append(Problem(setting.key, sentence, f"Choose one whose document change is “{CHANGE}”.", 0, "SETTING"))
    return found


def _vendor_problems(source: PurchaseSource, mirror: MirrorView) -> list[Problem]:
    vendor = source.base.vendor_id
    if not vendor:
        return [Problem("vendor_id", "The vendor is not matched to one in Intacct.", "Choose the vendor.", 0, "VENDOR")]
    item = mirror.get("vendors", vendor)
    found = _reference_problem("vendors", "vendor_id", vendor, item)
    if item is not None and str(item.fields.get("ONHOLD", "")).lower() == "true":
        fix = "Release the vendor in Intacct, then sync vendors."
        found.append(Problem("vendor_id", f"Vendor “{vendor}” is on hold in Intacct.", fix, 0, "HOLD-VENDOR"))
    return found


def _reference_problem(
    kind: str, field: str, business_id: str, item: ListItem | None, *, line: int = 0
) -> list[Problem]:
    """The problem with a reference to a mirrored record, if there is one."""
    sentence = why_unusable(kind, business_id, item)
    fix = "Choose another one, or sync the list if it was added or activated just now."
    return [Problem(field, sentence, fix, line, "REF-INVALID")] if sentence else []


def _project_problem(project: Project | None, business_id: str, mirror: MirrorView, *, line: int = 0) -> list[Problem]:
    """The problem with the project of a document or line: not linked to Intacct, or not usable there."""
    if project is not None and not business_id:
        sentence = f"Project {project} is not linked to a project in Intacct."
        return [Problem("project", sentence, "Import or link it under Projects.", line, "PROJECT")]
    return _reference_problem("projects", "project", business_id, mirror.get("projects", business_id), line=line)


def _line_problems(source: LineSource, mirror: MirrorView) -> list[Problem]:
    line, number, found = source.line, source.line.number, list[Problem]()
    if line.project is not None or source.head.project:
        found += _project_problem(line.project, source.project, mirror, line=number)
    found += _cost_code_problems(source, mirror)
    if not source.item:
        fix = "Name an item on the line, or have a company admin choose the Default Item ID."
        found.append(Problem("item_id", "The line has no item.", fix, number, "SETTING"))
    for kind, field, value in (
        ("items", "item_id", source.item),
        ("locations", "location_id", source.location),
        ("departments", "department_id", source.department),
        ("classes", "class_id", line.class_id),
    ):
        if value:
            found += _reference_problem(kind, field, value, mirror.get(kind, value), line=number)
    if not line.amount:
        found.append(Problem("amount", "The line amounts to zero.", "Enter an amount or remove it.", number))
    if line.quantity <= 0:
        fix = "Enter a positive quantity; a negative amount is written as a negative price."
        found.append(Problem("quantity", "The quantity is not positive.", fix, number))
    return found


def _cost_code_problems(source: LineSource, mirror: MirrorView) -> list[Problem]:
    line, project = source.line, source.project
    if not line.task_id:
        return []
    if not project:
        fix = "Choose the project of the line or of the document."
        return [Problem("task_id", "A cost code needs a project.", fix, line.number, "REF-INVALID")]
    task = mirror.within_project("tasks", project, line.task_id)
    found = _reference_problem("tasks", "task_id", line.task_id, task, line=line.number)
    if line.cost_type_id:
        item = mirror.within_project("cost_types", project, line.task_id, line.cost_type_id)
        found += _reference_problem("cost_types", "cost_type_id", line.cost_type_id, item, line=line.number)
    return found
