"""`python -m tests.attack.seed PEOPLE`: fill the database of DATABASE_URL with the demo company and people at work.

Does the main job against the local Intacct of the settings, then prints the cookie of each person as JSON: viewers and
accountants in turn, since fifty log-ins from one address are what the site refuses.
"""

import json
import os
import sys
from types import SimpleNamespace
from typing import Any, cast

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import Role, Tenant  # noqa: E402
from accounts.services import ensure_person, set_role  # noqa: E402
from erp_admin.demo import main_job  # noqa: E402
from tests.browsers import teach_the_client  # noqa: E402


def _do_main_job() -> None:
    facts = {
        "company": os.environ["ATTACK_COMPANY"],
        "user": os.environ["ATTACK_USER"],
        "password": os.environ["ATTACK_PASSWORD"],
    }
    local: Any = SimpleNamespace(credentials=facts)
    for _ in main_job.main_job(local):
        pass


def _cookies(count: int) -> list[str]:
    """The cookie of each of so many people of the demo company; every second one is an accountant."""
    tenant = Tenant.objects.get(slug=main_job.SLUG)
    teach_the_client()
    cookies = []
    for number in range(count):
        person, _ = ensure_person(f"person-{number}@summit-ridge.example", name=f"Person {number}")
        set_role(tenant, person, Role.VIEWER if number % 2 else Role.ACCOUNTANT)
        visitor = Client()
        visitor.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
        cookies.append(cast(str, visitor.cookies[settings.SESSION_COOKIE_NAME].value))
    return cookies


def main(count: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    _do_main_job()
    sys.stdout.write(json.dumps({"cookie": settings.SESSION_COOKIE_NAME, "people": _cookies(count)}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
