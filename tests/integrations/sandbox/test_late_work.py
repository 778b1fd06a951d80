"""Work that is committed after the caller lost the connection, on a real clock or on command."""

from __future__ import annotations

import http.client
import time
from urllib.parse import urlsplit

import pytest

from integrations.sandbox.facade import SandboxServer
from tests.integrations.sandbox.gateway import Caller, where

CUT = (http.client.RemoteDisconnected, ConnectionError)
NEW = where("equalto", "CLASSID", "N-1")


def send(caller: Caller) -> int:
    """Send a create whose answer is lost; the status, 0 for a connection that was cut."""
    body = caller.envelope(
        "<create><CLASS><CLASSID>N-1</CLASSID><NAME>n</NAME></CLASS></create>", uniqueid="true", ids=("doc-1",)
    )
    try:
        return caller.post(body).status
    except CUT:
        return 0


def is_there(caller: Caller) -> bool:
    return caller.query("CLASS", "RECORDNO", condition=NEW).data.get("totalcount") == "1"


@pytest.mark.parametrize(("kind", "status"), [("drop_late", 0), ("524_late", 524)])
def test_lost_work_is_committed_on_command_while_others_go_on(caller: Caller, kind: str, status: int) -> None:
    caller.server.control(do="fault", kind=kind, match="create")
    assert send(caller) == status
    assert not is_there(caller)
    assert caller.server.control(do="stats")["late"] == {"waiting": 1, "done": 0, "cancelled": 0}
    assert caller.server.control(do="settle")["late"] == 1
    assert is_there(caller)
    assert caller.server.control(do="stats")["late"] == {"waiting": 0, "done": 1, "cancelled": 0}
    assert send_again(caller) == "SANDBOX-DUPLICATE-CONTROLID"


def send_again(caller: Caller) -> str:
    again = "<create><CLASS><CLASSID>N-1</CLASSID><NAME>n</NAME></CLASS></create>"
    return caller.call(again, uniqueid="true", ids=("doc-1",)).errors[0][0]


def test_lost_work_is_committed_by_itself_when_its_time_has_come(caller: Caller) -> None:
    caller.server.control(do="fault", kind="drop_late", seconds=0.3)
    begun = time.monotonic()
    assert send(caller) == 0
    assert not is_there(caller)
    assert caller.server.control(do="wait", seconds=10)["waiting"] == 0
    assert 0.3 <= time.monotonic() - begun < 5
    assert is_there(caller)


def test_a_wait_ends_with_what_is_still_to_come(caller: Caller) -> None:
    caller.server.control(do="fault", kind="drop_late", seconds=600)
    send(caller)
    assert caller.server.control(do="wait", seconds=0.01)["waiting"] == 1


def test_the_repeat_of_lost_work_is_accepted_before_it_is_committed_and_then_it_is_a_duplicate(caller: Caller) -> None:
    """Only completed control ids are refused: anyone who repeats too early writes twice, or meets a unique key."""
    caller.server.control(do="fault", kind="drop_late")
    send(caller)
    assert send(caller) == 200
    assert is_there(caller)
    caller.server.control(do="settle")
    assert caller.query("CLASS", "RECORDNO", condition=NEW).data.get("totalcount") == "1"


def test_a_session_that_ends_meanwhile_does_not_stop_admitted_work(caller: Caller) -> None:
    caller.server.control(do="fault", kind="drop_late")
    send(caller)
    caller.server.control(do="expire_sessions")
    caller.server.control(do="settle")
    assert is_there(caller.log_in())


def test_a_request_that_is_refused_leaves_nothing_to_do_later(caller: Caller) -> None:
    caller.server.control(do="fault", kind="drop_late")
    assert caller.post("<request/>").errors[0][0] == "XL03000003"
    caller.server.control(do="fault", kind="524_late")
    assert Caller(caller.server, sender_password="wrong").call("<get_applications/>").errors[0][0] == "XL03000006"
    assert caller.server.control(do="settle")["late"] == 0


def test_reset_cancels_late_work(caller: Caller) -> None:
    caller.server.control(do="fault", kind="drop_late", seconds=0.2)
    send(caller)
    caller.server.control(do="reset")
    assert caller.server.control(do="wait", seconds=5)["waiting"] == 0
    assert caller.server.control(do="settle")["late"] == 0
    assert not is_there(caller.log_in())


def test_the_end_cancels_late_work_and_does_not_wait_for_it() -> None:
    with SandboxServer() as server:
        caller = Caller(server).log_in()
        server.control(do="fault", kind="drop_late", seconds=600)
        send(caller)
        server.control(do="fault", kind="slow", seconds=600)
        parts = urlsplit(server.endpoint)
        held_up = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        held_up.request("POST", parts.path, caller.envelope("<get_applications/>").encode())
        begun = time.monotonic()
    with pytest.raises(CUT):
        held_up.getresponse()
    held_up.close()
    assert time.monotonic() - begun < 5
