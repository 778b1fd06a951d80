"""A tenant's addresses of the construction side. Mounted under /t/<slug>/."""

from django.urls import path

from erp_admin.views import home, imports, links, project_import, projects

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
]
