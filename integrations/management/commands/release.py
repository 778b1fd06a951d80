"""`release`: what a deployment does once before it serves: checks, migrations, cache table; then who is trusted."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    requires_system_checks = []  # they run below, as strict as for a deployment
    help = "Check the settings and the static files, migrate, make the cache table, and print whom this site trusts."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("check", deploy=True, databases=["default"], fail_level="ERROR", stdout=self.stdout)
        self._check_static_files()
        call_command("migrate", interactive=False, stdout=self.stdout)
        call_command("createcachetable", stdout=self.stdout)
        self.stdout.write("\nThis site trusts, and nobody else:")
        for what, whom in whom_we_trust():
            self.stdout.write(f"  {what:34} {whom}")

    @staticmethod
    def _check_static_files() -> None:
        if settings.STATIC_MANIFEST and not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
            raise CommandError("The static files are not collected. Run: python manage.py collectstatic --noinput")


def whom_we_trust() -> list[tuple[str, str]]:
    """Every party whose word this installation takes, from the settings; no secrets."""
    gateway = urlsplit(settings.INTACCT_ENDPOINT_URL).hostname or "-"
    proxy = (
        "its X-Forwarded-Proto and -For, so it must set both" if settings.SECURE_PROXY_SSL_HEADER else "not believed"
    )
    database = settings.DATABASES["default"]
    return [
        ("Requests for the hosts", ", ".join(settings.ALLOWED_HOSTS)),
        ("Forms posted from elsewhere", ", ".join(settings.CSRF_TRUSTED_ORIGINS) or "none"),
        ("The proxy in front", proxy),
        ("Plain http", "redirected to https" if settings.HTTPS_ONLY else "SERVED: only for development"),
        ("Database", f"{database.get('USER') or '-'} at {database.get('HOST') or 'this machine'}"),
        ("Credentials go to", f"{gateway} and other hosts under .intacct.com"),
        ("and, besides, to", ", ".join(settings.INTACCT_ALLOWED_ENDPOINT_HOSTS) or "nobody"),
        ("Sessions and queued work signed by", f"SECRET_KEY and {len(settings.SECRET_KEY_FALLBACKS)} former ones"),
        ("Stored secrets opened by", f"{len(settings.FIELD_ENCRYPTION_KEYS)} keys"),
        ("Figures at /metrics", "holders of METRICS_TOKEN" if settings.METRICS_TOKEN else "nobody"),
    ]
