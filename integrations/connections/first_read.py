"""After connecting, the lists are read at once: first those that settings are chosen from, then the rest.

Owns the order. A refusal is no error here: the pages say why nothing is read and offer to read.
"""

import logging

from accounts.models import User
from accounts.refusal import Refused
from integrations.mirror.selectors import has_succeeded
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, Mode
from integrations.runs.service import Started
from integrations.settings.declared import all_settings
from integrations.settings.selectors import LEVELS, lists_picked_by

logger = logging.getLogger(__name__)


def begin_reading(connection: Connection, *, by: User | None = None) -> Started | None:
    """Have a worker read the lists; one that was read before is brought up to date. None where that is refused."""
    mode = Mode.PARTIAL if has_succeeded(connection) else Mode.FULL
    try:
        return start_list_sync(connection, first=lists_of_settings(), mode=mode, by=by)
    except Refused as refused:
        logger.info("the lists of connection %s are not read yet: %s", connection.pk, refused.sentence)
        return None


def lists_of_settings() -> list[str]:
    """The lists that settings are chosen from, those of which something is proposed first."""
    proposed_first = sorted(all_settings(), key=lambda setting: setting.fitting is None)
    return list(dict.fromkeys([*lists_picked_by(proposed_first), *LEVELS.values()]))
