"""The client: sessions, functions and queries of one connection to one Sage Intacct company or entity.

Owns signing in, matching results to functions and the meaning of an answer. Must not know Django, tenants or documents,
and sends nothing itself: the transport does.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import TracebackType

from integrations.intacct import functions as calls
from integrations.intacct import readers
from integrations.intacct.answer import Answer
from integrations.intacct.classifier import incomplete
from integrations.intacct.envelope import session_request, sign_in_request
from integrations.intacct.errors import EntityError, Flaw, IntacctError, ProtocolError, SessionError, SpoiltAnswer
from integrations.intacct.faults import flaw_of
from integrations.intacct.functions import MAX_RECORDS, Function
from integrations.intacct.paging import Walk, end_of, read_around
from integrations.intacct.query import Filter, Query
from integrations.intacct.results import match_results
from integrations.intacct.session import SessionCache, SessionKey
from integrations.intacct.transport import Limits, Observer, Transport
from integrations.intacct.trust import trusted_endpoint
from integrations.intacct.types import (
    Credentials,
    Dimension,
    EntityDetail,
    Extent,
    Fields,
    ObjectDefinition,
    Page,
    Permissions,
    Record,
    Result,
    Sender,
    Session,
    Unread,
    UserFormatting,
)

KEY = "RECORDNO"
# A day is the longest that was ever seen (developer.intacct.com, API sessions); with room for a company's own setting.
LONGEST_SESSION = timedelta(days=7)
LONGEST_SESSION_ID = 4_096
# How long one sign-in shows that the gateway is there: while one record among many is looked for, and not longer.
PROOF_HOLDS_SECONDS = 20.0


class Client:
    """One connection. Use it as a context manager and from one thread at a time; share `sessions` between clients.

    `endpoint` is checked at once and raises UntrustedEndpoint. `timeout` is (connect, read) in seconds. Every method
    that talks to the gateway raises a subclass of IntacctError and nothing else; wrong arguments raise ValueError.
    `time_left` limits the time of all calls together; beyond it they raise OutOfTime.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        sender: Sender,
        credentials: Credentials,
        allowed_hosts: Collection[str] = (),
        sessions: SessionCache | None = None,
        observer: Observer | None = None,
        timeout: tuple[float, float] = (10, 120),
        attempts: int = 5,
        max_answer_bytes: int = 64 * 1024 * 1024,
        keep_bytes: int = 64 * 1024,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        time_left: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self._endpoint = trusted_endpoint(endpoint, allowed_hosts)
        self._sender = sender
        self._credentials = credentials
        self._allowed_hosts = tuple(allowed_hosts)
        self._sessions = sessions if sessions is not None else SessionCache()
        self._offered: dict[str, frozenset[str]] = {}
        self._repeats = attempts > 1
        self._answers_until = -math.inf  # by the clock of time.monotonic
        self._key = SessionKey.of(self._endpoint, sender, credentials)
        self._transport = Transport(
            allowed_hosts=self._allowed_hosts,
            observer=observer,
            limits=Limits(timeout, attempts, max_answer_bytes, keep_bytes),
            sleep=sleep,
            jitter=jitter,
            time_left=time_left,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self._credentials.user} at {self._credentials.company}, {_place(self._credentials.entity)})"

    def close(self) -> None:
        """Close the HTTP connections. The session stays in the cache for the next client."""
        self._transport.close()

    def open_session(self, *, fresh: bool = False) -> Session:
        """Return a living session, signing in when there is none; `fresh` always signs in."""
        return self._sessions.get(self._key, self._sign_in, fresh=fresh)

    def execute(self, functions: Sequence[Function], *, write: bool, transaction: bool = False) -> list[Result]:
        """Send functions in one request and return a result for each, in the order given.

        `write` must be True as soon as one function changes something, else ValueError: the gateway then refuses the
        repeat of a control id it has completed, and the request is sent only once. A request refused for its session is
        replayed once with a new one, because nothing of it was executed. Errors of a function are in its result; errors
        of the request as a whole are raised, for a lost answer to a write as UnknownOutcome.
        """
        control_ids = [function.control_id for function in functions]
        if not control_ids or len(set(control_ids)) != len(control_ids):
            raise ValueError("A request needs at least one function, and each a control id of its own.")
        if not write and not all(function.reads for function in functions):
            raise ValueError("A request that is not a write holds a function that is no read.")
        session = self._session_before_sending()
        try:
            try:
                answer = self._send(session, functions, write=write, transaction=transaction)
            except SessionError:
                self._sessions.drop(self._key, session.session_id)
                session = self._session_before_sending()
                answer = self._send(session, functions, write=write, transaction=transaction)
        except IntacctError as error:
            if write or not self._is_of_this_request(error):
                raise
            raise _spoilt(functions, error) from error
        return match_results(functions, answer, write=write)

    def query(self, query: Query) -> Page:
        """Return one page, its rows as they came. Raises ProtocolError when they are others, or not as many as told."""
        result = self._read(calls.query(query))
        readers.check_count(query.object, result)
        if len(result.rows) > query.page_size:
            raise incomplete(f"{query.page_size} rows of {query.object} were asked for, and {len(result.rows)} came.")
        return Page(result.rows, result.total, len(result.rows), result.remaining, result.offset or query.offset)

    def pages(
        self, query: Query, *, after: int = 0, until: int | None = None, key: str = KEY, around: bool = False
    ) -> Iterator[Page]:
        """Walk all rows with `after` < key <= `until` in ascending order, page by page; the key is RECORDNO.

        Pages are taken by key, so rows are neither missed nor doubled when data changes meanwhile. The key is added
        to the fields; order and offset of the query are replaced. `total` and `remaining` of each page count from that
        page on. The first page is yielded even when it is empty. Raises ProtocolError for rows out of order, and
        SpoiltAnswer for a record that cannot be read; with `around` such a record is found, named as `unread` in its
        page, and the walk goes on behind it.
        """
        fields = query.fields if key in query.fields else (key, *query.fields)
        yield from Walk(self.query, replace(query, fields=fields), key, after, until, around).pages()

    def extent(
        self, object_name: str, where: Filter | None = None, show_private: bool = False, *, key: str = KEY
    ) -> Extent:
        """Return the highest key and how many records there are, both of the same moment.

        Records at the very end whose key cannot be read are named. Raises ProtocolError when the gateway announces no
        total, or when more than a few of them are in a row.
        """
        query = Query(object_name, (key,), where=where, order_by=(f"-{key}",), show_private=show_private)
        highest, page, flaws = end_of(self.query, query, key)
        if page.total is None:
            raise incomplete(f"The query on {object_name} announces no total.")
        beyond = tuple(Unread(object_name, None, highest, flaw) for flaw in flaws)
        return Extent(highest, max(page.total, len(page.rows) + len(beyond)), beyond)

    def count(
        self, object_name: str, where: Filter | None = None, show_private: bool = False, *, key: str = KEY
    ) -> int:
        """Return how many records there are. Raises ProtocolError when the gateway announces no total."""
        query = Query(object_name, (key,), where=where, order_by=(key,), show_private=show_private)
        _, page, flaws = end_of(self.query, query, key)
        if page.total is None:
            raise incomplete(f"The query on {object_name} announces no total.")
        return max(page.total, len(flaws))

    def read(self, object_name: str, keys: Sequence[int | str], fields: Sequence[str] = ("*",)) -> list[Record]:
        """Read records by RECORDNO with their owned lines, 100 to a function. Unknown keys are left out.

        Raises ProtocolError when the rows do not match the announced count.
        """
        rows: list[Record] = []
        for start in range(0, len(keys), MAX_RECORDS):
            result = self._read(calls.read(object_name, keys[start : start + MAX_RECORDS], fields))
            readers.check_count(object_name, result)
            rows += result.rows
        return rows

    def read_around(
        self,
        object_name: str,
        keys: Sequence[int],
        fields: Sequence[str],
        nested: Sequence[str] = (),
        *,
        key: str = KEY,
    ) -> tuple[list[Record], tuple[Unread, ...]]:
        """Read records as `read` does; those that cannot be read are named instead of raising SpoiltAnswer."""
        rows: list[Record] = []
        unread: tuple[Unread, ...] = ()
        for start in range(0, len(keys), MAX_RECORDS):
            some = keys[start : start + MAX_RECORDS]
            found = read_around(
                lambda numbers: self.read(object_name, numbers, (*fields, *nested)), object_name, some, fields, key
            )
            rows, unread = rows + found[0], unread + found[1]
        return rows, unread

    def offered_names(self, object_name: str) -> frozenset[str]:
        """The names of an object's fields in this company, looked up once in the life of this client."""
        if object_name not in self._offered:
            self._offered[object_name] = frozenset(self.lookup(object_name).names)
        return self._offered[object_name]

    def forget_field(self, object_name: str, name: str) -> None:
        """Leave out a field that a look-up described and a query refused all the same, in the life of this client."""
        self._offered[object_name] = self.offered_names(object_name) - {name}

    def lookup(self, object_name: str, *, doc_par_id: str = "") -> ObjectDefinition:
        """Describe an object in this company. It answers whatever the user's permissions, so it proves none."""
        return readers.object_definition(object_name, self._read(calls.lookup(object_name, doc_par_id=doc_par_id)))

    def create(self, records: Sequence[tuple[str, Fields]], *, control_id: str) -> Result:
        """Create up to 100 records, given as (object, fields). The caller looks at the result's error and rows."""
        return self.execute([calls.create(records, control_id=control_id)], write=True)[0]

    def update(self, records: Sequence[tuple[str, Fields]], *, control_id: str) -> Result:
        """Update up to 100 records; each carries its RECORDNO. An empty value blanks its field."""
        return self.execute([calls.update(records, control_id=control_id)], write=True)[0]

    def call(self, name: str, fields: Fields, *, control_id: str) -> Result:
        """Execute an ordered write function such as `create_potransaction`; see `functions.ordered`."""
        return self.execute([calls.ordered(name, fields, control_id=control_id)], write=True)[0]

    def user_permissions(self, user_id: str) -> Permissions:
        """The effective permissions of a user, by login. The signed-in user needs the right to view users."""
        return readers.permissions(self._read(calls.user_permissions(user_id)))

    def applications(self) -> tuple[str, ...]:
        """The codes of the applications the company has subscribed to, such as GL or PO."""
        return readers.applications(self._read(calls.applications()))

    def entity_details(self) -> tuple[EntityDetail, ...]:
        """The entities the signed-in user may enter; empty in a company with a single entity."""
        return readers.entity_details(self._read(calls.entity_details()))

    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions of the company, its user-defined ones among them."""
        return readers.dimensions(self._read(calls.dimensions()))

    def user_formatting(self, user_id: str) -> UserFormatting:
        """How dates and times are shown to a user, by login."""
        return readers.user_formatting(self._read(calls.user_formatting(user_id)))

    def _read(self, function: Function) -> Result:
        return self.execute([function], write=False)[0].raise_for_error()

    def _is_of_this_request(self, error: IntacctError) -> bool:
        """Whether what was asked for is at fault: it was asked for more than once, and the gateway answers others."""
        if flaw_of(error) is None:
            return False
        return isinstance(error, ProtocolError) or (self._repeats and self._gateway_answers())

    def _gateway_answers(self) -> bool:
        """Whether the gateway can be read at this moment: it is signed in to afresh, which asks for no record."""
        if time.monotonic() < self._answers_until:
            return True
        try:
            self.open_session(fresh=True)
        except IntacctError:
            return False
        self._answers_until = time.monotonic() + PROOF_HOLDS_SECONDS
        return True

    def _session_before_sending(self) -> Session:
        """A living session. Whatever keeps it from being opened, no function of the request was executed."""
        try:
            return self.open_session()
        except IntacctError as error:
            error.not_executed = True
            raise

    def _send(self, session: Session, functions: Sequence[Function], *, write: bool, transaction: bool) -> Answer:
        request = session_request(
            self._sender, self._credentials, session, functions, write=write, transaction=transaction
        )
        answer = self._transport.send(request, session.endpoint)
        self._sessions.slide(self._key, session.session_id, _expiry(answer))
        return answer

    def _sign_in(self) -> Session:
        function = calls.api_session()
        answer = self._transport.send(sign_in_request(self._sender, self._credentials, function), self._endpoint)
        result = match_results([function], answer, write=False)[0].raise_for_error()
        api = result.rows[0] if result.rows else {}
        session_id = readers.text(api, "sessionid").strip()
        if not 0 < len(session_id) <= LONGEST_SESSION_ID:
            raise incomplete("Sage Intacct opened a session without naming it in a way that can be used.")
        entity = self._entered(answer, api)
        return Session(
            session_id=session_id,
            # The next request carries the sender's password and the session to this address.
            endpoint=trusted_endpoint(readers.text(api, "endpoint").strip() or self._endpoint, self._allowed_hosts),
            company=self._credentials.company,
            user=self._credentials.user,
            entity=entity,
            expires_at=_expiry(answer),
        )

    def _entered(self, answer: Answer, api: Record) -> str:
        """The entity a session was opened in. Raises EntityError unless it is the one that was asked for.

        Old answers may leave the element out; then the entity of the sign-in is believed. An empty one is the top level
        (developer.intacct.com, Company and console > API sessions), where nothing may be written for an entity.
        """
        wanted = self._credentials.entity
        authentication = answer.authentication
        if not (isinstance(api.get("locationid", ""), str) and isinstance(api.get("endpoint", ""), str)):
            raise incomplete("Sage Intacct opened a session without saying clearly where.")
        if "locationid" in api:
            entered = readers.text(api, "locationid").strip()
        else:
            entered = (authentication.entity if authentication is not None else "") or wanted
        if wanted.casefold() == entered.casefold():
            return entered
        raise EntityError(
            f"Sage Intacct opened a session in {_place(entered)} instead of {_place(wanted)}.",
            code="CON-ENTITY",
            advice="Check the entity ID of the connection, and the entities the Web Services user is restricted to.",
        )


def _place(entity: str) -> str:
    return f"entity {entity}" if entity else "the top level"


def _spoilt(functions: Sequence[Function], error: IntacctError) -> SpoiltAnswer:
    flaw = flaw_of(error) or Flaw(error.sentence)
    if isinstance(error, ProtocolError):
        return SpoiltAnswer(error.sentence, flaw, code=error.code)
    about = ", ".join(dict.fromkeys(function.row_tag or function.name for function in functions))
    return SpoiltAnswer(f"Sage Intacct is there, but its answer about {about} cannot be read: {flaw.what}.", flaw)


def _expiry(answer: Answer) -> datetime | None:
    """When the session ends by this machine's clock: the announced duration counts, not the far side's clock.

    A duration that no session has is not believed: the session is used until the gateway refuses it.
    """
    authentication = answer.authentication
    if authentication is None or authentication.expires_at is None:
        return None
    now = datetime.now(UTC)
    lasts = authentication.expires_at - (authentication.started_at or now)
    return now + lasts if timedelta() < lasts <= LONGEST_SESSION else None
