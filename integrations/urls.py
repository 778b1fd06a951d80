"""A tenant's addresses of integrations: settings, runs, syncing. Mounted under /t/<slug>/."""

from django.urls import path

from integrations.views import connection, overrides, runs, settings, setup, sync

INTACCT = "settings/integrations/sage-intacct"

urlpatterns = [
    path("settings/integrations/", setup.integrations, name="integrations"),
    path(f"{INTACCT}/set-up/", setup.set_up, name="set_up"),
    path(f"{INTACCT}/connection/", connection.connection, name="connection"),
    path(f"{INTACCT}/connection/authorize/", connection.authorize, name="authorize"),
    path(f"{INTACCT}/connection/credentials/", connection.update_credentials, name="update_credentials"),
    path(f"{INTACCT}/connection/check/", connection.check, name="check_connection"),
    path(f"{INTACCT}/connection/disconnect/", connection.disconnect, name="disconnect"),
    path(f"{INTACCT}/settings/", settings.settings, name="settings"),
    path(f"{INTACCT}/settings/history/", settings.history, name="settings_history"),
    path(f"{INTACCT}/settings/pick/<slug:list_key>/", settings.pick, name="pick"),
    path(f"{INTACCT}/settings/cautions/<slug:key>/", settings.cautions, name="setting_cautions"),
    path(f"{INTACCT}/settings/overrides/", overrides.overrides, name="overrides"),
    path(f"{INTACCT}/settings/overrides/new/", overrides.new_override, name="new_override"),
    path(f"{INTACCT}/settings/overrides/remove/", overrides.remove_override, name="remove_override"),
    path(f"{INTACCT}/settings/overrides/<slug:level>/<path:place_id>/", overrides.override, name="override"),
    path("sync/start/", sync.start, name="start_sync"),
    path("runs/", runs.runs, name="runs"),
    path("runs/<int:number>/", runs.run, name="run"),
    path("runs/<int:number>/progress/", runs.progress, name="run_progress"),
    path("runs/<int:number>/cancel/", runs.cancel, name="cancel_run"),
    path("runs/<int:number>/exchanges/<int:pk>/", runs.exchange, name="exchange"),
]
