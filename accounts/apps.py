"""App configuration of accounts, and of the admin site that every app registers with."""

from django.apps import AppConfig
from django.contrib.admin import apps as django_admin


class AccountsConfig(AppConfig):
    name = "accounts"
    default = True
    verbose_name = "Tenants and people"

    def ready(self) -> None:
        from accounts import checks, deployment_checks, log_in_events  # noqa: F401 - the checks register themselves
        from accounts.audit import record_change
        from accounts.codes import declare
        from accounts.declared_codes import FEATURES
        from accounts.models.audit import AuditManager
        from accounts.sign_in import sealed_factors

        declare(FEATURES)
        log_in_events.connect()
        sealed_factors.connect()
        AuditManager.recorder = staticmethod(record_change)


class SiteAdminConfig(django_admin.AdminConfig):
    default = False
    default_site = "accounts.support_site.SupportAdminSite"
