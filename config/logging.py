"""Logging: every line, ours and of libraries, structured, with what is bound about request, tenant and run.

Owns format and levels. What may never be logged is redacted where it arises; config.redaction is the last fence.
"""

import sys
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured
from structlog.typing import Processor

from config.redaction import redact_event

FORMATS = ("console", "json")


def logging_configuration(level: str, line_format: str) -> dict[str, Any]:
    """Return the dictConfig for `level` (DEBUG, INFO, WARNING, ERROR) and one of FORMATS, and set structlog up."""
    if line_format not in FORMATS:
        raise ImproperlyConfigured(f"LOG_FORMAT is {line_format!r}; it is one of {', '.join(FORMATS)}.")
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *first,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*first, structlog.stdlib.ExtraAdder(allow=_EXTRA)],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    # Before redaction, so that the text of an exception passes it too; without local variables.
                    structlog.processors.format_exc_info,
                    redact_event,
                    _renderer(line_format),
                ],
            }
        },
        "filters": {"not_debug": {"()": "django.utils.log.RequireDebugFalse"}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
            "mail": {"class": "config.reporting.ReportMailHandler", "level": "ERROR", "filters": ["not_debug"]},
        },
        "root": {"handlers": ["stderr", "mail"], "level": level.upper()},
        "loggers": {
            # Django's own handlers would print and mail each of its lines a second time.
            "django": {"handlers": [], "level": level.upper(), "propagate": True},
            "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            "django-q": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            "urllib3": {"level": "WARNING"},
        },
    }


# Of what libraries attach to their records, what is worth a column; Django attaches the whole request.
_EXTRA = ("status_code", "attempted_user_id")


def _renderer(line_format: str) -> Processor:
    if line_format == "json":
        return structlog.processors.JSONRenderer(sort_keys=True)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, sort_keys=True
    )
