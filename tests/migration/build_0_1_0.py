"""Makes the database of version 0.1.0 (commit cc7b0f8): its own demo, then documents in every state.

Runs in a checkout of that commit only, started by `python -m tests.migration`: what it imports are the modules of
then, whatever they are called today. It uses the services, commands and pages of then, and the faults of the local
Intacct; the clock is its own, so that the times are the same whenever it runs.
"""

import contextlib
import os
import random
import re
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import django
from django.utils import timezone

HERE = Path(__file__).parent
BEGIN = datetime(2026, 6, 1, 14, tzinfo=UTC)
PORT = 8764


class Clock:
    """The time of the whole process: it goes on by a hundredth of a second each time somebody looks."""

    def __init__(self) -> None:
        self._now = BEGIN

    def now(self) -> datetime:
        self._now += timedelta(milliseconds=10)
        return self._now

    def advance(self, **span: float) -> None:
        self._now += timedelta(**span)


CLOCK = Clock()


class _LikeDatetime(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, datetime)


class Moment(datetime, metaclass=_LikeDatetime):
    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return CLOCK.now().astimezone(tz)


def _make_repeatable() -> None:
    """The same times, keys and ids on every build. Call it before anything of the project is imported."""
    from cryptography import fernet

    dice = random.Random(BEGIN.isoformat())
    os.urandom = random._urandom = dice.randbytes  # type: ignore[attr-defined]
    fernet.time = SimpleNamespace(time=lambda: CLOCK.now().timestamp())  # type: ignore[attr-defined]
    timezone.now = CLOCK.now


def _set_clock_of_protocol() -> None:
    for name, module in list(sys.modules.items()):
        ours = name.startswith(("integrations.intacct", "integrations.sandbox"))
        if ours and getattr(module, "datetime", None) is datetime:
            module.datetime = Moment  # type: ignore[attr-defined]


