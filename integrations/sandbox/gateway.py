"""From a request body to an answer: sender, sign-in, functions in order, idempotency and transactions.

Owns the order of the checks and the response levels. Must not know HTTP or any single function's work.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from integrations.sandbox.answer import AuthenticationEcho, ControlEcho, Result, error_message, response
from integrations.sandbox.context import Context
from integrations.sandbox.envelope import Login, Operation, Request
from integrations.sandbox.failures import (
    LOCAL_REPEATED_CONTROL_ID,
    LOCAL_SESSION_NOT_ALONE,
    NOT_AUTHENTICATED,
    ROLLED_BACK,
    AuthenticationFailure,
    ControlFailure,
    ErrorEntry,
    FunctionFailure,
    with_support_id,
)
from integrations.sandbox.functions import HANDLERS
from integrations.sandbox.legacy import LEGACY_HANDLERS
from integrations.sandbox.legacy_shapes import MODELS
from integrations.sandbox.nodes import Node
from integrations.sandbox.sessions import Session, Sessions
from integrations.sandbox.signin import authorise_sender, sign_in
from integrations.sandbox.store import Company, Store

ALL_HANDLERS = HANDLERS | LEGACY_HANDLERS
ROLLED_BACK_ENTRY = ErrorEntry(
    ROLLED_BACK, "The entire transaction in this operation has been rolled back due to an error."
)


@dataclass(slots=True)
class Reply:
    """What goes back over HTTP, and a line for the access log without secrets."""

    body: bytes
    content_type: str = 'text/xml; encoding="UTF-8"'
    status: int = 200
    summary: str = ""
    functions: tuple[str, ...] = ()


@dataclass(slots=True)
class Statistics:
    """Counts since start or reset."""

    requests: int = 0
    logins: int = 0
    failed_logins: int = 0
    functions: Counter[str] = field(default_factory=Counter)
    objects: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True, repr=False)
class SignedIn:
    """Who an operation runs as."""

    company: Company
    user: str
    entity: str
    session: Session | None
    echo: AuthenticationEcho


class Gateway:
    """The XML gateway over a store. Thread safe: one request works at a time; parsing and writing need no lock."""

    def __init__(self, store: Store, sessions: Sessions) -> None:
        self.store = store
        self.sessions = sessions
        self.statistics = Statistics()
        self.models = MODELS  # what object-specific functions may hold, and in which order

    def answer(self, request: Request | ControlFailure, echo: ControlEcho, endpoint: str, address: str) -> Reply:
        """Answer one parsed request. `endpoint` is what getAPISession hands out, `address` the caller's address."""
        if isinstance(request, ControlFailure):
            return self._refused(echo, request)
        try:
            with self.store.lock:
                self.statistics.requests += 1
                self._check_sender(request)
                bodies: list[Node] = []
                bare: tuple[str, bytes] | None = None
                for operation in request.operations:
                    node, bare = self._operate(request, operation, endpoint, address)
                    bodies.append(node)
        except ControlFailure as failure:
            return self._refused(echo, failure)
        names = tuple(call.name for operation in request.operations for call in operation.calls)
        if bare is not None and len(names) == 1:
            return Reply(bare[1], content_type=bare[0], summary=", ".join(names), functions=names)
        return Reply(response(echo, True, *bodies), summary=", ".join(names), functions=names)

    def _refused(self, echo: ControlEcho, failure: ControlFailure) -> Reply:
        body = response(echo, False, error_message(failure.errors, additional=echo.additional))
        return Reply(body, status=failure.http_status, summary=f"refused {failure.errors[0].errorno}")

    def _check_sender(self, request: Request) -> None:
        known = self.store.senders.get(request.senderid)
        if known is None or known != request.password:
            text = with_support_id("Incorrect Intacct XML Partner ID or password.")
            raise ControlFailure([ErrorEntry(NOT_AUTHENTICATED, text)])
        if request.policyid:
            text = f"{request.policyid} is not a valid transport policy."
            raise ControlFailure([ErrorEntry(NOT_AUTHENTICATED, text)])

    def _operate(
        self, request: Request, operation: Operation, endpoint: str, address: str
    ) -> tuple[Node, tuple[str, bytes] | None]:
        try:
            signed_in = self._authenticate(request, operation)
        except AuthenticationFailure as failure:
            self.statistics.failed_logins += 1
            echo = AuthenticationEcho(False, failure.userid, failure.companyid, failure.locationid)
            return Node(
                "operation", children=[echo.node(), error_message([failure.error], additional=request.echo.additional)]
            ), None
        contexts = [
            Context(
                call=call,
                company=signed_in.company,
                sessions=self.sessions,
                session=signed_in.session,
                senderid=request.senderid,
                user=signed_in.user,
                entity=signed_in.entity,
                endpoint=endpoint,
                address=address,
            )
            for call in operation.calls
        ]
        results = self._execute(request, operation, contexts, signed_in.company)
        children = [signed_in.echo.node(), *(result.node(additional=request.echo.additional) for result in results)]
        return Node("operation", children=children), contexts[-1].bare if results[-1].status == "success" else None

    def _authenticate(self, request: Request, operation: Operation) -> SignedIn:
        if operation.login is not None:
            company, user, entity = self._log_in(request, operation.login)
            session, locationid = None, entity
        else:
            session = self.sessions.use(operation.sessionid)
            found = None if session is None else self.store.companies.get(session.company)
            if session is None or found is None or session.senderid != request.senderid:
                entry = ErrorEntry(NOT_AUTHENTICATED, f"Invalid session {operation.sessionid}")
                raise AuthenticationFailure(entry)
            company, user, entity, locationid = found, session.user, session.entity, session.entity
            authorise_sender(company, request.senderid, user)
        now = datetime.now(UTC)
        echo = AuthenticationEcho(
            True,
            user,
            company.id,
            locationid,
            _iso(now),
            _iso(session.expires_at if session is not None else now + self.sessions.duration),
        )
        return SignedIn(company, user, entity, session, echo)

    def _log_in(self, request: Request, login: Login) -> tuple[Company, str, str]:
        company = sign_in(self.store, login)
        authorise_sender(company, request.senderid, login.userid)
        self.statistics.logins += 1
        return company, login.userid, login.locationid

    def _execute(
        self, request: Request, operation: Operation, contexts: list[Context], company: Company
    ) -> list[Result]:
        if len(contexts) > 1 and any(context.call.name == "getAPISession" for context in contexts):
            entry = ErrorEntry(LOCAL_SESSION_NOT_ALONE, "getAPISession must be the only function of its request.")
            return [Result(c.call.name, c.call.controlid, "failure", errors=[entry]) for c in contexts]
        if operation.transaction:
            return self._transaction(request, contexts, company)
        results = []
        for context in contexts:
            results.append(self._run(request, context, company))
        return results

    def _transaction(self, request: Request, contexts: list[Context], company: Company) -> list[Result]:
        """All or nothing: after the first failure nothing more runs, and what ran is undone and reported as aborted."""
        remembered = set(company.completed)
        results: list[Result] = []
        try:
            with company.atomic():
                for context in contexts:
                    results.append(self._run(request, context, company))
                    if results[-1].status != "success":
                        raise _PartFailed
        except _PartFailed:
            company.completed = remembered
        else:
            return results
        undone = []
        for result in results:
            if result.status == "failure":
                if isinstance(result.payload, Node):
                    result.payload.children = []
                    result.payload.attributes = {"listtype": "objects", "count": "0"}
                result.errors.append(ROLLED_BACK_ENTRY)
                undone.append(result)
            else:
                undone.append(_aborted(result.function, result.controlid))
        return undone + [_aborted(c.call.name, c.call.controlid) for c in contexts[len(results) :]]

    def _run(self, request: Request, context: Context, company: Company) -> Result:
        call = context.call
        self.statistics.functions[call.name] += 1
        named = (call.element.findtext("object") or "").strip().upper()
        if named:
            self.statistics.objects[f"{call.name} {named}"] += 1
        if request.uniqueid and call.controlid in company.completed:
            entry = ErrorEntry(LOCAL_REPEATED_CONTROL_ID, "A function with this control id was already executed.")
            return Result(call.name, call.controlid, "failure", errors=[entry])
        try:
            payload = ALL_HANDLERS[call.name](context)
        except FunctionFailure as failure:
            return Result(call.name, call.controlid, "failure", failure.data, list(failure.errors))
        if request.uniqueid:
            company.complete(call.controlid)
        return Result(call.name, call.controlid, "success", payload)


class _PartFailed(Exception):
    """A function of a transaction was refused, so that all of it is undone."""


def _aborted(function: str, controlid: str) -> Result:
    return Result(function, controlid, "aborted", errors=[ROLLED_BACK_ENTRY])


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()
