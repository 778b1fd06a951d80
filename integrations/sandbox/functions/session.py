"""The `getAPISession` function: a session for the caller, possibly in another entity.

Owns how a session is handed out. Must not check credentials; that happened before.
"""

from __future__ import annotations

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.signin import may_enter
from integrations.sandbox.wire.documents import text_of
from integrations.sandbox.wire.failures import ErrorEntry, FunctionFailure, with_support_id
from integrations.sandbox.wire.nodes import Node, branch, leaf


def get_api_session(context: Context) -> Node:
    """Open a session. `locationid` switches the entity, an empty one asks for the top level."""
    wanted = context.call.element.find("locationid")
    entity = context.entity if wanted is None else text_of(wanted)
    if entity != context.entity and not may_enter(context.company, context.company.accounts[context.user], entity):
        text = with_support_id("Sign-in information is incorrect")
        raise FunctionFailure(ErrorEntry("Get API Session Failed", text))
    session = context.sessions.open(context.senderid, context.company.id, context.user, entity)
    return branch(
        "data",
        branch("api", leaf("sessionid", session.id), leaf("endpoint", context.endpoint), leaf("locationid", entity)),
    )
