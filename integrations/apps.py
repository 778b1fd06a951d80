"""App configuration of integrations: registers its own flows and the system checks."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Integrations"

    def ready(self) -> None:
        from integrations import checks, event_kinds  # noqa: F401 - checks registers the system checks
        from integrations.engine.flow import register_flow
        from integrations.engine.mirror import MirrorFlow
        from integrations.engine.refresh import RefreshFlow
        from integrations.engine.verification import Verification

        event_kinds.register()
        register_flow(MirrorFlow())
        register_flow(RefreshFlow())
        register_flow(Verification())
