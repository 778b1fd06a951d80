"""ERP Admin → Import: cells of a file corrected in place, and taken back.

Views authorize, read the form, make one call, say what came of it, and redirect.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.refusal import Refused
from erp_admin.forms.import_fixes import FixesForm
from erp_admin.models import IMPORTABLE
from erp_admin.uploads import corrections, selectors
from erp_admin.views.import_pages import MAY, draft_at, draft_context


@require_POST
@role_required(Role.ACCOUNTANT, may=MAY)
def fix(request: TenantRequest, draft_pk: int) -> HttpResponse:
    """Have what was typed count in place of what stands in the file."""
    found = draft_at(draft_pk)
    if not found.is_read:
        return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=draft_pk)
    form = FixesForm(found, request.POST)
    if form.is_valid():
        try:
            count = corrections.correct_cells(found, form.fixes, by=request.user)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            if unused := form.unused():
                shown = ", ".join(f"“{text[:40]}”" for text in unused[:5])
                messages.warning(request, f"Not used, because its cells were changed meanwhile: {shown}.")
            _say_corrected(request, draft_pk, count)
            return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=draft_pk)
    return render(request, "erp_admin/import_draft.html", draft_context(request, found, form), status=422)


def _say_corrected(request: TenantRequest, draft_pk: int, count: int) -> None:
    if not count:
        messages.info(request, "Nothing was corrected: type the right value beside a problem.")
        return
    counts = selectors.state_counts(draft_at(draft_pk))
    ready = sum(counts.get(state, 0) for state in IMPORTABLE)
    cells = "1 cell" if count == 1 else f"{count:,} cells"
    messages.success(
        request, f"{cells} corrected here; the file stays as it is. {ready:,} of {sum(counts.values()):,} are ready."
    )


@require_POST
@role_required(Role.ACCOUNTANT, may=MAY)
def take_back(request: TenantRequest, draft_pk: int, correction_pk: int) -> HttpResponse:
    """Have a cell count again as it stands in the file."""
    found = draft_at(draft_pk)
    correction = get_object_or_404(found.corrections, pk=correction_pk)
    try:
        corrections.take_back(found, correction, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{correction} counts again as it stands in the file.")
    return redirect("commitment_import", tenant_slug=request.tenant.slug, draft_pk=draft_pk)
