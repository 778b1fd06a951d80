"""Finds what a name or id in a file stands for: by id, then by the same name, then proposes what is similar.

Reads vendors and cost codes from the mirror and projects kept here, each list once for all names of a file. Proposes;
only one id and one equal name decide. What a person chooses from is erp_admin.uploads.choices'.
"""

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from accounts.ui.folding import without_accents
from erp_admin.grammar.identity import identity
from erp_admin.grammar.signs import is_invisible
from erp_admin.models import MatchHow, MatchKind, Project, RememberedMatch
from erp_admin.uploads.alike import AlikeNames
from integrations.models import Connection, ListItem

# Words that say what a company is in law, not which one it is.
_SUFFIXES: Final = frozenset(
    {"inc", "incorporated", "llc", "llp", "lllp", "lp", "ltd", "limited", "corp", "corporation", "co", "company"}
    | {"pllc", "pc", "plc", "gmbh", "ag", "sa", "bv", "pty"}
)
_IN_ASCII: Final = {
    **{code: " " for code in range(128) if not chr(code).isalnum()},
    **{code: "" for code in range(128) if is_invisible(chr(code))},
    **dict.fromkeys(map(ord, ".'`"), ""),
    ord("&"): " and ",
}
_MOST_CANDIDATES: Final = 5
_COMPARED: Final = 40
LEAST_SCORE: Final = 60  # of 100; below that a name is not worth showing
NEAR_SCORE: Final = 85  # from here on it is proposed, if no other comes as close
_APART: Final = 4


def comparable(name: str) -> str:
    """A name as it is compared: no case, accents of Latin letters, punctuation, “the” in front, or suffix behind.

    In other scripts what looks like an accent makes another letter: Й is not И, and ガ is not カ.
    """
    # Points and apostrophes join: L.L.C. is LLC, O'Neil is ONeil.
    if name.isascii():  # nearly all are, and each of a hundred thousand is compared
        words = name.lower().translate(_IN_ASCII).split()
    else:
        joined = re.sub(r"[.'’`]", "", without_accents(identity(name).replace("&", " and ")))
        words = "".join(sign if _is_of_a_word(sign) else " " for sign in joined).split()
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    if len(words) > 1 and words[0] == "the":
        words.pop(0)
    return " ".join(words)


def _is_of_a_word(sign: str) -> bool:
    """Vowels of Devanagari or Thai are marks on the letter before: no punctuation."""
    return sign.isalnum() or unicodedata.category(sign).startswith("M")


@dataclass(frozen=True)
class Record:
    """Something that can be meant. `other_ids` are further ids it is known by; `unusable` says why it may not be."""

    value: str
    ids: tuple[str, ...]
    name: str
    unusable: str = ""

    @property
    def label(self) -> str:
        return f"{self.ids[0]} {self.name}".strip()


@dataclass(frozen=True)
class Match:
    how: MatchHow
    record: Record | None = None
    reason: str = ""
    candidates: tuple[tuple[Record, int], ...] = ()

    @property
    def candidates_json(self) -> list[dict[str, object]]:
        return [{"value": record.value, "label": record.label, "score": score} for record, score in self.candidates]


@dataclass
class Index:
    """Records by id and by name, and names by how alike they are, so that few are compared in full."""

    by_id: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    by_identity: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    by_value: dict[str, Record] = field(default_factory=dict)
    by_name: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    _named: list[Record] = field(default_factory=list)
    _names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._alike = AlikeNames(self._names)

    def add(self, record: Record) -> None:
        for one in record.ids:
            self.by_id[one].append(record)
            self.by_identity[identity(one)].append(record)
        if record.unusable and record.value in self.by_value:
            return
        self.by_value[record.value] = record
        if record.unusable:
            return
        name = comparable(record.name)
        if name:
            self.by_name[name].append(record)
            self._named.append(record)
            self._names.append(name)

    def expect(self, texts: Iterable[str]) -> None:
        """These are asked for next: what is alike to those that have no equal is looked up for all at once."""
        self._alike.expect({comparable(text) for text in texts if not self._is_decided(text)})

    def _is_decided(self, text: str) -> bool:
        if known := self.by_id.get(text):
            return len(known) == 1 and not known[0].unusable
        return len(self.by_name.get(comparable(text), ())) == 1

    def find(self, text: str, remembered: str = "") -> Match:
        """`remembered` is the value a person chose for this name before."""
        known = _different(self.by_id.get(text) or self.by_identity.get(identity(text), []))
        if len(known) == 1 and not known[0].unusable:
            return Match(MatchHow.ID, known[0])
        chosen = self.by_value.get(remembered)
        if chosen is not None and not chosen.unusable:
            return Match(MatchHow.REMEMBERED, chosen)
        if len(known) > 1:
            names = " and ".join(record.label for record in known[:_MOST_CANDIDATES])
            usable = tuple((record, 100) for record in known[:_MOST_CANDIDATES] if not record.unusable)
            return Match(MatchHow.NONE, None, f"It can be the id of {len(known)}: {names}.", usable)
        if known:
            return Match(MatchHow.NONE, None, known[0].unusable, self._near(text))
        same = self.by_name.get(comparable(text), [])
        if len(same) == 1:
            return Match(MatchHow.NAME, same[0])
        if same:
            reason = f"{len(same)} have this name."
            return Match(MatchHow.NONE, None, reason, tuple((record, 100) for record in same[:_MOST_CANDIDATES]))
        near = self._near(text)
        if near and near[0][1] >= NEAR_SCORE and (len(near) == 1 or near[0][1] - near[1][1] >= _APART):
            return Match(MatchHow.NEAR, near[0][0], "", near)
        return Match(MatchHow.NONE, None, "", near)

    def _near(self, text: str) -> tuple[tuple[Record, int], ...]:
        name = comparable(text)
        matcher = difflib.SequenceMatcher(b=name, autojunk=False)
        scored = []
        for place in self._alike.most_alike(name, _COMPARED):
            matcher.set_seq1(self._names[place])
            if round(matcher.quick_ratio() * 100) < LEAST_SCORE:  # what it can be at most, in a fraction of the time
                continue
            if (score := round(matcher.ratio() * 100)) >= LEAST_SCORE:
                scored.append((self._named[place], score))
        scored.sort(key=lambda pair: (-pair[1], pair[0].label))
        return tuple(scored[:_MOST_CANDIDATES])


