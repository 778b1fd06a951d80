"""System checks of the deployment as a whole: what is misconfigured is named at start, with what to do.

Each has an id that docs/checks.md explains; a test keeps the two the same. Those of Intacct are in integrations.checks.
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register

LOCAL_HOSTS = frozenset({None, "localhost", "127.0.0.1", "::1"})
_MAIL_TO_NOWHERE = ("console", "dummy", "filebased", "locmem")


def _is_public() -> bool:
    """Whether SITE_URL leads here from elsewhere, so that this is no developer's machine."""
    return urlsplit(settings.SITE_URL).hostname not in LOCAL_HOSTS


@register(Tags.security)
def check_debug(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """DEBUG shows settings, queries and source to everybody who makes a page fail."""
    if not (settings.DEBUG and _is_public()):
        return []
    hint = "Set DEBUG=off, or leave it out. On a developer's machine leave SITE_URL out."
    return [Error("DEBUG is on while SITE_URL names a public address.", hint=hint, id="deployment.E001")]


@register(Tags.security, deploy=True)
def check_addresses(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Links in mails are https, host names are named, and the proxy tells about https."""
    found: list[CheckMessage] = []
    if _is_public() and urlsplit(settings.SITE_URL).scheme != "https":
        hint = "Let SITE_URL begin with https://; one-time links begin with it."
        found.append(Error("SITE_URL is not https.", hint=hint, id="deployment.E002"))
    if "*" in settings.ALLOWED_HOSTS:
        hint = "Name the host people use, so that a forged Host header is refused."
        found.append(Error("ALLOWED_HOSTS lets every host name through.", hint=hint, id="deployment.E003"))
    host = urlsplit(settings.SITE_URL).hostname or ""
    if _is_public() and not any(_matches(host, allowed) for allowed in settings.ALLOWED_HOSTS):
        hint = f"Add {host} to ALLOWED_HOSTS, or correct SITE_URL."
        found.append(Error("ALLOWED_HOSTS does not hold the host of SITE_URL.", hint=hint, id="deployment.E004"))
    if settings.ADMIN_PATH == "admin/":
        hint = "Set ADMIN_PATH to something of your own, to be spared the scanners that try this one."
        found.append(Info("The support admin is at its usual address.", hint=hint, id="deployment.I001"))
    return found


@register(Tags.security, deploy=True)
def check_proxy(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The proxy in front is believed where there is one, and nobody is where there is none."""
    is_public_https = _is_public() and urlsplit(settings.SITE_URL).scheme == "https"
    found: list[CheckMessage] = []
    if is_public_https and not settings.TRUST_PROXY_HEADERS:
        text = "SITE_URL is public and https, and the proxy that ends TLS is not believed."
        hint = (
            "Set TRUST_PROXY_HEADERS=on, behind a proxy as in scripts/nginx.conf: else browsers are redirected without "
        )
        hint += "end, and attempts to log in are counted by the proxy's address, for all people together."
        found.append(Warning(text, hint=hint, id="deployment.W007"))
    if settings.TRUST_PROXY_HEADERS and not is_public_https:
        text = "TRUST_PROXY_HEADERS is on, and SITE_URL is no public https address."
        hint = (
            "Correct SITE_URL. Without a proxy in front set TRUST_PROXY_HEADERS=off: else anybody may state an address "
        )
        hint += "of their choice, and no limit by address holds."
        found.append(Warning(text, hint=hint, id="deployment.W008"))
    if _is_public() and not settings.HTTPS_ONLY:
        text = "HTTPS_ONLY is off on a public site: cookies go over http too, and neighboring hosts can plant them."
        hint = "Leave HTTPS_ONLY out, so that it is on; cookies are then bound to this host by their names (__Host-)."
        found.append(Warning(text, hint=hint, id="deployment.W009"))
    return found


def _matches(host: str, allowed: str) -> bool:
    return host == allowed or allowed == "*" or (allowed.startswith(".") and f".{host}".endswith(allowed))


@register(Tags.security, deploy=True)
def check_mail(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Mails reach people: one-time links are in them."""
    found: list[CheckMessage] = []
    backend = settings.EMAIL_BACKEND.split(".")[-2]
    if backend in _MAIL_TO_NOWHERE:
        hint = "Set EMAIL_URL, for example smtp+tls://user:password@mail.example.com:587."
        text = f"Mails are not sent: EMAIL_URL chooses “{backend}”, which may also print one-time links."
        found.append(Warning(text, hint=hint, id="deployment.W001"))
    if settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") in LOCAL_HOSTS:
        hint = "Set DEFAULT_FROM_EMAIL to an address of your domain."
        found.append(Warning("Mails come from an address nobody accepts.", hint=hint, id="deployment.W002"))
    if not settings.ADMINS:
        hint = "Set ERROR_MAIL_TO to who looks after the site; or watch the log for lines at level error."
        found.append(Info("Nobody is told by mail when a page fails.", hint=hint, id="deployment.I002"))
    return found


@register(Tags.database, deploy=True)
def check_database(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """SQLite takes one writer at a time."""
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3":
        return []
    hint = "Set DATABASE_URL to a PostgreSQL database."
    if settings.QUEUE_WORKERS > 1:
        text = "Several queue workers share a SQLite database, which takes one writer at a time."
        hint = f"{hint[:-1]}, or QUEUE_WORKERS=1."
        return [Warning(text, hint=hint, id="deployment.W003")]
    return [Warning("The database is SQLite, which is for trying things out.", hint=hint, id="deployment.W004")]


@register(deploy=True)
def check_modes(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Nothing that was switched on for a while was forgotten."""
    found: list[CheckMessage] = []
    if settings.MAINTENANCE:
        hint = "Set MAINTENANCE=off when the work is done."
        found.append(Warning("MAINTENANCE is on: everybody is sent away.", hint=hint, id="deployment.W005"))
    if settings.LOGGING["root"]["level"] == "DEBUG":
        hint = "Set LOG_LEVEL=INFO; DEBUG writes every query, with what people typed."
        found.append(Warning("LOG_LEVEL is DEBUG.", hint=hint, id="deployment.W006"))
    if settings.SECRET_KEY in settings.FIELD_ENCRYPTION_KEYS:
        hint = "Make keys of their own for FIELD_ENCRYPTION_KEYS, so that one that is lost does not open both."
        found.append(Error("SECRET_KEY is one of FIELD_ENCRYPTION_KEYS.", hint=hint, id="deployment.E005"))
    return found
