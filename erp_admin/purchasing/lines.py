"""What commitments and their change orders share as purchasing transactions: problems of the heading, and the lines.

Owns every choice the vendor's reference leaves open about purchasing documents, each at one place with its reason.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from erp_admin.models import Project, ValuedLine
from integrations.delivery.contract import PlannedField, Problem, PushContext
from integrations.delivery.snapshot import Snapshot
from integrations.lists import Permission
from integrations.models import ListItem, PushedDocument
from integrations.records.lookup import why_unusable
from integrations.settings.declared import Setting, Switch

SYNC_COMMITMENTS = Switch(
    key="sync_commitments",
    label="Sync Commitments",
    effect="Push commitments and commitment change orders to purchasing transactions in Intacct.",
    permissions=(
        Permission("Purchasing", "Purchasing transaction definitions"),
        Permission("Purchasing", "Purchasing transactions", ("List", "View", "Add", "Edit")),
    ),
    order=20,
)

UNIT = Setting("purchasing_unit", "Unit of measure", "The unit of lines that name none.", default="Each", order=230)
STATE = Setting(
    "purchasing_state",
    "State in Intacct",
    "The state a pushed document gets: a draft to be looked at there, or pending, which is open at once.",
    choices=(("Pending", "Pending"), ("Draft", "Draft")),
    default="Pending",
    order=240,
)
CONVERSION = Setting(
    "purchasing_conversion",
    "Conversion to invoices",
    "Price: an invoice takes part of a line's amount, for lump sums. Quantity: it takes units.",
    choices=(("Price", "Price"), ("Quantity", "Quantity")),
    default="Price",
    order=250,
)
LOCATION = Setting(
    "default_location", "Default location", "The location of lines that name none.", list_key="locations", order=260
)
DEPARTMENT = Setting(
    "default_department",
    "Default department",
    "The department of lines that name none.",
    list_key="departments",
    order=270,
)
URL_FIELD = Setting(
    "purchasing_url_field",
    "Custom field for the link back",
    "Integration name of a custom field of the transaction, filled with the address of the document in ERP Admin.",
    levels=("company",),
    order=280,
)
CUT_OVER = Setting(
    "cut_over_date",
    "Cut-over date",
    "Documents dated before it are the baseline: they are in Intacct already and are never pushed.",
    is_date=True,
    levels=("company",),
    order=290,
)
SHARED_SETTINGS = (UNIT, STATE, CONVERSION, LOCATION, DEPARTMENT, URL_FIELD, CUT_OVER)

# Nominal lengths (object reference, length limits). Keys are refused when longer; only free text may be cut.
LONGEST_NUMBER: Final = 45
LONGEST_DESCRIPTION: Final = 200
FORBIDDEN_IN_NUMBERS: Final = "&<>#?'\""  # live clients refuse these in document numbers


def head_problems(document: PushedDocument, number: str, dated_on: Any, context: PushContext) -> list[Problem]:
    """What keeps any purchasing document from being pushed, whatever its lines say."""
    found = []
    cut_over = context.value(CUT_OVER.key).value
    if cut_over and not document.is_linked and dated_on.isoformat() < cut_over:
        fix = "Link it to its document in Intacct, or change the cut-over date in the settings."
        found.append(Problem("dated_on", f"It is dated before the cut-over of {cut_over}.", fix, code="BASELINE"))
    if len(number) > LONGEST_NUMBER:
        sentence = f"The number is {len(number)} characters long; at most {LONGEST_NUMBER} fit."
        found.append(Problem("number", sentence, "Shorten it.", code="DOC-NUMBER"))
    bad = sorted({sign for sign in number if sign in FORBIDDEN_IN_NUMBERS or not sign.isprintable()})
    if bad:
        sentence = f"The number holds {' '.join(bad)}, which Intacct does not take in a number."
        found.append(Problem("number", sentence, "Use letters, digits, dashes and dots.", code="DOC-NUMBER"))
    return found


def reference_problem(
    kind: str, field: str, business_id: str, item: ListItem | None, *, line: int = 0
) -> list[Problem]:
    """The problem with a reference to a mirrored record, if there is one."""
    sentence = why_unusable(kind, business_id, item)
    fix = "Choose another one, or sync the list if it was added or activated just now."
    return [Problem(field, sentence, fix, line, "REF-INVALID")] if sentence else []


def project_problem(project: Project | None, business_id: str, context: PushContext, *, line: int = 0) -> list[Problem]:
    """The problem with the project of a document or line: not linked to Intacct, or not usable there."""
    if project is not None and not business_id:
        sentence = f"Project {project} is not linked to a project in Intacct."
        return [Problem("project", sentence, "Import or link it under Projects.", line, "PROJECT")]
    return reference_problem("projects", "project", business_id, context.mirror.get("projects", business_id), line=line)


def definition_problems(
    setting: Setting, context: PushContext, *, entity: str, project: str, changes: bool
) -> list[Problem]:
    """What is wrong with the transaction definition chosen in the settings."""
    name = context.value(setting.key, entity=entity, project=project).value
    if not name:
        fix = f"A company admin chooses the {setting.label} under Settings → Integrations → Settings."
        return [Problem(setting.key, f"The {setting.label} is not chosen.", fix, code="SETTING")]
    item = context.mirror.get("purchasing_definitions", name)
    found = reference_problem("purchasing_definitions", setting.key, name, item)
    if item is not None and changes and item.fields.get("ENABLEDOCCHANGE") != "Change Order":
        sentence = f"The definition “{name}” makes no change orders."
        found.append(
            Problem(setting.key, sentence, "Choose one whose document change is “Change Order”.", 0, "SETTING")
        )
    return found


class LinePlanner:
    """Turns lines of a schedule of values into lines of a purchasing transaction, and says where each value is from.

    What settings, or with `inherits` the commitment, filled in when a line was first written stays as it was: a setting
    that changes later is about what is written for the first time.
    """

    def __init__(
        self,
        context: PushContext,
        *,
        entity: str,
        header_project: str,
        retainage: Decimal,
        sent: Snapshot | None = None,
        inherits: bool = False,
    ) -> None:
        self._context = context
        self._entity = entity
        self._project = header_project
        self._retainage = retainage
        self._sent = sent or Snapshot()
        self._inherits = inherits

    def problems(self, line: ValuedLine) -> list[Problem]:
        """What keeps a line from being written, each naming field and fix."""
        mirror, number = self._context.mirror, line.number
        found: list[Problem] = []
        project = self.project_of(line)
        if line.project is not None or self._project:
            found += project_problem(line.project, project, self._context, line=number)
        found += self._cost_code_problems(line, project)
        item = self.item_of(line)[0]
        if not item:
            fix = "Name an item on the line, or have a company admin choose the Default Item ID."
            found.append(Problem("item_id", "The line has no item.", fix, number, "SETTING"))
        else:
            found += reference_problem("items", "item_id", item, mirror.get("items", item), line=number)
        for kind, field, value in (
            ("locations", "location_id", self._filled(line.location_id, LOCATION, project)[1]),
            ("departments", "department_id", self._filled(line.department_id, DEPARTMENT, project)[1]),
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

    def _cost_code_problems(self, line: ValuedLine, project: str) -> list[Problem]:
        if not line.task_id:
            return []
        if not project:
            fix = "Choose the project of the line or of the document."
            return [Problem("task_id", "A cost code needs a project.", fix, line.number, "REF-INVALID")]
        mirror = self._context.mirror
        task = mirror.within_project("tasks", project, line.task_id)
        found = reference_problem("tasks", "task_id", line.task_id, task, line=line.number)
        if line.cost_type_id:
            item = mirror.within_project("cost_types", project, line.task_id, line.cost_type_id)
            found += reference_problem("cost_types", "cost_type_id", line.cost_type_id, item, line=line.number)
        return found

    def project_of(self, line: ValuedLine) -> str:
        return line.project.remote_id if line.project is not None else self._project

    def item_of(self, line: ValuedLine) -> tuple[str, str]:
        if line.item_id:
            return line.item_id, "the line"
        chosen = self._context.value("default_item", entity=self._entity, project=self.project_of(line))
        return chosen.value, f"Default Item, {chosen.source}"

    def _filled(self, own: str, setting: Setting, project: str) -> tuple[str, str]:
        """Where the value is from, and the value: the line's own, else the setting's."""
        if own:
            return "the line", own
        chosen = self._context.value(setting.key, entity=self._entity, project=project)
        return f"{setting.label}, {chosen.source}", chosen.value

    def defaults(self, line: ValuedLine) -> list[str]:
        """Elements of a line that settings fill in, or the commitment."""
        own = {
            "itemid": line.item_id, "unit": line.unit, "locationid": line.location_id,
            "departmentid": line.department_id, "conversiontype": "",
        }  # fmt: skip
        if self._inherits:
            own |= {"projectid": "own" if line.project is not None else ""}
            own |= {"retainagepercentage": "own" if line.retainage_percent is not None else ""}
        return [name for name, value in own.items() if not value]

    def _first_written(self, line: ValuedLine) -> dict[str, tuple[str, str]]:
        """Where from and what, of each element that was filled in when the line was first written."""
        filled = self._sent.filled(str(line.pk))
        names = {*self.defaults(line), "memo"}
        return {name: ("as first written", value) for name, value in filled.items() if name in names}

    def plan(
        self, line: ValuedLine, more: Mapping[str, tuple[str, str, Any]]
    ) -> tuple[dict[str, Any], list[PlannedField]]:
        """The elements of a line and their explanation. `more` adds elements: name -> (label, source, value)."""
        project, before = self.project_of(line), self._first_written(line)
        chosen = self._context.value(CONVERSION.key, entity=self._entity, project=project)
        converted_by, conversion = before.get("conversiontype") or (chosen.source, chosen.value)
        lump = conversion == "Price"
        retainage = self._retainage if line.retainage_percent is None else line.retainage_percent
        item, item_by = self.item_of(line)
        filled = {
            "itemid": (item_by, item),
            "unit": self._filled(line.unit, UNIT, project),
            "locationid": self._filled(line.location_id, LOCATION, project),
            "departmentid": self._filled(line.department_id, DEPARTMENT, project),
            "memo": ("number of the line in ERP Admin", memo_of(line)),
            "projectid": ("the line" if line.project is not None else "the document", project),
            "retainagepercentage": ("the document" if line.retainage_percent is None else "the line", retainage or ""),
            **before,
        }
        values: dict[str, tuple[str, str, Any]] = {
            "itemid": ("Item", *filled["itemid"]),
            "itemdesc": ("Description", "the line", line.description[:LONGEST_DESCRIPTION]),
            # Conversion by price forces quantity 1 (object reference, purchasing transactions).
            "quantity": (
                "Quantity",
                "1, because conversion is by price" if lump else "the line",
                Decimal(1) if lump else line.quantity,
            ),
            "unit": ("Unit", *filled["unit"]),
            "price": ("Price", "the line's amount" if lump else "the line", line.amount if lump else line.unit_price),
            "locationid": ("Location", *filled["locationid"]),
            "departmentid": ("Department", *filled["departmentid"]),
            "memo": ("Memo", *filled["memo"]),
            "projectid": ("Project", *filled["projectid"]),
            "taskid": ("Task (cost code)", "the line", line.task_id),
            "costtypeid": ("Cost type", "the line", line.cost_type_id),
            "classid": ("Class", "the line", line.class_id),
            "retainagepercentage": ("Retainage %", *filled["retainagepercentage"]),
            "conversiontype": ("Conversion type", converted_by, conversion),
            **more,
        }
        elements = {name: value for name, (_, _, value) in values.items() if value not in ("", None)}
        explained = [
            PlannedField(f"line {line.number}/{name}", label, _shown(value), source)
            for name, (label, source, value) in values.items()
            if value not in ("", None)
        ]
        return elements, explained


def explain(path: str, label: str, value: Any, source: str) -> PlannedField:
    return PlannedField(path, label, _shown(value), source)


def _shown(value: Any) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def memo_of(line: ValuedLine) -> str:
    """What each line carries so that it is recognized when it is read back."""
    return f"Line {line.number}"
