"""A device that keeps passkeys, as far as tests need one: WebAuthn level 2 on its own, able to lie in every field."""

import base64
import hashlib
import html
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.urls import reverse
from fido2 import cbor
from fido2.cose import ES256

SITE = "https://erp.example"
PRESENT, VERIFIED, ATTESTED = 1, 4, 0x40


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Device:
    """`origin`, `rp_id`, `flags`, `counter` and `handle` are what it claims in the next answer."""

    origin: str = SITE
    rp_id: str = "erp.example"
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    handle: str = ""
    is_resident: bool = True
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, asked: dict[str, Any], **client_data: Any) -> dict[str, Any]:
        options = asked["publicKey"]
        self.handle = options["user"]["id"]
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))  # type: ignore[no-untyped-call]
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = self._data(self.flags | ATTESTED) + attested
        return self._answer(
            {
                "clientDataJSON": encoded(self._client("webauthn.create", options["challenge"], client_data)),
                "attestationObject": encoded(cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})),
                "transports": ["internal"],
            },
            {"credProps": {"rk": self.is_resident}},
        )

    def get(self, asked: dict[str, Any], **client_data: Any) -> dict[str, Any]:
        client = self._client("webauthn.get", asked["publicKey"]["challenge"], client_data)
        data = self._data(self.flags)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": encoded(client),
                "authenticatorData": encoded(data),
                "signature": encoded(signature),
                "userHandle": self.handle or None,
            },
            {},
        )

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str, more: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False, **more}
        return json.dumps(told).encode()

    def _answer(self, response: dict[str, Any], extensions: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "public-key",
            "id": encoded(self.id),
            "rawId": encoded(self.id),
            "response": response,
            "authenticatorAttachment": "platform",
            "clientExtensionResults": extensions,
        }


def asked_on(page: Any) -> dict[str, Any]:
    """What the page asks the device."""
    found = re.search(r'<script id="passkey-options" type="application/json">(.+?)</script>', page.content.decode())
    assert found is not None
    asked: dict[str, Any] = json.loads(html.unescape(found[1]))
    (options,) = asked.values()
    assert isinstance(options, dict)
    return options


def asked_at_log_in(client: Client) -> dict[str, Any]:
    answer = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    asked: dict[str, Any] = answer.json()["request_options"]
    return asked


def add_passkey(client: Client, device: Device, name: str = "Phone", **more: Any) -> Any:
    """The answer of the page where somebody who is logged in adds a passkey."""
    asked = asked_on(client.get(reverse("mfa_add_webauthn")))
    data = {"name": name, "passwordless": "on", "credential": json.dumps(device.create(asked)), **more}
    return client.post(reverse("mfa_add_webauthn"), data)


def log_in_with(client: Client, device: Device, **more: Any) -> Any:
    credential = json.dumps(device.get(asked_at_log_in(client)))
    return client.post(reverse("mfa_login_webauthn"), {"credential": credential, **more})
