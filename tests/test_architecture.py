"""The house keeps its shape: who may import whom, and the few doors that only one module may use."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from erp_admin.documents.types import DocumentType, document_types, type_for
from integrations.delivery.contract import PushFlow
from integrations.runs.flow import flows

ROOT = Path(__file__).parent.parent
APPS = ("accounts", "integrations", "erp_admin")
PACKAGES = ("config", "accounts", "integrations", "erp_admin")

FORBIDDEN = {
    "accounts": ("integrations", "erp_admin", "config"),
    "integrations": ("erp_admin", "config"),
    "erp_admin": ("config",),
    "integrations/intacct": ("django", "integrations.sandbox", "integrations.models", "accounts"),
    "integrations/sandbox": ("django", "integrations.intacct", "integrations.models", "accounts"),
    "erp_admin/grammar": ("django", "accounts", "integrations"),
}


def python_files(folder: str) -> list[Path]:
    return [path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text())))


@cache
def import_statements(path: Path) -> list[ast.Import | ast.ImportFrom]:
    """Those inside functions and for type checking as well."""
    return [node for node in nodes(path) if isinstance(node, ast.Import | ast.ImportFrom)]


def imported(path: Path) -> Iterator[str]:
    for node in import_statements(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_imports_point_one_way(folder: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in python_files(folder)
        for name in imported(path)
        if any(within(name, package) for package in FORBIDDEN[folder])
    ]
    assert python_files(folder)
    assert wrong == []


@pytest.mark.parametrize("folder", ["integrations/intacct", "integrations/sandbox", "erp_admin/grammar"])
def test_the_protocol_and_the_grammar_stand_alone(folder: str) -> None:
    """Nothing of this project but themselves, so that each can be used and judged alone."""
    own = folder.replace("/", ".")
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in python_files(folder)
        for name in imported(path)
        if any(within(name, package) for package in PACKAGES) and not within(name, own)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("library", "doors"),
    [
        ("django_q", {"integrations/queue.py"}),
        ("django_scopes", {"accounts/tenancy.py", "accounts/models/scoped.py"}),
        ("cryptography", {"accounts/crypto.py"}),
        (
            "openpyxl",
            {f"erp_admin/uploads/formats/{name}.py" for name in ("number_formats", "workbook_cells", "xlsx")}
            | {"erp_admin/uploads/exports.py", "accounts/ui/list_files.py"},
        ),
    ],
)
def test_a_library_is_reached_through_its_door_only(library: str, doors: set[str]) -> None:
    users = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in python_files(package)
        if any(within(name, library) for name in imported(path))
    }
    assert users == doors


@pytest.mark.parametrize(
    ("library", "doors"),
    [
        ("requests", set()),
        ("urllib3", set()),
        ("lxml", {"erp_admin/uploads/formats/package.py", "erp_admin/uploads/formats/xlsx.py"}),
    ],
)
def test_http_and_xml_stay_in_the_protocol_packages(library: str, doors: set[str]) -> None:
    """Workbooks that people upload are XML too; two modules open them, in a process of their own."""
    users = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in python_files(package)
        if any(within(name, library) for name in imported(path))
    }
    assert {user for user in users if not user.startswith(("integrations/intacct", "integrations/sandbox"))} == doors


def test_log_in_stays_in_accounts() -> None:
    users = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in python_files(package)
        if any(within(name, "allauth") for name in imported(path))
    }
    assert users
    assert {user for user in users if not user.startswith("accounts/")} == set()


def test_cross_tenant_access_goes_through_the_audited_door() -> None:
    """Every use of the door is one of those that are meant to exist."""
    users = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in python_files(package)
        if "accounts.tenancy.cross_tenant" in set(imported(path))
    }
    assert users == {
        "accounts/log_in_events.py",
        "accounts/people/selectors.py",
        "accounts/support_site.py",
        "erp_admin/overview/companies.py",
        "integrations/jobs.py",
        "integrations/management/commands/rotate_keys.py",
        "integrations/operations/metrics.py",
        "integrations/runs/health.py",
        "integrations/runs/turns.py",
        "integrations/operations/retention.py",
        "integrations/usage/selectors.py",
    }


def test_the_product_knows_the_local_intacct_by_its_facade_only() -> None:
    files = [path for app in (*APPS, "config", "scripts") for path in python_files(app)]
    outside = [path for path in (*files, ROOT / "manage.py") if (ROOT / "integrations/sandbox") not in path.parents]
    users = {
        str(path.relative_to(ROOT)): name
        for path in outside
        for name in imported_modules(path)
        if within(name, "integrations.sandbox")
    }
    assert "integrations/local_intacct.py" in users
    assert set(users.values()) == {"integrations.sandbox.facade"}


@cache
def modules() -> Mapping[str, Path]:
    """Every module of the three apps by its dotted name; a package stands for its `__init__`."""
    found = {}
    for package in APPS:
        for path in python_files(package):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def file_arrows() -> Mapping[str, frozenset[str]]:
    """Which module imports which; those inside functions and for type checking count as well."""
    known = modules()
    return {
        name: frozenset(other for other in imported_modules(path) if other in known and other != name)
        for name, path in known.items()
    }


def imported_modules(path: Path) -> Iterator[str]:
    """The modules that a file imports: `from a.b import c` is `a.b.c` where that is a module, else `a.b`."""
    for node in import_statements(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif node.module:
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if submodule in modules() else node.module


def room(name: str) -> str:
    """The folder of a module; a module at the root of an app is a room of its own."""
    folder = modules()[name].relative_to(ROOT).parent
    return name if len(folder.parts) == 1 else ".".join(folder.parts)


def folder_arrows() -> Mapping[str, set[str]]:
    arrows: dict[str, set[str]] = {}
    for name, others in file_arrows().items():
        arrows.setdefault(room(name), set()).update(room(other) for other in others if room(other) != room(name))
    return arrows


def circles(arrows: Mapping[str, frozenset[str] | set[str]]) -> list[list[str]]:
    """Groups that import one another, directly or through others: Tarjan's strongly connected components."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        order[node] = lowest[node] = len(order)
        stack.append(node)
        for other in arrows.get(node, ()):
            if other not in order:
                visit(other)
                lowest[node] = min(lowest[node], lowest[other])
            elif other in stack:
                lowest[node] = min(lowest[node], order[other])
        if lowest[node] == order[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(sorted(group))

    for node in arrows:
        if node not in order:
            visit(node)
    return found


def test_a_circle_would_be_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set()}) == [["a", "b", "c"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_files_import_in_no_circle() -> None:
    """The queue names its jobs by strings, `integrations.jobs.…`, as a queue must; nothing else goes round."""
    assert circles(file_arrows()) == []


def test_folders_import_in_no_circle() -> None:
    assert circles(folder_arrows()) == []


@pytest.mark.parametrize("app", APPS)
def test_features_never_import_pages(app: str) -> None:
    """Views and forms point at features. What calls them are addresses and other pages alone."""
    pages = {f"{other}.{layer}" for other in APPS for layer in ("views", "forms")}
    wrong = [
        f"{name} imports {other}"
        for name, others in file_arrows().items()
        if within(name, app) and room(name) not in pages and not name.endswith("urls")
        for other in others
        if room(other) in pages
    ]
    assert wrong == []


# From the bottom up. A feature imports those before it, never those after it; pages, commands and the queue import all.
FLOORS = {
    "accounts": ("client_address", "request_log", "ui", "models", "tenancy", "audit"),
    "integrations": (
        "lists", "models", "gateway", "records", "settings", "runs", "mirror", "imports", "delivery", "connections",
        "schedules", "usage", "doctor", "operations",
    ),
    "integrations.sandbox": ("schema", "wire", "data", "functions", "legacy", "faults", "seed"),
    "erp_admin": (
        "grammar", "models", "documents", "issues", "projects", "uploads", "purchasing", "overview", "demo",
    ),
}  # fmt: skip


@pytest.mark.parametrize("app", FLOORS)
def test_features_point_down(app: str) -> None:
    floors = [f"{app}.{feature}" for feature in FLOORS[app]]

    def floor(name: str) -> int:
        return next((place for place, feature in enumerate(floors) if within(name, feature)), -1)

    assert all(any(within(name, feature) for name in modules()) for feature in floors)
    wrong = [
        f"{name} imports {other}"
        for name, others in file_arrows().items()
        for other in others
        if floor(other) > floor(name) >= 0
    ]
    assert wrong == []


def test_the_engine_names_no_document_type() -> None:
    words = ("Project", "Commitment", "Contract", "Bill")
    wrong = [
        f"{path.relative_to(ROOT)} names {node.name}"
        for folder in ("integrations/runs", "integrations/mirror", "integrations/imports", "integrations/delivery")
        for path in python_files(folder)
        for node in nodes(path)
        if isinstance(node, ast.ClassDef) and node.name.startswith(words)
    ]
    assert wrong == []


def words_of(document_type: DocumentType[Any]) -> set[str]:
    """Everything by which code could name a type: its keys, what people call it, its classes."""
    classes = {document_type.model, type(document_type.flow)}
    classes |= {document_type.lines.model} if document_type.lines else set()
    texts = {document_type.key, document_type.one, document_type.noun, document_type.plural}
    return texts | {each.__name__ for each in classes}


def own_places(document_type: DocumentType[Any]) -> set[str]:
    """Where a type may be named: its folder, its models and its form."""
    folder = type(document_type.flow).__module__.rpartition(".")[0].replace(".", "/") + "/"
    modules = [document_type.model.__module__]
    modules += [document_type.entry.rpartition(".")[0]] if document_type.entry else []
    return {folder, *(module.replace(".", "/") + ".py" for module in modules)}


# Besides the places of a type itself. Nothing is added here for a further type.
PLACES_OF_ALL_TYPES = (
    "erp_admin/apps.py",  # a line for each type
    "erp_admin/models/__init__.py",  # every model by its name
    "integrations/sandbox/",  # the local Intacct, which knows nothing of ours and speaks Intacct's words
    "integrations/lists/",  # what a list of Intacct is for, in a sentence
    "integrations/settings/declared.py",  # what a setting is for, in a sentence
    "erp_admin/contracts/",  # change orders of contracts, which are others
)


def product_texts() -> Iterator[tuple[str, str]]:
    files = [path for package in PACKAGES for path in python_files(package)]
    files += [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static/js").glob("*.js")]
    for path in files:
        yield str(path.relative_to(ROOT)), path.read_text()


@pytest.mark.parametrize("key", [document_type.key for document_type in document_types()])
def test_a_document_type_is_named_in_its_own_places_only(key: str) -> None:
    """Also in comments and texts: what is said of one type in a place of all types is not true of the next."""
    words = "|".join(sorted(re.escape(word) for word in words_of(type_for(key))))
    named = re.compile(rf"(?<![A-Za-z_])({words})(?![A-Za-z_])", re.IGNORECASE)
    family = {place for document_type in document_types() for place in own_places(document_type)}
    wrong = [
        f"{name}: {', '.join(sorted(set(named.findall(text))))}"
        for name, text in product_texts()
        if not name.startswith((*family, *PLACES_OF_ALL_TYPES)) and named.search(text)
    ]
    assert wrong == []


APPROVAL_COLUMNS = frozenset(
    {
        "approval",
        "approval_before",
        "approval_reason",
        "approved_at",
        "approved_by",
        "approved_by_id",
        "approved_digest",
    }
)
WRITING_CALLS = frozenset(
    {"update", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "setattr", "save"}
)


def writes_approval(path: Path) -> Iterator[int]:
    """Lines that assign a column of an approval, or hand one to a call that stores it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in APPROVAL_COLUMNS:
            yield node.lineno
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        keywords = {keyword.arg for keyword in node.keywords}
        texts = {
            each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)
        }
        is_model = called in ("Commitment", "ChangeOrder") and keywords & APPROVAL_COLUMNS
        if is_model or (called in WRITING_CALLS and (keywords | texts) & APPROVAL_COLUMNS):
            yield node.lineno


def test_approvals_are_written_by_their_service_alone() -> None:
    writers = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in python_files(package)
        if list(writes_approval(path))
    }
    assert writers == {"integrations/approval/service.py"}


STATES = frozenset({"approval", "approval_before", "delivery", "drift", "state", "shown_as", "how"})
PROTOCOL = ("integrations/intacct/", "integrations/sandbox/", "config/")


def compares_with_text(path: Path) -> Iterator[str]:
    """Comparisons of a state with text where a member or a named group belongs."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            texts = [
                each.value
                for side in sides
                for each in (side.elts if isinstance(side, ast.Tuple | ast.List | ast.Set) else [side])
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value
            ]
            if texts and any(isinstance(side, ast.Attribute) and side.attr in STATES for side in sides):
                yield f"{path.relative_to(ROOT)}:{node.lineno}"


def test_states_are_compared_with_members_never_with_text() -> None:
    wrong = [
        place
        for package in PACKAGES
        for path in python_files(package)
        if not str(path.relative_to(ROOT)).startswith(PROTOCOL)
        for place in compares_with_text(path)
    ]
    assert wrong == []


def test_templates_compare_no_approval_delivery_or_drift_with_text() -> None:
    compared = re.compile(r"\.(approval|delivery|drift|shown_as|state)\s*[=!]=\s*[\"']")
    pages = list((ROOT / "templates").rglob("*.html"))
    assert pages
    assert [str(page.relative_to(ROOT)) for page in pages if compared.search(page.read_text())] == []


DRIFT_FACTS = frozenset(
    {
        "changed_here",
        "changed_there",
        "missing_there",
        "difference",
        "compared_fields",
        "comparable_fields",
        "verified_at",
    }
)
# A connection has a `verified_at` of its own.
OTHER_OWNERS = frozenset({"integrations/connections/service.py", "integrations/gateway/client.py"})


def writes_of(path: Path) -> Iterator[str]:
    """Columns that a file writes: by assignment, by `setattr`, by keyword of `update`, `create` or a model."""
    for node in ast.walk(ast.parse(path.read_text())):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
            yield from (part.attr for part in parts if isinstance(part, ast.Attribute))
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("update", "create", "update_or_create", "bulk_create", "bulk_update", "_set"):
                yield from (keyword.arg for keyword in node.keywords if keyword.arg)
                yield from (
                    word.value for word in ast.walk(node) if isinstance(word, ast.Constant) and called == "bulk_update"
                )
            if called == "setattr" and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
                yield node.args[1].value


def test_one_module_writes_what_drift_says() -> None:
    writers = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in python_files(package)
        if DRIFT_FACTS & set(writes_of(path))
    }
    assert writers - OTHER_OWNERS == {"integrations/delivery/drift.py"}


def test_one_module_writes_what_keeps_a_document_from_being_pushed() -> None:
    writers = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in python_files(package)
        if {"is_blocked", "blocked_reason", "judged_at"} & set(writes_of(path))
    }
    assert writers == {"integrations/delivery/blocked.py"}


