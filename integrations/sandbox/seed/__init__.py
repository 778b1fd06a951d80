"""Seeds: what the local Intacct knows when it starts.

Owns which seeds there are and how a store is built from one. Must not change a running store.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from integrations.sandbox.data.store import Company, Store
from integrations.sandbox.seed.base import fill_base
from integrations.sandbox.seed.demo import fill_demo
from integrations.sandbox.seed.people import (
    CLOSED_COMPANY_ID,
    CLOSED_COMPANY_NAME,
    CLOSED_USERS,
    COMPANY_ID,
    COMPANY_NAME,
    CONSOLE_ID,
    CONSOLE_NAME,
    CONSOLE_USERS,
    ENTITIES,
    SENDER,
    SENDER_PASSWORD,
    UNAUTHORISED_SENDER,
    UNAUTHORISED_SENDER_PASSWORD,
    USERS,
    fill_people,
    open_console,
    prepare,
)
from integrations.sandbox.seed.smartsync import fill_smartsync
from integrations.sandbox.seed.volume import fill_volume
from integrations.sandbox.seed.writer import SeedWriter

__all__ = ["COMPANY_ID", "build_store", "credentials", "is_seed"]

DEMO = "demo"
MAX_VENDORS = 1_000_000


def is_seed(text: str) -> bool:
    """Whether a text names a seed: demo, or a number of vendors."""
    return text == DEMO or (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_VENDORS)


def build_store(seed: str, base: datetime) -> Store:
    """A fresh store. `base` is the moment that recent stamps are relative to."""
    store = Store(seed, base)
    store.senders = {SENDER: SENDER_PASSWORD, UNAUTHORISED_SENDER: UNAUTHORISED_SENDER_PASSWORD}
    company = Company(COMPANY_ID, COMPANY_NAME)
    prepare(company, authorized=True)
    writer = SeedWriter(company, base)
    fill_people(writer, USERS)
    fill_base(writer)
    fill_smartsync(writer)
    if seed == DEMO:
        fill_demo(writer)
    else:
        fill_volume(company, int(seed), base)
    closed = Company(CLOSED_COMPANY_ID, CLOSED_COMPANY_NAME)
    prepare(closed, authorized=False)
    closed_writer = SeedWriter(closed, base)
    fill_people(closed_writer, CLOSED_USERS)
    fill_base(closed_writer)
    console = Company(CONSOLE_ID, CONSOLE_NAME)
    prepare(console, authorized=True)
    fill_people(SeedWriter(console, base), CONSOLE_USERS)
    open_console(console, company)
    store.companies = {found.id: found for found in (company, closed, console)}
    return store


def credentials(endpoint: str) -> dict[str, Any]:
    """What a client needs to connect as the user with all rights."""
    person = USERS[0]
    return {
        "endpoint": endpoint,
        "sender": SENDER,
        "sender_password": SENDER_PASSWORD,
        "company": COMPANY_ID,
        "user": person.login,
        "password": person.password,
        "entities": [{"id": key, "name": name} for key, name in ENTITIES],
    }
