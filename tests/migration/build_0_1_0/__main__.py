"""Makes the database of version 0.1.0 (commit cc7b0f8): its own demo, then documents in every state.

Runs in a checkout of that commit only, started by `python -m tests.migration`: what it imports are the modules of
then, whatever they are called today. It uses the services, commands and pages of then, and the faults of the local
Intacct; the clock is its own, so that the times are the same whenever it runs.
"""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django

HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE.parent)]  # behind the project of then

import rows  # noqa: E402
from documents import Documents  # noqa: E402
from means import say  # noqa: E402
from office import Office  # noqa: E402
from repeatable import make_repeatable, set_clock_of_protocol  # noqa: E402

PORT = 8764


class Company(Office, Documents):
    """What the people of the demo's company do after it."""

    def work(self) -> None:
        self.hire()
        self.choose()
        self.keep_projects()
        self.upload()
        self.deliver()
        self.change_orders()
        self.fall_apart()
        self.set_aside()
        self.lose_answers()
        self.leave_under_way()


def main(target: Path) -> None:
    make_repeatable()
    django.setup()
    from django.core.management import call_command

    from accounts.models import Tenant
    from accounts.tenancy import cross_tenant, tenant_scope
    from erp_admin.services import demo
    from integrations import gateway
    from integrations.sandbox.process import SandboxServer

    call_command("migrate", verbosity=0)
    set_clock_of_protocol()
    gateway.PAUSE = lambda seconds: None
    with SandboxServer(seed="demo", port=PORT) as intacct:
        intacct.control(do="order", construction="before")  # so that the order of elements had to be learnt
        demo.use(intacct)
        for done in demo.main_job(intacct):
            say(f"{done.step}: {done.result}")
        with tenant_scope(Tenant.objects.get(slug=demo.SLUG)):
            Company(intacct).work()
        _practice(intacct)
    with cross_tenant("the rows of a previous version"):
        _settle()
        counts = rows.write(target, {"version": "0.1.0", "commit": "cc7b0f8"})
    for label, count in counts.items():
        say(f"{count:6} {label}")


def _practice(intacct: Any) -> None:
    """The demo's second company: was connected once, is not any more; has a commitment that nobody else may see."""
    from accounts.models import Tenant
    from accounts.tenancy import tenant_scope
    from integrations.services.connection import authorize, disconnect
    from tests.erp_admin.documents import commitment

    with tenant_scope(Tenant.objects.get(slug="harbor-point")) as _:
        tenant, facts = Tenant.objects.get(slug="harbor-point"), intacct.credentials
        here = authorize(
            tenant, company_id=facts["company"], user_id=facts["user"], password=facts["password"], entity_id="100"
        )
        commitment(here, "HP-1", vendor_id="V-1001", approved=False)
        disconnect(here)


LONGEST_BODY = 3000


def _settle() -> None:
    """Leave out bulk, and what is different each time or belongs to this machine."""
    from django.contrib.auth.hashers import make_password

    from accounts.models import AuditEntry, Invitation, User
    from erp_admin.models import ImportDraft
    from integrations.models import CompanySlot, Exchange, SyncRun

    # What would end by itself stays open however late somebody looks at it.
    for waiting in (ImportDraft, Invitation):
        waiting.objects.update(expires_at=datetime(2099, 12, 31, tzinfo=UTC))
    for exchange in Exchange.objects.all():
        for name in ("request_xml", "response_xml"):
            body = getattr(exchange, name)
            setattr(exchange, name, body if len(body) <= LONGEST_BODY else f"{body[:LONGEST_BODY]}\n…")
        exchange.duration_ms = 120
        exchange.save(update_fields=["request_xml", "response_xml", "duration_ms"])
    for user in User.objects.all():
        password = make_password("summit-ridge-demo", salt=f"salt{user.pk}")
        User.objects.filter(pk=user.pk).update(password=password)
    SyncRun.objects.exclude(lease_token="").update(lease_token="lease-of-a-killed-worker")
    CompanySlot.objects.exclude(token="").update(token="slot-of-a-killed-worker")
    for entry in AuditEntry.objects.exclude(request_id=""):
        AuditEntry.objects.filter(pk=entry.pk).update(request_id=re.sub("[0-9a-f]", "0", entry.request_id))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