def test_planning_never_reads_drift() -> None:
    """What a push would write follows from what is here and what was sent; the facts of drift are for people."""
    planners = [
        "integrations/delivery/planning.py",
        "integrations/delivery/mapping.py",
        *(f"erp_admin/purchasing/{name}.py" for name in ("mapping", "sources", "updates", "flow")),
        *sorted(flow_files()),
    ]
    readers = [
        f"{name} reads {node.attr}"
        for name in planners
        for node in ast.walk(ast.parse((ROOT / name).read_text()))
        if isinstance(node, ast.Attribute) and node.attr in DRIFT_FACTS
    ]
    assert readers == []


def flow_files() -> set[str]:
    """The files of the flows that push documents, by what they inherit."""
    files = set()
    for path in python_files("erp_admin"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and any("Push" in ast.unparse(base) for base in node.bases):
                names = {each.id for entry in node.body if isinstance(entry, ast.Assign) for each in entry.targets
                         if isinstance(each, ast.Name)}  # fmt: skip
                if "key" in names:
                    files.add(str(path.relative_to(ROOT)))
    return files


def test_every_registered_flow_is_among_the_flow_files() -> None:
    pushing = [type(flow) for flow in flows() if isinstance(flow, PushFlow)]
    modules = {flow.__module__.replace(".", "/") + ".py" for flow in pushing}
    own = {module for module in modules if module.startswith("erp_admin/")}
    assert own
    assert own == flow_files()


QUERIES = frozenset(
    {"objects", "filter", "exclude", "get_or_create", "values_list", "annotate", "aggregate", "prefetch_related",
     "select_related", "select_for_update", "order_by", "save", "refresh_from_db", "exists", "count", "all", "first"}
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(flow_files()))
def test_a_flow_file_reads_as_its_mapping(name: str) -> None:
    """Rows, declarations and short rules: no query, so that planning many documents costs no more than planning one."""
    text = (ROOT / name).read_text()
    nodes = list(ast.walk(ast.parse(text)))
    assert len(text.splitlines()) <= 120
    long = [node.name for node in nodes if isinstance(node, ast.FunctionDef) and _length(node) > 10]
    assert long == []
    assert {node.attr for node in nodes if isinstance(node, ast.Attribute)} & QUERIES == set()


def _length(function: ast.FunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


@pytest.mark.parametrize("name", ["contract", "mapping", "records", "drift", "snapshot", "values", "field_maps"])
def test_contracts_say_what_they_take(name: str) -> None:
    """A contract that takes anything tells nobody what to hand over."""
    nodes = ast.walk(ast.parse((ROOT / f"integrations/delivery/{name}.py").read_text()))
    words = {node.id for node in nodes if isinstance(node, ast.Name)}
    assert "Any" not in words


@pytest.mark.parametrize("name", ["integrations/imports/contract.py", "integrations/mirror/sink.py"])
def test_a_contract_says_of_everything_what_it_is(name: str) -> None:
    names = {node.id for node in ast.walk(ast.parse((ROOT / name).read_text())) if isinstance(node, ast.Name)}
    assert "Any" not in names


def test_reading_a_list_knows_nothing_of_the_mirror() -> None:
    """Rows are handed to a sink, so that a document type can take a list into tables of its own."""
    readers = ("fetch", "pull", "recount", "deletions", "watermark", "list_states", "sink")
    others = {
        f"{name} imports {other}"
        for name in (f"integrations.mirror.{reader}" for reader in readers)
        for other in imported(modules()[name])
        if other in ("integrations.mirror.store", "integrations.models.ListItem") or "mirror.store." in other
    }
    assert others == set()
