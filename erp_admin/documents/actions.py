"""What can be done with documents on pages: address, method, least role, and what it lets people do in words.

Owns the actions that types share; each type lists those it offers. Runs none: `view` names the view by its path.
"""

from dataclasses import dataclass
from typing import Final

from accounts.models import Role

_VIEWS: Final = "erp_admin.views"
GET, POST, BOTH = ("GET",), ("POST",), ("GET", "POST")
ENTERS: Final = "Enter, edit and approve {documents}"
PUSHES: Final = "Push {documents}"
SETS_ASIDE: Final = "Ignore records and restore them"
LINKS: Final = "Link {documents} to records of Sage Intacct, and unlink them"
REFRESHES: Final = "Read records again from Sage Intacct"


@dataclass(frozen=True)
class Action:
    """`name` is the address name, with {one} or {key} of the type; `path` stands behind the type's place.

    `may` says what it lets people do, with {documents} for all types that offer it; only viewers' pages have none.
    """

    key: str
    name: str
    path: str
    view: str
    role: Role = Role.ACCOUNTANT
    methods: tuple[str, ...] = POST
    may: str = ""

    @property
    def is_of_one(self) -> bool:
        """Whether it is about one stored document."""
        return "<int:pk>" in self.path


def _of_one(key: str, view: str, may: str, methods: tuple[str, ...] = POST) -> Action:
    path = f"<int:pk>/{key.replace('_', '-')}/"
    return Action(key, f"{key}_{{one}}", path, f"{_VIEWS}.{view}", may=may, methods=methods)


LIST: Final = Action("list", "{key}", "", f"{_VIEWS}.documents.listing", Role.VIEWER, GET)
EXPORT: Final = Action("export", "export_{key}", "export/", f"{_VIEWS}.document_files.export", Role.VIEWER, GET)
LOOKUP: Final = Action("lookup", "filter_{key}", "filter/", f"{_VIEWS}.document_files.lookup", Role.VIEWER, GET)
RECORD: Final = Action("record", "{one}", "<int:pk>/", f"{_VIEWS}.document_record.record", Role.VIEWER, GET)
NEW: Final = Action("new", "new_{one}", "new/", f"{_VIEWS}.document_entry.new", methods=BOTH, may=ENTERS)
PREVIEW: Final = Action(
    "preview", "preview_{key}", "push/", f"{_VIEWS}.document_push.preview", methods=BOTH, may=PUSHES
)
PUSH: Final = Action("push", "push_{key}", "push/start/", f"{_VIEWS}.document_push.start", may=PUSHES)
# Many documents at once: the first of each pair is the preview and takes a selection, the second does what it showed.
PREVIEW_APPROVE: Final = Action(
    "preview_approve", "preview_approve_{key}", "approve/", f"{_VIEWS}.document_bulk.preview_approve",
    methods=BOTH, may=ENTERS,
)  # fmt: skip
APPROVE_MANY: Final = Action(
    "approve_many", "approve_{key}", "approve/start/", f"{_VIEWS}.document_bulk.approve", may=ENTERS
)
PREVIEW_IGNORE: Final = Action(
    "preview_ignore", "preview_ignore_{key}", "ignore/", f"{_VIEWS}.document_bulk.preview_ignore",
    methods=BOTH, may=SETS_ASIDE,
)  # fmt: skip
IGNORE_MANY: Final = Action(
    "ignore_many", "ignore_{key}", "ignore/start/", f"{_VIEWS}.document_bulk.ignore", may=SETS_ASIDE
)
# One page over all types. Its address stands below no type; the navigation counts it to Home.
READY: Final = Action("ready", "ready_to_push", "erp/push/", f"{_VIEWS}.ready_to_push.ready", Role.VIEWER, GET)
PUSH_READY: Final = Action("push_ready", "push_ready", "erp/push/start/", f"{_VIEWS}.ready_to_push.start", may=PUSHES)

# What every document that is entered here and pushed to Intacct offers.
PUSHED: Final = (
    LIST,
    EXPORT,
    LOOKUP,
    NEW,
    PREVIEW,
    PUSH,
    PREVIEW_APPROVE,
    APPROVE_MANY,
    PREVIEW_IGNORE,
    IGNORE_MANY,
    RECORD,
    _of_one("edit", "document_entry.edit", ENTERS, BOTH),
    _of_one("approve", "document_actions.approve", ENTERS),
    _of_one("reject", "document_actions.reject", ENTERS),
    _of_one("draft", "document_actions.back_to_draft", ENTERS),
    _of_one("void", "document_actions.void", ENTERS),
    _of_one("take_back", "document_actions.take_back", PUSHES),
    _of_one("ignore", "document_actions.ignore", SETS_ASIDE),
    _of_one("restore", "document_actions.restore", SETS_ASIDE),
    _of_one("refresh", "document_actions.refresh", REFRESHES),
    _of_one("recreate", "document_actions.recreate", PUSHES),
    _of_one("take_theirs", "document_actions.take_theirs", ENTERS),
    _of_one("push_ours", "document_actions.push_ours", PUSHES),
    _of_one("link", "document_actions.link", LINKS, BOTH),
    _of_one("unlink", "document_actions.unlink", LINKS),
)
