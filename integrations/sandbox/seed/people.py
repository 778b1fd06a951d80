"""The companies, senders, users and entities of every seed, and what a client needs to connect.

Owns these names and passwords; all are invented. Must not hold business records.
"""

from __future__ import annotations

from dataclasses import dataclass

from integrations.sandbox.data.permissions import FULL, LIMITED, ROLES, rights_of
from integrations.sandbox.data.store import Account, Company
from integrations.sandbox.seed.writer import SeedWriter

SENDER = "summit_sender"
SENDER_PASSWORD = "summit-sender-local"  # noqa: S105 - invented, of no use outside the local gateway
UNAUTHORISED_SENDER = "stranger_sender"
UNAUTHORISED_SENDER_PASSWORD = "stranger-sender-local"  # noqa: S105

COMPANY_ID = "summit-demo"
COMPANY_NAME = "Summit Ridge Builders"
# A console from which the demo company can be entered.
CONSOLE_ID = "summit-console"
CONSOLE_NAME = "Summit Console"
CLOSED_COMPANY_ID = "northgate-demo"
CLOSED_COMPANY_NAME = "Northgate Interiors"

ENTITIES: tuple[tuple[str, str], ...] = (
    ("100", "Summit Ridge Builders Inc"),
    ("200", "Summit Ridge Civil LLC"),
    ("300", "Summit Ridge Service Co"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """A user of a seeded company."""

    login: str
    password: str
    role: str
    active: bool = True
    entities: tuple[str, ...] = ()


USERS: tuple[Person, ...] = (
    Person("ws_sync", "summit-user-local", FULL),
    Person("ws_limited", "limited-user-local", LIMITED),
    Person("ws_former", "former-user-local", FULL, active=False),
    Person("ws_civil", "civil-user-local", FULL, entities=("200",)),
)
CONSOLE_USERS: tuple[Person, ...] = (Person("ws_console", "console-user-local", FULL),)
CLOSED_USERS: tuple[Person, ...] = (Person("ws_sync", "northgate-user-local", FULL),)

APPLICATIONS = ("CO", "GL", "CM", "AP", "AR", "EE", "INV", "PO", "PA")
PREFERENCES: dict[str, dict[str, str]] = {
    "GEN": {"PRIMARY_ACCTNO_LENGTH": "4", "FISCAL_FIRST_MONTH": "1", "WEEK_START": "1"},
    "ME": {"DISABLEENTITYSLIDEIN": "false"},
    "PO": {"PRICE_CONVERSION": "true"},
}


def fill_people(writer: SeedWriter, users: tuple[Person, ...]) -> None:
    """Users, roles and who has which."""
    company = writer.company
    for person in users:
        company.accounts[person.login] = Account(person.password, person.role, person.entities)
    writer.fill(
        "USERINFO",
        [
            {
                "LOGINID": person.login,
                "USERTYPE": "business user",
                "ADMIN": "false",
                "LOGINDISABLED": "true",
                "STATUS": "active" if person.active else "inactive",
                "CONTACTINFO.CONTACTNAME": person.login,
            }
            for person in users
        ],
    )
    writer.fill("ROLES", [{"NAME": name} for name in ROLES])
    writer.fill("USERROLES", [{"USERID": person.login, "ROLENAME": person.role} for person in users])
    writer.fill("ROLEUSERS", [{"USERLOGINID": person.login, "ROLENAME": person.role} for person in users])
    granted = [(role, policy) for role in ROLES for _, policy in sorted(rights_of(role))]
    writer.fill("ROLEPOLICYASSIGNMENT", [{"ROLENAME": role, "POLICYNAME": policy} for role, policy in granted])


def open_console(console: Company, client: Company) -> None:
    """Let the users of a console enter a client; without a password there, they cannot sign in to it directly."""
    console.clients = (client.id,)
    for person in CONSOLE_USERS:
        client.accounts[person.login] = Account("", person.role)


def prepare(company: Company, *, authorized: bool) -> None:
    """Subscriptions, preferences and Web Services authorizations of a company."""
    company.applications = APPLICATIONS
    company.preferences = {application: dict(values) for application, values in PREFERENCES.items()}
    if authorized:
        company.senders.add(SENDER)
