"""Scoped managers refuse to work without a tenant, see only the current one, and the door across is written down."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from django_scopes.exceptions import ScopeError

from accounts.models import CrossTenantAccess, Tenant, User
from accounts.models.scoped import TenantModel
from accounts.tenancy import cross_tenant, current_tenant, tenant_scope
from erp_admin.models import Project


def tenant_models() -> list[type[TenantModel]]:
    from django.apps import apps

    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model.__name__)
def test_no_tenant_model_can_be_read_outside_a_tenant(model: type[TenantModel]) -> None:
    with pytest.raises(ScopeError):
        list(model.objects.all())


@pytest.mark.parametrize(
    "ask",
    [
        lambda projects: projects.exists(),
        lambda projects: projects.exclude(number="x").exists(),
        lambda projects: projects.distinct().exists(),
        lambda projects: projects.select_related("tenant").exists(),
        lambda projects: projects.defer("name").exists(),
        lambda projects: projects.contains(Project(pk=1)),
        lambda projects: projects.in_bulk(),
        lambda projects: projects.explain(),
        lambda projects: list(projects.raw("SELECT * FROM erp_admin_project")),
        lambda projects: projects.filter(number="x").update(name="y"),
        lambda projects: projects.filter(number="x").delete(),
        lambda projects: projects.get_or_create(number="x"),
    ],
)
def test_no_question_is_answered_outside_a_tenant(db: None, ask: Callable[[Any], Any]) -> None:
    with pytest.raises(ScopeError):
        ask(Project.objects)


def test_each_tenant_sees_its_own_rows(tenant: Tenant, other_tenant: Tenant) -> None:
    for owner in (tenant, other_tenant):
        with tenant_scope(owner):
            Project.objects.create(tenant=owner, number="24-001", name=f"Of {owner}", currency="USD")
    with tenant_scope(tenant):
        assert [project.name for project in Project.objects.all()] == ["Of Summit Ridge Builders"]
        assert current_tenant() == tenant
        with cross_tenant("test"):
            assert current_tenant() is None
    assert current_tenant() is None


def test_times_are_shown_in_the_tenants_zone(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        assert timezone.get_current_timezone_name() == "America/Denver"


def test_a_person_passing_the_door_is_recorded(tenant: Tenant, staff: User) -> None:
    with tenant_scope(tenant):
        Project.objects.create(tenant=tenant, number="24-001", name="Bridge", currency="USD")
    with cross_tenant("support admin", actor=staff, path="/admin/"):
        assert Project.objects.count() == 1
    row = CrossTenantAccess.objects.get()
    assert (row.actor, row.reason, row.path) == (staff, "support admin", "/admin/")


def test_a_machine_passing_the_door_leaves_a_log_line(db: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "accounts.tenancy"), cross_tenant("dispatcher"):
        assert Project.objects.count() == 0
    assert "cross-tenant access: dispatcher" in caplog.messages
    assert not CrossTenantAccess.objects.exists()
