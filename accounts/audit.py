"""Writes the audit trail: who acts now, what changed, and events that no change of a record shows.

Owns what an entry may hold. Decides neither what is audited (config/audit.py, document types) nor who may read it
(accounts.trail).
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC
from typing import Any, TypedDict

from auditlog.context import disable_auditlog
from auditlog.diff import model_instance_diff
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateTimeField, Field, ForeignKey, Model, QuerySet, TextChoices
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst

from accounts.event_kinds import require_registered
from accounts.models import AuditEntry, EventKind, Tenant, User
from accounts.request_log import request_id
from accounts.tenancy import current_tenant

NOBODY = "not logged in"
NOT_SHOWN = "not shown"
LONGEST_VALUE = 500
# A fence behind config/audit.py, which leaves such fields out.
_SECRET = re.compile("password|secret|token", re.IGNORECASE)
_NOT_TOLD = {"id", "tenant"}


class Change(TypedDict):
    """One thing that changed, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Origin:
    """Who acts. `person` is asked when an entry is written: within a request somebody may log in on the way."""

    person: Callable[[], User | None] = lambda: None
    label: str = ""
    remote_addr: str | None = None


_SYSTEM = Origin(label="system")
_ORIGIN: ContextVar[Origin] = ContextVar("audit_origin", default=_SYSTEM)


def audit_model(model: type[Model], *, without: Collection[str] = ()) -> None:
    """Keep what people change of this model's rows, but for these fields. At start, once for each model.

    Keys and the tenant tell nobody anything, and asking for them costs.
    """
    auditlog.register(model, exclude_fields=["id", "tenant", *without])


@contextmanager
def acting(origin: Origin) -> Iterator[None]:
    """Until the block ends, entries are of `origin`; its label, where it has one, is shown instead of the person."""
    token = _ORIGIN.set(origin)
    try:
        yield
    finally:
        _ORIGIN.reset(token)


def told_by_event() -> Any:
    """A block whose changes make no entries of their own: the event that follows tells them in better words."""
    return disable_auditlog()


def record_event(
    kind: TextChoices,
    text: str,
    *,
    about: Model | None = None,
    changes: Iterable[Change] = (),
    by: User | None = None,
    only_in: Collection[int | None] | None = None,
) -> list[AuditEntry]:
    """Write down what happened, in the trail of each tenant it belongs to. Never give it a secret.

    It belongs to the tenant of `about`, else to the current one; what is about a person outside any tenant belongs to
    all of theirs, or to those of `only_in`. `by` is who did it, where that is not the person of the request.
    """
    tenant_ids = _tenants_of(about)
    is_shared = _is_shared(about, tenant_ids)
    told, entries = list(changes), []
    for tenant_id in tenant_ids if only_in is None else only_in:
        is_kept_back = is_shared and tenant_id is not None
        entry = _entry(kind, tenant_id, about, text, told, by, is_shared=is_kept_back)
        entry.save(force_insert=True)
        entries.append(entry)
    return entries


def record_change(instance: Model, kind: TextChoices, changes: dict[str, Any]) -> AuditEntry | None:
    """Write down that a registered record was added, changed or removed. None when nothing a person knows changed."""
    told = [change for name, values in changes.items() if (change := _change(instance, name, *values)) is not None]
    if kind == EventKind.CHANGED and not told:
        return None
    entry = None
    tenant_ids = _tenants_of(instance)
    for tenant_id in tenant_ids:
        is_shared = _is_shared(instance, tenant_ids)
        entry = _entry(kind, tenant_id, instance, "", told, None, is_shared=is_shared)
        entry.save(force_insert=True)
    return entry


