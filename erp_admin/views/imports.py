"""ERP Admin → Import: upload files, look at what they would do, confirm, discard, download what is wrong.

Views authorize, read the form, make one call, say what came of it, and redirect. Rules live in services and imports.
"""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import TenantRequest, background, role_required
from accounts.bodies import takes_files
from accounts.exports import recorded
from accounts.models import Role
from accounts.refusal import Refused
from accounts.ui.paging import page_of
from erp_admin.forms.imports import ReadingForm, UploadForm
from erp_admin.models import ImportDraft
from erp_admin.uploads import exports, selectors, senders
from erp_admin.uploads import service as services
from erp_admin.uploads.kinds import file_types, type_of_draft
from erp_admin.views.import_pages import MAY, draft_at, draft_context, kinds_with_columns, unread_context
from integrations.gateway.access import require_connection

JSON: Final = "application/json"
TEMPLATES: Final = {
    "csv": (exports.template_csv, "text/csv; charset=utf-8"),
    "xlsx": (exports.template_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@require_http_methods(["GET", "POST"])
@takes_files
@role_required(Role.ACCOUNTANT, may=MAY)
def upload(request: TenantRequest) -> HttpResponse:
    """Choose or drop files; and the files taken in before."""
    expected = request.GET.get("kind", "")
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        taken = _take_in(request, form, expected)
        if taken:
            return _taken(request, form, taken, expected)
    if request.method == "POST" and JSON in request.headers.get("Accept", ""):
        return JsonResponse({"errors": [str(text) for texts in form.errors.values() for text in texts]}, status=422)
    context = {
        "form": form,
        "page": _files(request),
        "kinds": kinds_with_columns(),
        "senders": senders.remembered(),
        "expected": expected,
    }
    return render(request, "erp_admin/import_upload.html", context, status=422 if form.errors else 200)


def _take_in(request: TenantRequest, form: UploadForm, expected: str) -> list[ImportDraft]:
    """Take in one file after the other; what is refused becomes an error of the form."""
    given, taken = form.cleaned_data, []
    kinds = {each.key for each in file_types()}
    for file in given["file"]:
        try:
            draft = services.take_in(
                request.tenant, given["kind"], file.name, file.read(), form.stated,
                by=request.user, expected=expected if expected in kinds else "",
            )  # fmt: skip
        except Refused as refused:
            name = f"{file.name[-80:]}: " if len(given["file"]) > 1 else ""
            form.add_error("file", f"{name}{refused}")
        else:
            taken.append(draft)
    return taken


def _taken(request: TenantRequest, form: UploadForm, taken: list[ImportDraft], expected: str) -> HttpResponse:
    """To the one file, or to the list of several, with what became of each."""
    slug = request.tenant.slug
    if len(taken) == 1 and not form.errors:
        address = reverse("commitment_import", kwargs={"tenant_slug": slug, "draft_pk": taken[0].pk})
        if taken[0].is_read and expected not in ("", taken[0].kind):
            messages.info(request, f"Read as {type_of_draft(taken[0]).plural}: its columns are those of such a file.")
    else:
        address = reverse("commitment_imports", kwargs={"tenant_slug": slug})
        for text in form.errors.get("file", ()):
            messages.error(request, str(text))
        messages.success(request, f"{len(taken)} file{'' if len(taken) == 1 else 's'} taken in. Open each of them.")
    return JsonResponse({"url": address}) if JSON in request.headers.get("Accept", "") else redirect(address)


def _files(request: TenantRequest) -> Any:
    """A page of the files read before, each with what it holds."""
    page: Any = page_of(request, selectors.counted_drafts(), 20)
    for file in page.object_list:
        file.title = type_of_draft(file).title
    return page


@require_GET
@role_required(Role.ACCOUNTANT, may=MAY)
def template(request: TenantRequest, kind: str, form: str) -> HttpResponse:
    """An empty file with the columns and one example."""
    if kind not in {each.key for each in file_types()} or form not in TEMPLATES:
        raise Http404("There is no such template.")
    make, content_type = TEMPLATES[form]
    response = HttpResponse(make(kind), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{kind}-template.{form}"'
    return response


@require_GET
@role_required(Role.ACCOUNTANT, may=MAY)
def draft(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """What importing the file would do, document by document; afterwards, what became of each."""
    found = draft_at(draft_pk)
    if found.lacks_columns:
        return redirect("columns_commitment_import", tenant_slug=request.tenant.slug, draft_pk=found.pk)
    if not found.is_read:
        return render(request, "erp_admin/import_reading.html", unread_context(request, found))
    return render(request, "erp_admin/import_draft.html", draft_context(request, found))


@require_GET
@role_required(Role.ACCOUNTANT, may=MAY)
@background
def progress(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """The part of a file's page that changes while a run is at it; at the end the page is asked for as a whole."""
    found = draft_at(draft_pk)
    if found.is_being_read:
        return render(request, "erp_admin/import_progress.html", unread_context(request, found))
    if found.run is not None and found.run.is_active:
        context = unread_context(request, found) | {
            "run": found.run,
            "step": selectors.import_step(found),
            "poll_url": request.path,
        }
        return render(request, "erp_admin/import_progress.html", context)
    return HttpResponse(headers={"HX-Refresh": "true"})


@require_POST
@role_required(Role.ACCOUNTANT, may=MAY)
def read(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """Read the file again, as a person says it is written."""
    found = draft_at(draft_pk)
    form = ReadingForm(found, request.POST)
    if not form.is_valid():
        messages.error(request, "Choose from what is offered. The file was not read again.")
    else:
        try:
            found = services.read_again(found, form.stated, by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            if not found.lacks_columns:  # the page that asks for them says why
                words = "was read again" if found.is_read else "is being read again"
                messages.success(request, f"{found.file_name} {words}. Nothing has been imported from it.")
    return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=draft_pk)


@require_POST
@role_required(Role.ACCOUNTANT, may=MAY)
def confirm(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """Import what is ready, as a run. The page of the file shows how far it is."""
    found = draft_at(draft_pk)
    try:
        services.confirm(require_connection(), found, by=request.user, approve="approve" in request.POST)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=found.pk)


@require_POST
@role_required(Role.ACCOUNTANT, may=MAY)
def discard(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """Remove a file of which nothing was imported."""
    found = draft_at(draft_pk)
    try:
        services.discard(found)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=found.pk)
    messages.success(request, f"{found.file_name} was discarded. Nothing was imported from it.")
    return redirect("commitment_imports", tenant_slug=request.tenant.slug)


@require_GET
@role_required(Role.ACCOUNTANT, may=MAY)
def problems(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """The rows that were not imported as a file to correct and upload again."""
    found = draft_at(draft_pk)
    # At most as large as the file that was uploaded, with a sentence per row that is wrong.
    lines = recorded(f"Problems of {found.file_name} as CSV", exports.problem_file(found))
    response = HttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="problems-{found.pk}.csv"'
    return response
