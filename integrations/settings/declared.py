"""The settings a tenant must fill, declared once: key, label, the list they are chosen from, what they are used for."""

from dataclasses import dataclass
from typing import Final

from integrations.lists import KINDS_BY_KEY, ListKind


@dataclass(frozen=True)
class RequiredSetting:
    key: str
    label: str
    list_key: str
    purpose: str

    @property
    def kind(self) -> ListKind:
        return KINDS_BY_KEY[self.list_key]


REQUIRED_SETTINGS: Final = (
    RequiredSetting(
        "default_account",
        "Default Account",
        "gl_accounts",
        "The GL account for lines of project change orders and bills that name no account of their own.",
    ),
    RequiredSetting(
        "default_item",
        "Default Item ID",
        "items",
        "The item for lines of purchasing transactions, project change orders and bills that name none. "
        "Intacct refuses such a line without an item.",
    ),
)
