"""The register of document types: what each declares of itself, and where pages, commands and files look it up.

Owns the shape of a declaration, and refuses one that is half or comes twice. Names no type, asks the database nothing,
knows no request.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Generic, Protocol, TypeVar

from django.db import models

from accounts.models import Tenant, User
from accounts.refusal import Refused
from erp_admin.documents.actions import Action
from erp_admin.documents.line_columns import COPIED, VALUED, LineColumn
from erp_admin.documents.uploads import UploadKind
from integrations.delivery.contract import PushContext, PushFlow
from integrations.models import PushedDocument
from integrations.runs.flow import register_flow

DocumentT = TypeVar("DocumentT", bound=PushedDocument)


@dataclass(frozen=True)
class Columns:
    """Where a type keeps what lists show, filter and sort by, as paths of the ORM; "" for what it does not have."""

    number: tuple[str, ...]
    currency: str
    kind: str = ""
    kinds: tuple[tuple[str, str], ...] = ()
    project: str = ""
    vendor: str = ""
    vendor_name: str = ""
    related: tuple[str, ...] = ()  # read with each document


@dataclass(frozen=True)
class Parent:
    """The type whose documents those of this one belong to. Where it `adds_up`, the total of an approved one is added
    to that of its parent. The texts are for a person who chooses a parent or looks at one without any."""

    key: str
    attribute: str
    choose_text: str
    none_title: str
    none_text: str
    none_yet: str
    adds_up: bool = True


@dataclass(frozen=True)
class Lines:
    """`entry_text` stands above the lines in the form; `related` is read with each line.

    Lines that may change one of those of the parent say in `changes` by which relation; choosing it copies `copied`.
    """

    model: type[models.Model]
    title: str
    entry_text: str
    related: tuple[str, ...] = ()
    attribute: str = "lines"
    columns: tuple[LineColumn, ...] = VALUED
    changes: str = ""
    copied: tuple[str, ...] = COPIED


@dataclass(frozen=True)
class Figure:
    """An amount at the head of a record; `is_result` is what the others come to."""

    label: str
    amount: Decimal
    is_result: bool = False


@dataclass(frozen=True)
class Inherited:
    """A value that a line does not say itself, and where it comes from, as people read it."""

    value: str
    source: str


LineValues = Mapping[int, Mapping[str, Inherited]]  # by key and attribute of the line


def _one_amount(document: Any) -> Sequence[Figure]:
    return [Figure("Amount", document.total)]


def _nothing_inherited(document: Any, lines: Sequence[Any], context: PushContext | None) -> LineValues:
    return {}


@dataclass(frozen=True)
class RecordFacts:
    """Names under which `remote_facts` and a found record hold what pages compare; "" for what they do not hold."""

    total: str
    revised: str = ""
    number: str = ""
    vendor: str = ""
    currency: str = ""
    dated: str = ""

    @staticmethod
    def amount(facts: Mapping[str, Any], name: str) -> Decimal | None:
        """The amount that the facts hold under a name, as Intacct writes it; None for what is none."""
        try:
            return Decimal(str(facts.get(name))).quantize(Decimal("0.01"))
        except InvalidOperation:
            return None


@dataclass(frozen=True)
class Fact:
    """A fact of the record page. With an address name it leads to that page of `pk`."""

    label: str
    value: str | date | None
    url_name: str = ""
    pk: int = 0


@dataclass(frozen=True)
class Lock:
    """What may not be changed now: `fields`, or where `is_whole` everything, the lines included.

    `fixed_lines` are the keys of lines that keep their place: those the document has in Intacct.
    """

    reason: str
    way_out: str
    is_whole: bool = True
    fields: frozenset[str] = frozenset()
    fixed_lines: frozenset[int] = frozenset()


class Decision(Protocol):
    """A verb of the type's service. Raises Refused."""

    def __call__(self, document: Any, *, by: User | None = None) -> object: ...


