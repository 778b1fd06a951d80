"""What a defect of ours, or a row that contradicts itself, raises where one document is planned, judged or shown.

Owns which exceptions concern one document only, and what is said of them. What concerns all, such as the database, is
not among them; what is caught is logged by the one that catches it.
"""

from typing import Final

from integrations.delivery.snapshot import DamagedSnapshot

DEFECTS: Final = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError)
TELL_SUPPORT: Final = "Tell support; the log names the place."
UNLINK_FIX: Final = "Unlink it, then link it to its record again."


def words_of(error: Exception) -> str:
    """What a person can make of it: the words of an error of ours, else its kind."""
    return (str(error) if isinstance(error, ValueError) else type(error).__name__)[:300].rstrip(".")


def fix_of(error: Exception) -> str:
    return UNLINK_FIX if isinstance(error, DamagedSnapshot) else TELL_SUPPORT
