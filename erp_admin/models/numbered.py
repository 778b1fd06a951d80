"""Documents that people tell apart by a number: the key by which two numbers are the same is stored with each.

Owns that key. The rule itself is erp_admin.grammar.identity's; who may have a number is decided by constraints and
services.
"""

import hashlib
from typing import Any, Final

from django.db import models

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


class NumberedDocument(PushedDocument):
    """Base of documents with a number that is unique among those it is compared with."""

    number = models.CharField(max_length=45)
    number_key = NumberKey(max_length=LONGEST_KEY, editable=False, blank=True, help_text="The number as compared.")

    class Meta:
        abstract = True

    @property
    def shares_number(self) -> bool:
        """Whether another one, stored earlier, has the same number but for case, dashes or spaces."""
        return OWN in self.number_key