class Approve(Protocol):
    def __call__(self, document: Any, *, by: User | None = None, seen: str = "") -> object: ...


class Reject(Protocol):
    def __call__(self, document: Any, *, by: User | None = None, reason: str = "") -> object: ...


@dataclass(frozen=True)
class Decisions:
    """What people decide about a document, as the type's service does it."""

    approve: Approve
    reject: Reject
    back_to_draft: Decision
    void: Decision
    restore: Decision
    # What an approval needs besides that it is possible, such as lines.
    why_not_approve: Callable[[Any], Refused | None] = field(default=lambda document: None)


@dataclass(frozen=True)
class DocumentType(Generic[DocumentT]):
    """`key` is the address name of the list and the key of the flow, `one` the address name of one document."""

    key: str
    one: str
    model: type[DocumentT]
    noun: str
    plural: str
    title: str
    lead: str
    icon: str
    empty_title: str
    empty_text: str
    columns: Columns
    flow: PushFlow[Any]
    actions: tuple[Action, ...]
    decisions: Decisions
    record: RecordFacts
    blank: Callable[[Tenant, Any], DocumentT]  # a new one of a tenant and, where it has one, of its parent
    lock: Callable[[DocumentT], Lock | None]
    facts: Callable[[DocumentT, Mapping[str, str]], Sequence[Fact]]  # the mapping names entities by their id
    summary: Callable[[DocumentT], str]
    order: int  # place in the navigation
    group: str = "ERP Admin"
    commits: bool = False  # whether an approved one is cost that a project is committed to
    parent: Parent | None = None
    lines: Lines | None = None
    entry: str = ""  # path of the class of the entry form: forms are pages, and pages import features
    entry_text: str = ""  # above the form, with {parent}
    first_numbers: Mapping[str, str] = field(default_factory=dict)  # proposed before there is any, by kind
    number_there: Callable[[DocumentT], str] = field(default=lambda document: str(getattr(document, "number", "")))
    figures: Callable[[DocumentT], Sequence[Figure]] = _one_amount
    inherited: Callable[[DocumentT, Sequence[Any], PushContext | None], LineValues] = _nothing_inherited
    upload: UploadKind | None = None
    samples: str = ""  # file of erp_admin/samples that the demo imports
    sample_settings: Mapping[str, str] = field(default_factory=dict)  # what pushing the samples needs, on the demo data

    @property
    def place(self) -> str:
        """Where its pages stand below the tenant's address."""
        return f"erp/{self.key.replace('_', '-')}"

    @property
    def new_url_name(self) -> str:
        return f"new_{self.one}"

    @property
    def acts(self) -> tuple[Action, ...]:
        """What can be done with one stored document."""
        return tuple(action for action in self.actions if action.is_of_one and action.key != "record")

    def offers(self, key: str) -> bool:
        return any(action.key == key for action in self.actions)

    def action(self, key: str) -> Action:
        """One of its actions; KeyError for one that it does not offer."""
        found = next((action for action in self.actions if action.key == key), None)
        if found is None:
            raise KeyError(f"The document type {self.key!r} does not offer {key!r}.")
        return found

    def address_of(self, action: Action) -> str:
        """The address name of one of its actions."""
        return action.name.format(one=self.one, key=self.key)

    def parent_of(self, document: DocumentT) -> Any | None:
        return getattr(document, self.parent.attribute) if self.parent else None

    def value_of(self, document: DocumentT, path: str) -> Any:
        """What a column holds for a document; None for a path that is "" or leads over an empty relation."""
        found: Any = document if path else None
        for name in path.split("__"):
            found = getattr(found, name) if found is not None else None
        return found

    def currency_of(self, document: DocumentT) -> str:
        return str(self.value_of(document, self.columns.currency))

    def kind_of(self, document: DocumentT) -> str:
        """Which of its kinds a document is, as people call it; "" where the type has none."""
        return dict(self.columns.kinds).get(str(self.value_of(document, self.columns.kind)), "")


