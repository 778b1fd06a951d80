"""Issues as pages show them: what they concern in words, where they are fixed, what is offered to be done.

Presentation only; which issues there are is decided in erp_admin.issues.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst, get_text_list

from accounts import codes
from accounts.access import TenantRequest
from accounts.codes import NO_LINK, Link
from accounts.ui.shown import ShownState
from erp_admin.documents.types import AnyType, document_types, type_for
from erp_admin.issues.causes import STATES, Cause, Source
from erp_admin.issues.selectors import OpenIssue
from erp_admin.issues.service import RETRIED
from erp_admin.views.document_pages import document_url, is_at_a_document, tenant_url, where_to_fix
from integrations.codes import CONNECTION
from integrations.lists import KINDS
from integrations.models import Push, PushState
from integrations.models.states import shown
from integrations.settings.declared import all_settings

_LABELS: Final = {kind.key: kind.label for kind in KINDS}


@dataclass(frozen=True)
class IssueRow:
    """`sample` is one of the documents with its address; `more` how many there are besides. `sync` names the lists that
    a sync helps with, `retried` what is pushed again; "" where that does not help."""

    issue: OpenIssue
    title: str
    state: ShownState
    kinds: str
    sample: tuple[Any, str] | None
    own_reason: str
    more: int
    fix: Link
    field: str
    sync: str
    retried: str
    url: str

    @property
    def sentence(self) -> str:
        """Of a hold in general words: what Intacct answered stands among the technical details."""
        known = codes.declared(self.cause.code) if self.cause.source == Source.HELD else None
        return ended(known.title if known else self.cause.sentence)

    @property
    def cause(self) -> Cause:
        return self.issue.cause


def issue_rows(request: TenantRequest, issues: Iterable[OpenIssue]) -> list[IssueRow]:
    """In one question for each type of documents, however many issues there are."""
    found = list(issues)
    samples = _samples(found)
    return [_row(request, issue, samples) for issue in found]


def _samples(issues: list[OpenIssue]) -> Mapping[tuple[str, int], Any]:
    """The first document of each cause, of the first type that it concerns."""
    wanted: dict[str, set[int]] = {}
    for issue in issues:
        if (first := _first(issue.cause)) is not None:
            wanted.setdefault(first[0], set()).add(first[1])
    return {
        (key, pk): document
        for key, keys in wanted.items()
        for pk, document in type_for(key)
        .model.objects.select_related(*type_for(key).columns.related)
        .in_bulk(sorted(keys))
        .items()
    }


def _first(cause: Cause) -> tuple[str, int] | None:
    return next(((each.key, cause.samples[each.key]) for each in document_types() if each.key in cause.samples), None)


def _row(request: TenantRequest, issue: OpenIssue, samples: Mapping[tuple[str, int], Any]) -> IssueRow:
    cause, first = issue.cause, _first(issue.cause)
    document = samples.get(first) if first else None
    document_type = type_for(first[0]) if first else None
    sample, fix = None, NO_LINK
    if document is not None and document_type is not None:
        sample = (document, document_url(request, document_type, document))
        if not (cause.count > 1 and is_at_a_document(cause.code)):
            fix = where_to_fix(request, document_type, cause.code, document)
    if cause.source == Source.HELD:
        fix = codes.where_to_fix(cause.code, request.tenant.slug, otherwise=CONNECTION)
        fix = fix if fix.url else codes.link_to(CONNECTION, request.tenant.slug)
    return IssueRow(
        issue,
        _title(cause),
        shown(STATES[cause.source]),
        kinds_in_words(cause.counts),
        sample,
        own_reason(cause, document) if document is not None and cause.count == 1 else "",
        max(cause.count - 1, 0),
        fix,
        field_in_words(cause),
        get_text_list([_LABELS[key].lower() for key in issue.lists if key in _LABELS], "and"),
        _retried(cause),
        tenant_url(request, "issue", issue_key=cause.key),
    )


def _retried(cause: Cause) -> str:
    """What failed is pushed again; of what is blocked, that which was fixed since."""
    if cause.source not in RETRIED:
        return ""
    if cause.source == Source.BLOCKED:
        return "Try again" if cause.count == 1 else f"Try all {cause.count:,} again"
    return "Retry" if cause.count == 1 else f"Retry all {cause.count:,}"


def _title(cause: Cause) -> str:
    if cause.source == Source.HELD:
        return f"{capfirst(type_for(cause.field_name).plural)} are on hold"
    return ended(cause.sentence)


def ended(sentence: str) -> str:
    """With a full stop: what Intacct says comes without one at times."""
    return sentence if sentence.endswith((".", "!", "?", "”")) else f"{sentence}."


def kinds_in_words(counts: Mapping[str, int]) -> str:
    """Each type with how many documents there are of it."""
    named = [
        f"{counts[each.key]:,} {each.noun if counts[each.key] == 1 else each.plural}"
        for each in document_types()
        if counts.get(each.key)
    ]
    return get_text_list(named, "and")


def own_reason(cause: Cause, document: Any) -> str:
    """What the document alone has to say of it, where the cause is said in general."""
    own = {Source.DIFFERS: document.difference, Source.REVIEW: document.approval_reason}
    return str(own.get(cause.source, ""))


def field_in_words(cause: Cause) -> str:
    """What people call the field of a cause; "" for a value that Intacct named in place of a field."""
    name = cause.field_name
    if cause.source not in (Source.BLOCKED, Source.FAILED) or not name:
        return ""
    for document_type in document_types():
        if document_type.key in cause.counts and (label := _label(document_type, name)):
            return label
    return next((setting.label for setting in all_settings() if setting.key == name), "")


def _label(document_type: AnyType, name: str) -> str:
    models = [document_type.model, *([document_type.lines.model] if document_type.lines else [])]
    for model in models:
        try:
            return str(model._meta.get_field(name).verbose_name)
        except FieldDoesNotExist:
            continue
    return ""


def technical(cause: Cause) -> list[tuple[str, str]]:
    """What support asks for: code, field, and what Intacct answered of the first document."""
    is_hold = cause.source == Source.HELD
    told = [
        ("Code", cause.code),
        ("Field", "" if is_hold else cause.field_name),
        ("Answer", cause.sentence if is_hold else ""),
    ]
    first = _first(cause)
    if cause.source == Source.FAILED and first is not None:
        failed = Push.objects.filter(flow=first[0], document_id=first[1], state=PushState.FAILED).order_by("-pk")
        told.append(("Answer", failed.values_list("error_detail", flat=True).first() or ""))
    return [(name, text) for name, text in told if text]
