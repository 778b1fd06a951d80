"""System checks: wrong configuration is named at start, with what to do, instead of surprising someone at run time."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from accounts.crypto import keyring
from integrations.intacct import UntrustedEndpoint, trusted_endpoint
from integrations.operations.retention import retentions
from integrations.records.search_index import EXTENSION, missing_indexes

SHORTEST_QUARANTINE = 15 * 60


@register(Tags.security)
def check_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """FIELD_ENCRYPTION_KEYS are usable, and SECRET_KEY is not one made for development."""
    found: list[CheckMessage] = []
    try:
        keyring()
    except ImproperlyConfigured as error:
        hint = (
            "Make one with: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
        )
        found.append(Error(str(error), hint=hint, id="integrations.E001"))
    if not settings.DEBUG and settings.SECRET_KEY.startswith("insecure-"):
        hint = "Make a SECRET_KEY of your own; the generated .env is for development only."
        found.append(Error("SECRET_KEY was made for development and DEBUG is off.", hint=hint, id="integrations.E002"))
    return found


@register()
def check_endpoint(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """INTACCT_ENDPOINT_URL may receive credentials, and a sender is configured."""
    found: list[CheckMessage] = []
    try:
        trusted_endpoint(settings.INTACCT_ENDPOINT_URL, settings.INTACCT_ALLOWED_ENDPOINT_HOSTS)
    except UntrustedEndpoint as error:
        hint = "Use https and a host ending in .intacct.com, or name the host in INTACCT_ALLOWED_ENDPOINT_HOSTS."
        found.append(Error(f"INTACCT_ENDPOINT_URL: {error.sentence}", hint=hint, id="integrations.E003"))
    if not (settings.INTACCT_SENDER_ID and settings.INTACCT_SENDER_PASSWORD):
        hint = "Set INTACCT_SENDER_ID and INTACCT_SENDER_PASSWORD; nobody can connect without a Web Services sender."
        found.append(Warning("No Sage Intacct sender is configured.", hint=hint, id="integrations.W001"))
    return found


@register(Tags.security, deploy=True)
def check_endpoint_hosts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """In production credentials go to Sage alone."""
    if not settings.INTACCT_ALLOWED_ENDPOINT_HOSTS:
        return []
    hint = "Leave INTACCT_ALLOWED_ENDPOINT_HOSTS empty, unless you run a gateway of your own on purpose."
    named = ", ".join(settings.INTACCT_ALLOWED_ENDPOINT_HOSTS)
    return [Warning(f"Credentials may also be sent to {named}.", hint=hint, id="integrations.W003")]


@register(Tags.urls, deploy=True)
def check_site_url(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """SITE_URL leads to the site from elsewhere: links that commands print begin with it."""
    if urlsplit(settings.SITE_URL).hostname not in {None, "localhost", "127.0.0.1", "::1"}:
        return []
    hint = "Set SITE_URL to the address people use, for example https://erp.example.com."
    return [Warning("SITE_URL leads to this machine only.", hint=hint, id="integrations.W002")]


@register()
def check_quarantine(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """ "Not found" is never taken for proof while Intacct may still be at work, unless it is a local one."""
    host = urlsplit(settings.INTACCT_ENDPOINT_URL).hostname
    if settings.PUSH_QUARANTINE_SECONDS >= SHORTEST_QUARANTINE or host in {"localhost", "127.0.0.1", "::1"}:
        return []
    hint = "Leave PUSH_QUARANTINE_SECONDS out: Intacct may save a document up to 15 minutes after its answer was lost."
    return [Error("PUSH_QUARANTINE_SECONDS could have documents sent twice.", hint=hint, id="integrations.E005")]


@register()
def check_retention(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """No RETAIN_… setting has everything removed at once."""
    found: list[CheckMessage] = []
    for retention in retentions():
        if isinstance(retention.days, str) and retention.days_kept < 1:
            hint = f"Set it to the number of days for which {retention.label} are kept."
            found.append(Error(f"{retention.days} must be 1 at least.", hint=hint, id="integrations.E004"))
    return found


@register(Tags.database)
def check_search_index(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """PostgreSQL finds words in long lists by indexes. Asked when migrating, and by `check --database default`."""
    missing = [index for alias in databases or () for index in missing_indexes(connections[alias])]
    if not missing:
        return []
    statements = " ".join(f"{index.statement};" for index in missing)
    hint = f"Have the owner of the database run: {EXTENSION}; {statements} Until then each search reads whole tables."
    names = ", ".join(index.name for index in missing)
    return [Warning(f"PostgreSQL lacks the indexes of words: {names}.", hint=hint, id="integrations.W004")]
