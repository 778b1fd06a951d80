"""Passkeys: added, used as second factor and alone, renamed, removed; and what somebody who lies with one gets."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import STATE_SESSION_KEY
from cryptography.fernet import Fernet
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Tenant, User
from accounts.sign_in.passkeys import MOST_PASSKEYS
from tests.accounts.sign_in.steps import enter_code, is_logged_in, log_in
from tests.accounts.sign_in.test_sealed_factors import stored, write
from tests.passkey import PRESENT, Device, add_passkey, asked_at_log_in, asked_on, decoded, encoded, log_in_with
from tests.second_factor import code, enrol

ClientFor = Callable[[User | None], Client]
NOT_ACCEPTED = "This passkey was not accepted"


@pytest.fixture(autouse=True)
def _named_site(settings: Any) -> None:
    settings.SITE_URL = "https://erp.example"


@pytest.fixture
def phone() -> Device:
    return Device()


@pytest.fixture
def alma(admin: User, phone: Device) -> User:
    """Has a passkey on her phone."""
    client = Client()
    log_in(client, admin.email)
    assert add_passkey(client, phone).status_code == 302
    mail.outbox.clear()
    return admin


@pytest.fixture
def vera(viewer: User) -> Device:
    """The device of somebody else who has a passkey here."""
    device, client = Device(), Client()
    log_in(client, viewer.email)
    assert add_passkey(client, device).status_code == 302
    return device


def second_step(client: Client, person: User) -> dict[str, Any]:
    log_in(client, person.email)
    return asked_on(client.get(reverse("mfa_authenticate")))


def answer(client: Client, credential: Any, where: str = "mfa_authenticate") -> Any:
    text = credential if isinstance(credential, str) else json.dumps(credential)
    return client.post(reverse(where), {"credential": text})


def refused(page: Any) -> bool:
    """In words, on the page, or on that to which it leads."""
    assert page.status_code < 500
    if page.status_code == 302:
        page = page.client.get(page["Location"], follow=True)
    return NOT_ACCEPTED in page.content.decode()


class TestAdding:
    def test_it_is_kept_told_and_counts_as_second_factor(self, client: Client, admin: User, phone: Device) -> None:
        log_in(client, admin.email)
        done = add_passkey(client, phone, "Work phone")
        assert done["Location"] == reverse("mfa_view_recovery_codes")
        assert mail.outbox[-1].subject == "A passkey was added to your account"
        page = client.get(reverse("mfa_index")).content.decode()
        assert "Work phone" in page
        assert stored(admin, "webauthn")["credential"].startswith("gAAAA")

    def test_one_without_a_name_gets_one(self, client: Client, alma: User, phone: Device) -> None:
        log_in_with(client, phone)
        add_passkey(client, Device(), "")
        assert "Passkey 2" in client.get(reverse("mfa_index")).content.decode()

    def test_one_may_not_have_endlessly_many(self, client: Client, admin: User) -> None:
        log_in(client, admin.email)
        add_passkey(client, Device())
        first = Authenticator.objects.get(type="webauthn")
        for _ in range(MOST_PASSKEYS - 1):
            Authenticator.objects.create(
                user=admin, type="webauthn", data={"name": "x", "credential": first.data["credential"]}
            )
        assert f"You have {MOST_PASSKEYS} passkeys" in add_passkey(client, Device()).content.decode()
        assert Authenticator.objects.filter(type="webauthn").count() == MOST_PASSKEYS

    @pytest.mark.parametrize(
        "lie",
        [
            {"origin": "https://evil.example"}, {"origin": "https://sub.erp.example"}, {"origin": "http://erp.example"},
            {"origin": "https://erp.example:8443"}, {"origin": "null"}, {"rp_id": "evil.example"}, {"flags": 0},
        ],
        ids=str,
    )  # fmt: skip
    def test_an_answer_for_another_site_is_refused(self, client: Client, admin: User, lie: dict[str, Any]) -> None:
        log_in(client, admin.email)
        assert refused(add_passkey(client, Device(**lie)))
        assert not Authenticator.objects.exists()

    def test_an_answer_counts_once(self, client: Client, admin: User, phone: Device) -> None:
        log_in(client, admin.email)
        asked = asked_on(client.get(reverse("mfa_add_webauthn")))
        data = {"name": "A", "credential": json.dumps(phone.create(asked))}
        client.post(reverse("mfa_add_webauthn"), data)
        assert refused(client.post(reverse("mfa_add_webauthn"), data))
        assert Authenticator.objects.filter(type="webauthn").count() == 1

    def test_one_that_should_log_in_alone_has_to_check_who_holds_it(self, client: Client, admin: User) -> None:
        log_in(client, admin.email)
        assert refused(add_passkey(client, Device(flags=PRESENT)))

    def test_it_asks_again_after_a_while(self, client: Client, admin: User, settings: Any) -> None:
        log_in(client, admin.email)
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
        assert client.get(reverse("mfa_add_webauthn"))["Location"].startswith(reverse("account_reauthenticate"))


class TestLoggingIn:
    def test_as_second_step(self, client: Client, alma: User, phone: Device) -> None:
        asked = second_step(client, alma)
        assert not is_logged_in(client)
        assert answer(client, phone.get(asked)).status_code == 302
        assert is_logged_in(client)

    def test_alone_and_on_to_the_page_that_was_asked_for(self, client: Client, alma: User, phone: Device) -> None:
        assert log_in_with(client, phone, next=reverse("account"))["Location"] == reverse("account")
        assert is_logged_in(client)

    def test_no_address_elsewhere_is_led_to(self, client: Client, alma: User, phone: Device) -> None:
        assert "evil" not in log_in_with(client, phone, next="https://evil.example/")["Location"]

    def test_a_code_or_recovery_code_does_as_well(self, client: Client, alma: User) -> None:
        second_step(client, alma)
        kept = Authenticator.objects.get(user=alma, type="recovery_codes").wrap().get_unused_codes()
        enter_code(client, kept[0])
        assert is_logged_in(client)

    def test_strangers_who_guess_do_not_stop_it(self, alma: User, phone: Device) -> None:
        for number in range(8):
            log_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), alma.email, "wrong")
        client = Client(REMOTE_ADDR="203.0.113.5")
        log_in_with(client, phone)
        assert is_logged_in(client)

    def test_somebody_who_is_switched_off_stays_out(self, client: Client, alma: User, phone: Device) -> None:
        User.objects.filter(pk=alma.pk).update(is_active=False)
        assert log_in_with(client, phone)["Location"] == reverse("account_inactive")
        assert not is_logged_in(client)

    def test_one_that_was_set_up_beside_the_password_is_not_enough_alone(self, client: Client, admin: User) -> None:
        key, own = Device(is_resident=False), Client()
        log_in(own, admin.email)
        add_passkey(own, key, passwordless="")
        page = client.get(log_in_with(client, key)["Location"])
        assert "Enter your password first" in page.content.decode()
        assert not is_logged_in(client)


class TestLies:
    """Each with a device that is registered, so that one thing alone is wrong."""

    @pytest.mark.parametrize(
        "lie",
        [
            {"origin": "https://evil.example"}, {"origin": "https://sub.erp.example"}, {"origin": "http://erp.example"},
            {"origin": "https://erp.example.evil.example"}, {"rp_id": "evil.example"}, {"flags": 0}, {"flags": 4},
        ],
        ids=str,
    )  # fmt: skip
    @pytest.mark.parametrize("is_alone", [True, False])
    def test_of_another_site_or_without_a_touch(
        self, client: Client, alma: User, phone: Device, lie: dict[str, Any], is_alone: bool
    ) -> None:
        asked = asked_at_log_in(client) if is_alone else second_step(client, alma)
        vars(phone).update(lie)
        assert refused(answer(client, phone.get(asked), "mfa_login_webauthn" if is_alone else "mfa_authenticate"))
        assert not is_logged_in(client)

    def test_asked_from_a_frame_of_another_site(self, client: Client, alma: User, phone: Device) -> None:
        assert refused(answer(client, phone.get(second_step(client, alma), crossOrigin=True)))

    def test_a_registration_is_no_log_in(self, client: Client, alma: User, phone: Device) -> None:
        assert refused(answer(client, phone.get(second_step(client, alma), type="webauthn.create")))

    def test_a_challenge_counts_once(self, client: Client, alma: User, phone: Device) -> None:
        """Also when the first answer was wrong, and in a session of somebody else."""
        right = phone.get(asked_at_log_in(client))
        assert refused(
            answer(client, {**right, "rawId": encoded(b"x" * 32), "id": encoded(b"x" * 32)}, "mfa_login_webauthn")
        )
        assert refused(answer(client, right, "mfa_login_webauthn"))
        assert refused(answer(Client(), right, "mfa_login_webauthn"))
        assert not is_logged_in(client)

    def test_an_answer_that_logged_in_does_not_do_it_again(self, client: Client, alma: User, phone: Device) -> None:
        right = phone.get(asked_at_log_in(client))
        answer(client, right, "mfa_login_webauthn")
        client.post(reverse("account_logout"))
        assert refused(answer(client, right, "mfa_login_webauthn"))

    @pytest.mark.parametrize("is_alone", [True, False])
    def test_somebody_elses_passkey(
        self, client: Client, alma: User, phone: Device, vera: Device, is_alone: bool
    ) -> None:
        """With no handle, with one of nobody, with Alma's."""
        for handle in ("", encoded(b"1"), encoded(b"zzzzzzzzzzzzz"), phone.handle, "AAAA"):
            vera.handle = handle
            asked = asked_at_log_in(client) if is_alone else second_step(client, alma)
            assert refused(answer(client, vera.get(asked), "mfa_login_webauthn" if is_alone else "mfa_authenticate"))
            assert not is_logged_in(client)

    def test_her_passkey_under_the_id_of_almas(self, client: Client, alma: User, phone: Device, vera: Device) -> None:
        vera.id, vera.handle = phone.id, phone.handle
        assert refused(answer(client, vera.get(asked_at_log_in(client)), "mfa_login_webauthn"))

    def test_the_handle_of_another_person_in_the_second_step(
        self, client: Client, alma: User, phone: Device, vera: Device
    ) -> None:
        phone.handle = vera.handle
        assert refused(answer(client, phone.get(second_step(client, alma))))

    def test_alone_it_has_to_check_who_holds_it_whatever_was_asked(
        self, client: Client, alma: User, phone: Device
    ) -> None:
        """The question of a second step asks for less, and lies in the same session."""
        asked = asked_at_log_in(client)
        session = client.session
        session[STATE_SESSION_KEY] = {**session[STATE_SESSION_KEY], "user_verification": "preferred"}
        session.save()
        phone.flags = PRESENT
        assert refused(answer(client, phone.get(asked), "mfa_login_webauthn"))

    def test_a_copy_falls_behind(self, client: Client, alma: User, phone: Device) -> None:
        phone.counter = 7
        log_in_with(Client(), phone)
        for counter in (7, 6, 1, 0):
            phone.counter = counter
            page = client.get(log_in_with(client, phone)["Location"])
            assert "may have been copied" in page.content.decode()
        phone.counter = 8
        log_in_with(client, phone)
        assert is_logged_in(client)

    def test_a_passkey_in_another_persons_row_opens_nothing(
        self, client: Client, alma: User, phone: Device, viewer: User, vera: Device
    ) -> None:
        """Nor is it a defect: the page says what to do."""
        write(alma, stored(viewer, "webauthn"), "webauthn")
        log_in(client, alma.email)
        page = client.get(reverse("mfa_authenticate"))
        assert page.status_code == 503
        assert "Ask your support to remove it" in page.content.decode()
        thief = Client()
        vera.handle = phone.handle
        came = answer(thief, vera.get(asked_at_log_in(thief)), "mfa_login_webauthn")
        assert "can no longer be read" in thief.get(came["Location"]).content.decode()
        assert not is_logged_in(thief)

    def test_without_its_key_it_is_said(self, client: Client, alma: User, phone: Device, settings: Any) -> None:
        asked = asked_at_log_in(client)
        settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        page = answer(client, phone.get(asked), "mfa_login_webauthn")
        assert "can no longer be read" in client.get(page["Location"]).content.decode()


