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
OTHER_OWNERS = frozenset({"integrations/services/connection.py", "integrations/gateway.py"})


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


def test_planning_never_reads_drift() -> None:
    """What a push would write follows from what is here and what was sent; the facts of drift are for people."""
    planners = [
        "integrations/engine/push_plan.py",
        "erp_admin/flows/purchasing_update.py",
        "erp_admin/flows/purchasing.py",
    ]
    planners += ["erp_admin/flows/commitments.py", "erp_admin/flows/commitment_change_orders.py"]
    readers = [
        f"{name} reads {node.attr}"
        for name in planners
        for node in ast.walk(ast.parse((ROOT / name).read_text()))
        if isinstance(node, ast.Attribute) and node.attr in DRIFT_FACTS
    ]
    assert readers == []
