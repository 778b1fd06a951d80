"""What a list of documents says of everything that matches: how many of each state, type and period, and the sums.

Reads only. Documents are counted in one question whatever is chosen: by all that filters tell apart at once, so that a
list of a hundred thousand is walked through once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from accounts.ui.folding import search_words
from accounts.ui.pk import read_pk
from accounts.ui.sums import add_up, in_cents
from erp_admin.documents.selectors import FILTERS, PERIODS, Documents, columns_of, filtered_documents
from erp_admin.documents.types import children_of, document_types, type_of_model
from integrations.models import AGREED, DocumentState

STATE, TYPE, PERIOD = "state", "type", "period"


@dataclass(frozen=True)
class Sums:
    """Of one currency. `changes` is what approved documents add that belong to these; None where none can."""

    currency: str
    number: int
    total: Decimal
    changes: Decimal | None

    @property
    def revised(self) -> Decimal | None:
        return None if self.changes is None else self.total + self.changes


@dataclass(frozen=True)
class Figures:
    """`counts` by filter and value are of what the other filters leave; `matching` and `sums` of what all leave."""

    counts: Mapping[str, Mapping[str, int]]
    matching: int
    sums: Sequence[Sums]


@dataclass(frozen=True)
class _Group:
    values: Mapping[str, str]
    currency: str
    number: int
    total: Decimal

    def matches(self, query: Mapping[str, str], besides: str = "") -> bool:
        return all(not query.get(name) or name == besides or query[name] == self.values[name] for name in self.values)


def figures(model: type[Any], query: Mapping[str, str], has_words: Q | None = None) -> Figures:
    groups = list(_groups(model, query, has_words))
    chosen = dict(_known(groups, query))
    names = groups[0].values if groups else (STATE, PERIOD)
    counts: dict[str, dict[str, int]] = {name: {} for name in names}
    for group in groups:
        for name, value in group.values.items():
            if group.matches(chosen, besides=name):
                counts[name][value] = counts[name].get(value, 0) + group.number
    matching = [group for group in groups if group.matches(chosen)]
    return Figures(counts, sum(group.number for group in matching), _sums(model, query, has_words, matching))


def _known(groups: Sequence[_Group], query: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The chosen values that filter; what the list does not know filters nothing, as in `filtered_documents`."""
    known = {STATE: frozenset(DocumentState.values), PERIOD: frozenset(dict(PERIODS))}
    for name in groups[0].values if groups else ():
        value = query.get(name, "")
        if value and (name == TYPE or value in known[name]):
            yield name, value


def _groups(model: type[Any], query: Mapping[str, str], has_words: Q | None) -> Iterator[_Group]:
    columns = columns_of(model)
    by = {STATE: "shown_as", PERIOD: "period"} | ({TYPE: columns.kind} if columns.kind else {})
    found = filtered_documents(model, {**query, STATE: "", TYPE: "", PERIOD: ""}, has_words).order_by()
    rows = found.values_list(*by.values(), columns.currency).annotate(number=Count("pk"), sum=Sum("total"))
    for *values, currency, number, total in rows:
        yield _Group(dict(zip(by, map(str, values), strict=True)), str(currency or ""), number, in_cents(total))


def _sums(model: type[Any], query: Mapping[str, str], has_words: Q | None, groups: Sequence[_Group]) -> list[Sums]:
    by_currency: dict[str, tuple[int, Decimal]] = {}
    for group in groups:
        number, total = by_currency.get(group.currency, (0, Decimal(0)))
        by_currency[group.currency] = (number + group.number, total + group.total)
    changes = _changes(model, query, has_words) if by_currency else {}
    adds_up = _adding(model)
    return [
        Sums(currency, number, total, changes.get(currency, Decimal(0)) if adds_up else None)
        for currency, (number, total) in sorted(by_currency.items())
    ]


def _adding(model: type[Any]) -> list[Any]:
    """The types whose approved documents are added to those of this one."""
    return [child for child in children_of(type_of_model(model)) if child.parent and child.parent.adds_up]


def _changes(model: type[Any], query: Mapping[str, str], has_words: Q | None) -> dict[str, Decimal]:
    """What approved documents add to those that match, by currency."""
    found: dict[str, Decimal] = {}
    is_narrowed = any(query.get(name) for name in FILTERS)
    for child in _adding(model):
        adding = child.model.objects.filter(AGREED)
        if is_narrowed:
            parents = filtered_documents(model, query, has_words).order_by().values("pk")
            adding = adding.filter(**{f"{child.parent.attribute}__in": parents})
        rows = adding.order_by().values_list(child.columns.currency).annotate(sum=Sum("total"))
        for currency, total in rows:
            add_up(found, currency, total)
    return found


def options_of(
    model: type[Any], query: Mapping[str, str], name: str, words: str, limit: int
) -> list[tuple[str, str, int]]:
    """The values of a filter with the most documents, of those in which all words stand: value, label, count."""
    value, labels = named_values(model)[name]
    found: Documents = filtered_documents(model, {**query, name: ""}).exclude(**{f"{value}__isnull": True})
    for word in search_words(words):
        matches = Q(**{f"{value}__icontains": word}) if name == "vendor" else Q()
        for label in labels:
            matches |= Q(**{f"{label}__icontains": word})
        found = found.filter(matches)
    rows = found.order_by().values_list(value, *labels).annotate(number=Count("pk"))
    counted = rows.order_by("-number", *labels, value)[:limit]
    return [(str(row[0]), _label(row[1:-1], str(row[0]), name), row[-1]) for row in counted if row[0]]


def label_of(model: type[Any], name: str, chosen: str) -> str:
    """What a chosen value of a filter is called; the value itself where no document has it."""
    value, labels = named_values(model)[name]
    wanted: Any = chosen if name == "vendor" else read_pk(chosen) or 0
    row = model.objects.filter(**{value: wanted}).order_by().values_list(*labels).first()
    return _label(row, chosen, name) if row else chosen


def _label(texts: Sequence[Any], value: str, name: str) -> str:
    said = [str(text) for text in texts if text]
    return " ".join([value, *said] if name == "vendor" else said) or value


def named_values(model: type[Any]) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """The filters whose values may be many: where they are kept, and what they are called."""
    columns = columns_of(model)
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    if columns.vendor:
        found["vendor"] = (columns.vendor, (columns.vendor_name,) if columns.vendor_name else ())
    if columns.project:
        found["project"] = (columns.project, (f"{columns.project}__number", f"{columns.project}__name"))
    return found


def committed_on(project_pks: Sequence[int]) -> dict[int, dict[str, Decimal]]:
    """What was agreed on each project, by currency: approved documents of the types that commit the company."""
    found: dict[int, dict[str, Decimal]] = {}
    for document_type in document_types():
        columns = document_type.columns
        if not (document_type.commits and columns.project):
            continue
        agreed = document_type.model.objects.filter(AGREED, **{f"{columns.project}__in": project_pks})
        rows = agreed.order_by().values_list(columns.project, columns.currency).annotate(sum=Sum("total"))
        for pk, currency, total in rows:
            add_up(found.setdefault(pk, {}), currency, total)
    return found
