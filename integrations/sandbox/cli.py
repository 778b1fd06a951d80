"""The command line: options, seed, state, signals, and the one line that says where the gateway listens.

Owns starting and stopping. Must not answer requests.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from integrations.sandbox.control import Control
from integrations.sandbox.data.persistence import StateError, StateFile, saved_base
from integrations.sandbox.data.sessions import DEFAULT_SECONDS, Sessions
from integrations.sandbox.gateway import Gateway
from integrations.sandbox.inbox import Reception
from integrations.sandbox.seed import build_store, credentials, is_seed
from integrations.sandbox.server import GATEWAY_PATH, GatewayServer
from integrations.sandbox.wire.deadline import REQUEST_SECONDS

DEFAULT_PORT = 8901
DEFAULT_HOST = "127.0.0.1"
MAX_PORT = 65535
MAX_DIGITS = 9


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, shared with the management command."""
    parser.add_argument("--port", type=_port, default=DEFAULT_PORT, help="port to listen on; 0 picks a free one")
    parser.add_argument("--host", default=DEFAULT_HOST, help="address to listen on")
    parser.add_argument("--seed", type=_seed, default="demo", help="demo, or a number of vendors")
    parser.add_argument("--state", type=Path, help="file that keeps what was written")
    parser.add_argument("--control", action="store_true", help="enable /_control for loopback callers")
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="further host name that may appear in the endpoint handed out; repeatable",
    )
    parser.add_argument(
        "--session-seconds", type=_seconds, default=DEFAULT_SECONDS, help="how long an unused session lives"
    )
    parser.add_argument(
        "--request-seconds", type=_seconds, default=REQUEST_SECONDS, help="how long one request may take to arrive"
    )
    parser.add_argument("--verbose", action="store_true", help="one line per request on stderr, without secrets")
    parser.add_argument("--credentials", action="store_true", help="print what a client needs as JSON and exit")


def _seed(text: str) -> str:
    if not is_seed(text):
        raise argparse.ArgumentTypeError(f"{text!r} is neither demo nor a number from 1 to 1000000")
    return text


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > MAX_DIGITS or int(text) > MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port from 0 to {MAX_PORT}")
    return int(text)


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > MAX_DIGITS or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of seconds")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Do what the options say; returns the exit code. Ends cleanly on SIGTERM and SIGINT."""
    if options.credentials:
        host = f"[{options.host}]" if ":" in options.host else options.host
        _say(json.dumps(credentials(f"http://{host}:{options.port}{GATEWAY_PATH}")))
        return 0
    try:
        server = _server(options)
    except (StateError, OSError) as problem:
        sys.stderr.write(f"The local Intacct cannot start: {problem}\n")
        return 1
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    _say(f"READY {server.endpoint}")
    stopping.wait()
    server.shutdown()
    server.server_close()
    server.reception.save()
    return 0


def _say(line: str) -> None:
    """One line on stdout, at once, since callers wait for it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _server(options: argparse.Namespace) -> GatewayServer:
    base = saved_base(options.state, options.seed) if options.state is not None else None
    store = build_store(options.seed, base or datetime.now(UTC))
    state = None
    if options.state is not None:
        state = StateFile(options.state, store)
        state.load()
        state.save_if_changed()  # a file that cannot be written is reported now, not after the first change
    reception = Reception(Gateway(store, Sessions(options.session_seconds)), state)
    return GatewayServer(
        (options.host, options.port),
        reception,
        control=Control(reception) if options.control else None,
        allowed_hosts=options.allow_host,
        verbose=options.verbose,
        request_seconds=options.request_seconds,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m integrations.sandbox`."""
    parser = argparse.ArgumentParser(prog="python -m integrations.sandbox", description="A local Sage Intacct.")
    add_arguments(parser)
    return run(parser.parse_args(arguments))
