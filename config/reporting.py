"""What a report of an error may show: no secret of the settings, no cookie, no field of a form, no local variable.

Owns Django's error reports, on the debug page and in mails. Must not decide who gets them.
"""

import logging
import re
from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.log import AdminEmailHandler
from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from config.redaction import redact

ACCESS_LOGGER = "django_structlog.middlewares.request"


class ReportFilter(SafeExceptionReporterFilter):
    """Stricter than Django's, which trusts that each function with a secret was marked; here none is trusted."""

    hidden_settings = re.compile(
        "API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|COOKIE|SENDER|CREDENTIAL|DATABASES|CACHES|EMAIL_HOST", re.IGNORECASE
    )

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        return dict.fromkeys(getattr(request, "COOKIES", {}), self.cleansed_substitute)

    def get_post_parameters(self, request: HttpRequest | None) -> Any:
        if request is None or not self.is_active(request):
            return super().get_post_parameters(request)
        names = QueryDict(mutable=True)
        for name in request.POST:
            names[name] = self.cleansed_substitute
        return names

    def get_traceback_frame_variables(self, request: HttpRequest, tb_frame: FrameType) -> ItemsView[str, Any]:
        if not self.is_active(request):
            return super().get_traceback_frame_variables(request, tb_frame)
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()


class Reporter(ExceptionReporter):
    """The whole report passes the fence of the log as well: the text of an exception may quote anything."""

    def get_traceback_data(self) -> dict[str, Any]:
        """What was said, before it is escaped: the fence knows no shape of a secret in HTML."""
        data: dict[str, Any] = super().get_traceback_data()
        if "exception_value" in data:
            data["exception_value"] = redact(str(data["exception_value"]))
        for frame in data.get("frames", []):
            if frame.get("exc_cause") is not None:
                frame["exc_cause"] = redact(str(frame["exc_cause"]))
        return data

    def get_traceback_text(self) -> SafeString:
        return SafeString(redact(super().get_traceback_text()))

    def get_traceback_html(self) -> SafeString:
        return SafeString(redact(super().get_traceback_html()))  # was escaped; removing a secret adds no markup


class ReportMailHandler(AdminEmailHandler):
    """Mails each error to ERROR_MAIL_TO; to nobody when that is empty. The access line of one is no second error."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == ACCESS_LOGGER:
            return
        told = logging.makeLogRecord({**record.__dict__, "msg": redact(record.getMessage()), "args": ()})
        super().emit(told)
