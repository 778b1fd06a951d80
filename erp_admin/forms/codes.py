"""What the texts of many cells stand for in the mirrored lists and among the projects here, a few queries for them all.

Owns which record a typed code, name or "code name" means. Stores nothing; whether it may be pushed is decided by the
checks of each document type.
"""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.db.models import Q

from accounts.ui.folding import folded
from erp_admin.grammar.identifiers import is_dated, is_shortened
from erp_admin.models import Project
from integrations.lists import KINDS_BY_KEY
from integrations.models import BEHIND_ID, Connection, ListItem
from integrations.records.lookup import why_unusable

WITHIN: Final = {"tasks": ("scope_id",), "cost_types": ("scope_id", "parent_id")}
_PROPOSED: Final = 3
_LOOKED_FOR_BY_NAME: Final = 100  # unknown texts of one request that are also looked for by name


class Asked(NamedTuple):
    """A text in a list; `within` holds the project in Intacct and, of a cost type, its cost code."""

    kind: str
    text: str
    within: tuple[str, ...] = ()


@dataclass(frozen=True)
class Meant:
    """`id` is blank where nothing is meant for certain; `why` then says so, or why what is meant cannot be used."""

    id: str = ""
    name: str = ""
    why: str = ""
    choices: tuple[tuple[str, str], ...] = ()


class Codes:
    """Answers from the lists of one connection; without one every text stands for itself."""

    def __init__(self, connection: Connection | None) -> None:
        self._connection = connection
        self._known: dict[Asked, Meant] = {}

    def fetch(self, asked: Iterable[Asked]) -> None:
        """Read what many questions need at once, for the questions that follow."""
        wanted = [each for each in dict.fromkeys(asked) if each not in self._known]
        if not wanted:
            return
        if self._connection is None:
            self._known |= {each: Meant(each.text) for each in wanted}
            return
        narrow, wide = defaultdict[str, list[Asked]](list), list[Asked]()
        for each in wanted:
            (narrow[each.kind] if each.kind in WITHIN else wide).append(each)
        for kind, questions in narrow.items():
            self._fetch_within(kind, questions)
        if wide:
            self._fetch_by_id(wide)

    def meant(self, asked: Asked) -> Meant:
        if asked not in self._known:
            self.fetch([asked])
        return self._known[asked]

    def _fetch_within(self, kind: str, questions: Sequence[Asked]) -> None:
        columns = WITHIN[kind]
        among = {f"{name}__in": {each.within[place] for each in questions} for place, name in enumerate(columns)}
        found: dict[tuple[str, ...], list[ListItem]] = defaultdict(list)
        for item in self._items(Q(kind=kind, **among)):
            found[tuple(str(getattr(item, name)) for name in columns)].append(item)
        chosen = {within: _Among(items) for within, items in found.items()}
        for each in questions:
            self._known[each] = chosen.get(each.within, _Among([])).meant(each)

    def _fetch_by_id(self, questions: Sequence[Asked]) -> None:
        """By id first; what is left also by name, as far as a request may ask for."""
        by_kind: dict[str, set[str]] = defaultdict(set)
        for each in questions:
            by_kind[each.kind] |= {each.text, each.text.split(" ")[0]}
        exact = Q()
        for kind, texts in by_kind.items():
            exact |= Q(kind=kind, business_id__in=texts)
        found: dict[str, list[ListItem]] = defaultdict(list)
        for item in self._items(exact):
            found[item.kind].append(item)
        left = [each for each in questions if not _Among(found[each.kind]).has(each.text)][:_LOOKED_FOR_BY_NAME]
        if left:
            named = Q()
            for each in left:
                text = folded(each.text)
                same = Q(search_text__startswith=f"{text}{BEHIND_ID}") | Q(search_text__endswith=f"{BEHIND_ID}{text}")
                named |= Q(kind=each.kind) & same
            for item in self._items(named):
                found[item.kind].append(item)
        chosen = {kind: _Among(items) for kind, items in found.items()}
        for each in questions:
            self._known[each] = chosen[each.kind].meant(each)

    def _items(self, condition: Q) -> Iterable[ListItem]:
        found = ListItem.objects.filter(condition, connection=self._connection)
        shown = ("kind", "business_id", "name", "scope_id", "parent_id", "is_active", "is_known", "missing_at")
        return found.only(*shown, "fields", "unread", "changed_at", "entity_id").order_by("record_no").iterator()


