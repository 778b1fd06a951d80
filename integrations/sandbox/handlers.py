"""Every function of the gateway by its name on the wire, generic and object-specific.

Owns nothing but their union. Must not know how a function works.
"""

from __future__ import annotations

from integrations.sandbox.functions import HANDLERS as GENERIC_HANDLERS
from integrations.sandbox.functions import Handler
from integrations.sandbox.legacy import LEGACY_HANDLERS

HANDLERS: dict[str, Handler] = {**GENERIC_HANDLERS, **LEGACY_HANDLERS}
