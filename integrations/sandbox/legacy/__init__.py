"""The object-specific functions, by the name they have on the wire.

Owns the list of handlers. Must name exactly the functions whose content is published in legacy_shapes.py.
"""

from __future__ import annotations

from collections.abc import Callable

from integrations.sandbox.data.context import Context
from integrations.sandbox.legacy.attachments import (
    create_supdoc,
    create_supdocfolder,
    delete_supdoc,
    delete_supdocfolder,
    update_supdoc,
    update_supdocfolder,
)
from integrations.sandbox.legacy.bills import create_bill, delete_bill, reverse_appayment, reverse_bill, update_bill
from integrations.sandbox.legacy.lists import get, get_list
from integrations.sandbox.legacy.masters import DELETES, create_contact
from integrations.sandbox.legacy.purchasing import (
    create_potransaction,
    delete_potransaction,
    partialupdate_potransaction,
    update_potransaction,
)
from integrations.sandbox.wire.answer import Payload

LEGACY_HANDLERS: dict[str, Callable[[Context], Payload]] = {
    "create_bill": create_bill,
    "update_bill": update_bill,
    "delete_bill": delete_bill,
    "reverse_bill": reverse_bill,
    "reverse_appayment": reverse_appayment,
    "create_potransaction": create_potransaction,
    "update_potransaction": update_potransaction,
    "partialupdate_potransaction": partialupdate_potransaction,
    "delete_potransaction": delete_potransaction,
    "create_supdoc": create_supdoc,
    "update_supdoc": update_supdoc,
    "delete_supdoc": delete_supdoc,
    "create_supdocfolder": create_supdocfolder,
    "update_supdocfolder": update_supdocfolder,
    "delete_supdocfolder": delete_supdocfolder,
    "create_contact": create_contact,
    "get_list": get_list,
    "get": get,
    **DELETES,
}
