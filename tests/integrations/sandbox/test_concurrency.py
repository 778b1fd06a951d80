"""Many clients at once over the socket: nothing is lost, doubled or held up by what others wait for."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from integrations.sandbox.facade import SandboxProcess, SandboxServer
from tests.integrations.sandbox.gateway import Answer, Caller, where

CLIENTS = 8
ROUNDS = 12


def create(key: str) -> str:
    return f"<create><CLASS><CLASSID>{key}</CLASSID><NAME>n</NAME></CLASS></create>"


def rename(key: str, name: str) -> str:
    return f"<update><CLASS><CLASSID>{key}</CLASSID><NAME>{name}</NAME></CLASS></update>"


def outcome(answer: Answer) -> str:
    assert answer.status == 200, answer.body
    return "+".join(result.findtext("status") or "" for result in answer.results)


def work(caller: Caller, client: int) -> Counter[str]:
    """What one client does: creates of its own, repeats of shared control ids, transactions, updates, reads."""
    came: Counter[str] = Counter()
    for number in range(ROUNDS):
        key = f"N-{client}-{number}"
        came["create " + outcome(caller.call(create(key)))] += 1
        came["update " + outcome(caller.call(rename(key, "m")))] += 1
        shared = caller.call(create(f"S-{number}"), uniqueid="true", ids=(f"shared-{number}",))
        came["shared " + outcome(shared)] += 1
        doomed = caller.call(create(f"T-{client}-{number}"), create("CIV"), transaction="true")
        came["doomed " + outcome(doomed)] += 1
        both = caller.call(create(f"B-{client}-{number}-1"), create(f"B-{client}-{number}-2"), transaction="true")
        came["both " + outcome(both)] += 1
        pair = caller.query("CLASS", "RECORDNO", condition=where("like", "CLASSID", f"B-{client}-{number}-%"))
        assert len(pair.data) == 2
        read = caller.query("CLASS", "RECORDNO", pagesize=2000)
        numbers = read.values("RECORDNO")
        assert len(numbers) == len(set(numbers)) == int(read.data.get("totalcount") or "")
    return came


def keys(caller: Caller, pattern: str) -> list[str]:
    return caller.query("CLASS", "CLASSID", condition=where("like", "CLASSID", pattern), pagesize=2000).values(
        "CLASSID"
    )


def test_eight_clients_at_once_leave_exact_totals(caller: Caller) -> None:
    callers = [Caller(caller.server).log_in() for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        came: Counter[str] = sum(pool.map(work, callers, range(CLIENTS)), Counter())
    all_of_them = CLIENTS * ROUNDS
    assert came == {
        "create success": all_of_them,
        "update success": all_of_them,
        "shared success": ROUNDS,
        "shared failure": all_of_them - ROUNDS,
        "doomed aborted+failure": all_of_them,
        "both success+success": all_of_them,
    }
    for pattern, count in (("N-%", all_of_them), ("S-%", ROUNDS), ("T-%", 0), ("B-%", 2 * all_of_them)):
        found = keys(caller, pattern)
        assert len(found) == len(set(found)) == count, pattern
    audited = caller.query("AUDITHISTORY", "ID", order="ID", pagesize=2000)
    assert int(audited.data.get("totalcount") or "") == 4 * all_of_them + ROUNDS
    assert caller.server.control(do="stats")["in_flight"]["summit-demo"]["now"] == 0


def test_what_waits_holds_up_nobody_else(caller: Caller) -> None:
    """While seven requests are slow, others are answered, and all seven are slow at the same time."""
    caller.server.control(do="fault", kind="slow", seconds=0.5, times=CLIENTS - 1, match="create")
    with ThreadPoolExecutor(CLIENTS - 1) as pool:
        begun = time.monotonic()
        slow = [pool.submit(caller.call, create(f"N-{number}")) for number in range(CLIENTS - 1)]
        answered = 0
        while not any(one.done() for one in slow):
            assert caller.query("CLASS", "RECORDNO").status == 200
            answered += 1
        assert {outcome(one.result()) for one in slow} == {"success"}
        took = time.monotonic() - begun
    assert answered >= 5
    assert took < 0.5 * (CLIENTS - 1) / 2
    assert len(keys(caller, "N-%")) == CLIENTS - 1


def test_control_is_answered_while_requests_wait(caller: Caller) -> None:
    caller.server.control(do="fault", kind="latency", seconds=0.3)
    thread = threading.Thread(target=caller.query, args=("CLASS", "RECORDNO"))
    thread.start()
    while not caller.server.control(do="stats")["in_flight"].get("summit-demo", {}).get("now"):
        assert thread.is_alive()
    thread.join()


def test_what_was_answered_is_in_the_state_file_whoever_is_killed(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    process = SandboxProcess(state=state).start()
    handle = SandboxServer()
    handle.endpoint, handle.credentials = process.endpoint, process.credentials
    callers = [Caller(handle).log_in() for _ in range(4)]

    def write(caller: Caller, client: int) -> list[str]:
        made = [f"N-{client}-{number}" for number in range(25)]
        return [key for key in made if outcome(caller.call(create(key), uniqueid="true", ids=(key,))) == "success"]

    with ThreadPoolExecutor(4) as pool:
        answered = sorted(key for made in pool.map(write, callers, range(4)) for key in made)
    process.kill()
    with state.open("ab") as file:
        file.write(b'{"company": "summit-demo", "rows"')  # as a line that was being written

    with SandboxProcess(state=state) as again:
        handle.endpoint, handle.credentials = again.endpoint, again.credentials
        caller = Caller(handle).log_in()
        assert sorted(keys(caller, "N-%")) == answered
        assert len(answered) == 100
        repeat = caller.call(create("N-x"), uniqueid="true", ids=("N-3-24",))
        assert repeat.errors[0][0] == "SANDBOX-DUPLICATE-CONTROLID"
        handle.control(do="reset")
        assert len(state.read_text().splitlines()) == 1
        head = json.loads(state.read_text())
        assert (head["format"], head["seed"]) == (2, "demo")


def test_pipelined_requests_are_answered_in_order(caller: Caller) -> None:
    parts = urlsplit(caller.server.endpoint)
    bodies = [caller.envelope(create(f"N-{number}"), ids=(f"p-{number}",)).encode() for number in range(5)]
    head = f"POST {parts.path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.connect()
    connection.sock.sendall(b"".join(head.encode() + str(len(b)).encode() + b"\r\n\r\n" + b for b in bodies))
    stream = connection.sock.makefile("rb")
    ids = []
    for _ in bodies:
        assert stream.readline().startswith(b"HTTP/1.1 200")
        headers = http.client.parse_headers(stream)
        body = stream.read(int(headers["Content-Length"]))
        ids.append(body.split(b"<function>create</function><controlid>")[1].split(b"<")[0])
    stream.close()
    connection.close()
    assert ids == [b"p-0", b"p-1", b"p-2", b"p-3", b"p-4"]
