"""The one place where bytes leave for Sage Intacct and come back.

Owns the HTTP call, its limits and timeouts, what may be sent twice, redaction and the exchange handed to the observer.
Must not know sessions, queries or objects, and lets no exception of the HTTP or XML library through.
"""

from __future__ import annotations

import logging
import math
import random
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from integrations.intacct import faults
from integrations.intacct.answer import Answer, AnswerParser
from integrations.intacct.billing import billable_at_most, billable_of_answer
from integrations.intacct.classifier import request_error, tidy_answer
from integrations.intacct.codes import QUERY_REFUSED
from integrations.intacct.envelope import Purpose, Request
from integrations.intacct.errors import BusyError, IntacctError, OutOfTime, UnreadableError
from integrations.intacct.flaws import HostileAnswer, OversizedAnswer, UnreadableAnswer
from integrations.intacct.guard import GuardedSession, TooManyBytes
from integrations.intacct.redaction import capture_limit, redact_body, redact_text
from integrations.intacct.results import match_results
from integrations.intacct.trust import is_vendor_host, trusted_endpoint
from integrations.intacct.types import Exchange
from integrations.intacct.unpacking import Unpacker

logger = logging.getLogger(__name__)

Observer = Callable[[Exchange], None]

BACKOFF_BASE_SECONDS = 1.0
BACKOFF_CAP_SECONDS = 60.0
# A gateway that asks for a longer pause gets its answer passed on, so that the caller can plan for it.
LONGEST_PAUSE_SECONDS = 120.0
# The gateway works on a synchronous request for at most 15 minutes (developer.intacct.com, Sync vs async).
LONGEST_EXCHANGE_SECONDS = 900.0
SHORTEST_ATTEMPT_SECONDS = 0.01
PROXY_TIMEOUT_STATUS = 524
_CHUNK_BYTES = 64 * 1024
# What the way adds to an answer that comes in many small chunks.
_WIRE_BYTES_PER_BYTE, _WIRE_BYTES_BESIDES = 2, 64 * 1024
_XML_TYPES = frozenset({"text/xml", "application/xml"})


@dataclass(frozen=True)
class Limits:
    """Timeouts in seconds, sizes in bytes. `attempts` counts the first one and applies to reads and sign-ins only."""

    timeout: tuple[float, float] = (10, 120)
    attempts: int = 5
    max_answer_bytes: int = 64 * 1024 * 1024
    keep_bytes: int = 64 * 1024


@dataclass
class _Attempt:
    """What is known about one attempt while it runs."""

    number: int
    started_at: datetime
    http_status: int | None = None
    retry_after: float | None = None
    # Unredacted, so they stay out of reprs and with that out of tracebacks that show variables.
    captured: bytearray = field(default_factory=bytearray, repr=False)
    received: int = 0
    answer: Answer | None = field(default=None, repr=False)
    error: IntacctError | None = None


