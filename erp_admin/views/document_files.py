"""What a list of documents leads to besides its records: the file of what it shows, and the values of a long filter.

Changes nothing, names no document type.
"""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render

from accounts.access import TenantRequest
from accounts.exports import recorded
from accounts.saved_views.selectors import likings_of
from accounts.tenancy import tenant_scope
from accounts.ui.filters import FilterOption, query_url
from accounts.ui.list_files import form_of, list_file, rows_of
from accounts.ui.table import Value, file_fields
from erp_admin.documents import listing as listings
from erp_admin.documents import selectors
from erp_admin.documents.types import type_for
from erp_admin.views.document_columns import fields_of
from erp_admin.views.document_pages import list_url, tenant_url
from erp_admin.views.document_rows import row_of

LOOKED_UP = 30
LONGEST_SEARCH = 100
_CHUNK = 1_000


def export(request: TenantRequest, kind: str) -> StreamingHttpResponse:
    """Everything that matches, with the columns shown and in the order shown, as CSV or a workbook."""
    document_type, form = type_for(kind), form_of(request.GET.get("form", ""))
    likings = likings_of(request.user, document_type.key, request.GET)
    fields = file_fields(fields_of(request, document_type, for_files=True), likings.columns)
    found = selectors.filtered_documents(document_type.model, request.GET.dict())

    def rows() -> Iterator[list[Value]]:
        # The answer is sent after the request has left its tenant.
        with tenant_scope(request.tenant):
            yield from rows_of(fields, (row_of(document) for document in found.iterator(chunk_size=_CHUNK)))

    sent = recorded(f"{document_type.title} as {form.upper()}", rows(), chosen=_chosen(request))
    return list_file(f"{request.tenant.slug}-{document_type.key.replace('_', '-')}", form, fields, sent)


def _chosen(request: TenantRequest) -> str:
    query = request.GET.copy()
    query.pop("form", None)
    return query.urlencode()


def lookup(request: TenantRequest, kind: str) -> HttpResponse:
    """The values of the filter `by` in which the words of `find` stand, most documents first; each a link to the list.

    For a list that is open it is the values alone; without scripts it is a page of its own.
    """
    document_type, name = type_for(kind), request.GET.get("by", "")
    if not name:
        return redirect(list_url(request, document_type))
    if name not in listings.named_values(document_type.model):
        raise Http404("There is no such filter.")
    words = request.GET.get("find", "")[:LONGEST_SEARCH]
    found = listings.options_of(document_type.model, request.GET.dict(), name, words, LOOKED_UP)
    chosen, where = request.GET.get(name, ""), tenant_url(request, document_type.key)

    def option(value: str, label: str, count: int | None) -> FilterOption:
        changes: dict[str, Any] = {name: value or None, "by": None, "find": None, "page": None}
        url = query_url(request, **changes)
        return FilterOption(label, count, f"{where}{url}", value == chosen)

    options = [option(*each) for each in found]
    if not words:
        options.insert(0, option("", "All", None))
    template = "partials/filter_options.html" if request.htmx else "erp_admin/filter_values.html"  # type: ignore[attr-defined]
    context = {"document_type": document_type, "options": options, "by": name, "words": words}
    return render(request, template, context)
