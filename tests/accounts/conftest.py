"""A mail server can be missing."""

import socket
from typing import Any

import pytest


@pytest.fixture
def _no_mail_server(settings: Any) -> None:
    """A real attempt to reach a port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
