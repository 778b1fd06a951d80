"""From a request to an answer: the sender, who signs in, and then the functions of each operation.

Owns the order of these checks and the levels of refusals. Must not know HTTP or any single function's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.counts import Statistics
from integrations.sandbox.data.sessions import Session, Sessions
from integrations.sandbox.data.signin import Opened, authorize_sender, sign_in
from integrations.sandbox.data.store import Company, Store
from integrations.sandbox.execution import Execution
from integrations.sandbox.faults.pending import Fault
from integrations.sandbox.faults.spoilt import written
from integrations.sandbox.wire.answer import AuthenticationEcho, ControlEcho, error_message, response
from integrations.sandbox.wire.envelope import Login, Operation, Request
from integrations.sandbox.wire.failures import (
    NOT_AUTHENTICATED,
    AuthenticationFailure,
    ControlFailure,
    ErrorEntry,
    with_support_id,
)
from integrations.sandbox.wire.legacy_shapes import MODELS
from integrations.sandbox.wire.nodes import Node
from integrations.sandbox.wire.reply import Reply


@dataclass(slots=True, repr=False)
class SignedIn:
    """Who an operation runs as."""

    company: Company
    user: str
    entity: str
    session: Session | None
    echo: AuthenticationEcho


@dataclass(slots=True, repr=False)
class Admitted:
    """A request whose sender is known, with who each of its operations runs as, or why nobody may."""

    request: Request
    echo: ControlEcho
    endpoint: str
    address: str
    callers: list[SignedIn | AuthenticationFailure]


class Gateway:
    """The XML gateway over a store. Thread safe: one request works at a time; parsing and writing need no lock."""

    def __init__(self, store: Store, sessions: Sessions) -> None:
        self.store = store
        self.sessions = sessions
        self.statistics = Statistics()
        self.models = MODELS  # what object-specific functions may hold, and in which order

    def company_of(self, request: Request | ControlFailure) -> str:
        """The id of the company a request is for, as far as it can be told without a sign-in; else empty."""
        if isinstance(request, ControlFailure):
            return ""
        operation = request.operations[0]
        if operation.login is not None:
            return operation.login.companyid if operation.login.companyid in self.store.companies else ""
        return self.sessions.company_of(operation.sessionid)

    def answer(
        self,
        request: Request | ControlFailure,
        echo: ControlEcho,
        endpoint: str,
        address: str,
        fault: Fault | None = None,
    ) -> Reply:
        """Answer one parsed request. `endpoint` is what getAPISession hands out, `address` the caller's address."""
        if isinstance(request, ControlFailure):
            return self.refused(echo, request)
        try:
            with self.store.lock:
                admitted = self.admit(request, echo, endpoint, address)
                bodies, bare = self._execute(admitted, fault)
        except ControlFailure as failure:
            return self.refused(echo, failure)
        names = [call.name for operation in request.operations for call in operation.calls]
        if bare is not None and len(names) == 1:
            return Reply(bare[1], content_type=bare[0], summary=", ".join(names))
        return Reply(written(response(echo, True, *bodies)), summary=", ".join(names))

    def admit(self, request: Request, echo: ControlEcho, endpoint: str, address: str) -> Admitted:
        """Check the sender and sign in, executing nothing yet. Raises ControlFailure."""
        with self.store.lock:
            self.statistics.requests += 1
            self._check_sender(request)
            callers = [self._caller(request, operation) for operation in request.operations]
            return Admitted(request, echo, endpoint, address, callers)

    def execute(self, admitted: Admitted) -> None:
        """Execute an admitted request whose answer nobody waits for any more."""
        with self.store.lock:
            self._execute(admitted, None)

    def refused(self, echo: ControlEcho, failure: ControlFailure) -> Reply:
        """The answer to a request that was refused as a whole."""
        body = response(echo, False, error_message(failure.errors, additional=echo.additional))
        return Reply(body, status=failure.http_status, summary=f"refused {failure.errors[0].errorno}")

    def _execute(self, admitted: Admitted, fault: Fault | None) -> tuple[list[Node], tuple[str, bytes] | None]:
        bodies: list[Node] = []
        bare: tuple[str, bytes] | None = None
        for operation, caller in zip(admitted.request.operations, admitted.callers, strict=True):
            if isinstance(caller, AuthenticationFailure):
                echo = AuthenticationEcho(False, caller.userid, caller.companyid, caller.locationid)
                refusal = error_message([caller.error], additional=admitted.echo.additional)
                bodies.append(Node("operation", children=[echo.node(), refusal]))
                bare = None
                continue
            node, bare = self._operate(admitted, operation, caller, fault)
            bodies.append(node)
        return bodies, bare

    def _operate(
        self, admitted: Admitted, operation: Operation, caller: SignedIn, fault: Fault | None
    ) -> tuple[Node, tuple[str, bytes] | None]:
        contexts = [
            Context(
                call=call,
                company=caller.company,
                sessions=self.sessions,
                session=caller.session,
                senderid=admitted.request.senderid,
                user=caller.user,
                entity=caller.entity,
                endpoint=admitted.endpoint,
                address=admitted.address,
            )
            for call in operation.calls
        ]
        execution = Execution(caller.company, admitted.request.uniqueid, operation.transaction, self.statistics, fault)
        results = execution.run(contexts)
        children = [caller.echo.node(), *(result.node(additional=admitted.echo.additional) for result in results)]
        return Node("operation", children=children), contexts[-1].bare if results[-1].status == "success" else None

    def _check_sender(self, request: Request) -> None:
        known = self.store.senders.get(request.senderid)
        if known is None or known != request.password:
            text = with_support_id("Incorrect Intacct XML Partner ID or password.")
            raise ControlFailure([ErrorEntry(NOT_AUTHENTICATED, text)])
        if request.policyid:
            text = f"{request.policyid} is not a valid transport policy."
            raise ControlFailure([ErrorEntry(NOT_AUTHENTICATED, text)])

    def _caller(self, request: Request, operation: Operation) -> SignedIn | AuthenticationFailure:
        try:
            return self._authenticate(request, operation)
        except AuthenticationFailure as failure:
            self.statistics.failed_logins += 1
            return failure

    def _authenticate(self, request: Request, operation: Operation) -> SignedIn:
        if operation.login is not None:
            opened = self._log_in(request, operation.login)
            company, user, entity = opened.company, operation.login.userid, opened.entity
            session, locationid, clientid = None, entity, opened.clientid
        else:
            session = self.sessions.use(operation.sessionid)
            found = None if session is None else self.store.companies.get(session.company)
            if session is None or found is None or session.senderid != request.senderid:
                entry = ErrorEntry(NOT_AUTHENTICATED, f"Invalid session {operation.sessionid}")
                raise AuthenticationFailure(entry)
            company, user, entity, locationid = found, session.user, session.entity, session.entity
            clientid = None
            authorize_sender(company, request.senderid, user)
        now = datetime.now(UTC)
        echo = AuthenticationEcho(
            True,
            user,
            company.id if operation.login is None else operation.login.companyid,
            locationid,
            _iso(now),
            _iso(session.expires_at if session is not None else now + self.sessions.duration),
            clientid,
        )
        return SignedIn(company, user, entity, session, echo)

    def _log_in(self, request: Request, login: Login) -> Opened:
        opened = sign_in(self.store, login)
        authorize_sender(opened.company, request.senderid, login.userid)
        self.statistics.logins += 1
        return opened


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()
