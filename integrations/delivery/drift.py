"""The one judge of drift: whether a document equals its record in Intacct, and on which side it changed.

Owns the comparison, the facts that follow from it, and the columns that keep them: nothing else writes those. Pure but
for what begins with `keep`; reads no record, plans nothing, and planning never reads what it writes.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from integrations.delivery.snapshot import LINE_COUNT, Field, FieldDifference, Fields, Path, Snapshot, Values
from integrations.delivery.values import same

if TYPE_CHECKING:
    from integrations.models import PushedDocument, RemoteRecord

FACTS: Final = (
    "changed_here", "changed_there", "missing_there", "difference", "verified_at", "refreshed_at", "compared_fields",
    "comparable_fields",
)  # fmt: skip
LONGEST: Final = 500


@dataclass(frozen=True)
class DriftFacts:
    """What the judge says. `differences` are all fields that differ; `there` those that Intacct holds otherwise."""

    changed_here: bool = False
    changed_there: bool = False
    missing_there: bool = False
    is_verified: bool = False
    compared: int = 0
    comparable: int = 0
    differences: tuple[FieldDifference, ...] = ()
    there: tuple[FieldDifference, ...] = ()
    noted: Snapshot = field(default_factory=Snapshot)
    defect: str = ""  # why nothing could be judged, which is all that is known then

    @property
    def named(self) -> list[str]:
        """What Intacct holds otherwise, in words."""
        return [self.defect] if self.defect else [str(difference) for difference in self.there]


def _never(changed: Collection[str]) -> bool:
    return False


def judge(
    *,
    here: Snapshot,
    sent: Snapshot,
    found: Snapshot | None,
    noted: Snapshot,
    fields: Fields,
    is_ordinary: Callable[[Collection[str]], bool] = _never,
    cross_checks: Sequence[FieldDifference] = (),
    was_changed_there: bool = False,
    line_names: Mapping[str, str] | None = None,
) -> DriftFacts:
    """Judge what would be written now, what was written, what Intacct shows (None: nothing) and what was noted of it.

    `is_ordinary` says of changed elements whether Intacct's ordinary course explains them; never once a change is
    known. `cross_checks` are differences that no single field shows.
    """
    edited = list(_unequal(here, sent, fields, is_whole=True))
    if found is None:
        return DriftFacts(bool(edited), missing_there=True, comparable=_comparable_of(sent, fields), noted=noted)
    moved = list(_unequal(found, noted, fields))
    changed_there = bool(moved) and (was_changed_there or not is_ordinary({path[1] or "lines" for path in moved}))
    unequal = [path for path in _unequal(found, sent, fields) if fields.of(path).is_read]
    paths = dict.fromkeys([*unequal, *(moved if changed_there else ())])
    telling = [path for path in paths if not fields.of(path).is_trace]
    describe = _Describe(fields, line_names or {}, here, sent, found, noted if changed_there else Snapshot())
    there = tuple(describe(path) for path in telling or paths) + tuple(cross_checks)
    only_here = [describe(path) for path in edited if path not in paths]
    comparable, compared = _comparable_of(sent, fields), _compared_of(sent, found, fields)
    lines_seen = not sent.lines or found.lines is not None
    return DriftFacts(
        changed_here=bool(edited),
        changed_there=changed_there,
        is_verified=bool(compared) and lines_seen and not (edited or there),
        compared=compared,
        comparable=comparable,
        differences=(*there, *only_here),
        there=there,
        noted=_noted(noted, found, {check.path for check in cross_checks}, keeps=changed_there),
    )


def differ(here: Snapshot, sent: Snapshot, fields: Fields) -> bool:
    """Whether other values would be written now than were written."""
    return any(True for _ in _unequal(here, sent, fields, is_whole=True))


def _unequal(one: Snapshot, other: Snapshot, fields: Fields, *, is_whole: bool = False) -> Iterator[Path]:
    """Paths whose values differ. Unless both are whole, only what both know is compared."""
    for name in _names(one.head, other.head, is_whole):
        if name == LINE_COUNT and one.lines is not None and other.lines is not None:
            continue
        if not same(one.head.get(name), other.head.get(name), fields.of(("", name)).kind):
            yield "", name
    if one.lines is None or other.lines is None:
        return
    for key in dict.fromkeys([*one.lines, *other.lines]):
        mine, theirs = one.lines.get(key), other.lines.get(key)
        if mine is None or theirs is None:
            yield key, ""
            continue
        for name in _names(mine, theirs, is_whole):
            if not same(mine.get(name), theirs.get(name), fields.of((key, name)).kind):
                yield key, name


def _names(one: Values, other: Values, is_whole: bool) -> list[str]:
    return list(dict.fromkeys([*one, *other])) if is_whole else [name for name in one if name in other]


def _comparable_of(sent: Snapshot, fields: Fields) -> int:
    """How many values we wrote that ought to be compared, those included that Intacct never shows: people are to see
    that these were not."""
    return sum(fields.of(path).is_read or _is_unseen(path, value, fields) for path, value in sent.paths())


def _is_unseen(path: Path, value: str, fields: Fields) -> bool:
    line, name = path
    declared = (fields.lines if line else fields.head).get(name)
    return bool(value) and declared is not None and not declared.is_read and declared.is_owed


def _compared_of(sent: Snapshot, found: Snapshot, fields: Fields) -> int:
    shown = {path for path, _ in found.paths()}
    return sum(fields.of(path).is_read and path in shown for path, _ in sent.paths())


@dataclass(frozen=True)
class _Describe:
    """Names what differs at a path, with what each side says."""

    fields: Fields
    line_names: Mapping[str, str]
    here: Snapshot
    sent: Snapshot
    found: Snapshot
    noted: Snapshot

    def __call__(self, path: Path) -> FieldDifference:
        line, name = path
        declared = self.fields.of(path)
        label = declared.label
        if line:
            place = self.line_names.get(line) or "Another line in Intacct"
            label = f"{place} · {label}" if name else place
        here, sent, found, noted = (_value(side, path) for side in (self.here, self.sent, self.found, self.noted))
        return FieldDifference(path, label, here, sent, found, noted, declared.kind)


def _value(side: Snapshot, path: Path) -> str | None:
    line, name = path
    values = (side.lines or {}).get(line) if line else side.head
    if values is None:
        return None
    return values.get(name) if name else values.get("amount") or "present"


def _noted(noted: Snapshot, found: Snapshot, unexplained: Collection[Path], *, keeps: bool) -> Snapshot:
    """What is noted from now on: what was found, or, while a change waits for a person, only what was not known.

    What a reading does not show stays noted as it was, so that a change is not missed while a field is refused.
    """
    head = {name: value for name, value in found.head.items() if ("", name) not in unexplained}
    head = {**head, **noted.head} if keeps else {**noted.head, **head}
    if found.lines is None or noted.lines is None:
        return Snapshot(head, noted.lines if found.lines is None else found.lines)
    lines: dict[str, Values] = {}
    for key in noted.lines if keeps else found.lines:
        old, new = noted.lines.get(key, {}), found.lines.get(key, {})
        lines[key] = {**new, **old} if keeps else {**old, **new}
    return Snapshot(head, lines)


def noted_after_delivery(
    noted: Snapshot, before: Snapshot, now: Snapshot, moved: Collection[str], fields: Fields
) -> Snapshot:
    """What stays noted once we wrote `now` after `before`: nothing that we wrote ourselves, nor what that moved."""

    def kept(line: str, values: Values, old: Values, new: Values) -> dict[str, str]:
        kinds = {name: fields.of((line, name)).kind for name in values}
        return {name: value for name, value in values.items() if same(old.get(name), new.get(name), kinds[name])}

    head = kept("", noted.head, before.head, now.head)
    head = {name: value for name, value in head.items() if name not in moved}
    if noted.lines is None or now.lines is None or before.lines is None:
        return Snapshot(head)
    lines: dict[str, Values] = {}
    for key, line in noted.lines.items():
        if key in now.lines or key not in before.lines:
            lines[key] = kept(key, line, before.lines.get(key, {}), now.lines.get(key, {}))
    return Snapshot(head, {**{key: {} for key in now.lines}, **lines})


def adopted(sent: Snapshot, found: Snapshot, fields: Fields, here: Snapshot | None = None) -> Snapshot:
    """`sent` as if we had written what Intacct shows, where it can be read: of what we wrote, and of `here`."""
    lines = sent.lines
    if sent.lines is not None and found.lines is not None:
        ours = (here.lines or {}) if here is not None else {}
        lines = {
            key: _adopted({**ours.get(key, {}), **sent.lines.get(key, {})} or line, line, fields.lines)
            for key, line in found.lines.items()
        }
    head = _adopted({**(here.head if here is not None else {}), **sent.head}, found.head, fields.head)
    knows = found.lines is not None
    return replace(
        sent,
        head=head,
        lines=lines,
        positions=found.positions if knows else sent.positions,
        keys=found.keys if knows else sent.keys,
    )


def _adopted(written: Values, found: Values, fields: Mapping[str, Field]) -> Values:
    readable = {name for name, declared in fields.items() if declared.is_read}
    return {name: found[name] if name in readable and name in found else value for name, value in written.items()}


def without(noted: Snapshot, names: Collection[str]) -> Snapshot:
    """`noted` without these elements of the head: what they show next is taken note of, whatever it is."""
    return replace(noted, head={name: value for name, value in noted.head.items() if name not in names})


# The columns


def keep(
    document: "PushedDocument",
    record: "RemoteRecord",
    facts: DriftFacts,
    others: "Sequence[RemoteRecord]",
    *,
    found: Snapshot | None,
    at: datetime,
) -> None:
    """Store what the judge said of a reading taken `at`, of which the record keeps `found`.

    `others` are the document's other records: what it shows is the union over all.
    """
    record.judged = _judged(facts, at)
    record.noted = facts.noted.as_json()
    record.found, record.found_at = (found.as_json() if found is not None else {}), at
    record.save()
    document.refreshed_at = at
    _unite(document, (record, *others))


def keep_edit(
    document: "PushedDocument", record: "RemoteRecord", facts: DriftFacts, others: "Sequence[RemoteRecord]"
) -> None:
    """Store what the judge said after an edit here, from the last reading: its time stays."""
    record.judged = _judged(facts, record.found_at)
    record.save(update_fields=["judged", "changed_at"])
    _unite(document, (record, *others))


def keep_defect(
    document: "PushedDocument", record: "RemoteRecord", facts: DriftFacts, others: "Sequence[RemoteRecord]"
) -> None:
    """Store that a reading could not be judged, and nothing else: what is damaged stays to be looked at."""
    record.judged = _judged(facts, None)
    type(record).objects.filter(pk=record.pk).update(judged=record.judged)
    _unite(document, (record, *others))


def keep_union(document: "PushedDocument", records: "Sequence[RemoteRecord]", *, keeps_reading: bool = False) -> None:
    """What is known of a document by its records; nothing of one that was delivered just now or is no longer linked."""
    if not keeps_reading:
        document.refreshed_at = None
    _unite(document, records)


def _judged(facts: DriftFacts, at: datetime | None) -> dict[str, str | int | bool]:
    return {
        "changed_here": facts.changed_here,
        "changed_there": facts.changed_there,
        "missing_there": facts.missing_there,
        "verified_at": at.isoformat() if facts.is_verified and at is not None else "",
        "difference": "; ".join(facts.named)[:LONGEST],
        "compared": facts.compared,
        "comparable": facts.comparable,
    }


def _unite(document: "PushedDocument", records: "Sequence[RemoteRecord]") -> None:
    """Set and save the columns: a flag holds where it holds of any record, *verified* where it holds of all."""
    judged = [record.judgment for record in records]
    document.changed_here = any(each.get("changed_here") for each in judged)
    document.changed_there = any(each.get("changed_there") for each in judged)
    document.missing_there = any(each.get("missing_there") for each in judged)
    verified = [str(each.get("verified_at", "")) for each in judged]
    document.verified_at = min(map(datetime.fromisoformat, verified)) if verified and all(verified) else None
    document.difference = "; ".join(str(each["difference"]) for each in judged if each.get("difference"))[:LONGEST]
    document.compared_fields = sum(int(each.get("compared", 0)) for each in judged)
    document.comparable_fields = sum(int(each.get("comparable", 0)) for each in judged)
    document.save(update_fields=FACTS)
