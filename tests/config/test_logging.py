"""Each line of the log is structured, says which request, person, tenant and run it is of, and holds no secret."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.conf import settings as configured
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from accounts.models import Tenant, User
from config.logging import logging_configuration
from config.redaction import REMOVED, redact
from integrations import jobs
from integrations.mirror.service import start_list_sync
from integrations.models import Connection
from integrations.runs.runner import run_to_end
from tests.people import PASSWORD

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]
ACCESS = "request_finished"


class Lines:
    """What the log wrote, as a collector of logs reads it."""

    def __init__(self, written: io.StringIO) -> None:
        self.written = written

    @property
    def text(self) -> str:
        return self.written.getvalue()

    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.all if line["event"] == event]


def writing(line_format: str) -> tuple[logging.Handler, io.StringIO]:
    """A handler as the configuration makes it, into memory."""
    chosen = logging_configuration("DEBUG", line_format)["formatters"]["line"]
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(chosen.pop("()")(**chosen))
    return handler, written


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler, written = writing("json")
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield Lines(written)
    root.setLevel(before)
    root.removeHandler(handler)


class TestRequests:
    def test_one_access_line_says_what_for_whom_and_how_long(
        self, lines: Lines, client_for: ClientFor, admin: User, tenant: Tenant, url: Url
    ) -> None:
        answer = client_for(admin).get(url("projects"), {"q": "secret-search"})
        [line] = lines.of(ACCESS)
        assert line["request"] == f"GET {url('projects')}"
        assert (line["code"], line["tenant"], line["user_id"]) == (200, tenant.slug, admin.pk)
        assert line["request_id"] == answer["X-Request-ID"]
        assert line["duration_ms"] >= 0
        assert line["level"] == "info"
        assert "secret-search" not in json.dumps(line)
        assert admin.email not in lines.text

    def test_every_line_on_the_way_carries_the_number(
        self, lines: Lines, client_for: ClientFor, admin: User, connection: Connection, url: Url
    ) -> None:
        answer = client_for(admin).post(url("disconnect"))
        [ours] = [line for line in lines.all if line["event"].endswith("was disconnected")]
        assert (ours["request_id"], ours["tenant"]) == (answer["X-Request-ID"], "summit-ridge")
        assert ours["logger"] == "integrations.connections.service"

    def test_an_error_leaves_no_line_without_its_number(self, lines: Lines, db: None) -> None:
        answer = Client().get("/no/such/page/")
        assert {line["request_id"] for line in lines.all} == {answer["X-Request-ID"]}
        assert [line["code"] for line in lines.of(ACCESS)] == [404]

    def test_a_library_logs_in_the_same_shape(self, lines: Lines) -> None:
        logging.getLogger("some.library").warning("it has %s parts", 3)
        [line] = lines.of("it has 3 parts")
        assert (line["level"], line["logger"]) == ("warning", "some.library")

    def test_nothing_leaks_from_one_request_to_the_next(
        self, lines: Lines, client_for: ClientFor, admin: User, url: Url
    ) -> None:
        first = client_for(admin).get(url("home"))
        second = Client().get(reverse("login"))
        assert structlog.contextvars.get_contextvars() == {}
        line = lines.of(ACCESS)[-1]
        assert line["request_id"] == second["X-Request-ID"] != first["X-Request-ID"]
        assert "tenant" not in line
        assert line.get("user_id") is None

    def test_a_probe_leaves_a_line_only_when_it_says_no(self, lines: Lines, db: None) -> None:
        Client().get("/healthz")
        assert lines.of(ACCESS) == []
        Client().get("/readyz")
        assert [line["code"] for line in lines.of(ACCESS)] == [503]

    def test_a_defect_is_logged_once_with_its_place(
        self, lines: Lines, client_for: ClientFor, admin: User, url: Url, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("erp_admin.views.home.render", None)
        client = client_for(admin)
        client.raise_request_exception = False
        answer = client.get(url("home"))
        assert answer.status_code == 500
        with_trace = [line for line in lines.all if "exception" in line]
        assert [line["request_id"] for line in with_trace] == [answer["X-Request-ID"]]
        assert "erp_admin/views/home.py" in with_trace[0]["exception"]
        assert lines.of(ACCESS)[0]["level"] == "error"


class TestNumber:
    GIVEN = "edge-7f3a9c21"

    @pytest.mark.parametrize(
        ("trusted", "given", "taken"),
        [
            (True, GIVEN, True),
            (False, GIVEN, False),
            (True, "short", False),
            (True, "x" * 65, False),
            (True, "with spaces and more", False),
            (True, 'quote"and<tag>', False),
            (True, "line\u2028break-here", False),
        ],
    )
    def test_it_is_taken_over_only_from_a_trusted_proxy_and_well_formed(
        self, settings: Any, db: None, trusted: bool, given: str, taken: bool
    ) -> None:
        settings.TRUST_PROXY_HEADERS = trusted
        answer = Client().get(reverse("login"), HTTP_X_REQUEST_ID=given)
        assert (answer["X-Request-ID"] == given) is taken
        assert answer["X-Request-ID"]


class TestRuns:
    def test_a_run_binds_its_number_step_and_tenant_and_lets_go(self, lines: Lines, connection: Connection) -> None:
        structlog.contextvars.clear_contextvars()
        run_to_end(start_list_sync(connection, kinds=["items"], queued=False).run)
        of_run = [line for line in lines.all if line.get("run") == 1]
        assert {line["tenant"] for line in of_run} == {"summit-ridge"}
        assert {line.get("step") for line in of_run} >= {"list:items"}
        assert structlog.contextvars.get_contextvars() == {}

    def test_a_job_binds_its_name_and_lets_go_also_when_it_fails(
        self, lines: Lines, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = start_list_sync(connection, kinds=["items"], queued=False).run
        monkeypatch.setattr("integrations.runs.runner._close_step", None)
        with pytest.raises(TypeError):
            jobs.work_run(run.tenant_id, run.pk)
        [failed] = [line for line in lines.all if line["event"].endswith("failed by a defect")]
        assert (failed["job"], failed["run"], failed["tenant"]) == ("work_run", 1, "summit-ridge")
        assert "Traceback" in failed["exception"]
        assert structlog.contextvars.get_contextvars() == {}


class TestRedaction:
    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("<password>hunter2!</password>", "<password>[removed]</password>"),
            ("<sessionid>abc-def</sessionid>", "<sessionid>[removed]</sessionid>"),
            ("Authorization: Bearer abcdefgh12345678", "Authorization: [removed]"),
            ("Cookie: sessionid=abc; csrftoken=def", "Cookie: [removed]"),
            ("login failed password=hunter2! user=alma", "login failed password=[removed] user=alma"),
            ('{"password": "hunter2!", "user": "alma"}', '{"password": [removed], "user": "alma"}'),
            ("{'new_password1': 'hunter2!'}", "{'new_password1': [removed]}"),
            ("?token=abc123&page=2", "?token=[removed]&page=2"),
            ("redis://erp:hunter2!@cache:6379/0", "redis://erp:[removed]@cache:6379/0"),
            ("/password-reset/MQ/cabc12-0123456789abcdef0123/", "/password-reset/MQ/[removed]/"),
            ("/invitations/kJ83hsd83hJSd83hsdk_38shd8-3hdH/", "/invitations/[removed]/"),
            ("/account/password/reset/key/MQ-cabc12-0123456789abcdef/", "/account/password/reset/key/[removed]/"),
        ],
    )
    def test_shapes_of_secrets_are_removed_and_the_rest_is_kept(self, text: str, kept: str) -> None:
        assert redact(text) == kept

    @pytest.mark.parametrize(
        "text",
        [
            "/password-reset/MQ/set-password/",
            "/password-reset/sent/",
            "/t/summit-ridge/settings/people/invitations/117/resend/",
            "Update credentials of connection 7",
            "https://api.intacct.com/ia/xml/xmlgw.phtml",
            "The password was changed.",
            "2026-11-25T07:00:00Z",
        ],
    )
    def test_ordinary_lines_stay_as_they_are(self, text: str) -> None:
        assert redact(text) == text

    def test_secrets_of_the_settings_are_removed_wherever_they_stand(self, settings: Any) -> None:
        settings.INTACCT_SENDER_PASSWORD = "sender-pass-phrase"
        text = f"a {configured.SECRET_KEY} b {configured.FIELD_ENCRYPTION_KEYS[0]} c sender-pass-phrase d"
        assert redact(text) == f"a {REMOVED} b {REMOVED} c {REMOVED} d"

    @pytest.mark.parametrize("line_format", ["json", "console"])
    def test_values_are_removed_by_name_in_nested_data_and_in_exceptions(self, line_format: str) -> None:
        handler, written = writing(line_format)
        logger = logging.getLogger("test.redaction")
        logger.propagate = False
        logger.addHandler(handler)
        try:
            structlog.get_logger("test.redaction").warning(
                "sent", password="hunter2!", form={"new_password1": "hunter2!", "rows": [{"api_key": "hunter2!"}]}
            )
            try:
                raise ValueError(f"could not open <password>hunter2!</password> with {configured.SECRET_KEY}")
            except ValueError:
                logger.exception("failed")
        finally:
            logger.removeHandler(handler)
        assert written.getvalue().count(REMOVED) >= 5
        assert "hunter2!" not in written.getvalue()
        assert configured.SECRET_KEY not in written.getvalue()
        assert "ValueError: could not open" in written.getvalue()


def test_logging_in_leaves_no_password_in_the_log(lines: Lines, client: Client, admin: User) -> None:
    client.post(reverse("login"), {"login": admin.email, "password": "wrong-but-secret"})
    client.post(reverse("login"), {"login": admin.email, "password": PASSWORD})
    assert "wrong-but-secret" not in lines.text
    assert PASSWORD not in lines.text
    assert len(lines.of("a log-in failed")) == 1


def test_an_unknown_format_is_refused_at_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT is 'yaml'"):
        logging_configuration("INFO", "yaml")
