"""What is wrong with the deployment's log-in, with an id and a hint each."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from accounts.models.tenant import IDLE_MINUTES, LONGEST_HOURS

PER_PROCESS = "django.core.cache.backends.locmem.LocMemCache"
NONE_AT_ALL = "django.core.cache.backends.dummy.DummyCache"


@register(Tags.security, deploy=True)
def check_shared_cache(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Attempts to log in, and codes that were used, are counted where every process sees them."""
    backend = settings.CACHES["default"]["BACKEND"]
    hint = (
        "Leave CACHE_URL unset to use the database, or name a server that is shared, such as rediscache://host:6379/0."
    )
    if backend == NONE_AT_ALL:
        found = "CACHE_URL keeps nothing, so log-ins are not limited by address, and a code counts more than once."
        return [Error(found, hint=hint, id="accounts.E001")]
    if backend == PER_PROCESS:
        found = "CACHE_URL keeps the cache in each process, so each web process counts attempts to log in alone."
        return [Warning(found, hint=hint, id="accounts.W001")]
    return []


@register(Tags.security, deploy=True)
def check_staff_second_factor(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Support staff, who see every tenant, are asked for a second factor."""
    if settings.STAFF_SECOND_FACTOR:
        return []
    hint = "Leave STAFF_SECOND_FACTOR unset, or set it to on."
    return [Warning("Support staff may log in with a password alone.", hint=hint, id="accounts.W002")]


@register(Tags.security)
def check_session_limits(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """How long log-ins last where no company chooses lies within what companies may choose."""
    bounds = {
        "SESSION_IDLE_MINUTES": IDLE_MINUTES,
        "STAFF_IDLE_MINUTES": IDLE_MINUTES,
        "SESSION_LONGEST_HOURS": LONGEST_HOURS,
        "STAFF_LONGEST_HOURS": LONGEST_HOURS,
    }
    return [
        Error(
            f"{name} is {getattr(settings, name)}.",
            hint=f"Set it to a number from {least} to {most}, or leave it unset.",
            id="accounts.E002",
        )
        for name, (least, most) in bounds.items()
        if not least <= getattr(settings, name) <= most
    ]
