"""`push SLUG [--flow F] [--document N …] [--dry-run]`: push what is ready to Sage Intacct, or show what it would be."""

import sys
from argparse import ArgumentParser
from collections import Counter
from decimal import Decimal
from typing import Any

from accounts.models import Tenant
from accounts.refusal import Refused
from integrations.commands import EXIT_DONE, EXIT_FAILED, EXIT_UNSETTLED, EXIT_USE, TenantCommand
from integrations.delivery.contract import Plan, PushFlow, push_flow, push_flows
from integrations.delivery.leftovers import RELEASE
from integrations.delivery.planning import assess, context_for
from integrations.delivery.requests import PushOutcome, ask_pushes, ready_documents
from integrations.models import IN_FLIGHT, Connection, Push, PushedDocument, PushHold, PushState, SyncRun, Trigger
from integrations.runs.runner import run_to_end
from integrations.runs.selectors import why_not_run


class Command(TenantCommand):
    help = "Push documents that are ready to Sage Intacct, in this process unless --queue is given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--flow", help=f"only this flow: {', '.join(flow.key for flow in push_flows())}")
        parser.add_argument("--document", action="append", default=[], metavar="N", help="only these numbers")
        parser.add_argument("--dry-run", action="store_true", help="show what would be sent; send nothing")
        parser.add_argument("--queue", action="store_true", help="leave the work to a worker")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        connection = self.connection()
        known = {flow.key: flow for flow in push_flows()}
        if options["flow"] and options["flow"] not in known:
            self.end(EXIT_USE, f"There is no flow “{options['flow']}”.", f"Flows: {', '.join(known)}.", "FLOW-UNKNOWN")
        chosen = [push_flow(options["flow"])] if options["flow"] else list(known.values())
        usable = [flow for flow in chosen if why_not_run(connection, flow) is None]
        if not usable:
            raise why_not_run(connection, chosen[0]) or Refused("Nothing can be pushed.", code="NOTHING")
        self._refuse_unknown(usable, options["document"])
        if options["dry_run"]:
            self._show(connection, usable, options["document"])
            return
        outcomes = []
        for flow in usable:
            documents = ready_documents(flow, options["document"])
            asked = ask_pushes(connection, flow, documents, trigger=Trigger.COMMAND, queued=options["queue"])
            if asked.started is not None and not options["queue"]:
                run_to_end(asked.started.run)
            outcomes.append(_facts(flow, asked, _under_way(connection, flow, options["document"], asked)))
        self.report({"flows": outcomes}, *(line for facts in outcomes for line in _lines(facts)))
        if code := _exit_code(outcomes):
            sys.exit(code)

    def _refuse_unknown(self, flows: list[PushFlow], numbers: list[str]) -> None:
        """End the command, with nothing done, where a number that was named is no document's."""
        unknown = [number for number in numbers if not any(list(flow.named([number])) for flow in flows)]
        if unknown:
            names = ", ".join(f"“{number}”" for number in unknown)
            titles = " or ".join(flow.title for flow in flows)
            self.end(EXIT_USE, f"No such document: {names} ({titles}). Nothing was pushed.", "", "DOCUMENT-UNKNOWN")

    def _show(self, connection: Connection, flows: list[PushFlow], numbers: list[str]) -> None:
        context = context_for(connection)
        shown = []
        for flow in flows:
            for document in ready_documents(flow, numbers):
                shown.append(_planned(flow, document, context))
        lines = []
        for entry in shown:
            lines.append(f"{entry['flow']} {entry['document']}: {entry['outcome']}")
            lines += [f"    {part['path']:38} {part['value']:40} {part['source']}" for part in entry["fields"]]
            lines += [f"    {problem}" for problem in entry["problems"]]
        self.report({"documents": shown}, *(lines or ["Nothing is ready to be pushed."]))
        if any(entry["problems"] for entry in shown):
            sys.exit(EXIT_FAILED)


def _exit_code(outcomes: list[dict[str, Any]]) -> int:
    """What was not done weighs most, then what is not settled; a document that was left as it is was not pushed."""
    states = {PushState(state) for facts in outcomes for state in facts["states"]}
    is_settled = not states & IN_FLIGHT and not any(facts["under_way"] for facts in outcomes)
    if any(facts["blocked"] or facts["left"] for facts in outcomes) or PushState.FAILED in states:
        return EXIT_FAILED
    return EXIT_DONE if is_settled else EXIT_UNSETTLED


