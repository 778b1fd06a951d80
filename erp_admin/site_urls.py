"""Addresses of the construction side outside a company: the list of one's companies, and files by a signed link."""

from django.urls import path

from erp_admin.views import attachments, companies

urlpatterns = [
    path("", companies.tenants, name="tenants"),
    path("files/<str:token>/", attachments.attachment_file, name="attachment_file"),
]
