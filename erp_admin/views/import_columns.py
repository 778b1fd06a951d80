"""ERP Admin → Import → Columns: what each column of a file is, which type it holds, and what is remembered of senders.

Views authorize, read the form, make one call, say what came of it, and redirect.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.refusal import Refused
from erp_admin.documents.types import type_for
from erp_admin.forms.import_columns import ColumnsForm
from erp_admin.models import ImportDraft
from erp_admin.uploads import selectors, senders
from erp_admin.uploads import service as services
from erp_admin.uploads.column_choice import memory_of, seen_columns
from erp_admin.uploads.heading import looks_like_values
from erp_admin.uploads.kinds import file_types, type_of_draft, upload_for
from erp_admin.views.import_pages import COLUMNS, MAY, draft_at, steps_of


@require_http_methods(["GET", "POST"])
@role_required(Role.ACCOUNTANT, may=MAY)
def columns(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """Which column is what: asked where the headers do not say it, and to be changed as long as nothing is imported."""
    found = draft_at(draft_pk)
    if not found.columns.get("seen") or not selectors.can_be_read_again(found):
        messages.error(request, "The columns of this file cannot be changed any more. Upload it again.")
        return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=found.pk)
    form = ColumnsForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        sender = form.cleaned_data["sender"]
        try:
            found = services.read_with_columns(found, form.places, sender=sender, by=request.user)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            remembered = f" The columns of {sender} are remembered." if sender else ""
            _say_read(request, found, remembered)
            return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=found.pk)
    context = {
        "draft": found,
        "form": form,
        "document_type": type_of_draft(found),
        "steps": steps_of(request, found, COLUMNS),
        "types": [(each, each.key in found.columns.get("fits", ())) for each in file_types()],
        "must_say_type": len(found.columns.get("fits", ())) > 1,
        "memory": memory_of(found),
        "header_row": found.columns.get("row"),
        "may_have_no_header": looks_like_values(
            upload_for(found.kind), [column.header for column in seen_columns(found)]
        ),
        "rows": found.columns.get("rows", ()),
    }
    return render(request, "erp_admin/import_columns.html", context, status=422 if form.errors else 200)


def _say_read(request: TenantRequest, found: ImportDraft, more: str = "") -> None:
    if found.lacks_columns:
        messages.info(request, f"{found.file_name}: say which column is what.{more}")
    else:
        words = "was read" if found.is_read else "is being read"
        noun = type_of_draft(found).plural
        messages.success(request, f"{found.file_name} {words} as {noun}. Nothing has been imported from it.{more}")


@require_POST
@role_required(Role.ACCOUNTANT, may=MAY)
def read_as(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """Read the file as one of another type."""
    found = draft_at(draft_pk)
    kind = request.POST.get("kind", "")
    if kind not in {each.key for each in file_types()}:
        messages.error(request, "Choose from what is offered. The file was not read again.")
    else:
        try:
            found = services.read_as_type(found, kind, by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            if found.lacks_columns:
                noun = type_for(kind).plural
                messages.info(request, f"Say which columns of {found.file_name} are those of {noun}.")
            else:
                _say_read(request, found)
    return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=draft_pk)


@require_POST
@role_required(Role.ACCOUNTANT, may=MAY)
def header_row(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """Look for the columns below another row."""
    found = draft_at(draft_pk)
    rows = {str(number): number for number, _ in found.columns.get("rows", ())}
    number = rows.get(request.POST.get("row", ""))
    if number is None:
        messages.error(request, "Choose from what is offered. Nothing was changed.")
    else:
        try:
            services.read_below(found, number, by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
    return redirect("columns_commitment_import", tenant_slug=request.tenant.slug, draft_pk=draft_pk)


@require_POST
@role_required(Role.ACCOUNTANT, may=MAY)
def forget(request: TenantRequest, memory_pk: int) -> HttpResponse:
    """Forget the columns of a sender."""
    memory = get_object_or_404(senders.remembered(), pk=memory_pk)
    if "forget" not in request.POST:
        messages.error(request, "Nothing was forgotten.")
        return redirect("commitment_imports", tenant_slug=request.tenant.slug)
    senders.forget(memory)
    messages.success(request, f"The columns of {memory.name} are forgotten. The next such file is asked about.")
    return redirect("commitment_imports", tenant_slug=request.tenant.slug)
