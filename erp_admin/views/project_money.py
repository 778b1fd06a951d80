"""The money of a project: what is committed on it, and where its documents stand, each row leading to their list.

Presentation only.
"""

from dataclasses import dataclass
from decimal import Decimal

from accounts.access import TenantRequest
from accounts.ui.shown import ShownState
from erp_admin.documents.of_project import StateSum, TypeSums, sums_of_project
from erp_admin.models import Project
from erp_admin.views.document_pages import tenant_url


@dataclass(frozen=True)
class ProjectFigure:
    label: str
    currency: str
    amount: Decimal
    is_result: bool = False


@dataclass(frozen=True)
class StateRow:
    state: ShownState
    count: int
    total: Decimal
    currency: str
    url: str


@dataclass(frozen=True)
class TypePart:
    title: str
    count: int
    url: str
    rows: list[StateRow]


@dataclass(frozen=True)
class ProjectMoney:
    """`figures` are empty while nothing is agreed on the project."""

    figures: list[ProjectFigure]
    types: list[TypePart]


def money_of(request: TenantRequest, project: Project) -> ProjectMoney:
    sums = sums_of_project(project.pk)
    return ProjectMoney(_figures(project, sums), [_part(request, project, each) for each in sums])


def _figures(project: Project, sums: list[TypeSums]) -> list[ProjectFigure]:
    """What was agreed by type and what that comes to, one set for each currency."""
    committing = [each for each in sums if each.document_type.commits]
    found = []
    for currency in sorted({currency for each in committing for currency in each.agreed}):
        parts = [
            ProjectFigure(f"Approved {each.document_type.plural}", currency, each.agreed[currency])
            for each in committing
            if currency in each.agreed
        ]
        total = sum((part.amount for part in parts), Decimal(0))
        found += parts if len(parts) > 1 else []
        found.append(ProjectFigure("Committed", currency, total, is_result=True))
    return found


def _part(request: TenantRequest, project: Project, sums: TypeSums) -> TypePart:
    base = f"{tenant_url(request, sums.document_type.key)}?project={project.pk}"
    rows = [_row(each, base) for each in sums.states]
    return TypePart(sums.document_type.title, sums.count, base, rows)


def _row(each: StateSum, base: str) -> StateRow:
    return StateRow(each.state, each.count, each.total, each.currency, f"{base}&state={each.state.value}")
