"""Fields that choose a mirrored record, or a project kept here, by searching: what each offers and how it is labeled.

Owns which lists documents choose from. The search itself is `erp_admin.views.picking`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse

from accounts.models import Tenant
from accounts.ui.pk import read_pk
from erp_admin.models import Project
from integrations.forms.options import PickerSelect, PickField
from integrations.models import Connection, ListItem
from integrations.records.lookup import MirrorView

PROJECTS_HERE: Final = "our-projects"
MIRRORED: Final = frozenset(
    {"vendors", "ap_terms", "items", "locations", "departments", "classes", "tasks", "cost_types", "units_of_measure"}
)


def here_key(key: str) -> str:
    """Under which key a picker offers the documents of a type."""
    return f"our-{key}"


@dataclass(frozen=True)
class Choice:
    """A record of ours as a picker shows it."""

    label: str
    is_active: bool = True
    missing_at: datetime | None = None
    is_known: bool = True

    def __str__(self) -> str:
        return self.label


class PickerSources:
    """What the pickers of one page look their present choices up in, each record once."""

    def __init__(self, tenant: Tenant, connection: Connection | None, project: Project | None = None) -> None:
        self._tenant = tenant
        self._mirror = MirrorView(connection) if connection else None
        self._projects: dict[str, Choice | None] = {}
        self.project = project

    def item(self, kind: str, business_id: str) -> ListItem | None:
        return self._mirror.get(kind, business_id) if self._mirror else None

    def within(self, kind: str, business_id: str, *before: str) -> ListItem | None:
        """A cost code, or (with the cost code before it) a cost type, of the document's project."""
        if self._mirror is None or self.project is None or not self.project.remote_id:
            return None
        return self._mirror.within_project(kind, self.project.remote_id, *before, business_id)

    def project_here(self, key: str) -> Choice | None:
        if key not in self._projects:
            found = Project.objects.filter(pk=read_pk(key) or 0).first()
            self._projects[key] = Choice(str(found), found.is_active) if found else None
        return self._projects[key]

    def address(self, list_key: str) -> str:
        return reverse("pick_record", kwargs={"tenant_slug": self._tenant.slug, "list_key": list_key})

    def field(self, list_key: str, label: str, help_text: str = "", **more: str) -> PickField:
        """An optional picker of a list. `more` are attributes of its select."""

        def find(value: str) -> Any:
            if list_key == PROJECTS_HERE:
                return self.project_here(value)
            if list_key == "tasks":
                return self.within("tasks", value) or Choice(value)
            # Of a cost type the cost code is another field: its id is shown as it is.
            return Choice(value) if list_key == "cost_types" else self.item(list_key, value)

        attributes = {"data-picker-url": self.address(list_key), **more}
        widget = PickerSelect(find, attrs=attributes)
        return PickField(label=label, max_length=200, required=False, widget=widget, help_text=help_text)
