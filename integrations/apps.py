"""App configuration of integrations: registers its own flows and the system checks."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Integrations"

    def ready(self) -> None:
        from integrations import checks  # noqa: F401 - registers the system checks
        from integrations.engine.flow import register_flow
        from integrations.engine.mirror import MirrorFlow
        from integrations.engine.refresh import RefreshFlow
        from integrations.engine.verification import Verification

        register_flow(MirrorFlow())
        register_flow(RefreshFlow())
        register_flow(Verification())
