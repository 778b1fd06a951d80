"""The object-specific functions of purchasing transactions: create, update, partial update and delete.

Owns how their elements become documents, numbers and states. Must not hold the rules of a line.
"""

from __future__ import annotations

from lxml import etree

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.permissions import require
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import IllegalValue, normalise
from integrations.sandbox.functions.bills import due_date
from integrations.sandbox.functions.conversions import check_source, not_valid
from integrations.sandbox.functions.incoming import Incoming, refusal
from integrations.sandbox.functions.owned import lines_of, owned
from integrations.sandbox.functions.posting import post_document
from integrations.sandbox.functions.records import create_record, delete_record, update_record
from integrations.sandbox.legacy.document_names import GATES, HEADER, LINE, TEXT_DATES
from integrations.sandbox.legacy.reading import found_by_key, key, values_of, without_nulls
from integrations.sandbox.schema.model import DATE, Field
from integrations.sandbox.wire.answer import Payload
from integrations.sandbox.wire.documents import text_of
from integrations.sandbox.wire.failures import ILLEGAL_FORMAT

NUMBER_MISSING = "PL01000127"
NEW_STATES = ("Draft", "Pending", "Closed")
LOCKED = ("Submitted", "In Progress", "Converted", "Partially Converted")


def create_potransaction(context: Context) -> Payload:
    """A new purchasing transaction; answers `definition-number`."""
    require(context.company, context.user, "create", "PODOCUMENT")
    element = context.call.element
    values = values_of(element, HEADER)
    definition = _definition(context, values)
    _check_texts(definition, values)
    _check_creation(context, definition, element, values)
    lines = [Incoming(LINE.definition, _line(item)) for item in element.iterfind("potransitems/potransitem")]
    with context.company.atomic():
        number = values.get("DOCNO") or _next_number(context, definition)
        if not number:
            raise refusal("Document Number is missing", NUMBER_MISSING)
        values |= {"DOCNO": number, "DOCID": f"{definition['DOCID']}-{number}"}
        _complete(context, definition, values)
        row = create_record(context, Incoming(HEADER.definition, values, lines, has_lines=True))
        return _posted(context, row)


def _posted(context: Context, row: Row) -> Payload:
    """Post what was written, from its record as it is after all rules."""
    return key(post_document(context, context.company.table("PODOCUMENT").rows[int(row["RECORDNO"])])["DOCID"])


def _definition(context: Context, values: Row) -> Row:
    name = values["DOCPARID"]
    row = context.company.table("PODOCUMENTPARAMS").find(name)
    if row is None:
        raise refusal(f"Invalid Purchasing Transaction Definition '{name}' specified.")
    if row["STATUS"] != "Active":
        raise refusal(f"The transaction definition {name} is inactive.")
    return row


def _check_creation(context: Context, definition: Row, element: etree._Element, values: Row) -> None:
    """Where and how the definition lets a document come about."""
    name, rule = definition["DOCID"], definition.get("TD_CREATION_RULE")
    if rule == "Entity only" and not context.entity:
        raise refusal(f"Transactions of type {name} can be created at the entity level only.")
    if rule == "Top level only" and context.entity:
        raise refusal(f"Transactions of type {name} can be created at the top level only.")
    if definition.get("SHOW_TOTALS") != "true" and element.find("subtotals") is not None:
        raise refusal(f"Subtotals are not enabled for {name}.")
    source_id = values.get("CREATEDFROM", "")
    converts = source_id or element.find("potransitems/potransitem/sourcelinekey") is not None
    policy = definition.get("CREATETYPE")
    if converts and policy == "New document only":
        raise not_valid(f"{name} cannot be created by conversion.")
    if policy == "Convert only" and not converts and element.find("potransitems/potransitem/sourcedocid") is None:
        raise not_valid(f"{name} can only be created by conversion.")
    if source_id:
        source = context.company.table("PODOCUMENT").find(source_id)
        if source is None:
            raise refusal(f"Invalid Purchasing Transaction '{source_id}' specified.")
        check_source(context, definition, source)


def _complete(context: Context, definition: Row, values: Row) -> None:
    """State, term and due date where they were not given."""
    state = values.get("STATE") or ("Closed" if definition.get("CATEGORY") == "Invoice" else "Pending")
    if state not in NEW_STATES:
        raise not_valid(f"A transaction cannot be created in state {state}.")
    values["STATE"] = state
    if not values.get("TERM.NAME") and not values.get("WHENDUE"):
        values["TERM.NAME"] = definition.get("TERM_NAME", "")
    if not values.get("WHENDUE"):
        values["WHENDUE"] = due_date(context.company, values.get("TERM.NAME", ""), values.get("WHENCREATED", ""))
    if not values.get("WHENDUE"):
        raise refusal("Required field termname or datedue is missing.")
    change = definition.get("ENABLEDOCCHANGE") == "Change Order"
    values["CHANGELOGNUMBER"] = values.get("CHANGELOGNUMBER") or ("1" if change else "0")