class _Among:
    """Records of one list, or of one project's part of it, by what people may write."""

    def __init__(self, items: Sequence[ListItem]) -> None:
        self._by_id: dict[str, ListItem] = {}
        self._by_words: dict[str, dict[str, ListItem]] = defaultdict(dict)
        for item in sorted(items, key=lambda each: (each.missing_at is not None, not each.is_active)):
            self._by_id.setdefault(item.business_id, item)
            for words in (item.business_id, str(item), item.name):
                if words:
                    self._by_words[folded(words)].setdefault(item.business_id, item)

    def has(self, text: str) -> bool:
        return text in self._by_id

    def meant(self, asked: Asked) -> Meant:
        text = asked.text
        item = self._by_id.get(text)
        same = list(self._by_words.get(folded(text), {}).values()) if item is None else [item]
        usable = [each for each in same if each.missing_at is None and each.is_active] or same
        if len(usable) == 1:
            (one,) = usable
            return Meant(one.business_id, one.name, why_unusable(asked.kind, one.business_id, one))
        choices = tuple((each.business_id, str(each)) for each in (usable or self._near(text))[:_PROPOSED])
        noun = _noun(asked.kind)
        if usable:
            return Meant("", "", f"“{text}” can be more than one {noun}. Choose one.", choices)
        place = f" in project {asked.within[0]}" if asked.within else ""
        if is_dated(text) or is_shortened(text):
            what = "a date" if is_dated(text) else "a rounded number"
            return Meant("", "", f"“{text}” looks like {what} that a spreadsheet made of the {noun}.", choices)
        return Meant("", "", f"Intacct has no {noun} “{text}”{place}.", choices)

    def _near(self, text: str) -> list[ListItem]:
        words = [key for key in self._by_words if key]
        near = difflib.get_close_matches(folded(text), words, n=_PROPOSED * 2, cutoff=0.6)
        found = {item.business_id: item for key in near for item in self._by_words[key].values()}
        return [item for item in found.values() if item.missing_at is None and item.is_active]


def _noun(kind: str) -> str:
    names = {"tasks": "cost code", "ap_terms": "term"}
    return names.get(kind) or KINDS_BY_KEY[kind].singular.lower()


def projects_meant(texts: Iterable[str]) -> Mapping[str, Project | Meant]:
    """The projects here that typed numbers or names mean; for the others what is said of them."""
    wanted = {text for text in texts if text}
    if not wanted:
        return {}
    numbers = {text.split(" ")[0] for text in wanted}
    found = list(Project.objects.filter(Q(number__in=wanted | numbers) | Q(name__in=wanted)))
    left = [text for text in wanted if not any(text in (each.number, each.name) for each in found)]
    if left:
        same = Q()
        for text in left[:_LOOKED_FOR_BY_NAME]:
            same |= Q(number__iexact=text) | Q(name__iexact=text)
        found += Project.objects.filter(same)
    return {text: _project_meant(text, found) for text in wanted}


def _project_meant(text: str, found: Sequence[Project]) -> Project | Meant:
    exact = next((each for each in found if each.number == text), None)
    if exact is not None:
        return exact
    words = folded(text)
    same = {each.pk: each for each in found if words in (folded(each.number), folded(each.name), folded(str(each)))}
    if len(same) == 1:
        return next(iter(same.values()))
    choices = tuple((each.number, str(each)) for each in list(same.values())[:_PROPOSED])
    if same:
        return Meant("", "", f"“{text}” can be more than one project. Choose one.", choices)
    return Meant("", "", f"There is no project “{text}” in ERP Admin. Choose another one, or import it first.")
