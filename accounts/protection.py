"""What protects every request and answer besides Django and django-csp: a limit for what is sent, and headers.

Which content is allowed is the CONTENT_SECURITY_POLICY of the settings. Reads no body and no database.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.errors import error_body

GetResponse = Callable[[HttpRequest], HttpResponse]
# Powers no page needs. The clipboard, which the copy buttons write to, and passkeys are allowed to this site alone.
_NO_POWERS = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment",
    "picture-in-picture", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
_OWN_POWERS = ("clipboard-write", "publickey-credentials-create", "publickey-credentials-get")
PERMISSIONS_POLICY = ", ".join([f"{name}=()" for name in _NO_POWERS] + [f"{name}=(self)" for name in _OWN_POWERS])


class HeadersMiddleware:
    """Pages show data of one company to one person, so nobody between, nor the browser's cache, keeps any."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store, private")
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class SizeMiddleware:
    """Refuses a request that is too large before any of it is read: Django writes uploads to disk, however large.

    A request that does not say how large it is has no body for Django.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        declared = str(request.META.get("CONTENT_LENGTH") or "")
        if declared.isascii() and declared.isdigit() and int(declared[:20]) > settings.MOST_BYTES_SENT:
            return HttpResponse(error_body(request, 413), status=413)
        return self.get_response(request)
