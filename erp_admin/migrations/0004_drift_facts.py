"""What was known of documents in Intacct moves from the pushes to a row for each record, and drift becomes two facts.

Of the newest delivered push of a document: what it sent, how the record looked when it was last taken note of. A document
that was linked, or a change order, of which no push kept what it sent, is told by its own columns and by what was
planned. Nothing is lost: what a push had kept stays with it, as what it sent. The version before compared less than it
read: what it wrote and never compared is noted as it was written, so that a change in Intacct that it hid is told.
"""

import contextlib
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.db import migrations

FLOWS = {"Commitment": "commitments", "ChangeOrder": "change_orders"}
BATCH = 200
READ = {
    "Total": "total", "Vendor": "vendorid", "Currency": "currency", "Number": "documentno", "State": "state",
    "Revised total": "revised", "Modified": "modified", "Lines": "line_count",
}  # fmt: skip
HEAD = {
    "transactiontype": "DOCPARID", "datecreated": "WHENCREATED", "vendorid": "CUSTVENDID", "documentno": "DOCNO",
    "referenceno": "PONUMBER", "currency": "CURRENCY", "total": "TRX_TOTAL", "state": "STATE",
    "revised": "TRX_REVISEDTOTAL", "modified": "WHENMODIFIED",
}  # fmt: skip
LINE = {"itemid": "ITEMID", "amount": "TRX_VALUE", "memo": "MEMO"}
COURSE = {"state", "revised", "modified"}  # Intacct moves these by itself
# Read by the version before and not compared by it.
HIDDEN = {"datecreated": "Date", "referenceno": "Reference number"}
HIDDEN_OF_LINES = {"itemid": "Item", "amount": "Amount", "memo": "Memo"}
LONGEST = 500
NOT_COMPARED = {"returnto", "payto", "customfields", "relateddockey", "relateddoclinekey"}
FROM_COMMITMENT = ("transactiontype", "vendorid", "termname", "datedue", "state", "projectid")


def forwards(apps, schema_editor):
    Push = apps.get_model("integrations", "Push")
    for name, flow in FLOWS.items():
        model = apps.get_model("erp_admin", name)
        keys = list(model._base_manager.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(keys), BATCH):
            documents = list(model._base_manager.filter(pk__in=keys[start : start + BATCH]).order_by("pk"))
            lines, pushes = defaultdict(list), defaultdict(list)
            owner = "commitment" if name == "Commitment" else "change_order"
            rows = apps.get_model("erp_admin", f"{name}Line")._base_manager
            for line in rows.filter(**{f"{owner}__in": documents}).order_by("number"):
                lines[getattr(line, f"{owner}_id")].append(line)
            ids = [document.pk for document in documents]
            for push in Push._base_manager.filter(flow=flow, document_id__in=ids).order_by("pk"):
                pushes[push.document_id].append(push)
            for document in documents:
                _move(apps, flow, document, lines[document.pk], pushes[document.pk])


def _move(apps, flow, document, lines, pushes):
    read = {}
    for push in pushes:
        read[push.pk] = push.expected.get("read") or {}
        push.sent = _sent(push, document, lines, flow)
        push.expected = {name: value for name, value in push.expected.items() if name not in ("sent", "read")}
        push.save(update_fields=["sent", "expected"])
    drift = document.drift
    document.changed_here = drift == "changed_here"
    document.changed_there = drift == "changed_there"
    document.missing_there = drift == "missing_there"
    if document.remote_id and document.connection_id:
        delivered = [push for push in pushes if push.state == "delivered" and push.remote_id == document.remote_id]
        newest = delivered[-1] if delivered else None
        sent = newest.sent if newest is not None and newest.sent else _vouched_for(document, lines, flow)
        if document.delivery == "delivered" and not document.missing_there and _is_edited(document, lines, sent):
            document.changed_here, document.verified_at = True, None
        is_read = newest is None or newest.read_back_at is not None
        found = _found(document, lines) if is_read else {}
        if document.delivery == "delivered" and not document.missing_there and (named := _hidden(found, sent)):
            document.changed_there, document.verified_at = True, None
            known = [document.difference] if document.difference else []
            document.difference = "; ".join([*known, *named])[:LONGEST]
        noted = _noted(read.get(newest.pk) if newest is not None else None, found, sent) if is_read else {}
        _keep(apps, flow, document, sent, noted, found, is_read=is_read)
    names = ["changed_here", "changed_there", "missing_there", "verified_at", "difference"]
    document.save(update_fields=names)


