"""Connecting, testing, renewing and disconnecting through the pages, against the local Intacct over a real socket."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from accounts.models import Tenant, User
from integrations.connections.service import authorize
from integrations.gateway.access import live_connection
from integrations.mirror.flow import LISTS
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ConnectionState, Exchange, ListItem, Mode, RunState, SyncRun
from integrations.sandbox.facade import SandboxServer
from tests.conftest import MIRRORED

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]
Fill = Callable[..., dict[str, str]]
Authorize = Callable[..., Any]

OTHER_COMPANY = {"company_id": "northgate-demo", "user_id": "ws_sync", "password": "northgate-user-local"}
CIVIL = {"user_id": "ws_civil", "password": "civil-user-local"}
ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def sign_ins(intacct: SandboxServer) -> int:
    counts = intacct.control(do="stats")
    return int(counts["logins"]) + int(counts["failed_logins"])


@pytest.fixture
def filled(intacct: SandboxServer) -> Fill:
    """What a person types, right unless told otherwise."""

    def filled(**typed: str) -> dict[str, str]:
        facts = intacct.credentials
        right = {"company_id": facts["company"], "entity_id": "", "user_id": facts["user"]}
        return {**right, "password": facts["password"], **typed}

    return filled


@pytest.fixture
def press_authorize(client_for: ClientFor, url: Url, admin: User, scoped: Tenant, filled: Fill) -> Authorize:
    browser = client_for(admin)

    def press_authorize(**typed: str) -> Any:
        return browser.post(url("connection"), filled(**typed))

    return press_authorize


def test_after_connecting_the_lists_are_read_those_of_the_settings_first(press_authorize: Authorize, url: Url) -> None:
    press_authorize()
    run = SyncRun.objects.get()
    assert (run.flow, run.state, run.mode) == (LISTS, RunState.QUEUED, Mode.FULL)
    keys = [key.removeprefix("list:") for key in run.steps.order_by("position").values_list("key", flat=True)]
    assert keys[1:4] == ["gl_accounts", "items", "purchasing_definitions"]
    assert {"vendors", "tasks", "projects"} <= set(keys)


def test_connecting_leads_to_what_is_missing_next(press_authorize: Authorize, url: Url, admin: User) -> None:
    answer = press_authorize()
    assert answer.status_code == 302
    assert answer.headers["Location"] == url("settings")
    made = live_connection()
    assert made is not None
    assert (made.company_id, made.entity_id, made.state) == ("summit-demo", "", ConnectionState.CONNECTED)
    assert made.connected_by == admin
    assert made.reveal_password() == "summit-user-local"


def test_the_facts_of_a_connection_are_shown_without_its_password(
    press_authorize: Authorize, client_for: ClientFor, url: Url, admin: User
) -> None:
    press_authorize(entity_id="200")
    page = text_of(client_for(admin).get(url("connection")))
    for fact in ("summit-demo", "200 Summit Ridge Civil LLC", "ws_sync", "Alma Reyes", "Connected", "Danger zone"):
        assert fact in page
    assert "summit-user-local" not in page


def test_ids_are_tidied_of_blanks_and_invisible_characters(press_authorize: Authorize) -> None:
    answer = press_authorize(
        company_id=f" {ZERO_WIDTH}summit-demo\t", user_id=f"ws_sync{ZERO_WIDTH} ", entity_id=" 200\N{NO-BREAK SPACE}"
    )
    assert answer.status_code == 302
    made = live_connection()
    assert made is not None
    assert (made.company_id, made.user_id, made.entity_id) == ("summit-demo", "ws_sync", "200")


def test_an_id_of_invisible_characters_only_is_missing(press_authorize: Authorize, intacct: SandboxServer) -> None:
    answer = press_authorize(company_id=f" {ZERO_WIDTH} ", password="")
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Enter the Company ID." in page
    assert "Enter the password of the web services user." in page
    assert 'href="#id_company_id"' in page
    assert sign_ins(intacct) == 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"password": "wrong <&> password"}, "Check company ID, user ID and password,"),
        ({"company_id": "no-such-company"}, "Check company ID, user ID and password,"),
        ({"user_id": "ws_former", "password": "former-user-local"}, "Check company ID, user ID and password,"),
    ],
)
def test_a_refused_sign_in_names_what_to_check_and_keeps_what_was_typed(
    press_authorize: Authorize, intacct: SandboxServer, typed: dict[str, str], sentence: str
) -> None:
    answer = press_authorize(**typed)
    page = text_of(answer)
    assert answer.status_code == 422
    assert sentence in page
    assert "password or entity" not in page
    assert "Technical details" in page
    assert f'value="{typed.get("company_id", "summit-demo")}"' in page
    assert f'value="{typed.get("user_id", "ws_sync")}"' in page
    for secret in ("wrong &lt;&amp;&gt; password", "wrong <&> password", "former-user-local", "summit-user-local"):
        assert secret not in page
    assert live_connection() is None
    assert sign_ins(intacct) == 1


def test_a_wrong_entity_is_named_after_two_sign_ins(press_authorize: Authorize, intacct: SandboxServer) -> None:
    answer = press_authorize(entity_id="999")
    page = text_of(answer)
    assert answer.status_code == 422
    assert "but not the entity “999”" in page
    assert "CON-ENTITY" in page
    assert sign_ins(intacct) == 2
    assert live_connection() is None


def test_a_wrong_entity_and_password_name_all_three_after_two_sign_ins(
    press_authorize: Authorize, intacct: SandboxServer
) -> None:
    page = text_of(press_authorize(entity_id="999", password="wrong"))
    assert "but not the entity" not in page
    assert "Check company ID, user ID, password and entity ID" in page
    assert sign_ins(intacct) == 2


def test_a_user_of_one_entity_connects_to_it(press_authorize: Authorize) -> None:
    assert press_authorize(**CIVIL, entity_id="200").status_code == 302
    made = live_connection()
    assert made is not None
    assert made.entity_name == "Summit Ridge Civil LLC"


def test_a_wrong_sender_is_told_from_a_wrong_password(press_authorize: Authorize, settings: Any) -> None:
    settings.INTACCT_SENDER_PASSWORD = "not-the-sender-secret"
    answer = press_authorize()
    page = text_of(answer)
    assert answer.status_code == 422
    assert "checks the sender id and its password" in page
    assert "not-the-sender-secret" not in page
    assert live_connection() is None


def test_a_company_that_did_not_authorise_the_sender_is_told_where_to_add_it(press_authorize: Authorize) -> None:
    page = text_of(press_authorize(**OTHER_COMPANY))
    assert "adds the Sender ID (exact case)" in page
    assert "northgate-user-local" not in page


def test_an_endpoint_nobody_listens_at_is_unreachable(press_authorize: Authorize, settings: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.INTACCT_ENDPOINT_URL = f"http://127.0.0.1:{port}/ia/xml/xmlgw.phtml"
    page = text_of(press_authorize())
    assert "Sage Intacct cannot be reached." in page
    assert "CON-UNREACHABLE" in page


def test_an_endpoint_that_is_not_allowed_gets_no_credentials(
    press_authorize: Authorize, settings: Any, intacct: SandboxServer
) -> None:
    settings.INTACCT_ALLOWED_ENDPOINT_HOSTS = []
    page = text_of(press_authorize())
    assert "CON-ENDPOINT" in page
    assert sign_ins(intacct) == 0


@pytest.mark.parametrize(
    ("fault", "code"),
    [("429", "LIM-RATE"), ("html", "ANS-UNREADABLE"), ("hostile", "ANS-HOSTILE"), ("502", "SVC-DOWN")],
)
def test_noise_on_the_way_is_named_and_stores_nothing(
    press_authorize: Authorize, intacct: SandboxServer, fault: str, code: str
) -> None:
    intacct.control(do="fault", kind=fault, times=9)
    answer = press_authorize()
    assert answer.status_code == 422
    assert code in text_of(answer)
    assert live_connection() is None
    assert Exchange.objects.exists()


def test_without_a_sender_nobody_can_connect(
    press_authorize: Authorize, client_for: ClientFor, url: Url, admin: User, settings: Any, intacct: SandboxServer
) -> None:
    settings.INTACCT_SENDER_ID = ""
    assert "This installation has no Sender ID" in text_of(client_for(admin).get(url("connection")))
    answer = press_authorize()
    assert answer.status_code == 422
    assert "CON-NO-SENDER" in text_of(answer)
    assert sign_ins(intacct) == 0


def test_the_second_of_two_people_is_told_that_it_is_connected(
    press_authorize: Authorize, scoped: Tenant, intacct: SandboxServer
) -> None:
    press_authorize()
    answer = press_authorize(entity_id="200")
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Sage Intacct is connected already." in page
    assert "Danger zone" in page
    assert Connection.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_the_same_moment_the_slower_one_is_told(
    intacct: SandboxServer, client_for: ClientFor, url: Url, admin: User, scoped: Tenant, filled: Fill
) -> None:
    slow, quick = client_for(admin), client_for(admin)

    def press() -> Any:
        try:
            return slow.post(url("authorize"), filled(entity_id="200"))
        finally:
            connections.close_all()

    intacct.control(do="fault", kind="slow", seconds=1, match="getAPISession")
    with ThreadPoolExecutor(max_workers=1) as pool:
        pressed = pool.submit(press)
        while intacct.control(do="stats")["faults"] and not pressed.done():
            pass  # until the slower sign-in has reached Intacct
        assert quick.post(url("authorize"), filled()).status_code == 302
        answer = pressed.result()
    assert answer.status_code == 422
    assert "Somebody else connected Sage Intacct just now." in text_of(answer)
    kept = live_connection()
    assert kept is not None
    assert kept.entity_id == ""


def test_testing_the_connection_says_what_intacct_answers(
    connection: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    answer = client_for(admin).post(url("check_connection"), follow=True)
    assert "Intacct accepted the sign-in of ws_sync to summit-demo" in text_of(answer)


def test_a_password_reset_in_intacct_needs_credentials(
    connection: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    connection.seal_password("a password of before")
    connection.save()
    answer = client_for(admin).post(url("check_connection"))
    page = text_of(answer)
    assert answer.status_code == 422
    assert "The connection does not work" in page
    assert "Needs credentials" in page
    assert "a password of before" not in page
    page = text_of(client_for(admin).get(url("connection")))
    assert "Needs credentials" in page
    assert "What to do:" in page


def test_a_password_that_no_key_opens_is_explained(
    connection: Connection, client_for: ClientFor, url: Url, admin: User, settings: Any
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
    answer = client_for(admin).post(url("check_connection"))
    assert answer.status_code == 422
    assert "The stored password can no longer be read." in text_of(answer)


def test_other_credentials_are_kept_only_when_intacct_accepts_them(
    mirrored: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    browser, lists = client_for(admin), ListItem.objects.count()
    form = text_of(browser.get(url("update_credentials")))
    assert 'value="ws_sync"' in form
    assert "summit-user-local" not in form

    answer = browser.post(url("update_credentials"), {"user_id": "ws_limited", "password": "wrong"})
    assert answer.status_code == 422
    assert "The credentials were not changed" in text_of(answer)
    assert "Check user ID and password," in text_of(answer)
    assert 'value="ws_limited"' in text_of(answer)
    kept = Connection.objects.get(pk=mirrored.pk)
    assert (kept.user_id, kept.reveal_password(), kept.state) == ("ws_sync", "summit-user-local", "connected")

    answer = browser.post(url("update_credentials"), {"user_id": "ws_limited", "password": "limited-user-local\r\n"})
    assert answer.headers["Location"] == url("connection")
    renewed = Connection.objects.get(pk=mirrored.pk)
    assert (renewed.user_id, renewed.reveal_password()) == ("ws_limited", "limited-user-local")
    assert (renewed.company_id, renewed.entity_id) == (mirrored.company_id, mirrored.entity_id)
    assert ListItem.objects.filter(connection=renewed).count() == lists


def test_disconnecting_asks_first_and_keeps_lists_and_runs(
    mirrored: Connection, client_for: ClientFor, url: Url, admin: User
) -> None:
    browser, lists, runs = client_for(admin), ListItem.objects.count(), SyncRun.objects.count()
    page = text_of(browser.get(url("disconnect")))
    assert "What is kept" in page
    assert live_connection() is not None

    waiting = start_list_sync(mirrored, kinds=MIRRORED).run
    assert "1 run under way" in text_of(browser.get(url("disconnect")))
    assert browser.post(url("disconnect")).headers["Location"] == url("connection")
    gone = Connection.objects.get(pk=mirrored.pk)
    assert gone.state == ConnectionState.DISCONNECTED
    assert not gone.password
    assert gone.user_id == ""
    assert SyncRun.objects.get(pk=waiting.pk).state == RunState.CANCELLED
    assert ListItem.objects.filter(connection=gone).count() == lists
    assert SyncRun.objects.filter(connection=gone, flow=LISTS).count() == runs + 1


def test_reconnecting_to_the_same_company_finds_what_was_there(
    mirrored: Connection, client_for: ClientFor, url: Url, admin: User, press_authorize: Authorize
) -> None:
    browser = client_for(admin)
    browser.post(url("disconnect"))
    page = text_of(browser.get(url("connection")))
    assert "Disconnected by Alma Reyes." in page
    assert 'value="summit-demo"' in page
    press_authorize()
    again = live_connection()
    assert again is not None
    assert again.pk == mirrored.pk
    # What was read before is brought up to date, not read anew.
    assert SyncRun.objects.latest("pk").mode == Mode.PARTIAL
    assert again.list_items.exists()


@pytest.mark.parametrize("name", ["update_credentials", "disconnect"])
def test_what_needs_a_connection_leads_back_without_one(
    client_for: ClientFor, url: Url, admin: User, name: str
) -> None:
    assert client_for(admin).get(url(name)).headers["Location"] == url("connection")
    assert client_for(admin).post(url(name)).headers["Location"] == url("connection")


def test_others_read_the_facts_and_see_why_they_cannot_act(
    connection: Connection, client_for: ClientFor, url: Url, viewer: User, accountant: User
) -> None:
    for person, role in ((viewer, "Viewer"), (accountant, "Accountant")):
        browser = client_for(person)
        page = text_of(browser.get(url("connection")))
        assert "summit-demo" in page
        assert f"This needs the role Admin; yours is {role}." in page
        assert url("disconnect") not in page
        for name in ("authorize", "update_credentials", "check_connection", "disconnect"):
            assert browser.post(url(name)).status_code == 403
    assert live_connection() == connection


def test_a_viewer_sees_no_form_to_connect(client_for: ClientFor, url: Url, viewer: User) -> None:
    page = text_of(client_for(viewer).get(url("connection")))
    assert "This needs the role Admin" in page
    assert 'name="password"' not in page


def test_no_page_of_another_company_shows_this_connection(
    connection: Connection, client_for: ClientFor, url: Url, outsider: User, other_tenant: Tenant
) -> None:
    assert client_for(outsider).get(url("connection")).status_code == 404
    page = client_for(outsider).get(f"/t/{other_tenant.slug}/settings/integrations/sage-intacct/connection/")
    assert "summit-demo" not in text_of(page)


def test_no_exchange_holds_a_secret(press_authorize: Authorize, settings: Any) -> None:
    press_authorize(password="typed-by-mistake")
    press_authorize()
    kept = "".join(row.request_xml + row.response_xml for row in Exchange.objects.all())
    assert kept
    for secret in ("typed-by-mistake", "summit-user-local", settings.INTACCT_SENDER_PASSWORD):
        assert secret not in kept


def test_limited_rights_are_shown_with_what_to_do(
    scoped: Tenant, intacct: SandboxServer, client_for: ClientFor, url: Url, viewer: User
) -> None:
    made = authorize(scoped, company_id="summit-demo", user_id="ws_limited", password="limited-user-local")
    Connection.objects.filter(pk=made.pk).update(
        state=ConnectionState.LIMITED, state_reason="The role lacks a right.", state_advice="Compare it with the guide."
    )
    page = text_of(client_for(viewer).get(url("connection")))
    assert "The role lacks a right." in page
    assert "Compare it with the guide." in page