class Transport:
    """Sends requests over one HTTP session. Use it from one thread at a time; close it when done.

    `time_left` tells how many seconds the caller still has. No attempt is begun, and no pause, that would not fit: a
    read is cut off when they are over, and a write is sent only if it may take its full time.
    """

    def __init__(
        self,
        *,
        allowed_hosts: Collection[str] = (),
        observer: Observer | None = None,
        limits: Limits | None = None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        time_left: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self._allowed_hosts = tuple(allowed_hosts)
        self._observer = observer
        self._limits = limits or Limits()
        self._sleep = sleep
        self._jitter = jitter
        self._time_left = time_left
        self._http = GuardedSession()
        self._http.headers["User-Agent"] = "erp-admin"

    def close(self) -> None:
        self._http.close()

    def send(self, request: Request, endpoint: str) -> Answer:
        """Send a request and return its answer once the functions were reached.

        Reads and sign-ins are tried again while the error allows it, a refused query and an answer spoilt in the same
        way once; a write is sent exactly once. Raises the classified error of the request as a whole, UnknownOutcome
        when the answer to a write was lost, and OutOfTime when there was no time for a first answer. Errors of single
        functions stay in the answer.
        """
        url = trusted_endpoint(endpoint, self._allowed_hosts)
        if self._time_left() < self._least_time(request):
            raise faults.out_of_time(nothing_left=True)
        if request.purpose is Purpose.WRITE:
            # An idle connection may have been closed by the far side, which looks like a lost answer. Start a new one.
            self._http.close()
        number, repeated = 1, False
        attempt = self._attempt(request, url, number)
        while True:
            error = attempt.error or _repeatable_refusal(request, attempt, repeated=repeated)
            if error is None or (pause := self._pause_before_retry(request, attempt, error)) is None:
                break
            repeated = repeated or error.code == QUERY_REFUSED
            self._sleep(pause)
            if self._time_left() < SHORTEST_ATTEMPT_SECONDS:
                break
            number += 1
            following = self._attempt(request, url, number)
            if isinstance(following.error, OutOfTime):
                break  # that it had too little time tells less than what the attempt before it met
            same = _is_the_same_flaw(request, attempt, following)
            attempt = following
            if same:
                break
        if attempt.answer is not None:
            return attempt.answer
        raise attempt.error or faults.unreadable("no answer was recorded")

    def _least_time(self, request: Request) -> float:
        """Seconds without which a request is not begun. A write that is cut off leaves its outcome unknown."""
        return sum(self._limits.timeout) if request.purpose is Purpose.WRITE else SHORTEST_ATTEMPT_SECONDS

    def _attempt(self, request: Request, url: str, number: int) -> _Attempt:
        attempt = _Attempt(number, datetime.now(UTC))
        begun = time.monotonic()
        try:
            self._post(request, url, attempt)
        except (requests.RequestException, HTTPError, TimeoutError) as error:
            attempt.error = faults.of_http_library(error, reading=attempt.http_status is not None)
            if attempt.error.code in faults.TIME_IS_UP and self._time_left() <= 0:
                attempt.error = faults.out_of_time(nothing_left=attempt.error.nothing_left)
        except TooManyBytes as error:
            too_many = faults.endless_head() if error.of_head else faults.too_large(self._limits.max_answer_bytes)
            attempt.error = too_many
        except HostileAnswer:
            attempt.error = faults.hostile()
        except OversizedAnswer as error:
            attempt.error = faults.too_heavy(error.flaw)
        except UnreadableAnswer as error:
            attempt.error = faults.of_unreadable(attempt.http_status, attempt.retry_after, error.flaw)
        except IntacctError as error:
            # Its frames hold what was read so far, and it lives as long as the attempts that follow.
            attempt.error = error.with_traceback(None)
            error.__cause__ = error.__context__ = None
        if attempt.error is not None and request.purpose is Purpose.WRITE:
            attempt.error = _outcome_of_write(attempt.error)
        self._record(request, url, attempt, int((time.monotonic() - begun) * 1000))
        return attempt

    def _post(self, request: Request, url: str, attempt: _Attempt) -> None:
        """Send the bytes and read the answer into `attempt`. No other function sends bytes."""
        host = urlsplit(url).hostname or ""
        left, (connect, silence) = max(self._time_left(), SHORTEST_ATTEMPT_SECONDS), self._limits.timeout
        self._http.guard.begin(seconds=min(LONGEST_EXCHANGE_SECONDS, left), silence=silence)
        with self._http.post(
            url,
            data=request.body,
            headers={"Content-Type": "application/xml", "Accept": "text/xml", "Accept-Encoding": "gzip"},
            auth=_without_netrc,
            timeout=(connect, silence),
            allow_redirects=False,
            stream=True,
            # A host on the allow-list is local: a company's web proxy has no business with it.
            proxies=None if is_vendor_host(host) else {"no_proxy": host},
        ) as response:
            self._http.guard.begin_body(_WIRE_BYTES_PER_BYTE * self._limits.max_answer_bytes + _WIRE_BYTES_BESIDES)
            attempt.http_status = response.status_code
            attempt.retry_after = faults.retry_after_seconds(response.headers.get("Retry-After"))
            if 300 <= response.status_code < 400:  # whatever comes with it
                attempt.error = faults.of_status(response.status_code, attempt.retry_after)
                return
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            rows = {function.row_tag for function in request.functions if function.row_tag}
            parser = AnswerParser(rows) if kind in _XML_TYPES else None
            try:
                answer = self._read(response, parser, attempt)
            finally:
                if parser is not None:
                    parser.discard()
        if answer is None:
            attempt.error = faults.of_status(response.status_code, attempt.retry_after)
            return
        answer = tidy_answer(answer, request.secrets)
        attempt.error = request_error(answer, response.status_code)
        if attempt.error is None:
            attempt.answer = answer
        else:
            faults.keep_pause(attempt.error, attempt.retry_after)

    def _read(self, response: requests.Response, parser: AnswerParser | None, attempt: _Attempt) -> Answer | None:
        keep = capture_limit(self._limits.keep_bytes)
        unpacker = Unpacker(response.headers.get("Content-Encoding", ""))
        # Never decoded by the library, which unpacks as many layers as are named; read1 returns what has arrived.
        while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=False):
            for piece in unpacker.pieces(chunk):
                attempt.received += len(piece)
                if len(attempt.captured) < keep:
                    attempt.captured += piece[: keep - len(attempt.captured)]
                if attempt.received > self._limits.max_answer_bytes:
                    raise faults.too_large(self._limits.max_answer_bytes)
                if parser is not None:
                    parser.feed(piece)
                elif attempt.received > keep:
                    return None  # not XML: nothing after the recorded part matters
                self._http.guard.wait()  # reading, unpacking and parsing end in time together
        unpacker.close()
        return parser.close() if parser is not None else None

    def _pause_before_retry(self, request: Request, attempt: _Attempt, error: IntacctError) -> float | None:
        """Seconds to wait before the next attempt, or None when this one is final."""
        if request.purpose is Purpose.WRITE or attempt.number >= self._limits.attempts:
            return None
        if not error.retryable and error.code != QUERY_REFUSED:
            return None
        if attempt.http_status == PROXY_TIMEOUT_STATUS and request.purpose is not Purpose.SIGN_IN:
            return None
        ceiling = min(BACKOFF_CAP_SECONDS, BACKOFF_BASE_SECONDS * 2 ** (attempt.number - 1))
        pause = max(self._jitter() * ceiling, error.retry_after or 0)
        return pause if pause <= min(LONGEST_PAUSE_SECONDS, self._time_left()) else None

    def _record(self, request: Request, url: str, attempt: _Attempt, duration_ms: int) -> None:
        error = attempt.error or next(_result_errors(request, attempt), None)
        outcome = error.category.value if error is not None else "success"
        names = tuple(function.name for function in request.functions)
        logger.info(
            "Sage Intacct %s: %s, HTTP %s, %s ms, attempt %s",
            ",".join(names), outcome, attempt.http_status, duration_ms, attempt.number,
        )  # fmt: skip
        if self._observer is None:
            return
        keep = self._limits.keep_bytes
        exchange = Exchange(
            started_at=attempt.started_at,
            duration_ms=duration_ms,
            endpoint=redact_text(url, request.secrets),
            company=request.company,
            entity=request.entity,
            functions=names,
            control_id=request.control_id,
            http_status=attempt.http_status,
            request_xml=redact_body(request.body[: capture_limit(keep)], len(request.body), request.secrets, keep),
            response_xml=redact_body(bytes(attempt.captured), attempt.received, request.secrets, keep),
            request_bytes=len(request.body),
            response_bytes=attempt.received,
            billable=_billable(request, attempt),
            outcome=outcome,
            error_code=error.code if error is not None else "",
            attempt=attempt.number,
        )
        try:
            self._observer(exchange)
        except Exception:
            # The far side has acted already: losing its answer over a failed recording would hide what was done.
            logger.exception("The exchange %s could not be recorded.", request.control_id)


