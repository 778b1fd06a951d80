"""No answer to a form is a page of its own: it leads on, or shows the form again with what is wrong. So Back works.

Owns the walk over every address; what forms there are, the pages say themselves (tests/fuzz/pages.py).
"""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import resolve

from accounts.models import User
from tests.fuzz.places import tenants_places
from tests.fuzz.visits import Place
from tests.shared import undone
from tests.test_access import arguments

__all__ = ["arguments", "tenants_places"]  # the fixtures
ClientFor = Callable[[User | None], Client]
# Parts of a page, which a script asks for and puts into the page it is on; no history of the browser knows them.
PARTS = {"preview_schedule"}
# Answers by scripts: what a form holds is kept, and it stays where it is.
OF_SCRIPTS = {"keep_draft", "discard_draft"}
# Pages of django-allauth and probes: a refused form is shown with 200 there, and probes read no method.
OF_OTHERS = {
    "account_signup", "account_login", "login", "account_reset_password", "password_reset", "invitation",
    "account_reset_password_from_key", "account_reauthenticate", "account_change_password", "mfa_activate_totp",
    "mfa_generate_recovery_codes", "healthz", "readyz",
}  # fmt: skip


def bodies(place: Place) -> list[list[tuple[str, str]]]:
    """Nothing; each form as it stands on its page; and each with nonsense in what people type."""
    as_shown = place.known.forms
    nonsense = [[(name, value if name in place.known.picked else "?!") for name, value in form] for form in as_shown]
    return [[], *as_shown, *nonsense]


def test_no_form_is_answered_with_a_page(tenants_places: list[Place], admin: User, client_for: ClientFor) -> None:
    wrong, count = [], 0
    for place in tenants_places:
        if place.name in PARTS | OF_SCRIPTS | OF_OTHERS:
            continue
        for body in bodies(place):
            with undone():
                client = client_for(admin)  # of its own each time: one of the addresses logs out
                answer: Any = client.post(place.path, as_data(body))
            count += answer.status_code != 405
            if answer.status_code < 300 or answer.status_code >= 500:
                wrong.append(f"{place.name}: {answer.status_code} to {body}"[:200])
            elif answer.status_code in (302, 303):
                resolve(answer["Location"].split("?")[0].split("#")[0])
    assert not wrong, "\n".join(wrong)
    assert count > 80


def as_data(body: list[tuple[str, str]]) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in body:
        data.setdefault(name, []).append(value)
    return data
