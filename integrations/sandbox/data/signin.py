"""Who may sign in: company, user, password, entity, and whether the company authorized the sender.

Owns the texts of these refusals. Must not open sessions.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from integrations.sandbox.data.store import Account, Company, Store
from integrations.sandbox.wire.envelope import Login
from integrations.sandbox.wire.failures import NOT_AUTHENTICATED, AuthenticationFailure, ErrorEntry, with_support_id


@dataclass(frozen=True, slots=True)
class Opened:
    """What a login opens: the company, the entity, and the client id when the company was entered from a console."""

    company: Company
    entity: str
    clientid: str | None = None


def sign_in(store: Store, login: Login) -> Opened:
    """What a login opens. A wrong entity is refused exactly like wrong credentials, as live systems do.

    A console enters one of its clients, named by `clientid` or as `console|client|entity` in the company id.
    """
    console, _, rest = login.companyid.partition("|")
    client, _, place = rest.partition("|")
    client, entity = client or login.clientid, place or login.locationid
    company = _checked(store, login, console, "" if client else entity)
    if not client:
        return Opened(company, entity)
    entered = store.companies.get(client)
    account = entered.accounts.get(login.userid) if entered is not None else None
    if client not in company.clients or entered is None or account is None or not may_enter(entered, account, entity):
        raise _incorrect(login)
    return Opened(entered, entity, client)


def _checked(store: Store, login: Login, companyid: str, entity: str) -> Company:
    company = store.companies.get(companyid)
    account = company.accounts.get(login.userid) if company is not None else None
    known = account.password if account is not None else ""
    right = secrets.compare_digest(known.encode(), login.password.encode()) and known != ""
    if company is None or account is None or not right or not is_active(company, login.userid):
        raise _incorrect(login)
    if not may_enter(company, account, entity):
        raise _incorrect(login)
    return company


def is_active(company: Company, user: str) -> bool:
    """Whether the user record is active."""
    row = company.table("USERINFO").find(user)
    return row is not None and row["STATUS"] == "active"


def may_enter(company: Company, account: Account, entity: str) -> bool:
    """Whether a user may work in an entity; empty is the top level, closed to a user who is restricted to entities."""
    if not entity:
        return not account.entities
    row = company.table("LOCATIONENTITY").find(entity)
    if row is None or row["STATUS"] != "active":
        return False
    return not account.entities or entity in account.entities


def authorize_sender(company: Company, senderid: str, user: str) -> None:
    """Raise unless the company lists the sender under its Web Services authorizations."""
    if senderid in company.senders:
        return
    raise AuthenticationFailure(
        ErrorEntry(
            NOT_AUTHENTICATED,
            f"The sender ID '{senderid}' is not authorized to make Web Services requests to company ID '{company.id}'.",
            description="Invalid Web Services Authorization",
            correction="Contact the company administrator to grant Web Services authorization to this sender ID.",
        ),
        user,
        company.id,
    )


def _incorrect(login: Login) -> AuthenticationFailure:
    text = with_support_id("Sign-in information is incorrect")
    return AuthenticationFailure(
        ErrorEntry(NOT_AUTHENTICATED, text), login.userid, login.companyid, login.locationid or None
    )