class TestJunk:
    """Whatever is sent in place of an answer, somebody gets a page with a sentence."""

    PARTS = ("clientDataJSON", "authenticatorData", "signature", "userHandle")
    IN_A_PART = (None, "é", "\ud800", {}, encoded(b"{}"), encoded(b'{"type":7}'), encoded(b"\xa1"))
    WHOLE = (
        "", "null", "[]", "[" * 9_000, "x" * 50_000, '{"rawId": "A"}',
        '{"type": "public-key", "id": "a", "rawId": "a", "response": []}', '{"response": {"userHandle": {}}}',
    )  # fmt: skip

    @pytest.mark.parametrize("where", ["mfa_authenticate", "mfa_login_webauthn"])
    def test_in_place_of_an_answer_or_a_part_of_it(self, client: Client, alma: User, phone: Device, where: str) -> None:
        sent: list[Any] = [*self.WHOLE, *((part, junk) for part in self.PARTS for junk in self.IN_A_PART)]
        if where == "mfa_authenticate":
            log_in(client, alma.email)
        for number, junk in enumerate(sent):
            if isinstance(junk, tuple):
                part, value = junk
                if part == "userHandle" and not value:
                    continue  # none is told by many devices, where it is known who it is
                alone = where == "mfa_login_webauthn"
                right = phone.get(asked_at_log_in(client) if alone else asked_on(client.get(reverse(where))))
                right["response"][part] = value
                junk = json.dumps(right)
            came = client.post(reverse(where), {"credential": junk}, REMOTE_ADDR=f"198.51.100.{number}")
            assert came.status_code in (200, 302), junk[:80]
        assert not is_logged_in(client)

    def test_when_one_is_added(self, client: Client, admin: User, phone: Device) -> None:
        log_in(client, admin.email)
        for part in ("clientDataJSON", "attestationObject"):
            for junk in (None, "A", {}, encoded(b"\xa0"), encoded(b"\xff" * 40), encoded(b"\xbf" * 200)):
                made = phone.create(asked_on(client.get(reverse("mfa_add_webauthn"))))
                made["response"][part] = junk
                came = client.post(reverse("mfa_add_webauthn"), {"name": "A", "credential": json.dumps(made)})
                assert (came.status_code, NOT_ACCEPTED in came.content.decode()) == (422, True), (part, junk)
                assert STATE_SESSION_KEY in client.session  # a fresh question stands on the page

    def test_a_key_of_a_kind_nobody_can_check_is_not_added(self, client: Client, admin: User, phone: Device) -> None:
        log_in(client, admin.email)
        made = phone.create(asked_on(client.get(reverse("mfa_add_webauthn"))))
        text = json.dumps(made)
        raw = bytearray(decoded(made["response"]["attestationObject"]))
        place = bytes(raw).index(bytes([0x03, 0x26]))  # alg: ES256
        raw[place + 1] = 0x36
        came = client.post(
            reverse("mfa_add_webauthn"),
            {"name": "A", "credential": text.replace(made["response"]["attestationObject"], encoded(bytes(raw)))},
        )
        assert came.status_code == 422


