"""A tenant's addresses of saved views. Mounted under /t/<slug>/views/."""

from django.urls import path

from accounts.saved_views import views

urlpatterns = [
    path("save/", views.save, name="save_view"),
    path("columns/", views.choose_columns, name="choose_columns"),
    path("<int:view_pk>/remove/", views.remove, name="remove_view"),
    path("<int:view_pk>/opens/", views.opens, name="open_with_view"),
]
