"""What keeps a purchasing document from being pushed, each problem with its field and fix.

Owns these rules. Looks at what was read of the document and at the mirror; reads nothing else and changes nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from erp_admin.documents.checking import (
    baseline_problems,
    cost_code_problems,
    number_problems,
    project_problem,
    reference_problem,
    total_problems,
    vendor_problems,
)
from erp_admin.purchasing.cautions import CHANGE
from erp_admin.purchasing.settings import CUT_OVER
from erp_admin.purchasing.sources import LineSource, PurchaseSource
from integrations.delivery.contract import Problem
from integrations.records.lookup import MirrorView

# Nominal (object reference, length limits). Keys are refused when longer.
LONGEST_NUMBER: Final = 45


def head_problems(source: PurchaseSource, mirror: MirrorView) -> list[Problem]:
    """Of any purchasing document: its date and number, the definition, the vendor."""
    found = [
        *baseline_problems(source.document, source.choices[CUT_OVER.key].value),
        *number_problems(source.number, LONGEST_NUMBER),
    ]
    return [*found, *_definition_problems(source, mirror), *vendor_problems(source.base.vendor_id, mirror)]


def commitment_problems(source: PurchaseSource, mirror: MirrorView) -> list[Problem]:
    """Of a commitment alone: its project, and when it is due."""
    base, found = source.base, []
    if base.project is not None:
        found += project_problem(base.project, source.project, mirror)
    if base.term_name:
        found += reference_problem("ap_terms", "term_name", base.term_name, mirror.get("ap_terms", base.term_name))
    elif not base.due_on and not source.definition_term:
        fix = "Choose terms or enter a due date, or give the definition default terms in Intacct."
        found.append(Problem("term_name", "Intacct needs terms or a due date.", fix))
    return found


def lines_problems(source: PurchaseSource, mirror: MirrorView, *, without: Problem, noun: str) -> list[Problem]:
    """Of the lines and the total; `without` is what is said of a document that has none."""
    found = [] if source.lines else [without]
    for line in source.lines:
        found += _line_problems(line, mirror)
    return [*found, *total_problems(source.document, source.valued_lines, noun)]


def fixed_problems(fixed: Mapping[str, str], names: Iterator[str]) -> list[Problem]:
    """Of elements that were changed though no update can change them; `fixed` is how people name them."""
    fix = "Change it back, or unlink this one and push it as a new one."
    changed = dict.fromkeys(fixed[name] for name in names)
    sentence = "The {} of a transaction cannot be changed in Intacct."
    return [Problem(name, sentence.format(name), fix, code="DOC-STATE") for name in changed]


def _definition_problems(source: PurchaseSource, mirror: MirrorView) -> list[Problem]:
    """What is wrong with the transaction definition chosen in the settings."""
    setting, name, item = source.definition_setting, source.definition.value, source.definition_item
    if not name:
        fix = f"A company admin chooses the {setting.label} under Settings → Integrations → Settings."
        return [Problem(setting.key, f"The {setting.label} is not chosen.", fix, code="SETTING")]
    found = reference_problem("purchasing_definitions", setting.key, name, item)
    if item is not None and source.inherits and item.fields.get("ENABLEDOCCHANGE") != CHANGE:
        sentence = f"The definition “{name}” makes no change orders."
        found.append(Problem(setting.key, sentence, f"Choose one whose document change is “{CHANGE}”.", 0, "SETTING"))
    return found


def _line_problems(source: LineSource, mirror: MirrorView) -> list[Problem]:
    line, number, found = source.line, source.line.number, list[Problem]()
    if line.project is not None or source.head.project:
        found += project_problem(line.project, source.project, mirror, line=number)
    found += cost_code_problems(line, source.project, mirror)
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
            found += reference_problem(kind, field, value, mirror.get(kind, value), line=number)
    if not line.amount:
        found.append(Problem("amount", "The line amounts to zero.", "Enter an amount or remove it.", number))
    if line.quantity <= 0:
        fix = "Enter a positive quantity; a negative amount is written as a negative price."
        found.append(Problem("quantity", "The quantity is not positive.", fix, number))
    return found
