"""Documents in every state, as people, workers and faults of the local Intacct bring them there. For the builder."""

from decimal import Decimal

from means import Means, killed_while
from repeatable import CLOCK


class Documents(Means):
    def deliver(self) -> None:
        """Delivered commitments, and what becomes of them on either side."""
        from erp_admin.models import Commitment
        from integrations.models import Push
        from integrations.services.pushes import push_flow, unlink
        from integrations.services.read_backs import find_records, link, recreate

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
        from erp_admin.services.commitments import back_to_draft, void
        from integrations.services.pushes import ignore, push_flow
        from integrations.services.read_backs import refresh

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
        from integrations.services.runs import cancel_run, start_list_sync

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
        self.sync(kinds=["items"])
        self.intacct.control(do="heal")
        self.fault("permission", object="DEPARTMENT")
        self.sync(kinds=["departments", "items"])
        self.intacct.control(do="heal")
        cancel_run(start_list_sync(self.connection, kinds=["items"], by=self.ben, queued=False).run, by=self.ben)

    def set_aside(self) -> None:
        from erp_admin.services.commitments import void
        from integrations.models import Push
        from integrations.services.pushes import ask_pushes, ignore, push_flow, take_back

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
        from integrations.engine.runner import work_slice
        from integrations.services.pushes import ask_pushes, push_flow
        from integrations.services.runs import start_list_sync
        from integrations.services.verification import start_verification

        commitments, changes = push_flow("commitments"), push_flow("change_orders")
        sending = [self.commitment("SC-SENDING-THERE"), self.commitment("SC-SENDING-GONE")]
        run = ask_pushes(self.connection, commitments, sending, by=self.ben, queued=False).started.run
        self.fault("slow", match="create_potransaction", seconds=120)
        killed_while(lambda: self.end(run), lambda: not self.intacct.control(do="stats")["faults"])
        update = self.made["SC-UPDATE-QUEUED"]
        self.edit(update, "1500.00")
        queued = self.commitment("SC-QUEUED")
        ask_pushes(self.connection, commitments, [queued, self.fresh(update)], by=self.ben, queued=False)
        ask_pushes(self.connection, changes, [self.change(queued, "CO-WAITING")], by=self.ben, queued=False)
        self.fault("429", times=20)
        work_slice(start_list_sync(self.connection, kinds=["items"], queued=False).run.pk, may_postpone=True)
        self.intacct.control(do="heal")
        start_verification(self.connection, [commitments], queued=False)
