"""What the values of a commitment or change order must be to be stored: asked by saving, and by previews of files.

Owns these rules. Asks the database nothing, so that a thousand documents can be looked at before anything is stored.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models

from accounts.refusal import Refused
from erp_admin.models import ChangeOrder, Commitment, ValuedLine
from integrations.models import Approval


def complete(document: Commitment | ChangeOrder, lines: Sequence[ValuedLine]) -> None:
    """Number the lines that have no number, and compute their amounts and the total."""
    for position, line in enumerate(lines, start=1):
        line.number, line.tenant_id = line.number or position, document.tenant_id
        line.compute_amount()
    document.total = sum((line.amount for line in lines), Decimal(0))


def invalid(
    document: Commitment | ChangeOrder, lines: Sequence[ValuedLine]
) -> Iterator[tuple[ValuedLine | None, ValidationError]]:
    """Everything that is wrong with a completed document: its own values with None, those of a line with the line."""
    if (error := _error_of(document)) is not None:
        yield None, error
    seen: set[int] = set()
    for line in lines:
        if (error := _error_of(line)) is not None:
            yield line, error
        if line.number in seen:
            yield line, ValidationError({"number": f"There are two lines with the number {line.number}."})
        seen.add(line.number)


def why_not_added(commitment: Commitment) -> Refused | None:
    """Why no change order can be added to a commitment; None when one can."""
    if commitment.approval != Approval.VOID:
        return None
    sentence = f"Commitment {commitment.number} is void, so it takes no change orders."
    return Refused(sentence, "Set it back to draft first.", code="VOID")


def _error_of(row: models.Model) -> ValidationError | None:
    """Relations are left out: they hold what was read here, and the database refuses what is gone meanwhile."""
    relations = [each.name for each in row._meta.fields if each.is_relation]
    try:
        row.full_clean(exclude=relations, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        return error
    return None
