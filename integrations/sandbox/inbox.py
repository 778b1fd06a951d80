"""A request from its bytes to what the caller gets: faults, waits, the limit of requests in flight, the state file.

Owns the order in which these strike. Must not know sockets, and holds no lock while it waits.
"""

from __future__ import annotations

from integrations.sandbox.data.persistence import StateFile
from integrations.sandbox.faults.corrupt import changed_answer, instead_of_answer, proxy_timeout, too_many_requests
from integrations.sandbox.faults.delayed import LateWork
from integrations.sandbox.faults.kinds import Stage
from integrations.sandbox.faults.pending import Fault, Faults, names_of
from integrations.sandbox.faults.traffic import Entry, Traffic
from integrations.sandbox.gateway import Gateway
from integrations.sandbox.wire.answer import ControlEcho
from integrations.sandbox.wire.envelope import Request, parse_request
from integrations.sandbox.wire.failures import ControlFailure
from integrations.sandbox.wire.reply import Reply

WRITES = ("create", "update", "delete")


class Reception:
    """Takes requests in for one gateway. Thread safe."""

    def __init__(self, gateway: Gateway, state: StateFile | None = None) -> None:
        self.gateway = gateway
        self.state = state
        self.faults = Faults()
        self.late = LateWork()
        self.traffic = Traffic()

    def receive(self, body: bytes, endpoint: str, address: str) -> Reply | None:
        """Work on a request. Out: what is sent back, or None when the connection is cut without a byte."""
        echo, request = parse_request(body, self.gateway.models)
        fault = self.faults.take(names_of(request))
        company, traffic = self.gateway.company_of(request), self.traffic
        if not company:
            return self._serve(traffic, request, echo, endpoint, address, fault)
        writes = _writes(request)
        entry = traffic.enter(company, writes)
        if entry is not Entry.ADMITTED:
            return too_many_requests() if entry is Entry.REFUSED else None
        try:
            return self._serve(traffic, request, echo, endpoint, address, fault)
        finally:
            traffic.leave(company, writes)

    def save(self) -> None:
        """Keep what changed, when there is a state file."""
        if self.state is not None:
            self.state.save_if_changed()

    def start_over(self) -> None:
        """Drop what waits: faults, late work, requests held up. Not with the store's lock held."""
        self.traffic.end()
        self.traffic = Traffic()
        self.late.cancel()
        self.late.forget()
        self.faults.clear()

    def close(self) -> None:
        """End every wait and drop late work; what was begun comes to its end."""
        self.traffic.end()
        self.late.cancel()

    def _serve(
        self,
        traffic: Traffic,
        request: Request | ControlFailure,
        echo: ControlEcho,
        endpoint: str,
        address: str,
        fault: Fault | None,
    ) -> Reply | None:
        if not traffic.hold_up():
            return None
        if fault is not None:
            if fault.stage is Stage.INSTEAD:
                return instead_of_answer(fault, echo)
            if fault.stage is Stage.LATER:
                return self._later(request, echo, endpoint, address, fault)
            if fault.stage is Stage.BEFORE and not self._goes_on(traffic, request, fault):
                return None
        reply = self.gateway.answer(request, echo, endpoint, address, fault)
        self.save()
        return reply if fault is None or fault.stage is not Stage.AFTER else _spoilt(fault, reply)

    def _goes_on(self, traffic: Traffic, request: Request | ControlFailure, fault: Fault) -> bool:
        """Strike before the gateway; False when the request does not get there."""
        if fault.kind == "slow":
            return traffic.pause(fault.seconds)
        if fault.kind == "session_expired" and not isinstance(request, ControlFailure):
            for operation in request.operations:
                self.gateway.sessions.expire(operation.sessionid)
        return fault.kind != "drop_before"

    def _later(
        self, request: Request | ControlFailure, echo: ControlEcho, endpoint: str, address: str, fault: Fault
    ) -> Reply | None:
        """Check who asks, lose the answer, and have the work done later."""
        try:
            if isinstance(request, ControlFailure):
                raise request
            admitted = self.gateway.admit(request, echo, endpoint, address)
        except ControlFailure as failure:
            return self.gateway.refused(echo, failure)

        def work() -> None:
            self.gateway.execute(admitted)
            self.save()

        self.late.later(fault.seconds, work)
        return proxy_timeout() if fault.kind == "524_late" else None


def _spoilt(fault: Fault, reply: Reply) -> Reply | None:
    if fault.kind == "drop_after":
        return None
    if fault.kind == "trickle":
        reply.seconds = fault.seconds
        return reply
    return changed_answer(fault, reply)


def _writes(request: Request | ControlFailure) -> bool:
    return not isinstance(request, ControlFailure) and any(
        call.name in WRITES or call.name.startswith(("create_", "update_", "delete_"))
        for operation in request.operations
        for call in operation.calls
    )