class TestKeeping:
    def test_it_is_renamed(self, client: Client, alma: User, phone: Device) -> None:
        log_in_with(client, phone)
        pk = Authenticator.objects.get(type="webauthn").pk
        where = reverse("mfa_edit_webauthn", args=[pk])
        assert "Enter a name" in client.post(where, {"name": " "}).content.decode()
        client.post(where, {"name": "Old phone"})
        assert "Old phone" in client.get(reverse("mfa_index")).content.decode()
        log_in_with(again := Client(), phone)
        assert is_logged_in(again)

    def test_it_is_removed_and_told(self, client: Client, alma: User, phone: Device) -> None:
        log_in_with(client, phone)
        where = reverse("mfa_remove_webauthn", args=[Authenticator.objects.get(type="webauthn").pk])
        assert "Remove “Phone”" in client.get(where).content.decode()
        client.post(where)
        assert not Authenticator.objects.exists()  # the recovery codes went with it
        assert [message.subject for message in mail.outbox] == ["A passkey of your account was removed"]
        assert refused(log_in_with(Client(), phone))

    def test_somebody_elses_is_not_there(self, client: Client, alma: User, phone: Device, vera: Device) -> None:
        log_in_with(client, vera)
        pk = Authenticator.objects.get(user=alma, type="webauthn").pk
        for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
            assert client.post(reverse(name, args=[pk]), {"name": "X"}).status_code == 404
        log_in_with(again := Client(), phone)
        assert is_logged_in(again)

    def test_it_confirms_who_one_is(self, client: Client, alma: User, phone: Device, settings: Any) -> None:
        log_in_with(client, phone)
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
        asked_for = reverse("mfa_generate_recovery_codes")
        where = client.get(asked_for)["Location"]
        assert "Use a passkey instead" in client.get(where).content.decode()
        page = client.get(reverse("mfa_reauthenticate_webauthn") + f"?next={asked_for}")
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
        wrong = client.post(reverse("mfa_reauthenticate_webauthn"), {"credential": "7"})
        assert (wrong.status_code, NOT_ACCEPTED in wrong.content.decode()) == (422, True)
        again = phone.get(asked_on(wrong))
        done = client.post(reverse("mfa_reauthenticate_webauthn"), {"credential": json.dumps(again), "next": asked_for})
        assert done["Location"] == asked_for
        assert page.status_code == 200


