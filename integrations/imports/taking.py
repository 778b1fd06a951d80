"""Makes or updates the one document that is linked to a record, with its lines.

Owns what stands in the way of it. Must not read anything from Intacct, nor know of runs.
"""

from django.utils import timezone

from accounts.models import Tenant
from integrations.imports.contract import DocumentT, ImportDeclaration, Unacceptable
from integrations.imports.lines import LinesDifference, difference, lines_here, remote_lines, write
from integrations.imports.values import check, differs, document_values
from integrations.models import ListItem, RowOutcome


def take_over(
    declaration: ImportDeclaration[DocumentT], item: ListItem, tenant: Tenant, by_id: int | None
) -> tuple[DocumentT, RowOutcome]:
    """Make or update the document linked to `item`; return it and whether it is new, changed or the same.

    Raises Unacceptable when a value does not fit, or another document has the number already. Call inside a
    transaction.
    """
    model = declaration.model
    linked = model.objects.filter(connection_id=item.connection_id, remote_record_no=item.record_no)
    document: DocumentT | None = linked.select_for_update().first()  # nobody edits or unlinks it before it is stored
    values = document_values(declaration, item, tenant, is_new=document is None)
    _refuse_namesake(declaration, item, document)
    lines = _lines_of(declaration, item, document, tenant)
    outcome = RowOutcome.CHANGED
    if document is None:
        document = model(tenant=tenant, connection_id=item.connection_id, remote_record_no=item.record_no)
        document.linked_at, document.linked_by_id = timezone.now(), by_id
        outcome = RowOutcome.NEW
    elif not differs(document, values) and not any(each.changes_something for each in lines):
        outcome = RowOutcome.SAME
    for name, value in values.items():
        setattr(document, name, value)
    document.remote_digest, document.refreshed_at = item.digest, timezone.now()
    check(document)
    document.save()
    for each in lines:
        write(each, document)
    return document, outcome


def _lines_of(
    declaration: ImportDeclaration[DocumentT], item: ListItem, document: DocumentT | None, tenant: Tenant
) -> list[LinesDifference]:
    """What would become of the lines of one document, kind by kind."""
    found = []
    for owned in declaration.lines:
        remote = remote_lines(owned, item.connection, [item])[item.record_no]
        numbers = [line.record_no for line in remote] if isinstance(remote, list) else []
        here = lines_here(owned, item.connection, [document] if document is not None else [], numbers)
        found.append(difference(owned, document, remote, here, tenant))
    return found


def _refuse_namesake(declaration: ImportDeclaration[DocumentT], item: ListItem, document: DocumentT | None) -> None:
    """Raise Unacceptable when another document has the number of the record, with the way out."""
    if not declaration.number:
        return
    others = declaration.model.objects.filter(**{declaration.number: item.business_id})
    namesake: DocumentT | None = others.exclude(pk=document.pk if document is not None else 0).first()
    if namesake is None:
        return
    if namesake.is_linked:
        whose, way = "linked to another Intacct record", f"Unlink that {declaration.noun}, then link this record to it"
    else:
        whose, way = "made by hand", "Link this record to it"
    raise Unacceptable(
        f"{declaration.article} {declaration.noun} {declaration.named(namesake)}, {whose}, exists in ERP Admin. {way}, "
        f"or give one of them another number."
    )
