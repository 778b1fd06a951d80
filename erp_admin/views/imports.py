"""ERP Admin → Import: upload a file, look at what it would do, match its names, confirm.

Views authorize, read the form, make one call, say what came of it, and redirect. Rules live in services and imports.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import TenantRequest, background, role_required
from accounts.bodies import takes_files
from accounts.exports import recorded
from accounts.models import Role, Tenant
from accounts.refusal import Refused
from accounts.ui.filters import counted_filter, is_filtered
from accounts.ui.paging import page_of
from accounts.ui.pk import read_pk
from erp_admin.documents.effects import sentences
from erp_admin.documents.types import parent_type_of
from erp_admin.forms.imports import MatchesForm, ReadingForm, UploadForm, options_of
from erp_admin.models import IMPORTABLE, IMPORTED, ImportDraft, ImportState, MatchKind
from erp_admin.uploads import exports, selectors
from erp_admin.uploads import matches as import_matches
from erp_admin.uploads import service as services
from erp_admin.uploads.choices import choices
from erp_admin.uploads.kinds import file_types, type_of_draft, upload_for
from erp_admin.uploads.readings import told
from erp_admin.uploads.resolving import Resolver, vendor_text
from integrations.gateway.access import live_connection, require_connection, why_not_sync
from integrations.models import SyncRun

MATCHES_PER_PAGE = 25
EFFECTS_SHOWN = 50  # of one document; the gravest stand first
PICKED_AT_ONCE = 50
LONGEST_SEARCH = 100
TEMPLATES = {
    "csv": (exports.template_csv, "text/csv; charset=utf-8"),
    "xlsx": (exports.template_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@require_http_methods(["GET", "POST"])
@takes_files
@role_required(Role.ACCOUNTANT, may="Import documents from files")
def upload(request: TenantRequest) -> HttpResponse:
    """Choose a file; and the files taken in before."""
    kind = request.GET.get("kind", "")
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm(kind=kind)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        file = given["file"]
        try:
            draft = services.take_in(
                request.tenant, given["kind"], file.name, file.read(), form.stated, by=request.user
            )
        except Refused as refused:
            form.add_error("file", str(refused))
        else:
            return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=draft.pk)
    context = {
        "form": form,
        "page": _files(request),
        "kinds": [(each, upload_for(each.key).columns) for each in file_types()],
    }
    return render(request, "erp_admin/import_upload.html", context, status=422 if form.errors else 200)


def _files(request: TenantRequest) -> Any:
    """A page of the files read before, each with what it holds."""
    page: Any = page_of(request, selectors.counted_drafts(), 20)
    for file in page.object_list:
        file.title = type_of_draft(file).title
    return page


@require_GET
@role_required(Role.ACCOUNTANT, may="Import documents from files")
def template(request: TenantRequest, kind: str, form: str) -> HttpResponse:
    """An empty file with the columns and one example."""
    if kind not in {each.key for each in file_types()} or form not in TEMPLATES:
        raise Http404("There is no such template.")
    make, content_type = TEMPLATES[form]
    response = HttpResponse(make(kind), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{kind}-template.{form}"'
    return response


@require_GET
@role_required(Role.ACCOUNTANT, may="Import documents from files")
def draft(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """What importing the file would do, document by document; afterwards, what became of each."""
    found = _draft(draft_pk)
    if not found.is_read:
        return render(request, "erp_admin/import_reading.html", _unread_context(request, found))
    document_type = type_of_draft(found)
    counts = selectors.state_counts(found)
    states = [(state.value, str(state.label)) for state in ImportState if state.value in counts]
    ready = sum(counts.get(state, 0) for state in IMPORTABLE)
    imported = sum(counts.get(state, 0) for state in IMPORTED)
    context = {
        "draft": found,
        "document_type": document_type,
        "documents": sum(counts.values()),
        "ready": ready,
        "imported": imported,
        "unusable": sum(counts.get(state, 0) for state in exports.UNUSABLE),
        "undecided": selectors.undecided_count(found),
        "has_matches": found.matches.exists(),
        "sums": _sums(request.tenant, found),
        "told": told(found),
        "reading_form": ReadingForm(found) if selectors.can_be_read_again(found) else None,
        "filters": [counted_filter(request, "State", "state", states, counts)],
        "filtered": is_filtered(request, ("state", "q")),
        "page": _documents(request, found),
        "why_not": str(why_not_sync(live_connection()) or ""),
    }
    return render(request, "erp_admin/import_draft.html", context)


def _documents(request: TenantRequest, found: ImportDraft) -> Any:
    """A page of the file's documents, each with its vendor as matched."""
    page: Any = page_of(request, selectors.documents_of(found, request.GET.dict()))
    vendors = selectors.vendors_of(found)
    for entry in page.object_list:
        entry.vendor_match = vendors.get(vendor_text(entry.head), "")
        effects = sentences(entry.effects)
        entry.told, entry.more_told = effects[:EFFECTS_SHOWN], max(len(effects) - EFFECTS_SHOWN, 0)
    return page


