"""App configuration of integrations: registers its own codes, flows and system checks."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Integrations"

    def ready(self) -> None:
        from accounts.codes import declare
        from integrations import checks  # noqa: F401 - registers the system checks
        from integrations.codes import FEATURES
        from integrations.engine.flow import register_flow
        from integrations.engine.mirror import MirrorFlow
        from integrations.engine.refresh import RefreshFlow
        from integrations.engine.verification import Verification

        declare(FEATURES)
        register_flow(MirrorFlow())
        register_flow(RefreshFlow())
        register_flow(Verification())
