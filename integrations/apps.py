"""App configuration of integrations: registers its own codes, flows and system checks."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Integrations"

    def ready(self) -> None:
        from accounts.codes import declare
        from integrations import checks, event_kinds  # noqa: F401 - checks registers the system checks
        from integrations.codes import FEATURES
        from integrations.delivery.contract import register_worker
        from integrations.delivery.ledger import work_ledger
        from integrations.delivery.verification import Verification
        from integrations.imports.taken import following
        from integrations.mirror.flow import MirrorFlow
        from integrations.mirror.refresh import RefreshFlow
        from integrations.mirror.written import register_follower
        from integrations.runs.flow import register_flow

        declare(FEATURES)
        event_kinds.register()
        register_worker(work_ledger)
        register_follower(following)
        register_flow(MirrorFlow())
        register_flow(RefreshFlow())
        register_flow(Verification())
