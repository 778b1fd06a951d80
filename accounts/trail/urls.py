"""A tenant's addresses of the audit trail. Mounted under /t/<slug>/settings/audit/."""

from django.urls import path

from accounts.trail import views

urlpatterns = [
    path("", views.trail, name="audit_trail"),
    path("export/", views.export, name="audit_export"),
]
