"""Stores the lines of a commitment or change order: a few statements however many there are, each change in the trail.

Owns how numbers are exchanged. Decides nothing: which lines, and whether, is `service`'s.
"""

from collections.abc import Sequence

from django.db.models import F, Max

from accounts.audit import record_many
from erp_admin.models import ChangeOrder, Commitment, ValuedLine
from integrations.imports.taking import update_many


def store_lines(document: Commitment | ChangeOrder, lines: Sequence[ValuedLine]) -> None:
    """Make these the lines of a stored document, in its transaction."""
    kept = {line.pk for line in lines if line.pk}
    document.lines.exclude(pk__in=kept).delete()
    stored = {line.pk: line for line in document.lines.select_related("project")}
    relation = type(document).lines.field.name
    for line in lines:
        setattr(line, relation, document)
    changed = [line for line in lines if line.pk in stored and _differs(line, stored[line.pk])]
    new = [line for line in lines if line.pk not in stored]
    _free_numbers(document, [line for line in changed if line.number != stored[line.pk].number])
    if changed:
        update_many(changed, _values(changed[0]))
    if new:
        type(new[0])._default_manager.bulk_create(new, batch_size=500)
    record_many([*((stored[line.pk], line) for line in changed), *((None, line) for line in new)])


def _values(line: ValuedLine) -> list[str]:
    return [field.name for field in line._meta.concrete_fields if not field.primary_key]


def _differs(line: ValuedLine, stored: ValuedLine) -> bool:
    fields = line._meta.concrete_fields
    return any(getattr(line, field.attname) != getattr(stored, field.attname) for field in fields)


def _free_numbers(document: Commitment | ChangeOrder, moved: Sequence[ValuedLine]) -> None:
    """Put lines that take one another's numbers out of the way first: each row is checked as it is written."""
    if moved:
        highest = document.lines.aggregate(highest=Max("number"))["highest"] or 0
        beyond = max(highest, *(line.number for line in moved))
        document.lines.filter(pk__in=[line.pk for line in moved]).update(number=F("number") + beyond)