def _noted(read, found, sent):
    """What a change in Intacct is told by from now on: as it was noted, else as we wrote it, else as it was read last."""
    head = dict(found.get("head", {}))
    head |= {READ[label]: value for label, value in (read or {}).items() if label in READ}
    if "lines" not in sent:
        return {"head": head}
    written = {name: value for name, value in sent["head"].items() if name != "kind" and name not in COURSE}
    noted = {"head": {**written, **head, **{name: written[name] for name in HIDDEN if name in written}}}
    rows = found.get("lines", {})
    if rows.keys() == sent["lines"].keys():
        noted["lines"] = {key: {**row, **sent["lines"][key]} for key, row in rows.items()}
    return noted


def _hidden(found, sent):
    """In words, what was read last and differs from what we wrote, though the version before did not say so."""
    named = list(_differences("", HIDDEN, found.get("head", {}), sent["head"]))
    for number, (key, row) in enumerate(sent.get("lines", {}).items(), start=1):
        named += _differences(f"Line {number} · ", HIDDEN_OF_LINES, found.get("lines", {}).get(key, {}), row)
    return named


def _differences(place, labels, found, written):
    for name, label in labels.items():
        if name in found and name in written and _comparable(name, found[name]) != _comparable(name, written[name]):
            yield f"{place}{label}: {found[name]} in Intacct, {written[name]} before"


def _comparable(name, text):
    """A day in either notation, an amount however it is written, else the text."""
    text = text.replace("\r\n", "\n").strip()
    with contextlib.suppress(ValueError, InvalidOperation):
        if name == "amount":
            return Decimal(text)
        if name == "datecreated":
            day = text.split(" ")[0].split("T")[0]
            parts = day.split("/")
            return date.fromisoformat(f"{parts[2]:0>4}-{parts[0]:0>2}-{parts[1]:0>2}" if len(parts) == 3 else day)
    return text


def _keep(apps, flow, document, sent, noted, found, *, is_read):
    apps.get_model("integrations", "RemoteRecord")._base_manager.create(
        tenant_id=document.tenant_id,
        connection_id=document.connection_id,
        flow=flow,
        document_id=document.pk,
        object_name="PODOCUMENT",
        record_no=document.remote_record_no,
        remote_id=document.remote_id,
        url=document.remote_url,
        state=document.remote_state,
        sent=sent,
        noted=noted,
        found={} if document.missing_there else found,
        found_at=document.refreshed_at if is_read else None,
    )


def _sent(push, document, lines, flow):
    """What the record holds of us once the push has arrived: as it kept it, or as it was planned."""
    kept = push.expected.get("sent")
    if kept is None and push.operation == "create" and push.planned:
        kept = _planned(push.planned, lines)
    if kept is None:
        return {}
    by_pk = {str(line.pk): line for line in lines}
    rows = {}
    for key, values in (kept.get("lines") or {}).items():
        rows[key] = {name: value for name, value in values.items() if name not in NOT_COMPARED}
        rows[key].setdefault("amount", _product(values))
    head = {name: value for name, value in kept["head"].items() if name not in NOT_COMPARED}
    head["total"] = str(push.expected.get("total", document.total))
    if flow == "commitments":
        head["kind"] = document.kind
    numbers = kept.get("numbers") or {key: by_pk[key].remote_line_no for key in rows if key in by_pk}
    records = {key: by_pk[key].remote_record_no for key in rows if key in by_pk}
    return {
        "head": head,
        "lines": rows,
        "numbers": {key: number for key, number in numbers.items() if number is not None},
        "records": {key: number for key, number in records.items() if number is not None},
        "defaults": {"": _head_defaults(document, flow), **{key: _defaults(by_pk.get(key), flow) for key in rows}},
    }


