"""A tenant's addresses of the construction side. Mounted under /t/<slug>/."""

from django.urls import path

from erp_admin.views import home, links, project_import, projects

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
]
