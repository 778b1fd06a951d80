"""Addresses of the construction side outside a company: the list of one's companies."""

from django.urls import path

from erp_admin.views import companies

urlpatterns = [path("", companies.tenants, name="tenants")]
