"""One fact where there were two: `status` goes into `approval`, and approvals are bound to what was approved.

`digest_of` and what stands with it is what the models declare today, kept here as it is: later code may cover more, and
renews the digests when it does. An approval is bound to the values of today unless the document was edited after it was
approved and after it last went to Intacct, or unlinked since: nobody can say then what was approved, so it needs
review. What is on its way goes on, because somebody pushed exactly those values.
"""

import hashlib
import json
from decimal import Decimal

from django.db import migrations, models

TYPES = ("Commitment", "ChangeOrder")
UNDER_WAY = ("waiting", "queued", "sending", "verifying")


def plain(value):
    if isinstance(value, Decimal):
        return f"{value.normalize() + 0:f}"
    return "" if value is None else str(value)


def covered(document):
    base = getattr(document, "commitment", document)
    head = {
        "total": document.total,
        "vendor": base.vendor_id,
        "type": base.kind,
        "date": document.dated_on,
        "due date": base.due_on,
        "terms": base.term_name,
        "retainage %": base.retainage_percent,
        "currency": base.currency,
        "entity": base.entity_id,
        "project": base.project_id,
    }
    if base is not document:
        head["commitment"] = base.pk
    lines = {}
    for line in document.lines.all():
        lines[f"line {line.number}"] = {
            "quantity": line.quantity,
            "unit": line.unit,
            "unit price": line.unit_price,
            "project": line.project_id,
            "cost code": line.task_id,
            "cost type": line.cost_type_id,
            "item": line.item_id,
            "location": line.location_id,
            "department": line.department_id,
            "class": line.class_id,
            "retainage %": line.retainage_percent,
        }
        if base is not document:
            lines[f"line {line.number}"]["changed line"] = line.changes_line_id
    return {"": head, **lines}


def digest_of(document):
    canonical = {
        place: {name: plain(value) for name, value in each.items()} for place, each in covered(document).items()
    }
    return hashlib.sha256(json.dumps(canonical, sort_keys=True).encode()).hexdigest()


def why_not_held(document):
    """Why nobody can say that what the document says now was approved; "" when it was."""
    if document.delivery in UNDER_WAY or document.approved_at is None:
        return ""
    if not document.remote_id and document.linked_at is not None and document.linked_at > document.approved_at:
        return "unlinked from Intacct"
    moments = (document.approved_at, document.delivered_at, document.linked_at)
    return "edited" if all(document.updated_at > moment for moment in moments if moment is not None) else ""


def no_longer(document, what):
    """What is stored with an approval that does not hold: who gave it is kept in the reason."""
    facts = {"approved_at": None, "approved_by": None}
    if document.approved_at is None:
        return facts
    by = f" by {document.approved_by.name or document.approved_by.email}" if document.approved_by else ""
    reason = f"It was {what} after it was approved{by} on {document.approved_at:%Y-%m-%d}."
    return facts | {"approval_reason": reason[:500]}


def bound(document):
    """Approval, and what is stored with it, of a document that counted as approved."""
    why = why_not_held(document)
    return ("needs_review", no_longer(document, why)) if why else ("approved", {"approved_digest": digest_of(document)})


def merged(document):
    """The approval of a document by its status and approval of before, and what is stored with it."""
    status, approval = document.status, document.approval
    if approval == "ignored":
        facts = {"approval_reason": document.state_reason, "state_reason": "", "approval_before": status}
        if status == "approved":
            facts["approval_before"], more = bound(document)
            facts |= {name: value for name, value in more.items() if name != "approval_reason"}
        return "ignored", facts
    if status == "void":
        return "void", {"state_reason": ""}
    if approval == "accepted" and status == "approved":
        return bound(document)
    if approval == "needs_review":
        return "needs_review", no_longer(document, "unlinked from Intacct")
    if approval == "accepted" or (status, approval) == ("approved", "draft"):
        return "needs_review", no_longer(document, "changed")  # the two disagreed: nothing was pushed of it
    return approval, {}


def forwards(apps, schema_editor):
    for name in TYPES:
        model = apps.get_model("erp_admin", name)
        related = ["approved_by", *(["commitment"] if name == "ChangeOrder" else [])]
        documents = model._base_manager.select_related(*related).prefetch_related("lines").order_by("pk")
        for document in documents.iterator(chunk_size=500):
            approval, facts = merged(document)
            model._base_manager.filter(pk=document.pk).update(approval=approval, **facts)


def parted(document):
    """Status and approval as they were apart, and the reason where it stood then."""
    if document.approval == "ignored":
        before = document.approval_before
        status = before if before in ("approved", "void") else "draft"
        return {"status": status, "state_reason": document.approval_reason}
    if document.approval == "void":
        return {"status": "void", "approval": "rejected", "state_reason": "Void"}
    if document.approval == "approved":
        return {"status": "approved", "approval": "accepted"}
    if document.delivery in UNDER_WAY or document.state_reason:
        return {"status": "draft"}
    return {"status": "draft", "state_reason": document.approval_reason}


def backwards(apps, schema_editor):
    for name in TYPES:
        model = apps.get_model("erp_admin", name)
        for document in model._base_manager.order_by("pk").iterator(chunk_size=500):
            model._base_manager.filter(pk=document.pk).update(**parted(document))


APPROVALS = [
    ("draft", "Draft"),
    ("needs_review", "Needs review"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
    ("void", "Void"),
    ("ignored", "Ignored"),
]


def columns(model):
    """What is added to a document and said otherwise of it."""
    before = models.CharField(
        blank=True, choices=APPROVALS, help_text="What it was when it was ignored.", max_length=12
    )
    reason = models.CharField(blank=True, help_text="Why it was decided so, or why it fell.", max_length=500)
    digest = models.CharField(blank=True, help_text="Of what the approval covers.", max_length=64)
    waits = models.CharField(blank=True, help_text="Why it waits or failed.", max_length=500)
    approval = models.CharField(choices=APPROVALS, default="draft", max_length=12)
    return [
        migrations.AddField(model, "approval_before", before),
        migrations.AddField(model, "approval_reason", reason),
        migrations.AddField(model, "approved_digest", digest),
        migrations.AlterField(model, "state_reason", waits),
        migrations.AlterField(model, "approval", approval),
    ]


class Migration(migrations.Migration):
    dependencies = [("erp_admin", "0005_remove_drift")]

    operations = [
        *columns("commitment"),
        *columns("changeorder"),
        migrations.RunPython(forwards, backwards),
        migrations.RemoveIndex("commitment", "commitment_by_state"),
        migrations.RemoveIndex("changeorder", "change_order_by_state"),
        migrations.RemoveField("commitment", "status"),
        migrations.RemoveField("changeorder", "status"),
        migrations.AddIndex(
            "commitment", models.Index(fields=["tenant", "approval", "delivery"], name="commitment_by_state")
        ),
        migrations.AddIndex(
            "changeorder", models.Index(fields=["tenant", "approval", "delivery"], name="change_order_by_state")
        ),
    ]
