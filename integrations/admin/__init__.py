"""Support staff's view of connections, settings, lists, runs, pushes and exchanges, all of it read-only.

Imports nothing of the queue: its tables are found by the name of their app and taken off the site, since runs say more.
"""

from django.apps import apps
from django.contrib import admin

from integrations.admin import connections, exchanges, list_states, lists, operations, pushes, runs, schedules

for _model in apps.get_app_config("django_q").get_models():
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)

__all__ = ["connections", "exchanges", "list_states", "lists", "operations", "pushes", "runs", "schedules"]
