"""Finding documents by words: each word stands in the document itself, in what it belongs to, or in its number there.

Reads only. Needs the tenant's scope. What a document is asked by itself is found by an index; projects and parents are
looked for first, so that the question of the documents names them.
"""

from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from accounts.ui.folding import folded_words, search_words
from erp_admin.documents.types import AnyType, parent_type_of
from erp_admin.models import Project
from integrations.records.search_index import TEXT, SearchIndex

MOST_KEYS: Final = 2_000  # of documents, which a page then asks for by their keys
MOST_RELATED: Final = 50  # of projects and parents


def holding(document_type: AnyType, words: str) -> Q:
    """Every word somewhere: in the document's own texts, its number in Intacct, its project's number or its parent."""
    found, wanted = Q(), folded_words(words)
    if words.strip() and not wanted:  # signs that nobody sees stand nowhere
        return Q(pk__in=[])
    for word in wanted:
        found &= _holding(document_type, word)
    return found


def _holding(document_type: AnyType, word: str) -> Q:
    found = Q(search_text__holds=word) | Q(remote_id__icontains=word)
    parent = parent_type_of(document_type)
    if parent is not None and document_type.parent is not None:
        found |= _among(document_type.parent.attribute, parent.model.objects.filter(_holding(parent, word)))
    project = document_type.columns.project
    if project and "__" not in project:
        found |= _among(project, Project.objects.filter(number__icontains=word))
    return found


def _among(relation: str, records: "QuerySet[Any]") -> Q:
    """The related records by their keys, for an index to be asked; where they are many, as a question of their own."""
    keys = _few_keys(records, MOST_RELATED)
    if keys is None:
        return Q(**{f"{relation}__in": records.values("pk")})
    return Q(**{f"{relation}__in": keys}) if keys else Q(pk__in=[])


def _few_keys(records: "QuerySet[Any]", most: int) -> list[int] | None:
    """Their keys; None for more than that."""
    keys = list(records.order_by().values_list("pk", flat=True)[: most + 1])
    return keys if len(keys) <= most else None


def found_by_words(document_type: AnyType, words: str) -> Q:
    """The same, looked for now: a page that asks several questions of what has the words looks for them once."""
    found = holding(document_type, words)
    keys = _few_keys(document_type.model.objects.filter(found), MOST_KEYS) if found else None
    return found if keys is None else Q(pk__in=keys)


def find_documents(document_type: AnyType, words: str) -> "QuerySet[Any]":
    """Documents of a type by words, those that fit best first, with what their lists show of other records."""
    columns = document_type.columns
    records = document_type.model.objects.select_related(*columns.related).filter(holding(document_type, words))
    return best_fitting(records, words, number=columns.number, name="title")


def find_projects(words: str, searched: Iterable[str]) -> "QuerySet[Any]":
    """Projects with every word in one of the columns `searched`."""
    found = Q()
    for word in search_words(words):
        matches = Q()
        for column in searched:
            matches |= Q(**{f"{column}__icontains": word})
        found &= matches
    return best_fitting(Project.objects.filter(found), words, number=("number",), name="name")


def best_fitting(records: "QuerySet[Any]", words: str, *, number: tuple[str, ...], name: str) -> "QuerySet[Any]":
    """By number; those whose number or name begins with what was typed stand before the others."""
    typed = words.strip()
    if not typed:
        return records.order_by(*number)
    fits = Case(
        When(number__iexact=typed, then=Value(0)),
        When(number__istartswith=typed, then=Value(1)),
        When(**{f"{name}__istartswith": typed}, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return records.order_by(fits, *number)


def index_of(model: type[Any]) -> SearchIndex:
    """The index by which the documents of a model are found."""
    table = model._meta.db_table
    return SearchIndex(f"{table}_by_words", table, (TEXT, "UPPER(remote_id::text)"))
