"""In a tenant's scope nothing of another tenant is written or read, by any way the ORM has, of any model there is."""

import datetime
import itertools
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, models, transaction
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django_scopes.exceptions import ScopeError
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from accounts.models import AuditEntry, EventKind, Invitation, Membership, Tenant, User
from accounts.models.scoped import TenantModel, WrongTenant
from accounts.tenancy import cross_tenant, tenant_scope
from erp_admin.models import Commitment, Project
from integrations.models import Connection, ConnectionState, SyncRun

MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel)]
_NUMBERS = itertools.count(1)
OF_EACH = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
PAIRS = [
    (model, field)
    for model in MODELS
    for field in model._meta.concrete_fields
    if isinstance(field, models.ForeignKey) and issubclass(field.related_model, TenantModel)
]
OF_EACH_KEY = pytest.mark.parametrize(
    ("model", "field"), PAIRS, ids=lambda part: part.__name__ if isinstance(part, type) else part.name
)


def value_for(field: Any) -> Any:
    if field.choices:
        return field.flatchoices[0][0]
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.DateTimeField):
        return datetime.datetime(2026, 3, 4, tzinfo=datetime.UTC)
    if isinstance(field, models.DateField):
        return datetime.date(2026, 3, 4)
    if isinstance(field, models.TimeField):
        return datetime.time(6)
    if isinstance(field, models.IntegerField):
        return next(_NUMBERS)
    if isinstance(field, models.DecimalField | models.FloatField):
        return 1
    if isinstance(field, models.JSONField):
        return {}
    if isinstance(field, models.BinaryField):
        return b"x"
    return uuid.uuid4().hex[: getattr(field, "max_length", None) or 32]


def built(model: Any, tenant: Tenant, **given: Any) -> Any:
    """A row that could be stored, of this tenant, with what it must lead to stored."""
    values: dict[str, Any] = {"tenant": tenant}
    if model is Connection:
        values["state"] = ConnectionState.DISCONNECTED  # of which there can be many
    for field in model._meta.concrete_fields:
        if field.name in {*values, *given} or (field.primary_key and not field.remote_field):
            continue
        if field.null or field.has_default() or (field.blank and not field.remote_field):
            continue
        if field.remote_field:
            values[field.name] = stored(field.related_model, tenant)
        else:
            values[field.name] = value_for(field)
    return model(**{**values, **given})


def stored(model: Any, tenant: Tenant, **given: Any) -> Any:
    if model is AuditEntry:
        return AuditEntry.objects.create(tenant=tenant, kind=EventKind.LOG_IN)
    if model is Membership:
        return Membership.objects.create(tenant=tenant, user=stored(User, tenant))
    if not issubclass(model, TenantModel):
        return model.objects.create(**{f.name: value_for(f) for f in model._meta.concrete_fields if not f.primary_key})
    with tenant_scope(tenant):
        row = built(model, tenant, **given)
        row.save(force_insert=True)
    return row


def everything(model: Any) -> list[dict[str, Any]]:
    """All rows of all tenants, as they are stored."""
    with cross_tenant("test"):
        return list(models.QuerySet(model).order_by("pk").values())


def a_field(model: Any) -> Any:
    """One that can be written over without breaking anything."""
    return next(f for f in model._meta.concrete_fields if f.name != "tenant" and not f.primary_key)


def writes_of(row: Any, own: Tenant) -> dict[str, Callable[[], Any]]:
    """Each way of writing over, adding or removing a row of another tenant."""
    model, field = type(row), a_field(type(row)).attname
    fresh = partial(built, model, row.tenant, **{f.name: getattr(row, f.name) for f in _required_keys(model)})

    def stolen() -> None:
        copy = model(**{f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields})
        copy.tenant = own
        copy.save(force_update=True)

    return {
        "save": lambda: row.save(),
        "save some fields": lambda: row.save(update_fields=[a_field(model).name]),
        "save_base": lambda: row.save_base(),
        "add": lambda: fresh().save(force_insert=True),
        "create": lambda: model.objects.create(
            **{f.name: getattr(fresh(), f.name) for f in model._meta.concrete_fields if not f.primary_key}
        ),
        "bulk_create": lambda: model.objects.bulk_create([fresh()]),
        "bulk_create, lenient": lambda: model.objects.bulk_create([fresh()], ignore_conflicts=True),
        "base bulk_create": lambda: model._base_manager.bulk_create([fresh()]),
        "bulk_update": lambda: model.objects.bulk_update([row], [field.removesuffix("_id")]),
        "delete": lambda: row.delete(),
        "steal": stolen,
        "give away": lambda: model.objects.update(tenant=row.tenant),
        "give away by key": lambda: model.objects.update(tenant_id=row.tenant_id),
        "raw": lambda: list(model.objects.raw(f"SELECT * FROM {model._meta.db_table}")),  # noqa: S608
    }