def _next_number(context: Context, definition: Row) -> str:
    """The next number of the definition's sequence, empty when it has none."""
    company = context.company
    sequence = company.table("DOCUMENTSEQUENCE").find(definition.get("SEQUENCE", ""))
    if sequence is None:
        return ""
    next_number = int(sequence["NEXTNUMBER"])
    while company.table("PODOCUMENT").find(f"{definition['DOCID']}-{sequence['PREFIX']}{next_number:05d}") is not None:
        next_number += 1
    company.write("DOCUMENTSEQUENCE", {**sequence, "NEXTNUMBER": str(next_number + 1)})
    return f"{sequence['PREFIX']}{next_number:05d}"


def _check_texts(definition: Row, values: Row) -> None:
    """The construction block: dates are plain texts here, and each part must be switched on in the definition."""
    for name in TEXT_DATES:
        try:
            values.update({name: normalise(Field(name, DATE, name), values[name])} if values.get(name) else {})
        except IllegalValue:
            text = f"Illegal format for Purchasing Transaction : {name.lower()} {values[name]}."
            raise refusal(text, ILLEGAL_FORMAT) from None
    for flag, names in GATES.items():
        if definition.get(flag) != "true" and any(values.get(name) for name in names):
            raise refusal(f"{flag} is not enabled for {definition['DOCID']}.")


def _line(item: etree._Element) -> Row:
    """A line as sent; a retained amount overrides a percentage."""
    values = values_of(item, LINE)
    if values.get("TRX_AMOUNTRETAINED"):
        values["RETAINAGEPERCENTAGE"] = ""
    return values


def update_potransaction(context: Context) -> Payload:
    """Changes a transaction that is still open; a line is edited by number, deleted by an empty item, or added."""
    require(context.company, context.user, "update", "PODOCUMENT")
    element = context.call.element
    document = found_by_key(context, "PODOCUMENT", "update")
    _check_open(document)
    values = {**without_nulls(element, values_of(element, HEADER)), "DOCID": document["DOCID"]}
    _check_texts(_definition(context, document), values)
    if values.get("STATE", "Pending") not in NEW_STATES:
        raise not_valid(f"A transaction cannot be set to state {values['STATE']}.")
    with context.company.atomic():
        incoming = Incoming(HEADER.definition, values)
        _edit_lines(context, document, element, incoming)
        return _posted(context, update_record(context, incoming))


def _check_open(document: Row) -> None:
    if document["STATE"] in LOCKED:
        raise not_valid(f"The transaction {document['DOCID']} in state {document['STATE']} cannot be updated.")


def _edit_lines(context: Context, document: Row, element: etree._Element, incoming: Incoming) -> None:
    company = context.company
    present = {int(line["LINE_NO"]): line for line in lines_of(company, owned("PODOCUMENT"), document["RECORDNO"])}
    for item in element.iterfind("updatepotransitems/*"):
        incoming.has_lines = True
        if item.tag == "potransitem":
            incoming.lines.append(Incoming(LINE.definition, _line(item)))
            continue
        number = item.get("line_num", "").strip()
        line = present.get(int(number) - 1) if number.isascii() and number.isdigit() else None
        if line is None:
            raise refusal(f"Invalid line number '{number}' specified.")
        named = item.find("itemid")
        if named is not None and not text_of(named):
            company.erase("PODOCUMENTENTRY", int(line["RECORDNO"]))
        else:
            values = {name: value for name, value in _line(item).items() if value or name == "RETAINAGEPERCENTAGE"}
            if values.get("RETAINAGEPERCENTAGE") and not values.get("TRX_AMOUNTRETAINED"):
                values |= {"AMOUNTRETAINED": "", "TRX_AMOUNTRETAINED": ""}  # follow from the percentage, zero too
            incoming.lines.append(Incoming(LINE.definition, {**values, "RECORDNO": line["RECORDNO"]}))
    left = lines_of(company, owned("PODOCUMENT"), document["RECORDNO"])
    for position, line in enumerate(left):
        if line["LINE_NO"] != str(position):
            company.write("PODOCUMENTENTRY", {**line, "LINE_NO": str(position)})


def partialupdate_potransaction(context: Context) -> Payload:
    """Changes the posting date only, in any state."""
    require(context.company, context.user, "update", "PODOCUMENT")
    document = found_by_key(context, "PODOCUMENT", "update")
    values = {**values_of(context.call.element, HEADER), "DOCID": document["DOCID"]}
    with context.company.atomic():
        return _posted(context, update_record(context, Incoming(HEADER.definition, values)))


def delete_potransaction(context: Context) -> None:
    """Takes a transaction out, with the bill it posted."""
    require(context.company, context.user, "delete", "PODOCUMENT")
    document = found_by_key(context, "PODOCUMENT", "delete")
    with context.company.atomic():
        delete_record(context, HEADER.definition, dict(document))
