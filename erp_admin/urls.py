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
from erp_admin.views import (
    home,
    import_columns,
    import_fixes,
    import_matches,
    imports,
    issues,
    links,
    notifications,
    picking,
    project_files,
    project_import,
    projects,
    read_values,
    search,
)


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
    path("search/", search.search, name="search"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/mail/", notifications.mail, name="notifications_mail"),
    path("notifications/seen/", notifications.seen, name="notifications_seen"),
    path("erp/values/", read_values.read_values, name="read_values"),
    *(path(each.path, _guarded(each, _who_offers(PUSH)), name=each.name) for each in (READY, PUSH_READY)),
    path("issues/", issues.issues, name="issues"),
    path("issues/holds/<int:pk>/release/", issues.release, name="release_hold"),
    path("issues/<slug:issue_key>/", issues.issue, name="issue"),
    path("issues/<slug:issue_key>/retry/", issues.retry_issue, name="retry_issue"),
    path("issues/<slug:issue_key>/sync/", issues.sync_for_issue, name="sync_for_issue"),
    path("issues/<slug:issue_key>/ignore/", issues.set_aside, name="set_aside_issue"),
    path(f"{IMPORT}/", imports.upload, name="commitment_imports"),
    path(f"{IMPORT}/template/<slug:kind>.<slug:form>", imports.template, name="commitment_import_template"),
    path(f"{IMPORT}/<int:draft_pk>/", imports.draft, name="commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/columns/", import_columns.columns, name="columns_commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/type/", import_columns.read_as, name="type_commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/header/", import_columns.header_row, name="header_commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/fix/", import_fixes.fix, name="fix_commitment_import"),
    path(
        f"{IMPORT}/<int:draft_pk>/corrections/<int:correction_pk>/take-back/",
        import_fixes.take_back,
        name="take_back_import_correction",
    ),
    path(f"{IMPORT}/<int:draft_pk>/accept/", import_matches.accept, name="accept_commitment_import"),
    path(f"{IMPORT}/senders/<int:memory_pk>/forget/", import_columns.forget, name="forget_import_columns"),
    path(f"{IMPORT}/<int:draft_pk>/read/", imports.read, name="read_commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/progress/", imports.progress, name="commitment_import_progress"),
    path(f"{IMPORT}/<int:draft_pk>/matches/", import_matches.matches, name="match_commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/match-again/", import_matches.match_again, name="rematch_commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/pick/<int:match_pk>/", import_matches.pick, name="pick_commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/confirm/", imports.confirm, name="confirm_commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/discard/", imports.discard, name="discard_commitment_import"),
    path(f"{IMPORT}/<int:draft_pk>/problems.csv", imports.problems, name="commitment_import_problems"),
    *(address for document_type in document_types() for address in addresses_of(document_type)),
]