def _planned(flow: PushFlow, document: PushedDocument, context: Any) -> dict[str, Any]:
    waits = flow.waits_for(document)
    plan, problems = (None, []) if waits else assess(flow, document, context)
    outcome = (
        f"waits: {waits.sentence}"
        if waits
        else "blocked"
        if problems
        else _operations(plan)
        if plan
        else "nothing to do"
    )
    return {
        "flow": flow.key,
        "document": flow.label(document),
        "outcome": f"waits: {waits.sentence}" if waits else outcome,
        "fields": [entry.as_json() for entry in plan.explained] if plan else [],
        "problems": [str(problem) for problem in problems],
        "function": "".join(step.function("preview").xml for step in plan.steps) if plan else "",
    }


def _operations(plan: Plan) -> str:
    """What is written, each operation once."""
    return ", ".join(dict.fromkeys(str(step.operation) for step in plan.steps))


def _under_way(connection: Connection, flow: PushFlow, numbers: list[str], asked: PushOutcome) -> list[PushedDocument]:
    """Documents, of those named, that an earlier wish has put on their way and that are not settled yet."""
    mine = Push.objects.filter(connection=connection, flow=flow.key, state__in=IN_FLIGHT).values("document_id")
    asked_now = [document.pk for document in (*asked.queued, *asked.waiting)]
    found = flow.model._default_manager.filter(pk__in=mine).exclude(pk__in=asked_now).order_by("pk")
    named = {document.pk for document in flow.named(numbers)} if numbers else None
    return [document for document in found if named is None or document.pk in named]


def _facts(flow: PushFlow, asked: PushOutcome, under_way: list[PushedDocument]) -> dict[str, Any]:
    keys = [document.pk for document in (*asked.queued, *asked.waiting)]
    newest: dict[int, Push] = {}
    for push in Push.objects.filter(flow=flow.key, document_id__in=keys).order_by("pk"):
        newest[push.document_id] = push
    run = asked.started.run if asked.started else None
    waiting_still = {document.pk for document in under_way}
    return {
        "flow": flow.key,
        "run": run.number if run else None,
        "advice": _advice(flow, run),
        "states": dict(Counter(push.state for push in newest.values())),
        "total": str(sum((Decimal(push.expected.get("total", "0")) for push in newest.values()), Decimal(0))),
        "documents": [
            {"document": push.label, "state": push.state, "intacct": push.remote_id, "reason": push.reason}
            for push in newest.values()
        ],
        "blocked": [
            {"document": flow.label(document), "problems": [str(problem) for problem in problems]}
            for document, problems in asked.blocked
        ],
        "left": [
            {"document": flow.label(document), "why": why}
            for document, why in asked.left
            if document.pk not in waiting_still
        ],
        "under_way": [
            {"document": flow.label(document), "state": document.delivery, "reason": document.state_reason}
            for document in under_way
        ],
    }


def _advice(flow: PushFlow, run: SyncRun | None) -> str:
    """What frees what is held, or what to do about a run that ended early."""
    hold = PushHold.objects.filter(flow=flow.key).first()
    if hold is not None:
        return f"{hold.advice} {RELEASE}".strip()
    return run.error_advice if run is not None and run.error_code else ""


def _lines(facts: dict[str, Any]) -> list[str]:
    counted = ", ".join(f"{number} {state}" for state, number in facts["states"].items()) or (
        "nothing more to push" if facts["under_way"] else "nothing to push"
    )
    lines = [f"{facts['flow']}: {counted}, {facts['total']} in all"]
    lines += [
        f"  {entry['document']}: {entry['state']} {entry['intacct']} {entry['reason']}".rstrip()
        for entry in facts["documents"]
    ]
    for entry in facts["blocked"]:
        lines += [f"  {entry['document']}: blocked", *(f"    {problem}" for problem in entry["problems"])]
    lines += [f"  {entry['document']}: {entry['why']}" for entry in facts["left"]]
    lines += [
        f"  {entry['document']}: not settled yet, {entry['state']} {entry['reason']}".rstrip()
        for entry in facts["under_way"]
    ]
    return [*lines, f"  {facts['advice']}"] if facts["advice"] else lines
