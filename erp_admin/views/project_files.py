"""The two lists of projects as files, CSV or workbook: what matches, with the columns shown. Changes nothing."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.views.decorators.http import require_GET

from accounts.access import TenantRequest, role_required
from accounts.exports import recorded
from accounts.models import Role
from accounts.saved_views.selectors import likings_of
from accounts.tenancy import tenant_scope
from accounts.ui.list_files import form_of, list_file, rows_of
from accounts.ui.table import Field, Value, file_fields
from erp_admin.models import Project
from erp_admin.projects import selectors
from erp_admin.views.project_columns import project_fields, project_lines, record_fields, record_lines
from erp_admin.views.project_lists import HERE, list_key
from erp_admin.views.record_rows import entity_names
from integrations.gateway.access import live_connection

_CHUNK = 1_000


@require_GET
@role_required(Role.VIEWER)
def export(request: TenantRequest) -> StreamingHttpResponse:
    """What Intacct has, or with `view=here` what is kept here."""
    form, query, connection = form_of(request.GET.get("form", "")), request.GET.dict(), live_connection()
    is_here = query.get("view") == HERE
    likings = likings_of(request.user, list_key(request), request.GET)
    fields: Sequence[Field[Any]]
    if is_here:
        fields, found = project_fields(request, for_files=True), selectors.projects_here(query)
    else:
        names = entity_names(connection) if connection else {}
        fields = record_fields(request, names, for_files=True)
        found = selectors.filtered_projects(connection, query) if connection else Project.objects.none()  # type: ignore[assignment]
    shown: list[Field[Any]] = file_fields(fields, likings.columns)

    def rows() -> Iterator[list[Value]]:
        # The answer is sent after the request has left its tenant.
        with tenant_scope(request.tenant):
            read: Any = found.iterator(chunk_size=_CHUNK)
            yield from rows_of(shown, project_lines(read) if is_here else record_lines(request, read))

    what = "Projects in ERP Admin" if is_here else "Projects in Intacct"
    chosen = request.GET.copy()
    chosen.pop("form", None)
    sent = recorded(f"{what} as {form.upper()}", rows(), chosen=chosen.urlencode())
    return list_file(f"{request.tenant.slug}-projects", form, shown, sent)
