"""One record of a mirrored Intacct list, as last seen. Never removed: what is gone there is marked missing here.

Owns the third state beside active and inactive: unknown, where what decides on its use could never be read. Whether it
was taken over into a document is written by integrations.imports.taken alone.
"""

from typing import Any, Final

from django.conf import settings
from django.db import models

from accounts.models.scoped import TenantModel
from accounts.ui.folding import folded
from accounts.ui.shown import ShownState
from integrations.models.connection import Connection
from integrations.models.states import RecordState, shown

# The owner of a record whose owning entity was never read: neither shared by all nor any entity's own. No id of Intacct
# holds a question mark.
UNKNOWN_OWNER: Final = "?"
_FILTERED = ("entity_id", "is_active", "is_known", "missing_at", "ignored_at", "taken_over")
# Between id and name in the text that is searched: no folded text holds it, so the begin of a name can be asked for.
BEHIND_ID: Final = "\n"
_LONGEST_SEARCHED: Final = 400
_MOST_BYTES: Final = 1_000  # an index of PostgreSQL takes rows up to 2,704


def search_text_of(business_id: str, name: str) -> str:
    """The text that the words of a search are looked for in: id and name, folded; of very long ones the begin."""
    text = f"{folded(business_id)}{BEHIND_ID}{folded(name)}"
    if len(text) > _MOST_BYTES // 4:
        text = text[:_LONGEST_SEARCHED].encode()[:_MOST_BYTES].decode(errors="ignore")
    return text


class SearchText(models.CharField):  # type: ignore[type-arg]
    """Follows id and name whenever a row is stored through the model; the mirror writes it with its own statements."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        text = search_text_of(getattr(model_instance, "business_id", ""), getattr(model_instance, "name", ""))
        setattr(model_instance, self.attname, text)
        return text


class ListItem(TenantModel):
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="list_items")
    kind = models.CharField(max_length=80)
    record_no = models.BigIntegerField(help_text="RECORDNO: Intacct's own key, stable within the company.")
    business_id = models.CharField(max_length=200, help_text="The id people use; not unique for every list.")
    name = models.CharField(max_length=400, blank=True)
    # The database fills these two for processes of the version before, while it is upgraded; a Full sets them.
    search_text = SearchText(
        max_length=_LONGEST_SEARCHED,
        editable=False,
        blank=True,
        default="",
        db_default="",
        help_text="Id and name as a search compares them.",
    )
    parent_id = models.CharField(max_length=200, blank=True, help_text="Business id of the parent record.")
    scope_id = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="Business id of the record within which the id is unique: its project.",
    )
    entity_id = models.CharField(
        max_length=80, blank=True, help_text=f"Owning entity; blank is top level, {UNKNOWN_OWNER} not known."
    )
    is_active = models.BooleanField(default=True, help_text="Active in Intacct, and known well enough to be used.")
    is_known = models.BooleanField(default=True, help_text="Whether all that decides on its use has been read.")
    fields = models.JSONField(default=dict)
    unread = models.JSONField(
        null=True, blank=True, help_text="Since when which fields could not be read; their values are of before."
    )
    digest = models.CharField(max_length=64, help_text="Of the fields that count as a change.")
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    missing_at = models.DateTimeField(null=True, blank=True, help_text="When Intacct first no longer had it.")
    ignored_at = models.DateTimeField(null=True, blank=True)
    ignored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    ignore_reason = models.CharField(max_length=300, blank=True)
    taken_over = models.BooleanField(
        null=True,
        editable=False,
        help_text="Whether the document linked to it is as Intacct has it; empty while none is linked.",
    )

    class Meta:
        ordering = ["business_id", "record_no"]
        constraints = [models.UniqueConstraint(fields=["connection", "kind", "record_no"], name="one_item_per_record")]
        indexes = [
            # Covers searching, filtering and counting a list, so that the records themselves, which are wide, are read
            # only for the page that is shown.
            models.Index(
                fields=["connection", "kind", "business_id", "id", "search_text", *_FILTERED, "tenant"],
                name="list_item_by_id",
            ),
            models.Index(fields=["connection", "kind", "name"], name="list_item_by_name"),
            models.Index(fields=["connection", "kind", "changed_at"], name="list_item_by_change"),
            models.Index(fields=["connection", "kind", "parent_id"], name="list_item_by_parent"),
            models.Index(
                fields=["connection", "kind", "scope_id"], name="list_item_by_scope", condition=~models.Q(scope_id="")
            ),
            models.Index(fields=["tenant", "kind"], name="list_item_by_tenant"),
            # Few or none: what a Partial reads again whatever the watermark says.
            models.Index(
                fields=["connection", "kind"], name="list_item_unread", condition=models.Q(unread__isnull=False)
            ),
        ]

    @property
    def shown_state(self) -> ShownState:
        if self.missing_at is not None:
            return shown(RecordState.MISSING)
        if not self.is_known:
            return shown(RecordState.UNKNOWN)
        return shown(RecordState.ACTIVE if self.is_active else RecordState.INACTIVE)

    @property
    def never_read(self) -> list[str]:
        """The fields of which nothing is known."""
        return [name for name in self.unread or {} if name not in self.fields]

    def __str__(self) -> str:
        return self.business_id if self.name == self.business_id else f"{self.business_id} {self.name}".strip()
