"""Fields that choose a mirrored record, or a project kept here, by searching: what each offers and how it is labeled.

Owns which lists documents choose from, and the field for a code. The search itself is `erp_admin.views.picking`.
"""

from typing import Any, Final

from django import forms
from django.urls import reverse

from accounts.models import Tenant
from erp_admin.forms.codes import Asked, Codes, Meant, projects_meant
from erp_admin.forms.fields import Misread
from erp_admin.models import Project
from integrations.models import Connection, ListItem
from integrations.records.lookup import MirrorView

PROJECTS_HERE: Final = "our-projects"
PROJECT_NUMBERS: Final = "project-numbers"  # the same, chosen by number
MIRRORED: Final = frozenset(
    {
        "vendors", "ap_terms", "items", "locations", "departments", "classes", "tasks", "cost_types",
        "units_of_measure", "customers", "entities",
    }
)  # fmt: skip


def here_key(key: str) -> str:
    """Under which key a picker offers the documents of a type."""
    return f"our-{key}"


class PickerSources:
    """Where the fields of one page look codes up, each record once."""

    def __init__(self, tenant: Tenant, connection: Connection | None) -> None:
        self._tenant = tenant
        self._mirror = MirrorView(connection) if connection else None
        self._codes = Codes(connection)

    def item(self, kind: str, business_id: str) -> ListItem | None:
        return self._mirror.get(kind, business_id) if self._mirror else None

    def meant(self, kind: str, text: str) -> Meant:
        return self._codes.meant(Asked(kind, text))

    def address(self, list_key: str) -> str:
        return reverse("pick_record", kwargs={"tenant_slug": self._tenant.slug, "list_key": list_key})

    def code(self, list_key: str, label: str, help_text: str = "", longest: int = 40) -> "CodeField":
        """An optional code of a list."""
        return CodeField(self, list_key, label=label, help_text=help_text, required=False, max_length=longest)

    def project(self, label: str, help_text: str = "") -> "ProjectField":
        """An optional project kept here, by its number."""
        return ProjectField(self, PROJECT_NUMBERS, label=label, help_text=help_text, required=False, max_length=200)


class CodeInput(forms.TextInput):
    """A field for a code, with the name of what it stands for below. static/js/codes.js makes a list of choices."""

    template_name = "erp_admin/code_input.html"

    def __init__(self, find: Any, attrs: dict[str, Any]) -> None:
        super().__init__({"autocomplete": "off", "data-reads": "code", **attrs})
        self._find = find

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        found = self._find(str(value)) if value else Meant()
        context["widget"]["named"], context["widget"]["caution"] = found.name, found.why
        return context


class CodeField(forms.CharField):
    """A code, typed or chosen; a name that means one record for certain becomes its code.

    Whether a code is needed, and usable, is decided where documents are pushed: a draft may hold any.
    """

    def __init__(self, sources: PickerSources, list_key: str, **options: Any) -> None:
        self.sources, self.list_key = sources, list_key
        options["widget"] = CodeInput(self.found, {"data-pick": sources.address(list_key)})
        super().__init__(**options)

    def found(self, text: str) -> Meant:
        if self.list_key == PROJECT_NUMBERS:
            return _number_meant(text)
        return self.sources.meant(self.list_key, text)

    def clean(self, value: Any) -> Any:
        text = str(self.to_python(value) or "")
        return super().clean(self.found(text).id or text if text else "")


def _number_meant(text: str) -> Meant:
    found = projects_meant([text]).get(text, Meant())
    return Meant(found.number, found.name) if isinstance(found, Project) else found


class ProjectField(CodeField):
    """A project kept here by its number or name; cleaned it is the project, None where none is named."""

    def prepare_value(self, value: Any) -> Any:
        return value.number if isinstance(value, Project) else value

    def clean(self, value: Any) -> Any:
        text = str(self.to_python(value) or "")
        if not text:
            return None
        found = projects_meant([text])[text]
        if isinstance(found, Project):
            return found
        raise Misread(found.why, found.choices)