def _different(records: Iterable[Record]) -> list[Record]:
    """Each value once: an id that was given again after its record went is that of the one that can be used."""
    found: dict[str, Record] = {}
    for record in records:
        present = found.get(record.value)
        if present is None or (present.unusable and not record.unusable):
            found[record.value] = record
    return list(found.values())


class Matcher:
    """Answers for one connection; each index is built once, at the first question."""

    def __init__(self, connection: Connection | None) -> None:
        self._connection = connection
        self._indexes: dict[tuple[str, str], Index] = {}
        self._remembered = {
            (memory.kind, memory.scope, memory.name): memory.value for memory in RememberedMatch.objects.all()
        }

    def expect(self, kind: MatchKind, texts: Iterable[str]) -> None:
        """These vendors or projects are asked for next."""
        if wanted := list(texts):
            records = self._vendors if kind is MatchKind.VENDOR else self._projects
            self._index(kind, "", records).expect(wanted)

    def vendor(self, text: str) -> Match:
        index = self._index(MatchKind.VENDOR, "", self._vendors)
        found = index.find(text, self._memory(MatchKind.VENDOR, "", text))
        if found.record is None and not index.by_value:
            reason = "No vendors have been read from Intacct yet. Sync the list Vendors, then match again."
            return Match(MatchHow.NONE, None, reason)
        return found

    def project(self, text: str) -> Match:
        index = self._index(MatchKind.PROJECT, "", self._projects)
        found = index.find(text, self._memory(MatchKind.PROJECT, "", text))
        if found.record is None and not index.by_value:
            return Match(MatchHow.NONE, None, "There are no projects in ERP Admin yet. Import them from Intacct first.")
        return found

    def cost_code(self, text: str, project: Project | None) -> Match:
        """Within its project; where the project's cost codes are not known the text stays as it is written."""
        if project is None or not project.remote_id:
            return Match(MatchHow.WRITTEN, None, "Its project has no cost codes in ERP Admin to compare with.")
        index = self._index(MatchKind.COST_CODE, project.remote_id, lambda: self._tasks(project.remote_id))
        if not index.by_value:
            return Match(MatchHow.WRITTEN, None, "Its project has no cost codes in ERP Admin to compare with.")
        return index.find(text, self._memory(MatchKind.COST_CODE, project.number, text))

    def _memory(self, kind: MatchKind, scope: str, text: str) -> str:
        return self._remembered.get((kind, scope, comparable(text)[:200]), "")

    def _index(self, kind: MatchKind, scope: str, records: Callable[[], Iterable[Record]]) -> Index:
        if (kind, scope) not in self._indexes:
            index = Index()
            for record in records():
                index.add(record)
            self._indexes[kind, scope] = index
        return self._indexes[kind, scope]

    def _items(self, kind: str, **wanted: str) -> Iterable[Record]:
        found = ListItem.objects.filter(connection=self._connection, kind=kind, **wanted).order_by("business_id")
        facts = found.values_list("business_id", "name", "is_active", "is_known", "missing_at")
        for business_id, name, is_active, is_known, missing_at in facts.iterator():
            gone = "It is no longer in Intacct." if missing_at else "It is inactive in Intacct."
            if not is_known and not missing_at:
                gone = "Intacct did not let all of it be read, so it is not known whether it may be used."
            yield Record(business_id, (business_id,), name, "" if is_active and not missing_at else gone)

    def _vendors(self) -> Iterable[Record]:
        return self._items("vendors")

    def _tasks(self, project_id: str) -> Iterable[Record]:
        # A cost code's id is its last part; unlike a vendor's it is unique within a project only.
        return self._items("tasks", scope_id=project_id)

    def _projects(self) -> Iterable[Record]:
        facts = Project.objects.order_by("number").values_list("pk", "number", "remote_id", "name", "is_active")
        for key, number, remote_id, name, is_active in facts.iterator():
            ids = tuple(dict.fromkeys(one for one in (number, remote_id) if one))
            yield Record(str(key), ids, name, "" if is_active else "The project is inactive.")
