"""A tenant's addresses of the construction side. Mounted under /t/<slug>/."""

from django.urls import URLPattern, path

from erp_admin.documents.types import DOCUMENT_TYPES, DocumentType
from erp_admin.views import (
    document_actions,
    document_entry,
    document_push,
    document_record,
    documents,
    home,
    imports,
    issues,
    links,
    picking,
    project_import,
    projects,
)


def _of_type(document_type: DocumentType) -> list[URLPattern]:
    """The addresses of commitments, and the same of change orders."""
    place, kind = f"erp/{document_type.many.replace('_', '-')}", {"kind": document_type.many}
    actions = {
        "edit": document_entry.edit,
        "approve": document_actions.approve,
        "draft": document_actions.back_to_draft,
        "void": document_actions.void,
        "take_back": document_actions.take_back,
        "ignore": document_actions.ignore,
        "restore": document_actions.restore,
        "refresh": document_actions.refresh,
        "recreate": document_actions.recreate,
        "take_theirs": document_actions.take_theirs,
        "push_ours": document_actions.push_ours,
        "link": document_actions.link,
        "unlink": document_actions.unlink,
    }
    return [
        path(f"{place}/", documents.listing, kind, name=document_type.many),
        path(f"{place}/new/", document_entry.new, kind, name=document_type.new_url_name),
        path(f"{place}/push/preview/", document_push.preview, kind, name=f"preview_{document_type.many}"),
        path(f"{place}/push/", document_push.start, kind, name=f"push_{document_type.many}"),
        path(f"{place}/<int:pk>/", document_record.record, kind, name=document_type.one),
        *(
            path(f"{place}/<int:pk>/{name.replace('_', '-')}/", view, kind, name=f"{name}_{document_type.one}")
            for name, view in actions.items()
        ),
    ]


urlpatterns = [
    path("", home.home, name="home"),
    path("erp/projects/", project_import.projects, name="projects"),
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
    path("issues/", issues.issues, name="issues"),
    path("issues/holds/<int:pk>/release/", issues.release, name="release_hold"),
    path("erp/commitments/import/", imports.upload, name="commitment_imports"),
    path(
        "erp/commitments/import/template/<slug:kind>.<slug:form>",
        imports.template,
        name="commitment_import_template",
    ),
    path("erp/commitments/import/<int:draft_pk>/", imports.draft, name="commitment_import"),
    path("erp/commitments/import/<int:draft_pk>/matches/", imports.matches, name="match_commitment_import"),
    path("erp/commitments/import/<int:draft_pk>/match-again/", imports.match_again, name="rematch_commitment_import"),
    path("erp/commitments/import/<int:draft_pk>/pick/<int:match_pk>/", imports.pick, name="pick_commitment_import"),
    path("erp/commitments/import/<int:draft_pk>/confirm/", imports.confirm, name="confirm_commitment_import"),
    path("erp/commitments/import/<int:draft_pk>/discard/", imports.discard, name="discard_commitment_import"),
    path("erp/commitments/import/<int:draft_pk>/problems.csv", imports.problems, name="commitment_import_problems"),
    *(pattern for document_type in DOCUMENT_TYPES.values() for pattern in _of_type(document_type)),
]
