"""What typed cells and fields of an entry page are read as, many at once, before anything is saved.

Owns the shape of question and answer. Stores nothing: saving reads everything again.
"""

import json
from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.shortcuts import get_object_or_404
from django.utils.module_loading import import_string
from django.views.decorators.http import require_POST

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.storable import cannot_be_kept
from accounts.ui.pk import read_pk
from erp_admin.documents.selectors import documents
from erp_admin.documents.types import document_types, parent_type_of
from erp_admin.forms.cells import Read, read_field
from erp_admin.forms.codes import projects_meant
from erp_admin.forms.entry import LineForms
from erp_admin.forms.pickers import CodeField
from erp_admin.forms.project import ProjectForm
from erp_admin.forms.sent_lines import LONGEST_TEXT, MOST_LINES
from erp_admin.grammar.currencies import CODES
from erp_admin.models import Project
from integrations.gateway.access import live_connection

PROJECTS = "projects"  # the one form that is no document's


@require_POST
@role_required(Role.ACCOUNTANT, may="Enter documents line by line")
def read_values(request: TenantRequest) -> HttpResponse:
    """Answers {"lines": [{"unit_price": "$5"}, …], "fields": {"dated_on": "3/4/26"}} for static/js/reading.js."""
    asked = _asked(request)
    if asked is None:
        return JsonResponse({"error": "This cannot be read."}, status=400)
    if asked.get("type") == PROJECTS:
        form = ProjectForm(tenant=request.tenant, connection=live_connection())
        return JsonResponse({"lines": [], "fields": _fields(form, asked)})
    entry = _entry(request, asked)
    fields = _fields(entry.head, asked)
    typed = str(asked.get("project", "")).strip()
    project = projects_meant([] if cannot_be_kept(typed) else [typed])
    reader = entry.reader(next((each for each in project.values() if isinstance(each, Project)), None) or entry.project)
    rows = [_texts(line) for line in asked.get("lines") or () if isinstance(line, dict)][: MOST_LINES + 1]
    lines = [{name: _answer(read) for name, read in line.items()} for line in reader.read(rows)]
    return JsonResponse({"lines": lines, "fields": fields})


def _fields(form: BaseForm, asked: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, text in _texts(asked.get("fields")).items():
        field = form.fields.get(name)
        if field is not None and text.strip():
            read = read_field(field, text)
            if isinstance(field, CodeField) and not cannot_be_kept(text):
                read = _named(field, text, read)
            found[name] = _answer(read)
    return found


def _asked(request: TenantRequest) -> dict[str, Any] | None:
    try:
        asked = json.loads(request.body)
    except (ValueError, RecursionError, RawPostDataException):
        return None
    return asked if isinstance(asked, dict) and isinstance(asked.get("lines") or [], list) else None


def _texts(found: Any) -> dict[str, str]:
    if not isinstance(found, dict):
        return {}
    return {str(name): text[:LONGEST_TEXT] for name, text in found.items() if isinstance(text, str)}


def _entry(request: TenantRequest, asked: dict[str, Any]) -> LineForms:
    """The entry that the question is about, never stored. Raises Http404 for a type or a parent that is not there."""
    document_type = next((each for each in document_types() if each.key == asked.get("type") and each.entry), None)
    if document_type is None:
        raise Http404("Nothing of this type is entered.")
    parent_type, parent = parent_type_of(document_type), None
    if parent_type is not None:
        parent = get_object_or_404(documents(parent_type.model), pk=read_pk(str(asked.get("parent", ""))) or 0)
    document = document_type.blank(request.tenant, parent)
    currency = str(asked.get("currency", "")).upper()
    if parent is None and currency in CODES:
        setattr(document, document_type.columns.currency, currency)
    entry: LineForms = import_string(document_type.entry)(document, live_connection())
    return entry


def _named(field: CodeField, text: str, read: Read) -> Read:
    """A code, with the name of what it stands for or what is to be known about it."""
    meant = field.found(text.strip())
    return Read(read.value, meant.id or text, meant.name, read.fault, "" if read.fault else meant.why, meant.choices)


def _answer(read: Read) -> dict[str, Any]:
    found = {"text": read.text, "label": read.label, "fault": read.fault, "caution": read.caution}
    return {
        **{name: text for name, text in found.items() if text},
        **({"choices": read.choices} if read.choices else {}),
    }