@require_GET
@role_required(Role.ACCOUNTANT, may="Import documents from files")
@background
def progress(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """The part of a file's page that changes while it is read; at the end the page is asked for as a whole."""
    found = _draft(draft_pk)
    if not found.is_being_read:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "erp_admin/import_progress.html", _unread_context(request, found))


def _unread_context(request: TenantRequest, found: ImportDraft) -> dict[str, Any]:
    """What is known of a file that is not read: how far it is, or why it cannot be."""
    address = reverse("commitment_import_progress", kwargs={"tenant_slug": request.tenant.slug, "draft_pk": found.pk})
    return {
        "draft": found,
        "document_type": type_of_draft(found),
        "run": found.reading_run,
        "step": selectors.reading_step(found),
        "poll_url": address if found.is_being_read else "",
        "reading_form": ReadingForm(found) if selectors.can_be_read_again(found) else None,
    }


@require_POST
@role_required(Role.ACCOUNTANT, may="Import documents from files")
def read(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """Read the file again, as a person says it is written."""
    found = _draft(draft_pk)
    form = ReadingForm(found, request.POST)
    if not form.is_valid():
        messages.error(request, "Choose from what is offered. The file was not read again.")
    else:
        try:
            found = services.read_again(found, form.stated, by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            words = "was read again" if found.is_read else "is being read again"
            messages.success(request, f"{found.file_name} {words}. Nothing has been imported from it.")
    return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=draft_pk)


def _sums(tenant: Tenant, found: ImportDraft) -> list[tuple[str, Any]]:
    """What is ready, by currency; where the file cannot say it, the documents are in that of what they belong to."""
    sums = selectors.ready_sums(found)
    if "currency" not in {column.key for column in upload_for(found.kind).columns}:
        return [("", total) for total in sums.values()]
    by_currency: dict[str, Any] = {}
    for currency, total in sums.items():
        named = currency or tenant.base_currency
        by_currency[named] = by_currency.get(named, 0) + (total or 0)
    return sorted(by_currency.items())


@require_http_methods(["GET", "POST"])
@role_required(Role.ACCOUNTANT, may="Import documents from files")
def matches(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """What each name of the file stands for: undecided ones first."""
    found = _draft(draft_pk)
    page = page_of(request, selectors.matches_of(found, request.GET.dict()), MATCHES_PER_PAGE)
    if request.method == "POST":
        posted = [pk for text in request.POST.getlist("match") if (pk := read_pk(text)) is not None]
        form = MatchesForm(found, found.matches.filter(pk__in=posted[: MATCHES_PER_PAGE * 2]), request.POST)
        if form.is_valid():
            try:
                changed = import_matches.choose_matches(found, form.chosen, by=request.user)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                return _after_matching(request, found, changed)
    else:
        form = MatchesForm(found, page.object_list)
    context = {
        "draft": found,
        "form": form,
        "page": page,
        "document_type": type_of_draft(found),
        "parent_type": parent_type_of(type_of_draft(found)),
        "undecided": selectors.undecided_count(found),
        "all": found.matches.count(),
        "only_undecided": request.GET.get("show") == selectors.UNDECIDED,
    }
    return render(request, "erp_admin/import_matches.html", context, status=422 if form.errors else 200)


def _after_matching(request: TenantRequest, found: ImportDraft, changed: int) -> HttpResponse:
    left = selectors.undecided_count(found)
    saved = f"{changed:,} match{'' if changed == 1 else 'es'} saved." if changed else "Nothing was changed."
    if left:
        messages.info(request, f"{saved} {left:,} name{'' if left == 1 else 's'} still to decide.")
        return redirect("match_commitment_import", tenant_slug=request.tenant.slug, draft_pk=found.pk)
    messages.success(request, f"{saved} Every name is decided.")
    return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=found.pk)


@require_POST
@role_required(Role.ACCOUNTANT, may="Import documents from files")
def match_again(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """Look once more for undecided names, and at what is here now: lists were synced, documents changed."""
    found = _draft(draft_pk)
    try:
        import_matches.match_again(found)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        counts = selectors.state_counts(found)
        ready = sum(counts.get(state, 0) for state in IMPORTABLE)
        messages.info(request, f"Checked again: {ready:,} of {sum(counts.values()):,} documents are ready.")
    return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=found.pk)


@require_GET
@role_required(Role.ACCOUNTANT, may="Import documents from files")
def pick(request: TenantRequest, draft_pk: int, match_pk: int) -> HttpResponse:
    """What the picker of a name offers for the words typed: what is similar before anything is typed."""
    found = _draft(draft_pk)
    match = get_object_or_404(found.matches, pk=match_pk)
    words = request.GET.get("q", "")[:LONGEST_SEARCH]
    project = Resolver(found).project_of_scope(match.scope) if match.kind == MatchKind.COST_CODE else None
    records = choices(live_connection(), MatchKind(match.kind), words, project, PICKED_AT_ONCE + 1)
    options: dict[str, dict[str, Any]] = {}
    if not words:
        options = {value: {"value": value, "text": text} for value, text in options_of(match)}
    for record in records[:PICKED_AT_ONCE]:
        options.setdefault(record.value, {"value": record.value, "text": record.label})
    listed = list(options.values())
    if len(records) > PICKED_AT_ONCE:
        more = f"Only the first {PICKED_AT_ONCE} are shown. Type more of the id or name to narrow the list."
        listed.append({"value": "…", "text": more, "disabled": True})
    return JsonResponse(listed, safe=False)


@require_POST
@role_required(Role.ACCOUNTANT, may="Import documents from files")
def confirm(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """Import what is ready, as a run."""
    found = _draft(draft_pk)
    try:
        run: SyncRun = services.confirm(require_connection(), found, by=request.user).run
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=found.pk)
    messages.info(request, f"Run {run.number} imports the {type_of_draft(found).plural} of {found.file_name}.")
    return redirect("run", tenant_slug=request.tenant.slug, number=run.number)


@require_POST
@role_required(Role.ACCOUNTANT, may="Import documents from files")
def discard(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """Remove a file of which nothing was imported."""
    found = _draft(draft_pk)
    try:
        services.discard(found)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=found.pk)
    messages.success(request, f"{found.file_name} was discarded. Nothing was imported from it.")
    return redirect("commitment_imports", tenant_slug=request.tenant.slug)


@require_GET
@role_required(Role.ACCOUNTANT, may="Import documents from files")
def problems(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """The rows that were not imported as a file to correct and upload again."""
    found = _draft(draft_pk)
    # At most as large as the file that was uploaded, with a sentence per row that is wrong.
    lines = recorded(f"Problems of {found.file_name} as CSV", exports.problem_file(found))
    response = HttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="problems-{found.pk}.csv"'
    return response


def _draft(draft_pk: int) -> ImportDraft:
    return get_object_or_404(selectors.drafts().select_related("tenant", "run", "reading_run"), pk=draft_pk)
