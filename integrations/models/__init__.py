"""Everything integrations stores: connections, settings, mirrored lists, runs and exchanges."""

from integrations.models.connection import CompanySlot, Connection
from integrations.models.exchange import Exchange, ExchangeSubject
from integrations.models.heartbeat import Heartbeat
from integrations.models.link import LinkedDocument, linked_models
from integrations.models.list_item import ListItem
from integrations.models.list_state import ChangeKind, CompanyClock, ListDefinition, ListItemChange, ListState
from integrations.models.profile import SyncProfile
from integrations.models.push import ElementOrder, Operation, Push, PushEvent, PushHold
from integrations.models.pushed import PushedDocument, with_state
from integrations.models.run import LogLevel, Mode, RunLog, RunRow, RunStep, SyncRun, Trigger
from integrations.models.schedule import FULL, SyncSchedule
from integrations.models.settings import SettingsVersion
from integrations.models.states import (
    ACTIVE_RUNS,
    IN_FLIGHT,
    OPEN_STEPS,
    TERMINAL_RUNS,
    USABLE_CONNECTIONS,
    Approval,
    ConnectionState,
    Delivery,
    DocumentState,
    Drift,
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
    "DEFAULT_BUDGET",
    "FULL",
    "IN_FLIGHT",
    "OPEN_STEPS",
    "TERMINAL_RUNS",
    "USABLE_CONNECTIONS",
    "ApiBudget",
    "ApiUsage",
    "Approval",
    "ChangeKind",
    "CompanyClock",
    "CompanySlot",
    "Connection",
    "ConnectionState",
    "Delivery",
    "DocumentState",
    "Drift",
    "ElementOrder",
    "Exchange",
    "ExchangeSubject",
    "Freshness",
    "Heartbeat",
    "LinkedDocument",
    "ListDefinition",
    "ListItem",
    "ListItemChange",
    "ListState",
    "LogLevel",
    "Mode",
    "Operation",
    "Push",
    "PushEvent",
    "PushHold",
    "PushState",
    "PushedDocument",
    "RecordState",
    "RowOutcome",
    "RunLog",
    "RunRow",
    "RunState",
    "RunStep",
    "ScheduleState",
    "SettingsVersion",
    "StepState",
    "SyncProfile",
    "SyncRun",
    "SyncSchedule",
    "Trigger",
    "linked_models",
    "with_state",
]
