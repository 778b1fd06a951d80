"""What can be done to records of an import: import, ignore and restore them, link and unlink documents.

Owns the rules of each. How a run is stored and woken is runs.service; the work of a run is flow.py's.
"""

from collections.abc import Collection, Iterable

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.audit import record_event
from accounts.models import User
from accounts.refusal import Refused
from accounts.ui.web_address import web_address
from integrations.event_kinds import RecordEvent
from integrations.imports.contract import DocumentT, ImportDeclaration
from integrations.imports.flow import ImportFlow
from integrations.imports.selectors import IMPORTABLE, ImportRecord, records_in
from integrations.imports.taken import hold, renew
from integrations.judging import judge_all_again
from integrations.models import FIELDS_LIMITED, Connection, ListItem, Trigger
from integrations.records.lookup import why_unknown
from integrations.runs.service import Started, start_run

MOST_NAMED = 10


def start_import(
    flow: ImportFlow[DocumentT],
    connection: Connection,
    items: QuerySet[ImportRecord],
    *,
    by: User | None = None,
    trigger: Trigger = Trigger.PERSON,
    queued: bool = True,
) -> Started:
    """Start a run that imports `items`, each read again from Intacct. Raises Refused when nothing is to be imported.

    Records that are ignored or missing are left out: they are not offered for import.
    """
    chosen = items.filter(import_state__in=IMPORTABLE)
    if not chosen.exists():
        plural = flow.declaration.plural
        raise Refused(f"None of the chosen {plural} can be imported.", "Restore ignored ones first.", code="NOTHING")
    return start_run(
        connection,
        flow.key,
        plans=[flow.step],
        items=chosen.only("business_id", "name", "tenant").order_by("business_id").iterator(chunk_size=500),
        by=by,
        trigger=trigger,
        queued=queued,
    )


@transaction.atomic
def ignore(items: QuerySet[ImportRecord], *, by: User, reason: str = "") -> int:
    """Leave records out of the import until they are restored; linked ones stay linked and are not ignored."""
    chosen = dict(items.filter(ignored_at=None, taken_over=None).values_list("pk", "business_id"))
    ignored = ListItem.objects.filter(pk__in=list(chosen)).update(
        ignored_at=timezone.now(), ignored_by=by, ignore_reason=reason[:300]
    )
    if ignored:
        record_event(RecordEvent.IGNORED, _named(chosen.values(), reason), by=by)
    return ignored


@transaction.atomic
def restore(items: QuerySet[ImportRecord]) -> int:
    """Offer ignored records for import again."""
    chosen = dict(items.exclude(ignored_at=None).values_list("pk", "business_id"))
    restored = ListItem.objects.filter(pk__in=list(chosen)).update(ignored_at=None, ignored_by=None, ignore_reason="")
    if restored:
        record_event(RecordEvent.RESTORED, _named(chosen.values()))
    return restored


def _named(ids: Collection[str], reason: str = "") -> str:
    """How many records and which, for the audit trail; many are named by the first few."""
    shown = ", ".join(sorted(ids)[:MOST_NAMED])
    more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
    return f"{len(ids)} in Intacct: {shown}{more}." + (f" Reason: {reason}" if reason else "")


def link(declaration: ImportDeclaration[DocumentT], item: ListItem, document: DocumentT, *, by: User) -> DocumentT:
    """Link a document made here to a record in Intacct; nothing of the document is changed until it is imported.

    Raises Refused when either is linked already, also when somebody else is linking it at this very moment.
    """
    try:
        with transaction.atomic():
            hold(item.connection_id, declaration.kind.key)
            locked = declaration.model.objects.select_for_update().get(pk=document.pk)
            return _link(declaration, item, locked, by)
    except IntegrityError:
        raise Refused(
            f"{item} was linked by somebody else just now.", "Reload the page to see to what.", code="LINKED"
        ) from None


def _link(declaration: ImportDeclaration[DocumentT], item: ListItem, document: DocumentT, by: User) -> DocumentT:
    noun = declaration.noun
    if document.is_linked:
        named = _titled(declaration, document)
        raise Refused(f"{named} is linked to {document.remote_id} already.", "Unlink it first.", code="LINKED")
    linked = declaration.model.objects.filter(connection_id=item.connection_id, remote_record_no=item.record_no)
    taken: DocumentT | None = linked.first()
    if taken is not None:
        named = f"{noun} {_number(declaration, taken)}"
        raise Refused(f"{item} is linked to {named} already.", "Unlink that one first.", code="LINKED")
    if item.missing_at is not None:
        raise Refused(f"{item} is no longer in Intacct.", f"Link the {noun} to another record.", code="MISSING")
    if not item.is_known:
        advice = "Sync the list again; each sync asks for it."
        raise Refused(f"{item} cannot be linked: {why_unknown(item)}", advice, code=FIELDS_LIMITED)
    document.connection_id, document.remote_record_no = item.connection_id, item.record_no
    document.remote_id, document.remote_url = item.business_id, web_address(item.fields.get("RECORD_URL"))
    document.remote_digest, document.refreshed_at = "", None
    document.linked_at, document.linked_by = timezone.now(), by
    document.save()
    ListItem.objects.filter(pk=item.pk).update(ignored_at=None, ignored_by=None, ignore_reason="")
    renew(declaration, item.connection_id, [item.record_no])
    judge_all_again(item.connection)
    return document


@transaction.atomic
def unlink(declaration: ImportDeclaration[DocumentT], document: DocumentT) -> DocumentT:
    """Cut the link; the document with its lines and the record in Intacct all stay as they are."""
    if document.connection_id is not None:
        hold(document.connection_id, declaration.kind.key)
    document = declaration.model.objects.select_for_update().get(pk=document.pk)
    connection, connection_id, record_no = document.connection, document.connection_id, document.remote_record_no
    if connection_id is None or record_no is None:
        raise Refused(f"{_titled(declaration, document)} is not linked to anything.", code="NOT-LINKED")
    document.connection, document.remote_record_no = None, None
    document.remote_id = document.remote_url = document.remote_digest = ""
    document.linked_at = document.refreshed_at = None
    document.linked_by = None
    document.save()
    renew(declaration, connection_id, [record_no])
    if connection is not None:
        judge_all_again(connection)
    return document


def _number(declaration: ImportDeclaration[DocumentT], document: DocumentT) -> str:
    return str(getattr(document, declaration.number)) if declaration.number else str(document)


def _titled(declaration: ImportDeclaration[DocumentT], document: DocumentT) -> str:
    return f"{declaration.noun[0].upper()}{declaration.noun[1:]} {_number(declaration, document)}"


def choose(
    declaration: ImportDeclaration[DocumentT], connection: Connection, ids: Iterable[str], *, code: str
) -> QuerySet[ImportRecord]:
    """The mirrored records with these ids. Raises Refused with `code`, naming the ids that are not there."""
    wanted = list(dict.fromkeys(ids))
    found = records_in(declaration, connection).filter(business_id__in=wanted)
    unknown = sorted(set(wanted) - set(found.values_list("business_id", flat=True)))
    if unknown:
        label = declaration.kind.label
        raise Refused(
            f"Intacct has no {declaration.noun} {', '.join(unknown)}, as far as {label} were last read.",
            "Check the ids, or sync the list.",
            code=code,
        )
    return found
