"""Logging configuration: plain lines on standard error, one per event.

Owns format and levels only. What may never be logged is redacted where it arises.
"""

from typing import Any


def logging_configuration(level: str) -> dict[str, Any]:
    """Return the dictConfig for `level` (DEBUG, INFO, WARNING, ERROR)."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            "django-q": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            "urllib3": {"level": "WARNING"},
        },
    }
