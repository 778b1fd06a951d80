"""Issues: everything that keeps documents from Intacct, by cause, and what a person can do about each cause."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import TenantRequest, role_reason, role_required
from accounts.models import Role
from accounts.refusal import Refused
from accounts.sign_in.proof import proof_required
from accounts.ui.back import back_to
from accounts.ui.paging import PAGE_SIZE, page_of, pager
from erp_admin.documents.types import AnyType, document_types
from erp_admin.forms.issues import IssueForm
from erp_admin.issues.causes import Cause, documents_of
from erp_admin.issues.selectors import OpenIssue, issues_now, possible_owners, resolved_issues
from erp_admin.issues.service import (
    Retried,
    ignore_issue,
    look_after,
    restore_issue,
    retry,
    sync_what_it_needs,
)
from erp_admin.models import Issue
from erp_admin.views.document_pages import document_url, tenant_url
from erp_admin.views.document_push import tell
from erp_admin.views.issue_rows import issue_rows, own_reason, technical
from integrations.delivery.contract import push_flow
from integrations.delivery.requests import release_hold
from integrations.models import PushHold

OPEN, RESOLVED, IGNORED = TABS = ("open", "resolved", "ignored")
GONE: Final = "It is resolved: no document has this cause any more."
LOOKS_AFTER: Final = "Take on, note, snooze and ignore issues"


@require_GET
@role_required(Role.VIEWER)
def issues(request: TenantRequest) -> HttpResponse:
    now = issues_now()
    request.issues = now  # type: ignore[attr-defined]  # the navigation counts the same ones
    tab = request.GET.get("tab", OPEN)
    tab = tab if tab in TABS else OPEN
    resolved = resolved_issues(now)
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": [(OPEN, "Open", len(now.open)), (RESOLVED, "Resolved", resolved.count()),
                 (IGNORED, "Ignored", len(now.ignored))],
        "admin_reason": role_reason(request, Role.ADMIN),
        "reason": role_reason(request, Role.ACCOUNTANT),
    }  # fmt: skip
    if tab == RESOLVED:
        context["page"] = page_of(request, resolved, PAGE_SIZE)
    else:
        shown = now.open if tab == OPEN else now.ignored
        context["page"] = page_of(request, shown, PAGE_SIZE)  # type: ignore[arg-type]
        context["rows"] = issue_rows(request, context["page"])
        context["asleep"] = issue_rows(request, now.asleep) if tab == OPEN else []
    if tab == IGNORED:
        context["set_aside"] = _set_aside(request)
    return render(request, "erp_admin/issues.html", context)


def _set_aside(request: TenantRequest) -> list[tuple[str, int, str]]:
    """How many documents of each type are ignored themselves, with the list of them."""
    counted = ((each, each.model.objects.filter(approval="ignored").count()) for each in document_types())
    return [
        (each.noun if number == 1 else each.plural, number, f"{tenant_url(request, each.key)}?state=ignored")
        for each, number in counted
        if number
    ]


@require_http_methods(["GET", "POST"])
@role_required(Role.VIEWER)
def issue(request: TenantRequest, issue_key: str) -> HttpResponse:
    """One issue with its documents; posting keeps who looks after it, a note, and until when it may wait."""
    now = issues_now()
    request.issues = now  # type: ignore[attr-defined]
    found = now.find(issue_key)
    if found is None:
        return render(request, "erp_admin/issue_resolved.html", {"issue": get_object_or_404(Issue, key=issue_key)})
    if request.method == "POST":
        return _keep(request, request.tenant.slug, found)
    return _issue_page(request, found, _form(request, found))


def _form(request: TenantRequest, found: OpenIssue) -> IssueForm:
    stored = found.stored
    initial = {
        "owner": stored.owner_id if stored else None,
        "note": stored.note if stored else "",
        # A day that has come, or one that it came back before, is not chosen once more by saving a note.
        "snoozed_until": stored.snoozed_until if stored and found.is_asleep else None,
    }
    data = request.POST if request.method == "POST" else None
    return IssueForm(data, people=possible_owners(request.tenant), initial=initial)


@role_required(Role.ACCOUNTANT, may=LOOKS_AFTER)
def _keep(request: TenantRequest, found: OpenIssue) -> HttpResponse:
    form = _form(request, found)
    if form.is_valid():
        values = form.cleaned_data
        try:
            look_after(
                request.tenant, found.cause, owner=form.chosen_owner, note=values["note"],
                snoozed_until=values["snoozed_until"], by=request.user,
            )  # fmt: skip
        except Refused as refused:
            form.add_error("snoozed_until", str(refused))
        else:
            messages.success(request, "The issue was saved.")
            return redirect(tenant_url(request, "issues"))
    return _issue_page(request, found, form)


def _issue_page(request: TenantRequest, found: OpenIssue, form: IssueForm) -> HttpResponse:
    (row,) = issue_rows(request, [found])
    context = {
        "row": row,
        "form": form,
        "sections": [
            _section(request, found.cause, each) for each in document_types() if found.cause.counts.get(each.key)
        ],
        "technical": technical(found.cause),
        "admin_reason": role_reason(request, Role.ADMIN),
        "reason": role_reason(request, Role.ACCOUNTANT),
    }  # fmt: skip
    return render(request, "erp_admin/issue.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True)
class Section:
    """The documents of one type that an issue concerns, a page of them."""

    document_type: AnyType
    pager: Any
    rows: list[dict[str, Any]]


def _section(request: TenantRequest, cause: Cause, document_type: AnyType) -> Section:
    page = pager(request, documents_of(cause, document_type), document_type.key, PAGE_SIZE)
    rows = [
        {
            "document": document,
            "url": document_url(request, document_type, document),
            "reason": own_reason(cause, document),
            "currency": document_type.currency_of(document),
            "party": document_type.value_of(document, document_type.columns.vendor_name),
        }
        for document in page.page.object_list
    ]
    return Section(document_type, page, rows)


def _cause(issue_key: str) -> Cause | None:
    """The cause as it is now; None for one that is resolved. Raises Http404 for one that never was."""
    found = issues_now().find(issue_key)
    if found is None and not Issue.objects.filter(key=issue_key).exists():
        raise Http404("No such issue.")
    return found.cause if found else None


@require_POST
@role_required(Role.ACCOUNTANT, may="Retry what failed or was blocked, of a whole cause")
def retry_issue(request: TenantRequest, issue_key: str) -> HttpResponse:
    """Push again everything that a cause concerns: one press, one run for each type of documents."""
    cause = _cause(issue_key)
    if cause is None:
        return _gone(request)
    try:
        retried = retry(cause, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(tenant_url(request, "issues"))
    return _told(request, retried)


def _told(request: TenantRequest, retried: Retried) -> HttpResponse:
    for refused in retried.refused:
        messages.error(request, str(refused))
    for document_type, asked in retried.outcomes:
        tell(request, document_type, asked)
    if len(retried.runs) == 1:
        return redirect("run", tenant_slug=request.tenant.slug, number=retried.runs[0].run.number)
    return redirect(tenant_url(request, "issues"))


@require_POST
@role_required(Role.ACCOUNTANT, may="Sync lists")
def sync_for_issue(request: TenantRequest, issue_key: str) -> HttpResponse:
    """Sync exactly the lists that bring what was fixed in Intacct."""
    cause = _cause(issue_key)
    if cause is None:
        return _gone(request)
    try:
        started = sync_what_it_needs(cause, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(tenant_url(request, "issues"))
    if not started.is_new:
        text = "Another sync is under way. When it has ended, the issue is here still or resolved by it."
        messages.warning(request, text)
    return redirect("run", tenant_slug=request.tenant.slug, number=started.run.number)


@require_POST
@role_required(Role.ACCOUNTANT, may=LOOKS_AFTER)
def set_aside(request: TenantRequest, issue_key: str) -> HttpResponse:
    """Ignore an issue, or with `restore` count it again."""
    cause = _cause(issue_key)
    if request.POST.get("restore"):
        restore_issue(get_object_or_404(Issue, key=issue_key))
        messages.success(request, "The issue is among the open ones again.")
    elif cause is None:
        return _gone(request)
    else:
        ignore_issue(request.tenant, cause, by=request.user)
        messages.success(request, "The issue is ignored: it stands under Ignored until somebody restores it.")
    return redirect(tenant_url(request, "issues"))


def _gone(request: TenantRequest) -> HttpResponse:
    messages.info(request, GONE)
    return redirect(tenant_url(request, "issues"))


@require_POST
@role_required(Role.ADMIN, may="End a hold on pushing")
@proof_required
def release(request: TenantRequest, pk: int) -> HttpResponse:
    """Send again what was held: somebody has fixed the cause."""
    hold = get_object_or_404(PushHold.objects.select_related("connection"), pk=pk)
    title = capfirst(push_flow(hold.flow).plural)
    try:
        release_hold(hold, by=request.user)
    except Refused as refused:
        messages.error(request, f"The hold was ended, but nothing could be started. {refused}")
    else:
        messages.info(request, f"{title}: what was held is queued again. The sync history says what comes of it.")
    return redirect(back_to(request, tenant_url(request, "issues")))
