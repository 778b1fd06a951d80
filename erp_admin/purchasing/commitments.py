"""Commitments -> purchasing transactions: the mapping, and what is asked of a commitment before it is pushed.

Element names and order: developer.intacct.com, Purchasing > Purchasing transactions.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from erp_admin.models import Commitment, CommitmentKind
from erp_admin.purchasing import lines as purchasing
from erp_admin.purchasing import matching as lines_there
from erp_admin.purchasing import overwrite as theirs
from erp_admin.purchasing import posted, reading, records
from erp_admin.purchasing import updates as update
from erp_admin.purchasing.approved_changes import covered_changes, let_changes_fall
from erp_admin.purchasing.cautions import order_cautions
from erp_admin.purchasing.lines import SYNC_COMMITMENTS, LinePlanner, explain
from integrations import intacct
from integrations.delivery.contract import Found, Plan, PlannedField, PlannedStep, Problem, PushContext, PushFlow
from integrations.delivery.drift import differ
from integrations.delivery.remote_records import record_of, sent_of
from integrations.delivery.snapshot import FieldDifference, Snapshot
from integrations.models import ListItem, Operation, Push, RemoteRecord
from integrations.settings.declared import Need, Setting

__all__ = ["DEFINITIONS", "SYNC_COMMITMENTS", "CommitmentPush"]

DEFINITIONS: Final = {
    CommitmentKind.SUBCONTRACT: Setting(
        "subcontract_definition",
        "definition for subcontracts",
        "The purchasing transaction definition a subcontract becomes.",
        list_key="purchasing_definitions",
        need=Need.WHEN_SWITCHED_ON,
        order=200,
        cautions=order_cautions,
    ),
    CommitmentKind.PURCHASE_ORDER: Setting(
        "purchase_order_definition",
        "definition for purchase orders",
        "The purchasing transaction definition a purchase order becomes.",
        list_key="purchasing_definitions",
        need=Need.WHEN_SWITCHED_ON,
        order=205,
        cautions=order_cautions,
    ),
}


class CommitmentPush(PushFlow):
    key = "commitments"
    title = "Push commitments"
    switch = SYNC_COMMITMENTS
    settings = (*DEFINITIONS.values(), *purchasing.SHARED_SETTINGS)
    model = Commitment
    records = "PODOCUMENT"
    noun = "commitment"
    plural = "commitments"
    fields = reading.FIELDS
    course = reading.COURSE
    document_url_name = "commitment"
    list_url_name = "commitments"

    def named(self, numbers: Sequence[str]) -> Iterable[Commitment]:
        return Commitment.objects.filter(number__in=numbers).order_by("number")

    def label(self, document: Commitment) -> str:
        return str(document)

    def validate(self, document: Commitment, context: PushContext) -> list[Problem]:
        entity, project = document.entity_id, _project_id(document)
        found = purchasing.head_problems(document, document.number, document.dated_on, context)
        setting = DEFINITIONS[CommitmentKind(document.kind)]
        found += purchasing.definition_problems(setting, context, entity=entity, project=project, changes=False)
        found += vendor_problems(document, context)
        if document.project is not None:
            found += purchasing.project_problem(document.project, project, context)
        if document.term_name:
            item = context.mirror.get("ap_terms", document.term_name)
            found += purchasing.reference_problem("ap_terms", "term_name", document.term_name, item)
        elif not document.due_on and not _definition_term(document, context):
            fix = "Choose terms or enter a due date, or give the definition default terms in Intacct."
            found.append(Problem("term_name", "Intacct needs terms or a due date.", fix))
        lines = list(document.lines.select_related("project"))
        if not lines:
            found.append(Problem("lines", "The commitment has no lines.", "Enter its schedule of values."))
        planner = _planner(document, context)
        for line in lines:
            found += planner.problems(line)
        if sum(line.amount for line in lines) != document.total:
            found.append(Problem("total", "The total is not the sum of its lines.", "Open the commitment and save it."))
        if document.remote_id and not found:
            found += _update_problems(document, context)
        return found

    def plan(self, document: Commitment, context: PushContext) -> Plan | None:
        sent = sent_of(self.key, document) if document.remote_id else Snapshot()
        if sent is None:
            return None  # linked: `validate` lets it pass only while nothing changed
        written = _written(document, context, sent)
        expected = {
            "definition": written.head["transactiontype"],
            "vendor": document.vendor_id,
            "total": str(document.total),
        }
        create = PlannedStep(
            operation=Operation.CREATE,
            function_name="create_potransaction",
            fields={**written.head, "potransitems": {"potransitem": [elements for _, elements in written.lines]}},
            explained=tuple(written.explained),
            expected=expected,
            reference=document.number,
            entity_id=document.entity_id,
            sent=written.snapshot,
        )
        step = _update(document, create, sent, written) if document.remote_id else create
        return Plan.of(step) if step is not None else None

    def here(self, document: Commitment, context: PushContext, sent: Snapshot) -> Snapshot:
        if sent.lines is None:
            return self.sent_of_linked(document)
        return _written(document, context, sent).snapshot

    def look_up(self, client: intacct.Client, pushes: Sequence[Push]) -> Mapping[int, Sequence[Found]]:
        return records.look_up(client, pushes)

    def is_ours(self, push: Push, found: Found) -> bool:
        return records.is_ours(push, found)

    def read_back(self, client: intacct.Client, remote_ids: Collection[str]) -> Mapping[str, Found]:
        return records.read_back(client, remote_ids)

    def entity_of(self, document: Commitment) -> str:
        return document.entity_id

    def reading(self, document: Commitment, record: RemoteRecord, found: Found) -> Snapshot:
        return lines_there.reading_of(document, record, found, lambda: posted.added_lines(document))

    def is_ordinary(self, document: Commitment, changed: Collection[str], found: Found) -> bool:
        return reading.is_ordinary(changed, is_explained=posted.explains(document, found))

    def cross_checks(self, document: Commitment, record: RemoteRecord, found: Found) -> Sequence[FieldDifference]:
        return [*posted.state_difference(record, found), *posted.revised_difference(document, found)]

    def moved_by_writing(self, before: Snapshot, now: Snapshot) -> Collection[str]:
        return posted.moved(before, now)

    def line_names(self, document: Commitment, sent: Snapshot) -> Mapping[str, str]:
        return lines_there.names_of(document, sent)

    def defaults_of(self, document: Commitment, here: Snapshot, reading: Snapshot) -> Mapping[str, Sequence[str]]:
        return theirs.defaults_of(document, here, reading)

    def why_not_updated(self, document: Commitment, record: RemoteRecord) -> Problem | None:
        found = update.never(document, sent_of(self.key, document))
        return found[0] if found else None

    def take_theirs(self, document: Commitment, record: RemoteRecord, found: Found, context: PushContext) -> None:
        of_changes = covered_changes(document)
        theirs.take(document, record, found, self.here(document, context, Snapshot.of(record.sent)), context)
        let_changes_fall(of_changes)

    def take_keys(self, document: Commitment, record: RemoteRecord, found: Found, *, is_new: bool) -> None:
        lines_there.take_keys(document, record, found, is_new=is_new)

    def search(self, client: intacct.Client, text: str) -> Sequence[Found]:
        return records.search(client, text)

    def sent_of_linked(self, document: Commitment) -> Snapshot:
        return lines_there.vouched_for(document, document.vendor_id, document.currency)

    def held(self, path: str, facts: Mapping[str, Any]) -> str | None:
        return records.held(path, facts)


def _update_problems(document: Commitment, context: PushContext) -> list[Problem]:
    """What keeps a document that is in Intacct from being updated there."""
    flow_key = CommitmentPush.key
    sent = sent_of(flow_key, document)
    if sent is None:
        record = record_of(flow_key, document)
        vouched = lines_there.vouched_for(document, document.vendor_id, document.currency)
        is_same = record is not None and not differ(vouched, Snapshot.of(record.sent), reading.FIELDS)
        return [] if is_same else update.problems(document, None)
    now = _written(document, context, sent)
    if not differ(now.snapshot, sent, reading.FIELDS):
        return []
    found = [*update.problems(document, sent), *update.emptied_lines(document, sent, now.snapshot)]
    for name in update.fixed_changes(sent, now.snapshot):
        sentence = f"The {name} of a transaction cannot be changed in Intacct."
        fix = "Change it back, or unlink this one and push it as a new one."
        found.append(Problem(name, sentence, fix, code="DOC-STATE"))
    return found


def _update(document: Commitment, create: PlannedStep, sent: Snapshot, written: "update.Written") -> PlannedStep | None:
    """The plan that brings what was written to what would be written now; None when that is the same."""
    fields, explained = update.changes(document, sent, written.head, written.lines)
    if not fields:
        return None
    return replace(
        create,
        operation=Operation.UPDATE,
        function_name="update_potransaction",
        fields=fields,
        explained=tuple(explained),
        expected={**create.expected, "key": document.remote_id},
        sent=update.added_up(sent, written.snapshot),
    )


def _written(document: Commitment, context: PushContext, sent: Snapshot) -> "update.Written":
    """Everything a push would write now, after what was `sent`."""
    head, explained, defaults = _head(document, context, sent)
    planner = _planner(document, context, sent)
    lines = []
    for line in document.lines.select_related("project"):
        elements, more = planner.plan(line, {})
        lines.append((line, elements))
        explained += more
    snapshot = update.snapshot(document, head | {"kind": document.kind}, lines, planner, defaults, sent)
    return update.Written(head, lines, explained, snapshot)


def _project_id(document: Commitment) -> str:
    return document.project.remote_id if document.project is not None else ""


def _planner(document: Commitment, context: PushContext, sent: Snapshot | None = None) -> LinePlanner:
    return LinePlanner(
        context,
        entity=document.entity_id,
        header_project=_project_id(document),
        retainage=document.retainage_percent,
        sent=sent,
    )


def vendor_problems(document: Commitment, context: PushContext) -> list[Problem]:
    if not document.vendor_id:
        return [Problem("vendor_id", "The vendor is not matched to one in Intacct.", "Choose the vendor.", 0, "VENDOR")]
    item = context.mirror.get("vendors", document.vendor_id)
    found = purchasing.reference_problem("vendors", "vendor_id", document.vendor_id, item)
    if item is not None and str(item.fields.get("ONHOLD", "")).lower() == "true":
        sentence = f"Vendor “{document.vendor_id}” is on hold in Intacct."
        found.append(
            Problem("vendor_id", sentence, "Release the vendor in Intacct, then sync vendors.", 0, "HOLD-VENDOR")
        )
    return found


def _definition(document: Commitment, context: PushContext) -> tuple[str, str, ListItem | None]:
    setting = DEFINITIONS[CommitmentKind(document.kind)]
    chosen = context.value(setting.key, entity=document.entity_id, project=_project_id(document))
    return chosen.value, chosen.source, context.mirror.get("purchasing_definitions", chosen.value)


def _definition_term(document: Commitment, context: PushContext) -> str:
    item = _definition(document, context)[2]
    return str(item.fields.get("TERM_NAME", "")) if item is not None else ""


def _head(
    document: Commitment, context: PushContext, sent: Snapshot
) -> tuple[dict[str, Any], list[PlannedField], list[str]]:
    """The header's elements, where each value is from, and which of them settings fill in.

    What settings filled in when it was first written stays so.
    """
    project, before = _project_id(document), sent.filled()
    definition, chosen_by, item = _definition(document, context)
    numbered = "documentno" not in sent.head if sent.head else bool(item is not None and item.fields.get("SEQUENCE"))
    state = context.value(purchasing.STATE.key, entity=document.entity_id, project=project)
    own_term = document.term_name or bool(document.due_on)
    term = document.term_name or ("" if own_term else before.get("termname") or _definition_term(document, context))
    facts = item.fields if item is not None else {}
    values: dict[str, tuple[str, str, Any]] = {
        "transactiontype": ("Transaction definition", chosen_by, before.get("transactiontype") or definition),
        "datecreated": ("Date", "the commitment", document.dated_on),
        "vendorid": ("Vendor", "the commitment", document.vendor_id),
        # A definition with a numbering sequence gives the number itself; without one it must be sent.
        "documentno": ("Document number", "the commitment", "" if numbered else document.number),
        # Always sent and can be queried: by it a document whose answer was lost is found again.
        "referenceno": ("Reference number", "the commitment's number", document.number),
        "termname": ("Terms", "the commitment" if document.term_name else "the definition", term),
        "datedue": ("Due date", "the commitment", document.due_on or ""),
        "message": ("Message", "title of the commitment", document.title),
        "state": ("State", state.source, before.get("state") or state.value),
        "projectid": ("Project", "the commitment", project),
        "scope": ("Scope", "the commitment", document.scope if facts.get("ENABLEADDINFOSCOPE") == "true" else ""),
        "externalrefno": (
            "External reference",
            "the commitment's number",
            document.number if facts.get("ENABLEADDINFOEXTERNALREF") == "true" else "",
        ),
    }
    elements: dict[str, Any] = {name: value for name, (_, _, value) in values.items() if value not in ("", None)}
    # The schema demands both, and takes them empty (object reference, purchasing transactions).
    elements["returnto"] = elements["payto"] = {"contactname": ""}
    explained = [explain(name, values[name][0], elements[name], values[name][1]) for name in values if name in elements]
    if document.currency and document.currency != document.tenant.base_currency:
        # In a session of an entity a currency needs a rate type; empty means the company's standard one.
        elements |= {"currency": document.currency, "exchratetype": ""}
        explained.append(explain("currency", "Currency", document.currency, "the commitment"))
    url_field = context.value(purchasing.URL_FIELD.key).value
    if url_field:
        path = reverse("commitment", kwargs={"tenant_slug": document.tenant.slug, "pk": document.pk})
        elements["customfields"] = {url_field: f"{settings.SITE_URL}{path}"}
        explained.append(explain("customfields", url_field, f"{settings.SITE_URL}{path}", "address of this page"))
    return elements, explained, ["transactiontype", "state", *([] if own_term else ["termname"])]
