"""The values that cross the protocol client's border: who signs in, what was read, what was sent.

Owns plain frozen data and small questions about it. Must not build XML, send bytes, or know tenants or documents.
Secrets never appear in a repr.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.intacct.errors import ErrorEntry, Flaw, IntacctError

# Element name -> text, or a list of records for nested elements. An empty element is "". The attributes of an element
# are kept as "@name", and the text of an element that has attributes as "#text".
Record = dict[str, Any]

# What may be written into an element: None and "" both become an empty element, which blanks the field in an update.
Value = Any
Fields = Mapping[str, Value]


@dataclass(frozen=True)
class Sender:
    """The Web Services sender: who built the integration. Both parts are case-sensitive."""

    id: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Credentials:
    """A Web Services user of one company. `entity` is the entity id to sign in to, "" for the top level."""

    company: str
    user: str
    password: str = field(repr=False)
    entity: str = ""


@dataclass(frozen=True)
class Session:
    """An open API session. `expires_at` is in this machine's clock; None when the gateway announced no expiry."""

    session_id: str = field(repr=False)
    endpoint: str
    company: str
    user: str
    entity: str
    expires_at: datetime | None


@dataclass(frozen=True)
class Unread:
    """A record that Intacct holds and that could not be read, because of `flaw`.

    Where not even its key can be read `number` is None, and the record lies behind the key `after`.
    """

    object: str
    number: int | None
    after: int
    flaw: Flaw


@dataclass(frozen=True)
class Extent:
    """Where a list ends and how many records it has; `highest` is 0 without any, and below 0 where all keys are.

    `beyond` are records behind it whose key cannot be read; `total` counts them.
    """

    highest: int
    total: int
    beyond: tuple[Unread, ...] = ()


@dataclass(frozen=True)
class Page:
    """One page of a query. `total` and `remaining` are None when the gateway did not announce them.

    `unread` are the records among its rows that could not be read; only who asks for them gets such a page.
    """

    rows: list[Record]
    total: int | None
    count: int
    remaining: int | None
    offset: int
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True)
class Result:
    """What became of one function.

    `rows` of a create or update list the records that were saved, even when a later record of the same call failed.
    `key` is what ordered functions return: a record number, or `Definition-DOCNO` for purchasing transactions.
    `error` is None exactly when the gateway said `success`.
    """

    control_id: str
    function: str
    status: str
    key: str = ""
    rows: list[Record] = field(default_factory=list)
    list_type: str = ""
    total: int | None = None
    count: int | None = None
    remaining: int | None = None
    offset: int | None = None
    errors: tuple[ErrorEntry, ...] = ()
    error: IntacctError | None = None

    @property
    def succeeded(self) -> bool:
        return self.error is None

    def raise_for_error(self) -> Result:
        """Return this result, or raise its classified error."""
        if self.error is not None:
            raise self.error
        return self


@dataclass(frozen=True)
class FieldDefinition:
    """One field of an object as `lookup` describes it. `data_type` is the vendor's word, such as TEXT or DECIMAL."""

    name: str
    label: str
    data_type: str
    required: bool
    read_only: bool
    custom: bool
    valid_values: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class Relationship:
    """A way from one object to another; `path` is the prefix of dotted field names such as `CUSTOMER.NAME`."""

    path: str
    object_name: str
    label: str
    kind: str
    related_by: str


@dataclass(frozen=True)
class ObjectDefinition:
    """What `lookup` says about an object in this company."""

    name: str
    fields: tuple[FieldDefinition, ...]
    relationships: tuple[Relationship, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The names of the fields, as they may be selected in a query."""
        return frozenset(entry.name for entry in self.fields)

    def field(self, name: str) -> FieldDefinition | None:
        return next((entry for entry in self.fields if entry.name == name), None)


@dataclass(frozen=True)
class EntityDetail:
    """An entity the signed-in user may enter."""

    id: str
    name: str
    record_no: str
    currency: str


@dataclass(frozen=True)
class Dimension:
    """A dimension of the company, with its label in the company's own words."""

    object_name: str
    label: str
    user_defined: bool


@dataclass(frozen=True)
class UserFormatting:
    """How the company shows dates and times to a user. `date_format` is separator and order, such as `/mdY`."""

    locale: str
    date_format: str
    gmt_offset: str
    clock: str


@dataclass(frozen=True)
class PolicyRights:
    """The rights a user holds under one policy, in the display names of the permission screens."""

    application: str
    policy: str
    rights: frozenset[str]


@dataclass(frozen=True)
class Permissions:
    """A user's effective permissions. Names are display names, so they are compared trimmed and case-folded."""

    policies: tuple[PolicyRights, ...]
    applications: tuple[str, ...] = ()

    def rights(self, application: str, policy: str) -> frozenset[str]:
        """The rights under one policy; empty when the user holds none."""
        wanted = (_fold(application), _fold(policy))
        for entry in self.policies:
            if (_fold(entry.application), _fold(entry.policy)) == wanted:
                return entry.rights
        return frozenset()

    def allows(self, application: str, policy: str, right: str) -> bool:
        return _fold(right) in {_fold(held) for held in self.rights(application, policy)}


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, redacted, as handed to the observer once per attempt.

    `outcome` is "success" or the category of the error; `error_code` is "" on success. Bodies are cut with a visible
    marker. `billable` is the number of API transactions the vendor is expected to count for this attempt.
    """

    started_at: datetime
    duration_ms: int
    endpoint: str
    company: str
    entity: str
    functions: tuple[str, ...]
    control_id: str
    http_status: int | None
    request_xml: str
    response_xml: str
    request_bytes: int
    response_bytes: int
    billable: int
    outcome: str
    error_code: str
    attempt: int


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()
