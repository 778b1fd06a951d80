"""A person's authenticator app, as far as tests need one: RFC 6238 on its own, and enrolled people."""

import base64
import hashlib
import hmac
import struct
import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

from accounts.models import User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PERIOD = 30


def code(secret: str = SECRET, *, ahead: int = 0) -> str:
    """The code an app shows now, or `ahead` periods from now."""
    counter = int(time.time()) // PERIOD + ahead
    key = base64.b32decode(secret.replace(" ", ""))
    digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def enrol(person: User, secret: str = SECRET) -> list[str]:
    """Give somebody a second factor with `secret`; returns their recovery codes."""
    TOTP.activate(person, secret)
    codes: list[str] = RecoveryCodes.activate(person).get_unused_codes()
    return codes
