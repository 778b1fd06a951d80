"""Second factors of the version before go on working, bound to their person; and go back."""

from typing import Any

import pytest
from django.db.migrations.state import StateApps

from accounts.crypto import open_text, seal_text
from tests.databases import at, migrate

BEFORE = (("accounts", "0007_session_handles_and_limits"), ("mfa", "0003_authenticator_type_uniq"))
AFTER = (("accounts", "0008_bind_second_factors"), ("mfa", "0003_authenticator_type_uniq"))
FORMER: dict[str, str | int] = {"purpose": "second factor"}


def person(apps: StateApps, email: str) -> Any:
    return apps.get_model("accounts", "User").objects.create(email=email, password="x")


def bound(row: Any, part: str) -> dict[str, str | int]:
    return {"purpose": "second factor", "person": row.user_id, "kind": row.type, "part": part}


@pytest.mark.django_db(transaction=True)
def test_there_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of more rows than are taken at once; one that no key opens stays as it is and keeps nobody up."""
    monkeypatch.setattr("accounts.migrations.0008_bind_second_factors.AT_ONCE", 2)
    with at(BEFORE) as apps:
        factors = apps.get_model("mfa", "Authenticator").objects
        for number in range(5):
            somebody = person(apps, f"p{number}@summit.example")
            factors.create(user_id=somebody.pk, type="totp", data={"secret": seal_text(f"SECRET{number}", FORMER)})
            seed = {"seed": seal_text(f"seed {number}", FORMER), "used_mask": 5}
            factors.create(user_id=somebody.pk, type="recovery_codes", data=seed)
        lost = factors.create(user_id=person(apps, "lost@summit.example").pk, type="totp", data={"secret": "gAAAAlost"})

        apps = migrate(AFTER)
        rows = list(apps.get_model("mfa", "Authenticator").objects.exclude(pk=lost.pk).order_by("pk"))
        assert [open_text(row.data["secret"], bound(row, "secret")) for row in rows if row.type == "totp"] == [
            f'"SECRET{number}"' for number in range(5)
        ]
        assert [row.data["used_mask"] for row in rows if row.type == "recovery_codes"] == [5] * 5

        apps = migrate(BEFORE)
        factors = apps.get_model("mfa", "Authenticator").objects
        back = [row.data for row in factors.exclude(pk=lost.pk).order_by("pk")]
        assert [open_text(data["secret"], FORMER) for data in back if "secret" in data] == [
            f"SECRET{number}" for number in range(5)
        ]
        assert factors.get(pk=lost.pk).data == {"secret": "gAAAAlost"}
        factors.all().delete()
