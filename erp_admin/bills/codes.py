"""The codes of bills. Owns their general words and places; the register is accounts.codes."""

from typing import Final

from accounts.codes import Code
from integrations.codes import EDIT_DOCUMENT

BILLS: Final = {
    "Bills": (
        Code("RETAINAGE", "A bill that is created directly cannot hold back retainage", "Remove the retainage to send "
             "the line gross, or bill it in Intacct from its commitment.", EDIT_DOCUMENT),
        Code("OVERBILLED", "The bill asks for more than its commitment has left", "Correct it, enter a change order, "
             "or have a company admin allow bills beyond their commitment.", EDIT_DOCUMENT),
    ),
}  # fmt: skip
