"""A tenant's addresses of integrations: settings, runs, syncing. Mounted under /t/<slug>/."""

from django.urls import path

from integrations.views import (
    connection,
    exchange,
    lists,
    overrides,
    records,
    runs,
    schedules,
    settings,
    setup,
    sync,
    usage,
)

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
    path("sync/", sync.sync, name="sync"),
    path("sync/estimate/", sync.estimate, name="sync_estimate"),
    path("sync/progress/", sync.progress, name="sync_progress"),
    path("sync/lists/", lists.lists, name="lists"),
    path("sync/lists/<slug:list_key>/", lists.records, name="list"),
    path("sync/lists/<slug:list_key>/export/", lists.export, name="export_list"),
    path("sync/lists/<slug:list_key>/<int:pk>/", records.record, name="record"),
    path("sync/lists/<slug:list_key>/<int:pk>/refresh/", records.refresh, name="refresh_record"),
    path("sync/start/", sync.start, name="start_sync"),
    path("sync/schedules/", schedules.schedules, name="schedules"),
    path("sync/schedules/preview/", schedules.preview, name="preview_schedule"),
    path("sync/schedules/pause/", schedules.pause, name="pause_schedule"),
    path("sync/schedules/all/", schedules.schedule, name="schedule"),
    path("sync/schedules/entity/<path:entity_id>/", schedules.schedule, name="schedule"),
    path("sync/usage/", usage.usage, name="usage"),
    path("runs/", runs.runs, name="runs"),
    path("runs/<int:number>/", runs.run, name="run"),
    path("runs/<int:number>/progress/", runs.progress, name="run_progress"),
    path("runs/<int:number>/cancel/", runs.cancel, name="cancel_run"),
    path("runs/<int:number>/retry/", runs.retry, name="retry_run"),
    path("runs/<int:number>/exchanges/<int:pk>/", exchange.exchange, name="exchange"),
]