def _required_keys(model: Any) -> list[Any]:
    return [f for f in model._meta.concrete_fields if f.remote_field and f.name != "tenant" and (not f.null)]


@OF_EACH
def test_a_row_of_another_tenant_is_never_written(model: Any, tenant: Tenant, other_tenant: Tenant) -> None:
    row = stored(model, other_tenant)
    before = everything(model)
    with tenant_scope(tenant):
        for way, write in writes_of(row, tenant).items():
            with transaction.atomic():
                # What was made one's own and is looked for among one's own rows is not found there.
                expected = (DatabaseError, ScopeError) if way == "steal" else ScopeError
                with pytest.raises(expected):
                    write()
                transaction.set_rollback(True)
    assert everything(model) == before


@OF_EACH
def test_questions_and_updates_meet_own_rows_only(model: Any, tenant: Tenant, other_tenant: Tenant) -> None:
    row = stored(model, other_tenant)
    before, field = everything(model), a_field(model)
    with tenant_scope(tenant):
        for manager in (model.objects, model._base_manager, model._default_manager):
            assert not manager.filter(pk=row.pk).exists()
            assert manager.filter(pk=row.pk).update(**{field.attname: models.F(field.attname)}) == 0
            assert manager.filter(pk=row.pk).delete()[0] == 0
            with pytest.raises(model.DoesNotExist):
                manager.get(pk=row.pk)
        with pytest.raises(model.DoesNotExist):
            row.refresh_from_db()
    assert everything(model) == before


@OF_EACH
def test_nothing_is_written_outside_a_tenant(model: Any, other_tenant: Tenant) -> None:
    row = stored(model, other_tenant)
    before = everything(model)
    for way, write in writes_of(row, other_tenant).items():
        with pytest.raises(ScopeError):
            assert write() is way, "it went through outside a tenant"
    assert everything(model) == before


@OF_EACH
def test_behind_the_door_across_tenants_rows_are_written(model: Any, other_tenant: Tenant) -> None:
    row = stored(model, other_tenant)
    with cross_tenant("test"):
        row.save()
        assert row.delete()[0] >= 1


@OF_EACH_KEY
def test_no_key_leads_to_another_tenant(
    model: Any, field: "models.ForeignKey[Any, Any]", tenant: Tenant, other_tenant: Tenant
) -> None:
    """Given as a row or as a bare key, of one row or of many."""
    foreign = stored(field.related_model, other_tenant)
    own_row = stored(model, tenant)
    before = everything(model)
    by_row, by_key = {field.name: foreign}, {field.attname: getattr(foreign, field.target_field.attname)}
    with tenant_scope(tenant):
        for given_ in (by_row, by_key):
            for name, value in given_.items():
                changed = model.objects.get(pk=own_row.pk)
                setattr(changed, name, value)
                if not field.primary_key:
                    for write in (
                        changed.save,
                        partial(changed.save, update_fields=[field.name]),
                        partial(model.objects.bulk_update, [changed], [field.name]),
                        partial(model.objects.filter(pk=own_row.pk).update, **given_),
                    ):
                        with pytest.raises(WrongTenant):
                            write()
            new = built(model, tenant, **{field.name: foreign})
            if given_ is by_key:
                new = built(model, tenant)
                setattr(new, field.attname, by_key[field.attname])
            with pytest.raises(WrongTenant):
                new.save(force_insert=True)
            with pytest.raises(WrongTenant):
                model.objects.bulk_create([new])
    assert [row for row in everything(model) if row[model._meta.pk.attname] == own_row.pk] == [
        row for row in before if row[model._meta.pk.attname] == own_row.pk
    ]


def test_a_key_that_leads_astray_is_not_followed(tenant: Tenant, other_tenant: Tenant) -> None:
    """As a row that was written by hand in the database."""
    run = stored(SyncRun, other_tenant)
    mine = stored(Connection, tenant)
    with cross_tenant("test"):
        SyncRun.objects.filter(pk=run.pk).update(tenant=tenant)
    with tenant_scope(tenant):
        found = SyncRun.objects.get(pk=run.pk)
        with pytest.raises(Connection.DoesNotExist):
            assert found.connection != mine


