"""The house keeps its shape: who may import whom, and the few doors that only one module may use."""

import ast
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
    ("library", "doors"), [("requests", set()), ("urllib3", set()), ("lxml", {"erp_admin/uploads/formats/xlsx.py"})]
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
        "integrations/operations/metrics.py",
        "integrations/operations/probes.py",
        "integrations/operations/retention.py",
        "integrations/usage/selectors.py",
    }


def test_the_engine_names_no_document_type() -> None:
    words = ("Project", "Commitment", "Contract", "Bill")
    wrong = [
        f"{path.relative_to(ROOT)} names {node.name}"
        for folder in ("integrations/runs", "integrations/mirror", "integrations/delivery")
        for path in python_files(folder)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and node.name.startswith(words)
    ]
    assert wrong == []
