"""The stored facts that the state of a document follows from, for counting many documents by state.

Grouping by these facts lets an index answer and works out the state once for each combination; `with_state` works it
out for each document. Owns no rule: the state is that of the model itself.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import BooleanField, Case, Value, When

from erp_admin.documents.types import AnyType
from integrations.models import DocumentState

STORED: Final = ("approval", "delivery", "changed_here", "changed_there", "missing_there", "is_blocked")
DIFFERS: Final = "is_different"  # in place of the text of the difference
FACTS: Final = (*STORED, DIFFERS)


def is_different() -> Case:
    """Whether a difference is told, as a column to group by."""
    return Case(When(difference="", then=Value(False)), default=Value(True), output_field=BooleanField())


def state_of(document_type: AnyType, facts: Sequence[Any]) -> DocumentState:
    """The state of a document with these values of FACTS."""
    values = dict(zip(STORED, facts, strict=False))
    document: Any = document_type.model(**values, difference="told" if facts[-1] else "")
    return DocumentState(document.state)
