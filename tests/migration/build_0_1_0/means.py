"""What the people of the demo's company work with: documents, pushes, runs, and hands in Intacct. For the builder."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from repeatable import CLOCK


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


class Means:
    def __init__(self, intacct: Any) -> None:
        from accounts.models import User
        from integrations.models import Connection

        self.intacct = intacct
        self.connection = Connection.objects.get()
        self.tenant = self.connection.tenant
        self.alma, self.ben, self.sam = (
            User.objects.get(email__startswith=f"{name}@") for name in ("alma", "ben", "sam")
        )

    def commitment(self, number: str, *amounts: str, approved: bool = True, **facts: Any) -> Any:
        from tests.erp_admin.documents import commitment

        return commitment(self.connection, number, *amounts, approved=approved, **facts)

    def change(self, base: Any, number: str, *, changes_line: Any = None) -> Any:
        from erp_admin.services.commitments import save_change_order
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
        from erp_admin.services.commitments import save_commitment

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
        from integrations.services.pushes import push_flow, wake_ledger

        self.connection.refresh_from_db()
        self.end(wake_ledger(self.connection, push_flow(flow), queued=False).run)

    @staticmethod
    def end(run: Any) -> None:
        from integrations.engine.runner import run_to_end

        run_to_end(run)

    def verify(self) -> None:
        from integrations.services.pushes import push_flows
        from integrations.services.verification import start_verification

        self.connection.refresh_from_db()
        self.end(start_verification(self.connection, push_flows(), queued=False).run)

    def sync(self, kinds: list[str]) -> None:
        from integrations.services.runs import start_list_sync

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


def killed_while(work: Callable[[], None], reached: Callable[[], bool]) -> None:
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
