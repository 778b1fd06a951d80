"""Settings as forms and pages show them: values with the level they come from, the records they stand for, cautions.

One view per request: each list and each record is asked for once. Reads only; decides nothing.
"""

from functools import cached_property

from integrations.delivery.contract import PushContext
from integrations.mirror.selectors import last_pull
from integrations.models import Connection, ListItem, RunStep
from integrations.records.lookup import MirrorView
from integrations.settings.declared import Chosen, Need, Setting, all_settings
from integrations.settings.problems import look_up_chosen, problem_of
from integrations.settings.proposals import Proposal
from integrations.settings.selectors import proposals_for, settings_in_force


class SettingsView:
    """Settings as a page shows them: each list and each record is asked for once in the life of the view."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.version = settings_in_force(connection)
        self.mirror = MirrorView(connection)
        self._reads: dict[str, RunStep | None] = {}
        look_up_chosen(self.version.values if self.version else {}, self.mirror)

    def last_read(self, list_key: str) -> RunStep | None:
        if list_key not in self._reads:
            self._reads[list_key] = last_pull(self.connection, list_key)
        return self._reads[list_key]

    def item(self, list_key: str, business_id: str) -> ListItem | None:
        return self.mirror.get(list_key, business_id) if business_id else None

    def in_force(self, setting: Setting, *, entity: str = "", project: str = "") -> Chosen:
        """The value of a setting at a place, and the level it comes from."""
        context = PushContext(self.connection, self.version, self.mirror)
        return context.value(setting.key, entity=entity, project=project)

    def shown(self, setting: Setting, value: str) -> str:
        """A value as people read it: the record it stands for, the label of a choice, or the value itself."""
        item = self.item(setting.list_key, value) if setting.list_key else None
        return str(item) if item is not None else setting.shown(value)

    def cautions(self, setting: Setting, value: str) -> list[str]:
        """What is to be known about a chosen value: that it cannot be used, else what choosing it means."""
        problem = problem_of(setting, value, self.mirror)
        if problem:
            return [problem]
        item = self.item(setting.list_key, value) if setting.list_key else None
        return setting.cautions(item.fields) if item is not None and setting.cautions is not None else []

    def notes(self, setting: Setting, value: str) -> list[str]:
        """What is good to know about a chosen value, and no reason for caution."""
        item = self.item(setting.list_key, value) if setting.list_key else None
        return setting.notes(item.fields) if item is not None and setting.notes is not None else []

    @cached_property
    def proposals(self) -> dict[str, Proposal]:
        """What is proposed for the company's settings that are required, and empty in the version in force."""
        values = self.version.values if self.version else {}
        empty = [each for each in all_settings() if each.need is not Need.OPTIONAL and not values.get(each.key)]
        return proposals_for(self.connection, empty)
