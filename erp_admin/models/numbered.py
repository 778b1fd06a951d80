"""Documents that people tell apart by a number: with each are stored the key by which two numbers are the same, and the
text in which searches look for words.

Owns both. The rule of numbers is erp_admin.grammar.identity's, how texts are folded accounts.ui.folding's; who may have
a number is decided by constraints and services.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django.db import models

from accounts.ui.folding import folded
from erp_admin.grammar.identity import identity
from integrations.models import PushedDocument

LONGEST_KEY: Final = 200
# Of two that were stored before numbers were compared by identity, the later one has a key of its own: the same, and a
# count behind a sign that no identity holds.
OWN: Final = "\n"


def number_key(number: str) -> str:
    """What numbers that are the same have in common, short enough for an index: some signs unfold to eighteen."""
    key = identity(number)
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


class NumberKey(models.CharField):  # type: ignore[type-arg]
    """Follows `number` whenever a row is stored, in whatever way; a key of its own stays as long as the number does."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        key, present = number_key(getattr(model_instance, "number", "")), getattr(model_instance, self.attname)
        if present.partition(OWN)[0] != key:
            setattr(model_instance, self.attname, key)
        return super().pre_save(model_instance, add)


def search_text_of(texts: Iterable[str]) -> str:
    """The texts of a document as the words of a search are looked for in them."""
    return "\n".join(filter(None, map(folded, texts)))


class SearchText(models.TextField):  # type: ignore[type-arg]
    """Follows `searched_fields` of its model whenever a row is stored through it."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        names = getattr(model_instance, "searched_fields", ())
        setattr(model_instance, self.attname, search_text_of(str(getattr(model_instance, name)) for name in names))
        return super().pre_save(model_instance, add)


class SearchedDocument(PushedDocument):
    """Base of documents found by the words of `searched_fields`, which are never written past the model."""

    searched_fields: ClassVar[tuple[str, ...]] = ("number", "title")

    search_text = SearchText(
        editable=False, blank=True, default="", db_default="", help_text="Its words as a search compares them."
    )

    class Meta:
        abstract = True

    def save_base(self, *args: Any, **options: Any) -> None:
        """What follows a field is stored with it, also where only some fields are."""
        names = options.get("update_fields")
        if names is not None and not set(self.searched_fields).isdisjoint(names):
            options["update_fields"] = frozenset({*names, "search_text"})
        super().save_base(*args, **options)


class NumberedDocument(SearchedDocument):
    """Base of documents with a number that is unique among those it is compared with."""

    number = models.CharField(max_length=45)
    number_key = NumberKey(max_length=LONGEST_KEY, editable=False, blank=True, help_text="The number as compared.")

    class Meta:
        abstract = True

    @property
    def shares_number(self) -> bool:
        """Whether another one, stored earlier, has the same number but for case, dashes or spaces."""
        return OWN in self.number_key
