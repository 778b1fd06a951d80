"""What Intacct offers of each list in this company, and which of it could not be read the last time.

Owns the stored definitions. A refusal holds for one step: what was refused or was offered before is asked for again in
every run, and each change of what can be read is told. Must not read records.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from integrations.intacct import FIELD_REFUSED, OBJECT_REFUSED, Client, Dimension, ObjectDefinition, ProtocolError
from integrations.lists import CONFIDENTIAL, ListKind, dimension_kind
from integrations.models import Connection, ListDefinition
from integrations.records.kinds import DEFINITION_KEPT, chosen_custom_fields
from integrations.runs.flow import StepFailed

# A list of which Intacct does not describe every field we know is looked up again that often.
PARTIAL_DEFINITION_KEPT = timedelta(days=1)
WITHDRAWN = "Intacct no longer describes this field"


class NotHere(Exception):
    """This company's Intacct does not have the list at all."""


@dataclass(frozen=True)
class Readable:
    """What can be selected of a list now, and what should be and cannot, each with the reason.

    `absent` are fields that Intacct never described here: they are no part of the list in this company.
    """

    fields: tuple[str, ...]
    withheld: Mapping[str, str]
    absent: tuple[str, ...]
    looked_up_at: datetime


def definition_of(client: Client, connection: Connection, kind: ListKind, *, again: bool = False) -> ListDefinition:
    """What is known of the list, asked of Intacct when nothing is, when it is old, or `again`.

    Raises NotHere for an object that does not exist there and need not, else the Intacct error family.
    """
    known = ListDefinition.objects.filter(connection=connection, kind=kind.key).first()
    if known is not None and not again and _is_fresh(known, kind):
        if not known.offered:
            raise NotHere
        return known
    try:
        found = client.lookup(kind.object)
    except ProtocolError as error:
        if error.code != OBJECT_REFUSED or not kind.may_be_absent:
            raise
        _keep(connection, kind, None, known)
        raise NotHere from None
    return _keep(connection, kind, found, known)


def _is_fresh(known: ListDefinition, kind: ListKind) -> bool:
    if known.looked_up_at is None:
        return False
    is_whole = not known.offered or set(kind.wanted_fields) <= set(known.offered)
    return known.looked_up_at > timezone.now() - (DEFINITION_KEPT if is_whole else PARTIAL_DEFINITION_KEPT)


def _keep(
    connection: Connection, kind: ListKind, found: ObjectDefinition | None, known: ListDefinition | None
) -> ListDefinition:
    fields = found.fields if found is not None else ()
    offered = [entry.name for entry in fields]
    facts = {
        "object": kind.object,
        "label": kind.label,
        "is_dimension": kind.is_dimension,
        "offered": offered,
        "custom_fields": [
            {"name": entry.name, "label": entry.label, "type": entry.data_type}
            for entry in fields
            if entry.custom and entry.name not in CONFIDENTIAL
        ],
        "unselectable": _still_withheld(known, kind, offered) if offered else [],
        "looked_up_at": timezone.now(),
    }
    row, _ = ListDefinition.objects.update_or_create(
        connection=connection,
        kind=kind.key,
        defaults=facts,
        create_defaults={**facts, "tenant_id": connection.tenant_id},
    )
    return row


def _still_withheld(known: ListDefinition | None, kind: ListKind, offered: Sequence[str]) -> list[dict[str, str]]:
    """What was refused, and what of our fields was described before and no longer is. A custom field may be removed.

    What Intacct has not described for a month is no part of the list any more, but for what no list is without. An
    object that is documented has a status, so that one without was not described in full.
    """
    withheld = {entry["name"]: entry for entry in known.unselectable} if known is not None else {}
    before = set(known.offered) if known is not None else set()
    if kind.status_field and not kind.may_be_absent:
        before.add(kind.status_field)
    now = timezone.now()
    for name in kind.wanted_fields:
        if name in before and name not in offered and name not in withheld:
            withheld[name] = {"name": name, "reason": WITHDRAWN, "at": now.isoformat()}
    lasting = {kind.status_field, kind.entity_field, kind.parent_field}
    long_ago = (now - DEFINITION_KEPT).isoformat()
    return [
        entry
        for name, entry in withheld.items()
        if name in offered or (name in kind.wanted_fields and (name in lasting or entry["at"] > long_ago))
    ]


def readable(definition: ListDefinition, kind: ListKind, entity_id: str, refused: Iterable[str]) -> Readable:
    """The fields to select, and those that are wanted and not to be had. `refused` are those that this step met.

    Raises StepFailed when a vital one is among them.
    """
    wanted = wanted_fields(definition.connection, kind, entity_id)
    now_refused = set(refused)
    reasons = {entry["name"]: str(entry["reason"]) for entry in definition.unselectable}
    withheld = {
        name: reasons.get(name, "Intacct refused to select it")
        for name in wanted
        if (name in now_refused and (name in definition.offered or name in kind.wanted_fields))
        or (name in reasons and name not in definition.offered)
    }
    absent = tuple(name for name in wanted if name not in definition.offered and name not in withheld)
    vital = [name for name in kind.required_fields if name in absent or name in withheld]
    if vital:
        raise StepFailed(
            "LIST-FIELDS",
            f"Intacct does not offer {', '.join(vital)} on {kind.object}, and {kind.label} cannot be read without.",
            "Ask Sage support whether the object is available in your company.",
        )
    fields = tuple(name for name in wanted if name in definition.offered and name not in withheld)
    return Readable(fields, withheld, absent, definition.looked_up_at or timezone.now())


def wanted_fields(connection: Connection, kind: ListKind, entity_id: str) -> tuple[str, ...]:
    """All of this list that is to be read, the company's own fields among it, nothing confidential."""
    chosen = chosen_custom_fields(connection, entity_id, kind.key)
    return tuple(dict.fromkeys((*kind.wanted_fields, *(name for name in chosen if name not in CONFIDENTIAL))))


def suspects(definition: ListDefinition) -> list[str]:
    """The fields that Intacct describes and could not be read the last time: to be asked for again."""
    return [entry["name"] for entry in definition.unselectable if entry["name"] in definition.offered]


def forgive(definition: ListDefinition, names: Iterable[str]) -> None:
    """Keep that these fields can be read again."""
    freed = set(names)
    definition.unselectable = [entry for entry in definition.unselectable if entry["name"] not in freed]
    definition.save(update_fields=["unselectable"])


def refused_field(kind: ListKind, selected: Sequence[str], error: ProtocolError) -> str:
    """The field that Intacct refused to select; "" when the error is about none of those that can be left out."""
    if error.code != FIELD_REFUSED:
        return ""
    named = (name for name in re.split(r"[\s,;\[\]]+", error.subject) if name in selected)
    return next((name for name in named if name not in kind.required_fields), "")


def remember_refused(
    client: Client, connection: Connection, kind: ListKind, name: str, error: ProtocolError
) -> tuple[ListDefinition, bool]:
    """Keep that the field was refused; return the definition, and whether that is news.

    `lookup` is asked again first: the company may have removed a field of its own since.
    """
    before = ListDefinition.objects.filter(connection=connection, kind=kind.key).first()
    is_news = before is None or name not in {entry["name"] for entry in before.unselectable}
    definition = definition_of(client, connection, kind, again=True)
    is_ours = name in definition.offered or name in kind.wanted_fields
    if is_ours and name not in {entry["name"] for entry in definition.unselectable}:
        entry = {"name": name, "reason": error.sentence, "at": timezone.now().isoformat()}
        definition.unselectable = [*definition.unselectable, entry]
        definition.save(update_fields=["unselectable"])
    return definition, is_news


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