def _is_the_same_flaw(request: Request, before: _Attempt, after: _Attempt) -> bool:
    """Whether a read was answered twice with the same flaw: asking a third time would bring it a third time.

    A sign-in asks for no record, so it stays with its attempts.
    """
    first, second = before.error, after.error
    if request.purpose is not Purpose.READ or not isinstance(first, UnreadableError):
        return False
    return isinstance(second, UnreadableError) and first.flaw == second.flaw


def _outcome_of_write(error: IntacctError) -> IntacctError:
    """A write whose request may have been executed has an unknown outcome, whatever went wrong with its answer."""
    return error if error.not_executed else faults.answer_lost(error)


def _result_errors(request: Request, attempt: _Attempt) -> Iterator[IntacctError]:
    if attempt.answer is not None:
        write = request.purpose is Purpose.WRITE
        for result in match_results(request.functions, attempt.answer, write=write):
            if result.error is not None:
                yield result.error


def _repeatable_refusal(request: Request, attempt: _Attempt, *, repeated: bool) -> IntacctError | None:
    """The refusal of a function for which a read as a whole is sent again.

    A gateway too busy for a function is as repeatable as one too busy for the request. A refused query is repeated
    once: the same number stands for a bad filter and for a failed connection inside the gateway (seen in live clients).
    """
    errors = list(_result_errors(request, attempt))
    busy = next((error for error in errors if isinstance(error, BusyError)), None)
    if busy is not None or repeated:
        return busy
    return next((error for error in errors if error.code == QUERY_REFUSED), None)


def _billable(request: Request, attempt: _Attempt) -> int:
    if attempt.answer is not None:
        return billable_of_answer(request.functions, attempt.answer.results)
    # A lost answer may stand for work that was done and is billed; a refusal never does.
    refused = attempt.error is None or attempt.error.not_executed or isinstance(attempt.error, BusyError)
    return 0 if refused else billable_at_most(request.functions)


def _without_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