class TestRequired:
    def test_it_is_enough_where_a_company_requires_one(
        self, client: Client, tenant: Tenant, alma: User, phone: Device
    ) -> None:
        tenant.second_factor_required = True
        tenant.save()
        log_in_with(client, phone)
        home = reverse("home", kwargs={"tenant_slug": tenant.slug})
        assert client.get(home).status_code == 200
        assert "1 of 1" not in client.get(reverse("company", kwargs={"tenant_slug": tenant.slug})).content.decode()

    def test_of_staff_too(self, client: Client, phone: Device, db: None) -> None:
        hal = User.objects.create_superuser("hal@support.example", "correct horse battery")
        log_in(client, hal.email)
        assert "Add a passkey instead" in client.get(reverse("admin:index"), follow=True).content.decode()
        add_passkey(client, phone)
        assert client.get(reverse("admin:index")).status_code == 200

    def test_the_last_one_stays_where_one_is_required(
        self, client: Client, tenant: Tenant, alma: User, phone: Device
    ) -> None:
        tenant.second_factor_required = True
        tenant.save()
        log_in_with(client, phone)
        where = reverse("mfa_remove_webauthn", args=[Authenticator.objects.get(type="webauthn").pk])
        assert "required here (Summit Ridge Builders)" in client.get(where).content.decode()
        client.post(where)
        assert Authenticator.objects.filter(type="webauthn").exists()
        enrol(alma)
        client.post(where)
        assert not Authenticator.objects.filter(type="webauthn").exists()
        client.post(reverse("mfa_deactivate_totp"))
        assert "only second factor" in client.get(reverse("mfa_deactivate_totp")).content.decode()
        assert Authenticator.objects.filter(type="totp").exists()

    def test_an_app_may_go_where_a_passkey_stays(
        self, client: Client, tenant: Tenant, alma: User, phone: Device
    ) -> None:
        tenant.second_factor_required = True
        tenant.save()
        enrol(alma)
        log_in(client, alma.email)
        enter_code(client, code())
        client.post(reverse("mfa_deactivate_totp"))
        assert set(Authenticator.objects.values_list("type", flat=True)) == {"webauthn", "recovery_codes"}
