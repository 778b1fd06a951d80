"""`Refused` under the name this package has always used for it; it is declared in accounts.refusal."""

from accounts.refusal import Refused

__all__ = ["Refused"]