def test_related_managers_write_no_foreign_row(tenant: Tenant, other_tenant: Tenant) -> None:
    mine, theirs = stored(Connection, tenant), stored(SyncRun, other_tenant)
    foreign = stored(Connection, other_tenant)
    before = everything(SyncRun)
    with tenant_scope(tenant):
        mine.runs.add(theirs)
        assert everything(SyncRun) == before
        for write in (
            lambda: mine.runs.add(theirs, bulk=False),
            lambda: foreign.runs.create(tenant=tenant, number=1, flow="lists", title="Sync"),
            lambda: foreign.runs.get_or_create(tenant=tenant, number=1, defaults={"flow": "lists", "title": "Sync"}),
            lambda: SyncRun.objects.update_or_create(number=1, defaults={"tenant": other_tenant}),
            lambda: SyncRun.objects.update_or_create(
                number=1, create_defaults={"tenant": tenant, "connection": foreign, "flow": "lists"}
            ),
        ):
            with pytest.raises((ScopeError, IntegrityError)), transaction.atomic():
                write()
    assert everything(SyncRun) == before


def test_a_conflict_never_writes_over_a_row_of_another_tenant(tenant: Tenant, other_tenant: Tenant) -> None:
    theirs = stored(Project, other_tenant, name="Theirs")
    with tenant_scope(tenant):
        taken = built(Project, tenant, name="Taken", number="1")
        taken.pk = theirs.pk
        with pytest.raises(WrongTenant):
            Project.objects.bulk_create(
                [taken], update_conflicts=True, unique_fields=["id"], update_fields=["name", "tenant"]
            )
    assert [row["name"] for row in everything(Project)] == ["Theirs"]


def test_rows_read_without_their_tenant_are_asked_about_together(tenant: Tenant) -> None:
    """As a run takes the records it is to import, of which there may be tens of thousands."""
    with tenant_scope(tenant):
        wanted = [built(Commitment, tenant, project=stored(Project, tenant)) for _ in range(3)]
        projects = {project.pk: project for project in Project.objects.only("name")}
        for commitment in wanted:
            commitment.project = projects[commitment.project_id]
        with CaptureQueriesContext(database) as asked:
            Commitment.objects.bulk_create(wanted)
    about_projects = [query for query in asked if 'FROM "erp_admin_project"' in query["sql"]]
    assert len(about_projects) == 1


def test_a_door_within_a_scope_closes_again(tenant: Tenant, other_tenant: Tenant) -> None:
    row = stored(Invitation, other_tenant)
    with tenant_scope(tenant):
        with cross_tenant("test"):
            row.save()
        with pytest.raises(WrongTenant):
            row.save()
        with tenant_scope(other_tenant):
            row.save()
        with pytest.raises(WrongTenant):
            row.delete()


def test_no_model_has_rows_between_that_belong_to_nobody(db: None) -> None:
    """The rows between many and many are of a model of their own, without a tenant; so there are none of those."""
    assert [field for model in MODELS for field in model._meta.local_many_to_many] == []


def test_anybody_adds_to_the_trail_and_reads_its_own(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(tenant):
        AuditEntry.objects.create(tenant=other_tenant, kind=EventKind.LOG_IN)
        assert not AuditEntry.objects.filter(tenant=other_tenant).exists()


@examples(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 13)), max_size=12))
def test_whatever_is_done_in_turn_each_tenant_keeps_its_rows(
    tenant: Tenant, other_tenant: Tenant, steps: list[tuple[bool, int]]
) -> None:
    """Writes of the other one's row, in turns: nothing is added, changed or removed."""
    owners = (tenant, other_tenant)
    with transaction.atomic():  # each example leaves nothing to the next
        rows = {owner.pk: stored(Commitment, owner) for owner in owners}
        before = everything(Commitment)
        for first, number in steps:
            me, they = owners if first else owners[::-1]
            ways = list(writes_of(rows[they.pk], me).values())
            with tenant_scope(me), pytest.raises((DatabaseError, ScopeError)), transaction.atomic():
                ways[number % len(ways)]()
        assert everything(Commitment) == before
        transaction.set_rollback(True)