AnyType = DocumentType[Any]
NEEDED_FIELDS: Final = ("number", "title", "dated_on", "total", "created_at", "search_text")  # shown, sorted, searched
NEEDED_ACTIONS: Final = ("list", "record", "preview", "push")  # pages of every type lead to these
_types: dict[str, AnyType] = {}


def register_document_type(document_type: AnyType) -> None:
    """Make a type known, and its flow with it. Raises ValueError for one that is half, or comes twice."""
    _refuse_half(document_type)
    _refuse_twice(document_type)
    register_flow(document_type.flow)
    _types[document_type.key] = document_type


def document_types() -> tuple[AnyType, ...]:
    """Every type, in the order of registration: a parent comes before what belongs to it."""
    return tuple(_types.values())


def type_for(key: str) -> AnyType:
    """The type registered under `key`; KeyError when there is none."""
    return _types[key]


def type_of_model(model: type[Any]) -> AnyType:
    """The type of a model; KeyError when it is none of a document type."""
    found = next((each for each in _types.values() if each.model is model), None)
    if found is None:
        raise KeyError(f"{model.__name__} is the model of no document type.")
    return found


def type_of(document: PushedDocument) -> AnyType:
    """The type of a document; KeyError when it has none."""
    return type_of_model(type(document))


def children_of(document_type: AnyType) -> tuple[AnyType, ...]:
    """The types whose documents belong to those of this one."""
    return tuple(each for each in _types.values() if each.parent and each.parent.key == document_type.key)


def parent_type_of(document_type: AnyType) -> AnyType | None:
    return type_for(document_type.parent.key) if document_type.parent else None


def _refuse_half(document_type: AnyType) -> None:
    key, columns = document_type.key, document_type.columns
    texts = (
        "key", "one", "noun", "plural", "title", "lead", "icon", "empty_title", "empty_text", "group",
        *(("entry", "entry_text") if document_type.offers("new") or document_type.offers("edit") else ()),
    )  # fmt: skip
    missing = [name for name in texts if not getattr(document_type, name)]
    missing += [f"columns.{name}" for name in ("number", "currency") if not getattr(columns, name)]
    fields = {each.name for each in document_type.model._meta.get_fields()}
    missing += [f"the field {name} of its model" for name in NEEDED_FIELDS if name not in fields]
    missing += [f"the action {name}" for name in NEEDED_ACTIONS if not document_type.offers(name)]
    if missing:
        raise ValueError(f"The document type {key or document_type.model.__name__!r} lacks {', '.join(missing)}.")
    if document_type.flow.key != key or document_type.flow.model is not document_type.model:
        raise ValueError(f"The flow of the document type {key!r} has another key or another model.")
    if bool(columns.kind) != bool(columns.kinds):
        raise ValueError(f"The document type {key!r} names its kinds or where they are kept, but not both.")
    if document_type.parent is not None and document_type.parent.key not in _types:
        raise ValueError(f"The document type {key!r} belongs to {document_type.parent.key!r}, which is not registered.")
    upload = document_type.upload
    if upload is not None and bool(upload.parent_column) != bool(document_type.parent):
        raise ValueError(f"Files of the document type {key!r} and the type itself disagree about its parent.")


def _refuse_twice(document_type: AnyType) -> None:
    key = document_type.key
    names = [document_type.address_of(action) for action in document_type.actions]
    if len(set(names)) < len(names):
        raise ValueError(f"The document type {key!r} declares an action twice.")
    for other in _types.values():
        if other.key == key:
            raise ValueError(f"The document type {key!r} is registered twice.")
        if other.model is document_type.model:
            raise ValueError(f"The document types {other.key!r} and {key!r} have the same model.")
        shared = set(names) & {other.address_of(action) for action in other.actions}
        if shared:
            raise ValueError(f"The document types {other.key!r} and {key!r} share the address {sorted(shared)[0]!r}.")
