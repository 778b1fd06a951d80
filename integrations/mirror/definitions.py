"""What Intacct offers of each list in this company: asked by `lookup` once, kept, and asked again when it proves wrong.

Owns the stored definitions: which fields are selected, which were refused, which lists and dimensions there are.
"""

from collections.abc import Sequence

from django.utils import timezone

from integrations.intacct import FIELD_REFUSED, OBJECT_REFUSED, Client, Dimension, ObjectDefinition, ProtocolError
from integrations.lists import CONFIDENTIAL, ListKind, dimension_kind
from integrations.models import Connection, ListDefinition
from integrations.records.kinds import DEFINITION_KEPT, chosen_custom_fields
from integrations.runs.flow import StepFailed


class NotHere(Exception):
    """This company's Intacct does not have the list at all."""


def definition_of(client: Client, connection: Connection, kind: ListKind, *, again: bool = False) -> ListDefinition:
    """What is known of the list, asked of Intacct when nothing is, when it is old, or `again`.

    Raises NotHere for an object that does not exist there and need not, else the Intacct error family.
    """
    known = ListDefinition.objects.filter(connection=connection, kind=kind.key).first()
    fresh = (
        known is not None and known.looked_up_at is not None and known.looked_up_at > timezone.now() - DEFINITION_KEPT
    )
    if known is not None and fresh and not again:
        if not known.offered:
            raise NotHere
        return known
    try:
        found = client.lookup(kind.object)
    except ProtocolError as error:
        if error.code != OBJECT_REFUSED or not kind.may_be_absent:
            raise
        _keep(connection, kind, None)
        raise NotHere from None
    return _keep(connection, kind, found)


def _keep(connection: Connection, kind: ListKind, found: ObjectDefinition | None) -> ListDefinition:
    fields = found.fields if found is not None else ()
    facts = {
        "object": kind.object,
        "label": kind.label,
        "is_dimension": kind.is_dimension,
        "offered": [entry.name for entry in fields],
        "custom_fields": [
            {"name": entry.name, "label": entry.label, "type": entry.data_type}
            for entry in fields
            if entry.custom and entry.name not in CONFIDENTIAL
        ],
        "looked_up_at": timezone.now(),
    }
    row, _ = ListDefinition.objects.update_or_create(
        connection=connection,
        kind=kind.key,
        defaults=facts,
        create_defaults={**facts, "tenant_id": connection.tenant_id},
    )
    return row


def fields_to_read(definition: ListDefinition, kind: ListKind, entity_id: str) -> tuple[list[str], list[str]]:
    """The fields to select, and those that are wanted and not to be had. Raises StepFailed when a vital one is not."""
    chosen = chosen_custom_fields(definition.connection, entity_id, kind.key)
    wanted = dict.fromkeys((*kind.wanted_fields, *(name for name in chosen if name not in CONFIDENTIAL)))
    refused = {entry["name"] for entry in definition.unselectable}
    offered = set(definition.offered) - refused
    absent = [name for name in wanted if name not in offered]
    vital = [name for name in kind.required_fields if name in absent]
    if vital:
        raise StepFailed(
            "LIST-FIELDS",
            f"Intacct does not offer {', '.join(vital)} on {kind.object}, and {kind.label} cannot be read without.",
            "Ask Sage support whether the object is available in your company.",
        )
    return [name for name in wanted if name in offered], absent


def remember_refused(
    client: Client, connection: Connection, kind: ListKind, selected: Sequence[str], error: ProtocolError
) -> str:
    """The field Intacct refused to select, from now on left out of this list; "" when the error is about none of them.

    `lookup` is asked again first: the company may have removed a field of its own since.
    """
    name = error.subject
    if error.code != FIELD_REFUSED or name not in selected or name in kind.required_fields:
        return ""
    definition = definition_of(client, connection, kind, again=True)
    if name in definition.offered and name not in {entry["name"] for entry in definition.unselectable}:
        entry = {"name": name, "reason": error.sentence, "at": timezone.now().isoformat()}
        definition.unselectable = [*definition.unselectable, entry]
        definition.save(update_fields=["unselectable"])
    return name


def keep_dimensions(connection: Connection, dimensions: Sequence[Dimension]) -> list[ListKind]:
    """Keep which user-defined dimensions there are; return their lists. One that is gone is no longer offered."""
    kinds = [dimension_kind(entry.object_name, entry.label) for entry in dimensions if entry.user_defined]
    known = ListDefinition.objects.filter(connection=connection, is_dimension=True)
    known.exclude(kind__in=[kind.key for kind in kinds]).update(offered=[], looked_up_at=timezone.now())
    for kind in kinds:
        facts = {"object": kind.object, "label": kind.label, "is_dimension": True}
        _, is_new = ListDefinition.objects.get_or_create(
            connection=connection, kind=kind.key, defaults={**facts, "tenant_id": connection.tenant_id}
        )
        back = ListDefinition.objects.filter(connection=connection, kind=kind.key)
        back.update(**facts)
        if not is_new:
            back.filter(offered=[]).update(looked_up_at=None)
    return kinds
