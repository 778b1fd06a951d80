"""What a run came to, or how far it is, in one sentence with counts and money; the same on every page.

Owns the words. Reads nothing: counts and figures are given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.ui.formats import shown_number
from accounts.ui.sums import sums_text
from integrations.delivery.contract import PushFlow
from integrations.delivery.figures import PushFigures, Standing
from integrations.delivery.requests import NOT_AS_SHOWN, PushOutcome
from integrations.delivery.verification import Verification
from integrations.mirror.flow import LISTS
from integrations.models import RunState, SyncRun
from integrations.runs.selectors import known_flow

SYNC, PUSH, IMPORT, CHECK, OTHER = "Sync", "Push", "Import", "Check", "Work"


@dataclass(frozen=True)
class Told:
    """`value` of `maximum` are done; no maximum: nobody knows yet. `more` are further sentences."""

    sentence: str
    more: tuple[str, ...] = ()
    value: int = 0
    maximum: int | None = None


def asked_text(asked: PushOutcome, plural: str) -> str:
    """What became of a wish to push, where it is not simply what the page of the run says; else ""."""
    left = [why for _, why in asked.left if why != NOT_AS_SHOWN]
    others = len(asked.left) - len(left)
    counts = (
        (len(asked.blocked), "blocked and not sent"),
        (others, "not as the summary showed them, so not sent"),
        (len(left), f"left as they are: {left[0]}" if len(set(left)) == 1 else "left as they are"),
        (len(asked.waiting), "waiting for another document"),
        (asked.unreached, "not reached in time, push them once more"),
    )
    told = [f"{shown_number(count)} {words}" for count, words in counts if count]
    if asked.started is not None and not told:
        return ""
    if asked.queued:
        told.insert(0, f"{shown_number(len(asked.queued))} queued")
    text = f"Pushing {plural}: {', '.join(told) or 'nothing to do'}"
    return text if text.endswith(".") else f"{text}."


def noun_of(run: SyncRun) -> str:
    """What people call the run."""
    flow = known_flow(run.flow)
    if run.flow == LISTS:
        return SYNC
    if run.flow == Verification.key:
        return CHECK
    return PUSH if isinstance(flow, PushFlow) else IMPORT if flow is not None else OTHER


def told_of(run: SyncRun, sums: Mapping[str, int], figures: PushFigures | None) -> Told:
    """`sums` are those of `selectors.sums_of`; `figures` those of a push, None for other runs."""
    flow = known_flow(run.flow)
    if isinstance(flow, PushFlow):
        return _push(run, figures or PushFigures(), flow.noun, flow.plural)
    if run.flow == LISTS:
        return _sync(run, sums)
    if run.flow == Verification.key:
        return _check(run, sums)
    return _import(run, sums, flow.plural if flow is not None else "records")


def _push(run: SyncRun, figures: PushFigures, noun: str, plural: str) -> Told:
    if not figures.asked:
        return Told(_nothing_pushed(run))
    delivered, failed = figures.delivered, figures.failed
    asked = _counted(figures.asked, noun, plural)
    if run.is_active:
        so_far = (f"{_with_money(failed)} failed so far.",) if failed.count else ()
        sentence = f"{shown_number(delivered.count)} of {asked} delivered{_money(delivered)}."
        return Told(sentence, so_far, figures.settled, figures.asked)
    more: list[str] = []
    if failed.count:
        sentence = f"{shown_number(failed.count)} of {asked} failed{_money(failed)}."
        more = [f"{_with_money(delivered)} delivered." if delivered.count else "None was delivered."]
    else:
        sentence = f"{shown_number(delivered.count)} of {asked} delivered{_money(delivered)}."
    if figures.open.count:
        more.append(f"{_with_money(figures.open)} on the way still: sent or checked without anybody's help.")
    if figures.taken_back.count:
        more.append(f"{_with_money(figures.taken_back)} taken back before sending.")
    return Told(sentence, tuple(more), figures.settled, figures.asked)


def _nothing_pushed(run: SyncRun) -> str:
    if run.is_active:
        return "Nothing has been sent yet."
    return "There was nothing to push." if run.state == RunState.SUCCEEDED else "Nothing was delivered."


def _sync(run: SyncRun, sums: Mapping[str, int]) -> Told:
    lists, read = sums["steps"], sums["steps_read"]
    counts = _said(sums, (("new", "new"), ("changed", "changed"), ("missing", "no longer in Intacct")))
    records = f"{shown_number(sums['read'])} record{'' if sums['read'] == 1 else 's'}"
    ended = f"{records} read{f', {counts}' if counts else ', nothing new'}."
    if run.is_active:
        of = f"{shown_number(sums['steps_ended'])} of {shown_number(lists)} lists"
        return Told(f"{of} read: {records}{f', {counts}' if counts else ''}.")
    if read == lists:
        return Told(f"{shown_number(lists)} list{'' if lists == 1 else 's'}: {ended}", _spoilt(sums))
    if not read:
        return Told(
            f"None of {shown_number(lists)} list{'' if lists == 1 else 's'} was read to its end.", _spoilt(sums)
        )
    return Told(
        f"{shown_number(lists - read)} of {shown_number(lists)} lists not read to the end.", (ended, *_spoilt(sums))
    )


def _check(run: SyncRun, sums: Mapping[str, int]) -> Told:
    done = sums["changed"] + sums["same"] + sums["missing"]
    words = (("same", "equal"), ("changed", "otherwise in Intacct"), ("missing", "no longer there"),
             ("failed", "could not be compared"), ("skipped", "left out"))  # fmt: skip
    counts = _said(sums, words)
    compared = f"{_counted(done, 'document', 'documents')} compared"
    if run.is_active:
        return Told(f"{compared} so far{f': {counts}' if counts else ''}.")
    return Told(f"{compared}: {counts}." if counts else "There was nothing to compare.")


def _import(run: SyncRun, sums: Mapping[str, int], plural: str) -> Told:
    done = sums["new"] + sums["changed"] + sums["same"]
    counts = _said(sums, (("new", "new"), ("changed", "changed"), ("same", "unchanged"), ("skipped", "left out")))
    asked = max(sums["announced"], sums["read"])
    if run.is_active:
        of = f" of {shown_number(asked)}" if asked else ""
        return Told(f"{shown_number(sums['read'])}{of} {plural} imported.", (), sums["read"], asked or None)
    if sums["failed"]:
        sentence = f"{shown_number(sums['failed'])} of {shown_number(asked)} {plural} failed."
        return Told(sentence, (f"{counts[0].upper()}{counts[1:]}." if counts else "None was taken over.",))
    if not done:
        return Told(f"{shown_number(asked)} {plural} read." if asked and not counts else _nothing_imported(counts))
    return Told(f"{shown_number(done)} of {shown_number(asked)} {plural} imported: {counts}.")


def _nothing_imported(counts: str) -> str:
    return f"Nothing was taken over{f': {counts}' if counts else ''}."


def _spoilt(sums: Mapping[str, int]) -> tuple[str, ...]:
    return (f"{shown_number(sums['failed'])} records could not be used.",) if sums["failed"] else ()


def _said(sums: Mapping[str, int], names: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{shown_number(sums[name])} {word}" for name, word in names if sums[name])


def _counted(count: int, noun: str, plural: str) -> str:
    return f"{shown_number(count)} {noun if count == 1 else plural}"


def _with_money(standing: Standing) -> str:
    text = sums_text(standing.money)
    return f"{shown_number(standing.count)} ({text})" if text else shown_number(standing.count)


def _money(standing: Standing) -> str:
    text = sums_text(standing.money)
    return f", {text}" if text else ""
