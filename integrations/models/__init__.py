"""Everything integrations stores: connections, settings, mirrored lists, runs and exchanges."""

from integrations.models.connection import CompanySlot, Connection
from integrations.models.exchange import Exchange, ExchangeSubject
from integrations.models.heartbeat import Heartbeat
from integrations.models.link import LinkedDocument, LinkedLine, linked_line_models, linked_models
from integrations.models.list_item import BEHIND_ID, UNKNOWN_OWNER, ListItem, search_text_of
from integrations.models.list_state import ChangeKind, CompanyClock, ListDefinition, ListItemChange, ListState
from integrations.models.profile import EVERY_WEEKDAY, SyncProfile
from integrations.models.push import ElementOrder, Operation, Push, PushBody, PushEvent, PushHold, PushProblem
from integrations.models.pushed import AGREED, MAY_DIFFER, Covered, CoveredValue, PushedDocument, with_state
from integrations.models.remote_record import RemoteRecord
from integrations.models.run import LogLevel, Mode, RunLog, RunRow, RunStep, SyncRun, Trigger
from integrations.models.schedule import FULL, SyncSchedule
from integrations.models.searched import Holds
from integrations.models.settings import SettingsVersion
from integrations.models.sign_in_tries import SignInTries
from integrations.models.states import (
    ACTIVE_RUNS,
    FIELDS_LIMITED,
    IN_FLIGHT,
    NEEDS_A_PERSON,
    OPEN_STEPS,
    PUSHABLE,
    READ_TO_THE_END,
    TERMINAL_RUNS,
    TO_PUSH,
    UNDER_WAY,
    USABLE_CONNECTIONS,
    Approval,
    Cadence,
    ConnectionState,
    Delivery,
    DocumentState,
    Freshness,
    PushState,
    RecordState,
    RowOutcome,
    RunState,
    ScheduleState,
    StepState,
)
from integrations.models.usage import DEFAULT_BUDGET, ApiBudget, ApiUsage

__all__ = [
    "ACTIVE_RUNS",
    "AGREED",
    "BEHIND_ID",
    "DEFAULT_BUDGET",
    "EVERY_WEEKDAY",
    "FIELDS_LIMITED",
    "FULL",
    "IN_FLIGHT",
    "MAY_DIFFER",
    "NEEDS_A_PERSON",
    "OPEN_STEPS",
    "PUSHABLE",
    "READ_TO_THE_END",
    "TERMINAL_RUNS",
    "TO_PUSH",
    "UNDER_WAY",
    "UNKNOWN_OWNER",
    "USABLE_CONNECTIONS",
    "ApiBudget",
    "ApiUsage",
    "Approval",
    "Cadence",
    "ChangeKind",
    "CompanyClock",
    "CompanySlot",
    "Connection",
    "ConnectionState",
    "Covered",
    "CoveredValue",
    "Delivery",
    "DocumentState",
    "ElementOrder",
    "Exchange",
    "ExchangeSubject",
    "Freshness",
    "Heartbeat",
    "Holds",
    "LinkedDocument",
    "LinkedLine",
    "ListDefinition",
    "ListItem",
    "ListItemChange",
    "ListState",
    "LogLevel",
    "Mode",
    "Operation",
    "Push",
    "PushBody",
    "PushEvent",
    "PushHold",
    "PushProblem",
    "PushState",
    "PushedDocument",
    "RecordState",
    "RemoteRecord",
    "RowOutcome",
    "RunLog",
    "RunRow",
    "RunState",
    "RunStep",
    "ScheduleState",
    "SettingsVersion",
    "SignInTries",
    "StepState",
    "SyncProfile",
    "SyncRun",
    "SyncSchedule",
    "Trigger",
    "linked_line_models",
    "linked_models",
    "search_text_of",
    "with_state",
]
