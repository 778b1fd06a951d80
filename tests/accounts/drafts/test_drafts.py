"""Drafts of forms, through what pages ask: kept, offered to their own person alone, closed once the form was saved."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.drafts.sealing import MOST_CHARACTERS
from accounts.drafts.service import FIELD, MOST_AT_ONE_PLACE
from accounts.models import FormDraft, Membership, Role, Tenant, User
from accounts.people.memberships import remove_person
from accounts.services import set_role
from accounts.tenancy import cross_tenant
from integrations.operations.retention import prune
from tests.browsers import leave_alone
from tests.shown_forms import version_of

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]
PLACE = "/t/summit-ridge/settings/company/"
TYPED = [["name", "Summit Ridge Two", ""], ["time_zone", "America/Denver", "America/Denver"]]
AN_OPENING = "7d0f6f0e-2f3c-4d52-9d5c-0b6d2b0a8c11"


@pytest.fixture
def alma(client_for: ClientFor, admin: User) -> Client:
    return client_for(admin)


def keep(client: Client, url: Url, opening: str, typed: Any = TYPED, **more: Any) -> Any:
    body = {"place": PLACE, "opening": opening, "number": 1, "typed": typed, **more}
    return client.post(url("keep_draft"), json.dumps(body), content_type="application/json")


def offered(client: Client, url: Url, place: str = PLACE) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(url("drafts"), {"place": place}).json()["drafts"]
    return found


def test_what_was_typed_is_offered_at_its_own_form(alma: Client, url: Url) -> None:
    opening = str(uuid.uuid4())
    assert keep(alma, url, opening).status_code == 201
    (found,) = offered(alma, url)
    assert (found["opening"], found["typed"]) == (opening, TYPED)
    assert offered(alma, url, PLACE + "log-in/") == []


def test_a_draft_is_of_one_person_in_one_company(
    alma: Client,
    accountant: User,
    outsider: User,
    admin: User,
    other_tenant: Tenant,
    client_for: ClientFor,
    url: Url,
) -> None:
    opening = str(uuid.uuid4())
    keep(alma, url, opening)
    ben = client_for(accountant)
    assert offered(ben, url) == []
    assert ben.post(url("discard_draft"), {"opening": opening}).status_code == 204
    assert keep(ben, url, opening, [["name", "Ben's", ""]]).status_code == 201
    assert [each["typed"] for each in offered(alma, url)] == [TYPED]
    set_role(other_tenant, admin, Role.ADMIN)
    elsewhere = alma.get(f"/t/{other_tenant.slug}/drafts/", {"place": PLACE}).json()
    assert elsewhere == {"drafts": []}
    assert client_for(outsider).get(url("drafts"), {"place": PLACE}).status_code == 404


def test_a_row_put_in_another_persons_place_is_not_read(alma: Client, admin: User, accountant: User, url: Url) -> None:
    keep(alma, url, str(uuid.uuid4()))
    with cross_tenant("test"):
        FormDraft.objects.update(membership=Membership.objects.get(user=accountant))
    site = Client()
    site.force_login(accountant)
    assert [each["typed"] for each in offered(site, url)] == [None]


def test_no_secret_is_kept_and_nothing_stands_in_clear(alma: Client, url: Url) -> None:
    secrets = [
        [name, "hunter-2-hunter", ""]
        for name in ("password", "new_Password", "sender_secret", "api_token", "csrfmiddlewaretoken")
    ]
    keep(alma, url, str(uuid.uuid4()), [["company_id", "SUMMIT-CO", ""], *secrets])
    (found,) = offered(alma, url)
    assert found["typed"] == [["company_id", "SUMMIT-CO", ""]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_formdraft")
        row = repr(cursor.fetchall())
    assert "SUMMIT-CO" not in row
    assert "hunter" not in row


def test_an_older_text_that_comes_later_changes_nothing(alma: Client, url: Url) -> None:
    opening = str(uuid.uuid4())
    keep(alma, url, opening, [["name", "second", ""]], number=2)
    assert keep(alma, url, opening, [["name", "first", ""]], number=1).status_code == 201
    assert offered(alma, url)[0]["typed"] == [["name", "second", ""]]


def test_two_windows_have_a_draft_each_until_one_takes_over(alma: Client, url: Url) -> None:
    one, two, three = (str(uuid.uuid4()) for _ in range(3))
    keep(alma, url, one, [["name", "one", ""]])
    keep(alma, url, two, [["name", "two", ""]])
    assert {each["typed"][0][1] for each in offered(alma, url)} == {"one", "two"}
    keep(alma, url, three, [["name", "one and more", ""]], replaces=one)
    assert {each["typed"][0][1] for each in offered(alma, url)} == {"two", "one and more"}
    late = keep(alma, url, one, [["name", "one, typed on", ""]], number=9)
    assert (late.status_code, late.json()) == (409, {"closed": "replaced"})


def test_a_saved_form_closes_its_draft_for_good(alma: Client, tenant: Tenant, url: Url) -> None:
    opening = str(uuid.uuid4())
    keep(alma, url, opening)
    sent = {"name": "Summit Ridge Two", "time_zone": "America/Denver", "base_currency": "USD", FIELD: opening}
    sent |= version_of(alma, url("company"))
    assert alma.post(url("company"), {**sent, "name": ""}).status_code == 422
    assert len(offered(alma, url)) == 1
    assert alma.post(url("company"), sent).status_code == 302
    assert offered(alma, url) == []
    assert keep(alma, url, opening, number=2).json() == {"closed": "saved"}
    with cross_tenant("test"):
        assert FormDraft.objects.get().sealed == ""


def test_what_arrives_after_it_was_saved_begins_no_draft(alma: Client, url: Url) -> None:
    opening = str(uuid.uuid4())
    sent = {"name": "Summit Ridge Two", "time_zone": "America/Denver", "base_currency": "USD", FIELD: opening}
    sent |= version_of(alma, url("company"))
    alma.post(url("company"), sent)
    assert keep(alma, url, opening).status_code == 409
    assert offered(alma, url) == []


def test_a_form_that_has_to_wait_for_its_person_keeps_its_draft(alma: Client, url: Url) -> None:
    opening = str(uuid.uuid4())
    keep(alma, url, opening)
    leave_alone(alma, 2 * 3600)
    sent = {"name": "Two", "time_zone": "America/Denver", "base_currency": "USD", FIELD: opening}
    assert "/account/confirm/" in alma.post(url("company"), sent)["Location"]
    with cross_tenant("test"):
        assert FormDraft.objects.get().closed_as == ""


def test_a_refusal_that_leads_on_keeps_the_draft(client_for: ClientFor, admin: User, url: Url) -> None:
    """Nobody is connected, so what was typed is not saved, and the person is led on with a warning."""
    alma, opening = client_for(admin), str(uuid.uuid4())
    keep(alma, url, opening)
    assert alma.post(url("usage"), {"monthly": "5", FIELD: opening}).status_code == 302
    assert len(offered(alma, url)) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"place": "", "opening": "x"}',
        json.dumps({"place": "/p/", "opening": AN_OPENING, "number": 1, "typed": [["a", 1, ""]]}).encode(),
        json.dumps({"place": "/p/", "opening": AN_OPENING, "number": 0, "typed": []}).encode(),
        json.dumps({"place": "p" * 201, "opening": AN_OPENING, "number": 1, "typed": []}).encode(),
        json.dumps({"place": "/p/", "opening": AN_OPENING, "number": 2**31, "typed": []}).encode(),
        json.dumps({"place": "/p\0/", "opening": AN_OPENING, "number": 1, "typed": []}).encode(),
        json.dumps({"place": "/p/", "opening": "1", "number": 1, "typed": []}).encode(),
        b'{"place": "/p/", "opening": "\\ud800", "number": 1e999, "typed": []}',
    ],
)
def test_what_is_no_draft_is_refused(alma: Client, url: Url, body: bytes) -> None:
    answer = alma.post(url("keep_draft"), body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["what"]


def test_there_is_an_end_to_how_much_and_how_many(alma: Client, url: Url) -> None:
    large = keep(alma, url, str(uuid.uuid4()), [["notes", "x" * (MOST_CHARACTERS + 1), ""]])
    assert large.status_code == 413
    assert "Save it before you leave" in large.json()["what"]
    for _ in range(MOST_AT_ONE_PLACE):
        assert keep(alma, url, str(uuid.uuid4())).status_code == 201
    more = keep(alma, url, str(uuid.uuid4()))
    assert more.status_code == 422
    assert "restore or discard" in more.json()["what"]


def test_five_hundred_lines_are_kept(alma: Client, url: Url) -> None:
    lines = [{"description": f"Concrete {n}", "quantity": "1", "unit_price": "1,234.56"} for n in range(500)]
    typed = [["lines_json", json.dumps(lines), ""]]
    keep(alma, url, str(uuid.uuid4()), typed)
    assert offered(alma, url)[0]["typed"] == typed


def test_nothing_stays_of_somebody_who_left(alma: Client, accountant: User, client_for: ClientFor, url: Url) -> None:
    keep(client_for(accountant), url, str(uuid.uuid4()))
    remove_person(Membership.objects.get(user=accountant))
    with cross_tenant("test"):
        assert not FormDraft.objects.exists()


def test_a_draft_nobody_came_back_for_is_removed(alma: Client, url: Url) -> None:
    keep(alma, url, str(uuid.uuid4()))
    keep(alma, url, str(uuid.uuid4()))
    with cross_tenant("test"):
        first = FormDraft.objects.earliest("pk")
        FormDraft.objects.filter(pk=first.pk).update(kept_at=timezone.now() - timedelta(days=31))
    prune()
    assert len(offered(alma, url)) == 1