def record_many(stored: Iterable[tuple[Model | None, Model]]) -> None:
    """Write down rows that were stored by a statement for many, as if each had been saved: pairs of before and after.

    Before is None for a new row. Rows of a model that is not audited leave nothing.
    """
    trail: QuerySet[AuditEntry] = QuerySet(AuditEntry)
    entries = []
    for before, after in stored:
        if not auditlog.contains(type(after)):
            continue
        found = model_instance_diff(before, after, use_json_for_changes=True) or {}
        told = [change for name, values in found.items() if (change := _change(after, name, *values)) is not None]
        if told or (found and before is None):
            kind = EventKind.CREATED if before is None else EventKind.CHANGED
            tenant_ids = _tenants_of(after)
            is_shared = _is_shared(after, tenant_ids)
            entries += [_entry(kind, each, after, "", told, None, is_shared=is_shared) for each in tenant_ids]
    trail.bulk_create(entries, batch_size=500)


def _is_shared(about: Model | None, tenant_ids: list[int | None]) -> bool:
    """Whether it is about somebody of several companies: from where they act is no business of each of them."""
    return isinstance(about, User) and len(tenant_ids) > 1


def _entry(
    kind: TextChoices,
    tenant_id: int | None,
    about: Model | None,
    text: str,
    changes: list[Change],
    by: User | None,
    *,
    is_shared: bool,
) -> AuditEntry:
    require_registered(kind)
    origin = _ORIGIN.get()
    person = by or origin.person()
    through = origin.label if by is None or origin is not _SYSTEM else ""
    label = f"{by}, {through}" if by and through else through or (str(person) if person else NOBODY)
    return AuditEntry(
        tenant_id=tenant_id,
        kind=kind,
        actor=person,
        actor_label=label[:300],
        content_type=ContentType.objects.get_for_model(about) if about is not None else None,
        object_id=about.pk if about is not None and isinstance(about.pk, int) else None,
        object_label=str(about)[:300] if about is not None else "",
        text=text[:500],
        changes=changes,
        remote_addr=None if is_shared else origin.remote_addr,
        request_id=request_id(),
    )


def _tenants_of(about: Model | None) -> list[int | None]:
    if isinstance(about, Tenant):
        return [about.pk]
    if about is not None and getattr(about, "tenant_id", None) is not None:
        return [about.tenant_id]  # type: ignore[attr-defined]
    current = current_tenant()
    if current is not None:
        return [current.pk]
    if isinstance(about, User):
        return list(about.memberships.values_list("tenant_id", flat=True)) or [None]
    return [None]


def _change(instance: Model, name: str, before: Any, after: Any) -> Change | None:
    """A change in words; None for what is no news: keys, moments that are set by themselves, lists kept elsewhere."""
    try:
        field = instance._meta.get_field(name)
    except FieldDoesNotExist:
        return Change(label=name, before=_words(None, before), after=_words(None, after))
    is_automatic = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    if name in _NOT_TOLD or is_automatic or not isinstance(field, Field):
        return None
    label = capfirst(str(field.verbose_name))
    if _SECRET.search(name):
        return Change(label=label, before=NOT_SHOWN, after=NOT_SHOWN)
    if isinstance(field, ForeignKey):
        before, after = _named(instance, field, before), _named(instance, field, after)
    told = Change(label=label, before=_words(field, before), after=_words(field, after))
    return None if told["before"] == told["after"] else told


def _named(instance: Model, field: "ForeignKey[Any, Any]", pk: Any) -> str | None:
    """What a key leads to, in its own words; the key itself where that is gone. No question where it is at hand."""
    if pk is None:
        return None
    if getattr(instance, field.attname) == pk and field.is_cached(instance):
        return str(getattr(instance, field.name))
    return str(field.related_model._base_manager.filter(pk=pk).first() or pk)


def _words(field: "Field[Any, Any] | None", value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    choices = dict(field.flatchoices) if field is not None else {}
    if value in choices:
        return str(choices[value])
    text = str(value)
    if isinstance(field, DateTimeField) and (moment := parse_datetime(text)) is not None:
        # django-auditlog hands times over in UTC, without saying so; people read theirs.
        return f"{timezone.localtime(moment.replace(tzinfo=UTC)):%Y-%m-%d %H:%M:%S %Z}"
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
