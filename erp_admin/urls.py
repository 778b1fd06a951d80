"""A tenant's addresses of the construction side. Mounted under /t/<slug>/.

The addresses of documents follow from the register: each action of each type is one. Names no document type.
"""

from typing import Any

from django.urls import URLPattern, path
from django.utils.module_loading import import_string
from django.utils.text import get_text_list
from django.views.decorators.http import require_http_methods

from accounts.access import role_required
from erp_admin.documents.actions import PUSH, PUSH_READY, READY, Action
from erp_admin.documents.types import AnyType, document_types
from erp_admin.uploads.kinds import file_types
from erp_admin.views import home, imports, issues, links, picking, project_files, project_import, projects


def _guarded(action: Action, documents: str) -> Any:
    """The view of an action behind its least role and its methods. Raises ImportError where there is no such view."""
    guarded = role_required(action.role, may=action.may.format(documents=documents))(import_string(action.view))
    return require_http_methods(list(action.methods))(guarded)


def addresses_of(document_type: AnyType) -> list[URLPattern]:
    """The addresses of a type. Raises ImportError for a type whose views or form do not exist."""
    if document_type.entry:
        import_string(document_type.entry)
    return [
        path(
            f"{document_type.place}/{action.path}",
            _guarded(action, _who_offers(action)),
            {"kind": document_type.key},
            name=document_type.address_of(action),
        )
        for action in document_type.actions
    ]


def _who_offers(action: Action) -> str:
    """The documents that the words of an ability name: those of every type that offers it."""
    offering = [each.plural for each in document_types() if action in each.actions]
    return get_text_list(offering, "and")


# Files of every type are imported on the same pages, which stand below the first type that takes any and keep the
# address names of the days when there was one type.
IMPORT = f"{file_types()[0].place}/import"

urlpatterns = [
    path("", home.home, name="home"),
    path("erp/projects/", project_import.projects, name="projects"),
    path("erp/projects/export/", project_files.export, name="export_projects"),
    path("erp/projects/refresh/", project_import.refresh, name="refresh_projects"),
    path("erp/projects/preview/", project_import.preview, name="preview_projects"),
    path("erp/projects/import/", project_import.start, name="import_projects"),
    path("erp/projects/ignore/", project_import.ignore, name="ignore_projects"),
    path("erp/projects/restore/", project_import.restore, name="restore_projects"),
    path("erp/projects/records/<int:item_pk>/", project_import.record, name="project_record"),
    path("erp/projects/records/<int:item_pk>/link/", links.link, name="link_project"),
    path("erp/projects/new/", projects.new, name="new_project"),
    path("erp/projects/<int:pk>/", projects.project, name="project"),
    path("erp/projects/<int:pk>/edit/", projects.edit, name="edit_project"),
    path("erp/projects/<int:pk>/unlink/", links.unlink, name="unlink_project"),
    path("erp/pick/<slug:list_key>/", picking.pick_record, name="pick_record"),
    *(path(each.path, _guarded(each, _who_offers(PUSH)), name=each.name) for each in (READY, PUSH_READY)),
    path("issues/", issues.issues, name="issues"),
    path("issues/holds/<int:pk>/release/", issues.release, name="release_hold"),
    path(f"{IMPORT}/", imports.upload, name="commitment_imports"),
    path(f"{IMPORT}/template/<slug:kind>.<slug:form>", imports.template, name="commitment_import_template"),
    path(f"{IMPORT}/<int:draft_pk>/", imports.draft, name="commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/read/", imports.read, name="read_commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/progress/", imports.progress, name="commitment_import_progress"),
    path(f"{IMPORT}/<int:draft_pk>/matches/", imports.matches, name="match_commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/match-again/", imports.match_again, name="rematch_commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/pick/<int:match_pk>/", imports.pick, name="pick_commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/confirm/", imports.confirm, name="confirm_commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/discard/", imports.discard, name="discard_commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/problems.csv", imports.problems, name="commitment_import_problems"),
    *(address for document_type in document_types() for address in addresses_of(document_type)),
]
