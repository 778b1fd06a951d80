"""The client under attack, in a process of its own so that its memory can be measured.

Reads one line of JSON a question from its input, asks, and writes what it came to as JSON.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from pathlib import Path
from typing import Any

from integrations.intacct import Client, Credentials, IntacctError, Query, Sender, SpoiltAnswer

SECONDS = 8.0  # the stated time of the exchanges of one question
_STATUS = Path("/proc/self/status")
_ATTACHMENT = {"attachmentname": "plan", "attachmenttype": "pdf", "attachmentdata": "QUJD" * 6_000_000}
_VENDORS = Query("VENDOR", ("RECORDNO",))


def ask(question: dict[str, Any]) -> dict[str, Any]:
    """Ask once, with all attempts; tells the verdict, the seconds and the memory above what was in use before."""
    until = time.monotonic() + SECONDS
    client = Client(
        endpoint=question["endpoint"],
        sender=Sender("sample-sender", "sample-sender-secret"),
        credentials=Credentials("sample-company", "web.services", "sample-password"),
        allowed_hosts=["127.0.0.1"],
        timeout=(1, 2),
        attempts=question.get("attempts", 3),
        sleep=lambda _: None,
        time_left=lambda: until - time.monotonic(),
        **question.get("limits", {}),
    )
    with client:
        verdict, advice = "", ""
        if not question.get("tls"):
            client.open_session()
        before = _start_measuring()
        begun = time.monotonic()
        until = begun + SECONDS
        try:
            if question.get("unread"):
                sent = {"supdocid": "A", "attachments": {"attachment": _ATTACHMENT}}
                client.call("create_supdoc", sent, control_id="a")
            else:
                client.query(_VENDORS)
            verdict = "well"
        except IntacctError as error:
            cause = error.__cause__ if isinstance(error, SpoiltAnswer) else None
            verdict = cause.code if isinstance(cause, IntacctError) else error.code
            advice = error.sentence
        seconds = time.monotonic() - begun
    gc.collect()
    return {
        "verdict": verdict,
        "sentence": advice[:200],
        "seconds": seconds,
        "mb": _megabytes("VmHWM") - before,
        "kept_mb": _megabytes("VmRSS") - before,
    }


def _start_measuring() -> float:
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak so far
    return _megabytes("VmRSS")


def _megabytes(name: str) -> float:
    line = next(line for line in _STATUS.read_text(encoding="ascii").splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(ask(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
