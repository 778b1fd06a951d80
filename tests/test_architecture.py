"""The house keeps its shape: who may import whom, and the few doors that only one module may use."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("config", "accounts", "integrations", "erp_admin")

FORBIDDEN = {
    "accounts": ("integrations", "erp_admin", "config"),
    "integrations": ("erp_admin", "config"),
    "erp_admin": ("config",),
    "integrations/intacct": ("django", "integrations.sandbox", "integrations.models", "accounts"),
    "integrations/sandbox": ("django", "integrations.intacct", "integrations.models", "accounts"),
}


def python_files(folder: str) -> list[Path]:
    return [path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
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


@pytest.mark.parametrize("folder", ["integrations/intacct", "integrations/sandbox"])
def test_the_protocol_packages_stand_alone(folder: str) -> None:
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
        ("django_scopes", {"accounts/tenancy.py"}),
        ("cryptography", {"accounts/crypto.py"}),
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
    ("library", "doors"), [("requests", set()), ("urllib3", set()), ("lxml", {"erp_admin/imports/xlsx_files.py"})]
)
def test_http_and_xml_stay_in_the_protocol_packages(library: str, doors: set[str]) -> None:
    """Workbooks that people upload are XML too; one module opens them."""
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
        "integrations/jobs.py",
        "integrations/management/commands/rotate_keys.py",
        "integrations/metrics.py",
        "integrations/probes.py",
        "integrations/retention.py",
        "integrations/usage_selectors.py",
    }


def test_the_engine_names_no_document_type() -> None:
    words = ("Project", "Commitment", "Contract", "Bill")
    wrong = [
        f"{path.relative_to(ROOT)} names {node.name}"
        for path in python_files("integrations/engine")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and node.name.startswith(words)
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