def main(target: Path) -> None:
    _make_repeatable()
    django.setup()
    from django.core.management import call_command

    from accounts.models import Tenant
    from accounts.tenancy import cross_tenant, tenant_scope
    from erp_admin.demo import main_job
    from integrations.gateway import client as gateway
    from integrations.sandbox.facade import SandboxServer

    call_command("migrate", verbosity=0)
    _set_clock_of_protocol()
    gateway.PAUSE = lambda seconds: None
    with SandboxServer(seed="demo", port=PORT) as intacct:
        intacct.control(do="order", construction="before")  # so that the order of elements had to be learnt
        main_job.use(intacct)
        for done in main_job.main_job(intacct):
            say(f"{done.step}: {done.result}")
        with tenant_scope(Tenant.objects.get(slug=main_job.SLUG)):
            Office(intacct).work()
        _practice(intacct)
    with cross_tenant("the rows of a previous version"):
        _settle()
        sys.path.append(str(HERE))
        import rows

        counts = rows.write(target, {"version": "0.1.0", "commit": "cc7b0f8"})
    for label, count in counts.items():
        say(f"{count:6} {label}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


class Office:
    """What the people of the demo's company do after it."""

    def __init__(self, intacct: Any) -> None:
        from accounts.models import User
        from integrations.models import Connection

        self.intacct = intacct
        self.connection = Connection.objects.get()
        self.tenant = self.connection.tenant
        self.alma, self.ben, self.sam = (
            User.objects.get(email__startswith=f"{name}@") for name in ("alma", "ben", "sam")
        )

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

    # People, settings, lists

    def hire(self) -> None:
        from django.test import Client
        from django.urls import reverse

        from accounts.models import Role
        from accounts.people.invitations import accept_as_new_person, invite, withdraw_invitation
        from erp_admin.demo.main_job import PASSWORD
        from tests.second_factor import enrol

        joined = invite(self.tenant, "nora@summit-ridge.example", Role.VIEWER, by=self.alma)
        accept_as_new_person(joined.invitation, name="Nora Haile", password=PASSWORD)
        invite(self.tenant, "theo@summit-ridge.example", Role.ACCOUNTANT, by=self.alma)
        withdraw_invitation(invite(self.tenant, "gone@summit-ridge.example", Role.ADMIN, by=self.alma).invitation)
        log_in = reverse("account_login")
        visitor = Client()
        visitor.post(log_in, {"login": "vera@summit-ridge.example", "password": "not this one"})
        visitor.post(log_in, {"login": "vera@summit-ridge.example", "password": PASSWORD})
        visitor.get(reverse("home", kwargs={"tenant_slug": self.tenant.slug}))
        visitor.post(reverse("account_logout"))
        for person in (self.alma, self.sam):
            enrol(person)

    def choose(self) -> None:
        """Versions of the settings: a draft, complete again, values of an entity and of a project; schedules."""
        from integrations.mirror.clock import learn_clock
        from integrations.models import Cadence
        from integrations.schedules.cadence import QuietHours
        from integrations.schedules.profiles import Choice, ProfileChoices, pause_profile, save_profile
        from integrations.settings.service import save_settings
        from integrations.usage.service import set_budget

        here = self.connection
        save_settings(here, values={"default_account": ""}, switched={}, as_draft=True, by=self.alma)
        save_settings(here, values={"default_account": "5020"}, switched={}, by=self.alma)
        overrides = {
            "entity:100": {"default_location": "100", "purchasing_state": "Pending"},
            "project:24-001": {"subcontract_definition": "PC Subcontracts"},
        }
        save_settings(here, values={}, switched={}, overrides=overrides, by=self.alma)
        cadences = {
            "projects": Choice(Cadence.HOURLY),
            "partners": Choice(Cadence.DAILY, clock_time(6, 30)),
            "full": Choice(Cadence.WEEKLY, clock_time(3), 5),
        }
        quiet = QuietHours(clock_time(20), clock_time(5))
        save_profile(here, "", ProfileChoices(cadences, quiet, ["classes"], {}), version=0, by=self.alma)
        own = ProfileChoices({"accounting": Choice(Cadence.FOUR_HOURLY)}, None, [], {})
        pause_profile(save_profile(here, "100", own, version=0, by=self.alma), by=self.alma)
        set_budget(here, 5000)
        learn_clock(here, stamped=CLOCK.now(), happened_at=CLOCK.now(), source="a commitment read back")

    def keep_projects(self) -> None:
        """Projects by hand, linked by hand, unlinked, edited, and records that are left out of the import."""
        from erp_admin.models import Project
        from erp_admin.projects.selectors import intacct_projects
        from erp_admin.projects.service import ignore, link, save_project, unlink

        records = intacct_projects(self.connection)
        unlink(Project.objects.get(number="24-014"))
        mine = Project(tenant=self.tenant, number="H-1", name="Shop extension", currency="USD", contract_amount=95000)
        save_project(mine)
        save_project(Project(tenant=self.tenant, number="H-2", name="Yard", currency="USD"))
        link(records.get(business_id="24-014"), mine, by=self.ben)
        unlink(Project.objects.get(number="24-013"))
        ignore(records.filter(business_id="24-013"), by=self.ben, reason="Run by the joint venture")
        edited = Project.objects.get(number="24-002")
        edited.name = "Riverside clinic, phase two"
        save_project(edited)
        self._sync(kinds=["projects"])
        self.intacct.control(do="delete", object="PROJECT", key="24-012")
        self.intacct.control(do="put", object="PROJECT", record={"PROJECTID": "24-003", "NAME": "Depot, renamed"})
        self._sync(kinds=["projects"])

    def upload(self) -> None:
        """A file that waits for matches, one whose matches are remembered, one that updates what it made."""
        from erp_admin.models import FileKind, MatchHow, MatchKind
        from erp_admin.uploads.matches import LEFT_OPEN, choose_matches
        from erp_admin.uploads.service import confirm, read_upload
        from integrations.runs.runner import run_to_end
        from tests.erp_admin.imported import commitment_row, csv_of

        def taken_in(name: str, *rows: str) -> Any:
            return read_upload(self.tenant, FileKind.COMMITMENTS, name, csv_of(*rows), by=self.ben)

        rows = [commitment_row("SC-FILE", "The Concrete People"), commitment_row("SC-BAD", "V-1001", "many")]
        draft = taken_in("june.csv", *rows)
        known = {match.pk: "V-1001" for match in draft.matches.filter(kind=MatchKind.VENDOR, how=MatchHow.NONE)}
        choose_matches(draft, known, by=self.ben)
        run_to_end(confirm(self.connection, draft, by=self.ben, queued=False).run)
        again = taken_in("june-2.csv", commitment_row("SC-FILE", "The Concrete People", "1250"))
        run_to_end(confirm(self.connection, again, by=self.ben, queued=False).run)
        waiting = [
            commitment_row("SC-NEXT", "The Concrete People"),
            commitment_row("SC-NEAR", "Granite Peak Concreting"),
            commitment_row("SC-NOBODY", "Nobody Knows Ltd"),
            commitment_row("SC-OPEN", "Somebody Later"),
        ]
        open_draft = taken_in("july.csv", *waiting)
        left = open_draft.matches.get(kind=MatchKind.VENDOR, text="Somebody Later")
        choose_matches(open_draft, {left.pk: LEFT_OPEN}, by=self.ben)

    # Documents

    def deliver(self) -> None:
        """Delivered commitments, and what becomes of them on either side."""
        from erp_admin.models import Commitment
        from integrations.delivery.readback import find_records, link, recreate
        from integrations.delivery.requests import push_flow, unlink
        from integrations.models import Push

        flow = push_flow("commitments")
        numbers = (
            "SC-BASE", "SC-VERIFIED", "SC-CHANGED-HERE", "SC-CHANGED-THERE", "SC-BOTH", "SC-BOTH-UNSEEN", "SC-MISSING",
            "SC-RECREATED", "SC-UNLINKED", "SC-UPDATED-TWICE", "SC-UPDATE-FAILED", "SC-UPDATE-QUEUED", "SC-DATED-THERE",
            "SC-UPDATE-VERIFYING-THERE", "SC-UPDATE-VERIFYING-GONE", "SC-REVIEW",
        )  # fmt: skip
        made = {number: self.commitment(number, "1000.00", "250.50") for number in numbers}
        made["SC-ENTITY"] = self.commitment("SC-ENTITY", entity_id="100")
        self.push(*made.values())
        self.edit(made["SC-UPDATED-TWICE"], title="Footings and walls")
        self.push(made["SC-UPDATED-TWICE"])
        self.edit(made["SC-UPDATED-TWICE"], "1100.00")
        self.push(made["SC-UPDATED-TWICE"])
        CLOCK.advance(days=1)
        for number in ("SC-MISSING", "SC-RECREATED"):
            self.delete_there(made[number])
        self.change_there(made["SC-CHANGED-THERE"], TRX_TOTAL="1300.50")
        # Under the same stamp: this version looks at no dates and goes on calling it verified.
        stamp = Push.objects.get(flow="commitments", document_id=made["SC-DATED-THERE"].pk).expected["read"]["Modified"]
        self.change_there(made["SC-DATED-THERE"], WHENCREATED="03/09/2026", WHENMODIFIED=stamp)
        for number in ("SC-BOTH", "SC-BOTH-UNSEEN"):
            self.change_there(made[number])
        self.verify()
        for number in ("SC-BOTH", "SC-BOTH-UNSEEN", "SC-CHANGED-HERE"):
            self.edit(made[number], "1100.00")
        for number in ("SC-UNLINKED", "SC-REVIEW"):
            unlink(self.fresh(made[number]), by=self.ben)
        # What `unlink` means to store and does not: no other way leads to this state in this version.
        Commitment.objects.filter(number="SC-REVIEW").update(approval="needs_review")
        recreate(self.connection, flow, self.fresh(made["SC-RECREATED"]), by=self.ben, queued=False)
        self.work_off("commitments")
        # By hand: one that is as its record says, one that is not.
        probe = self.commitment("PROBE", approved=False)
        there = find_records(self.connection, flow, probe, "SC-24-001-01")[0]
        vendor, total = there.facts["CUSTVENDID"], str(there.facts["TRX_TOTAL"])
        probe.delete()
        first = self.commitment("SC-LINKED", total, vendor_id=vendor)
        link(self.connection, flow, first, there.remote_id, by=self.ben)
        other = find_records(self.connection, flow, first, "SC-24-002-01")[0]
        link(self.connection, flow, self.commitment("SC-LINKED-OTHERWISE", "12.00"), other.remote_id, by=self.ben)
        self.made = made

    def change_orders(self) -> None:
        from erp_admin.purchasing.service import back_to_draft, void
        from integrations.delivery.readback import refresh
        from integrations.delivery.requests import ignore, push_flow

        base = self.fresh(self.made["SC-BASE"])
        changes = {name: self.change(base, name) for name in ("CO-VERIFIED", "CO-MISSING", "CO-CHANGED-THERE")}
        changes["CO-OF-A-LINE"] = self.change(base, "CO-OF-A-LINE", changes_line=base.lines.first())
        self.push(*changes.values(), flow="change_orders")
        CLOCK.advance(days=1)
        self.delete_there(changes["CO-MISSING"])
        self.change_there(changes["CO-CHANGED-THERE"])
        self.verify()
        # It differs on both sides now, and this version calls it verified once it is refreshed.
        refresh(self.connection, push_flow("commitments"), self.fresh(self.made["SC-BOTH-UNSEEN"]))
        self.change(self.fresh(self.made["SC-UPDATED-TWICE"]), "CO-READY")
        back_to_draft(self.change(base, "CO-DRAFT"))
        void(self.change(base, "CO-VOID"))
        ignore(self.change(base, "CO-IGNORED"), reason="Paid with the next one", by=self.ben)

    def fall_apart(self) -> None:
        """Refused, different when read back, failed updates; runs that fail, end in part or are cancelled."""
        from integrations.mirror.service import start_list_sync
        from integrations.runs.service import cancel_run

        self.intacct.control(do="delete", object="VENDOR", key="V-1020")
        self.push(self.commitment("SC-FAILED", vendor_id="V-1020"))
        self.push(self.commitment("SC-WITH-PROJECT", project=self.project("24-001")))
        failing = self.made["SC-UPDATE-FAILED"]
        self.edit(failing, "900.00")
        self.delete_there(self.fresh(failing))
        self.push(failing)
        different = self.commitment("SC-DIFFERENT", "700.00")
        self.fault("bad_row", match="query PODOCUMENT", field="TRX_TOTAL", value="690.00")
        self.push(different)
        refused = self.change(self.fresh(self.made["SC-VERIFIED"]), "CO-FAILED")
        self.intacct.control(do="put", object="PODOCUMENT", record={**self.key(refused.commitment), "STATE": "Closed"})
        self.push(refused, flow="change_orders")
        self.fault("offline", times=20)
        self._sync(kinds=["items"])
        self.intacct.control(do="heal")
        self.fault("permission", object="DEPARTMENT")
        self._sync(kinds=["departments", "items"])
        self.intacct.control(do="heal")
        cancel_run(start_list_sync(self.connection, kinds=["items"], by=self.ben, queued=False).run, by=self.ben)

    def set_aside(self) -> None:
        from erp_admin.purchasing.service import void
        from integrations.delivery.requests import ask_pushes, ignore, push_flow, take_back
        from integrations.models import Push

        self.commitment("SC-DRAFT", approved=False)
        self.commitment("SC-READY", project=self.project("24-001"), scope="As drawn.", retainage_percent=Decimal(10))
        void(self.commitment("SC-VOID"))
        ignore(self.commitment("SC-IGNORED"), reason="Covered by the frame contract", by=self.ben)
        ignore(self.commitment("SC-DRAFT-IGNORED", approved=False), reason="", by=self.ben)
        back = self.commitment("SC-TAKEN-BACK")
        asked = ask_pushes(self.connection, push_flow("commitments"), [back], by=self.ben, queued=False)
        take_back(Push.objects.get(document_id=back.pk, flow="commitments"), by=self.ben)
        self.end(asked.started.run)

    def lose_answers(self) -> None:
        """A held flow, answers that were lost before and after the work, and searches that run behind."""
        held = self.change(self.fresh(self.made["SC-VERIFIED"]), "CO-HELD")
        self.fault("permission", object="PODOCUMENT", operation="create")
        self.push(held, flow="change_orders")
        self.intacct.control(do="heal")
        again = self.commitment("SC-QUEUED-AGAIN")
        self.fault("drop_before", match="create_potransaction")
        self.push(again)
        CLOCK.advance(minutes=17)
        self.fault("429", match="create_potransaction", retry_after=86_400)
        self.work_off("commitments")
        self.fault("visibility")  # from here on searches show nothing new
        self.push(self.commitment("SC-UNREAD"))
        self.fault("drop_after", match="create_potransaction")
        self.push(self.commitment("SC-VERIFYING-THERE"))
        self.fault("drop_before", match="create_potransaction")
        self.push(self.commitment("SC-VERIFYING-GONE"))
        for fault, number in (("drop_after", "SC-UPDATE-VERIFYING-THERE"), ("drop_before", "SC-UPDATE-VERIFYING-GONE")):
            self.edit(self.made[number], "1600.00")
            self.fault(fault, match="update_potransaction")
            self.push(self.made[number])

    def leave_under_way(self) -> None:
        """A worker killed while it sends, what was asked for after it, and runs that wait."""
        from integrations.delivery.requests import ask_pushes, push_flow
        from integrations.delivery.verification import start_verification
        from integrations.mirror.service import start_list_sync
        from integrations.runs.runner import work_slice

        commitments, changes = push_flow("commitments"), push_flow("change_orders")
        sending = [self.commitment("SC-SENDING-THERE"), self.commitment("SC-SENDING-GONE")]
        run = ask_pushes(self.connection, commitments, sending, by=self.ben, queued=False).started.run
        self.fault("slow", match="create_potransaction", seconds=120)
        _killed_while(lambda: self.end(run), lambda: not self.intacct.control(do="stats")["faults"])
        update = self.made["SC-UPDATE-QUEUED"]
        self.edit(update, "1500.00")
        queued = self.commitment("SC-QUEUED")
        ask_pushes(self.connection, commitments, [queued, self.fresh(update)], by=self.ben, queued=False)
        ask_pushes(self.connection, changes, [self.change(queued, "CO-WAITING")], by=self.ben, queued=False)
        self.fault("429", times=20)
        work_slice(start_list_sync(self.connection, kinds=["items"], queued=False).run.pk, may_postpone=True)
        self.intacct.control(do="heal")
        start_verification(self.connection, [commitments], queued=False)

    # What they do it with

    def commitment(self, number: str, *amounts: str, approved: bool = True, **facts: Any) -> Any:
        from tests.erp_admin.documents import commitment

        return commitment(self.connection, number, *amounts, approved=approved, **facts)

    def change(self, base: Any, number: str, *, changes_line: Any = None) -> Any:
        from erp_admin.purchasing.service import save_change_order
        from tests.erp_admin.documents import change_order

        document = change_order(base, number)
        if changes_line is not None:
            line = document.lines.get()
            line.changes_line = changes_line
            save_change_order(document, [line])
        return document

    def project(self, number: str) -> Any:
        from erp_admin.models import Project

        return Project.objects.get(number=number)

    @staticmethod
    def fresh(document: Any) -> Any:
        return type(document).objects.get(pk=document.pk)

    def edit(self, document: Any, price: str = "", **facts: str) -> None:
        from erp_admin.purchasing.service import save_commitment

        document.refresh_from_db()
        lines = list(document.lines.all())
        if price:
            lines[0].unit_price = Decimal(price)
        for name, value in facts.items():
            setattr(document, name, value)
        save_commitment(document, lines)

    def push(self, *documents: Any, flow: str = "commitments") -> None:
        from tests.integrations.ledger import push

        asked = push(self.connection, *documents, flow=flow)
        for document, problems in asked.blocked:
            say(f"  blocked: {document}: {problems[0]}")
        for document, why in asked.left:
            say(f"  left: {document}: {why}")

    def work_off(self, flow: str) -> None:
        from integrations.delivery.requests import push_flow, wake_ledger

        self.connection.refresh_from_db()
        self.end(wake_ledger(self.connection, push_flow(flow), queued=False).run)

    @staticmethod
    def end(run: Any) -> None:
        from integrations.runs.runner import run_to_end

        run_to_end(run)

    def verify(self) -> None:
        from integrations.delivery.requests import push_flows
        from integrations.delivery.verification import start_verification

        self.connection.refresh_from_db()
        self.end(start_verification(self.connection, push_flows(), queued=False).run)

    def _sync(self, kinds: list[str]) -> None:
        from integrations.mirror.service import start_list_sync

        self.connection.refresh_from_db()
        self.end(start_list_sync(self.connection, kinds=kinds, by=self.ben, queued=False).run)

    def fault(self, kind: str, **values: Any) -> None:
        self.intacct.control(do="fault", kind=kind, **values)

    def key(self, document: Any) -> dict[str, str]:
        return {"RECORDNO": str(self.fresh(document).remote_record_no)}

    def change_there(self, document: Any, **fields: str) -> None:
        stamp = CLOCK.now().strftime("%m/%d/%Y %H:%M:%S")
        record = {**self.key(document), "WHENMODIFIED": stamp, **fields}
        self.intacct.control(do="put", object="PODOCUMENT", record=record)

    def delete_there(self, document: Any) -> None:
        for line in document.lines.exclude(remote_record_no=None):
            self.intacct.control(do="delete", object="PODOCUMENTENTRY", key=str(line.remote_record_no))
        self.intacct.control(do="delete", object="PODOCUMENT", key=self.key(document)["RECORDNO"])


def _killed_while(work: Callable[[], None], reached: Callable[[], bool]) -> None:
    """Do the work in a process of its own and kill that, as a power cut would, once `reached`."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            work()
        os._exit(0)
    end = time.monotonic() + 60
    while not reached():
        if time.monotonic() > end:
            raise SystemExit("the worker never came to that")
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _practice(intacct: Any) -> None:
    """The demo's second company: was connected once, is not any more; has a commitment that nobody else may see."""
    from accounts.models import Tenant
    from accounts.tenancy import tenant_scope
    from integrations.connections.service import authorize, disconnect
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