def _planned(planned, lines):
    head, rows = {}, {}
    numbers = {str(line.number): str(line.pk) for line in lines}
    for entry in planned:
        place, _, name = entry["path"].rpartition("/")
        if not place:
            head[name] = entry["value"]
        elif (key := numbers.get(place.removeprefix("line "))) is not None:
            rows.setdefault(key, {})[name] = entry["value"]
    return {"head": head, "lines": rows}


def _head_defaults(document, flow):
    if flow != "commitments":
        return list(FROM_COMMITMENT)
    return ["transactiontype", "state", *([] if document.term_name or document.due_on else ["termname"])]


def _defaults(line, flow):
    if line is None:
        return []
    own = {
        "itemid": line.item_id, "unit": line.unit, "locationid": line.location_id, "departmentid": line.department_id,
        "conversiontype": "",
    }  # fmt: skip
    if flow != "commitments":
        own["projectid"] = line.project_id
        own["retainagepercentage"] = "own" if line.retainage_percent is not None else ""
    return [name for name, value in own.items() if not value]


def _product(values):
    try:
        product = Decimal(values.get("quantity") or "1") * Decimal(values.get("price") or "0")
        return f"{product.quantize(Decimal('0.01'), rounding=ROUND_HALF_UP).normalize():f}"
    except InvalidOperation:
        return ""


def _vouched_for(document, lines, flow):
    vendor = document.vendor_id if flow == "commitments" else document.commitment.vendor_id
    head = {"vendorid": vendor, "total": str(document.total), "line_count": str(len(lines))}
    return {"head": head | ({"currency": document.currency} if flow == "commitments" else {})}


def _is_edited(document, lines, sent):
    """Whether the document plainly says other than what was sent; a difference that was hidden shows from now on."""
    head = sent["head"]
    if not _same(head.get("total"), document.total):
        return True
    if "lines" not in sent:
        return False
    if {str(line.pk) for line in lines} != set(sent["lines"]):
        return True
    if any(not _same(sent["lines"][str(line.pk)].get("amount"), line.amount) for line in lines):
        return True
    said = {"message": document.title, "datecreated": document.dated_on.isoformat()}
    return any(name in head and head[name].strip() != value.strip() for name, value in said.items())


def _same(text, amount):
    try:
        return Decimal(text or "0") == amount
    except InvalidOperation:
        return False


def _found(document, lines):
    """What the record showed when it was last read. Of an empty field nobody knows whether the company offers it."""
    facts = document.remote_facts or {}
    head = {element: str(facts[name]) for element, name in HEAD.items() if facts.get(name)}
    if "lines" not in facts:
        return {"head": head} if head else {}
    keys = {line.remote_record_no: str(line.pk) for line in lines if line.remote_record_no}
    rows = {}
    for row in facts["lines"]:
        number = int(row["RECORDNO"]) if str(row.get("RECORDNO", "")).isdigit() else 0
        key = keys.get(number, f"#{number}")
        rows[key] = {element: str(row[name]) for element, name in LINE.items() if row.get(name)}
    return {"head": {**head, "line_count": str(len(rows))}, "lines": rows}


def backwards(apps, schema_editor):
    """To the version before: drift is one word again, and each push keeps what it sent where it was kept."""
    Push = apps.get_model("integrations", "Push")
    for push in Push._base_manager.exclude(sent={}).only("expected", "sent").iterator():
        push.expected = {**push.expected, "sent": push.sent}
        push.save(update_fields=["expected"])
    for name in FLOWS:
        documents = apps.get_model("erp_admin", name)._base_manager
        documents.filter(changed_there=True).update(drift="changed_there")
        documents.filter(changed_here=True).update(drift="changed_here")
        documents.filter(missing_there=True).update(drift="missing_there")
    apps.get_model("integrations", "RemoteRecord")._base_manager.all().delete()


class Migration(migrations.Migration):
    dependencies = [("erp_admin", "0003_drift_columns"), ("integrations", "0010_remote_records")]

    operations = [migrations.RunPython(forwards, backwards)]
