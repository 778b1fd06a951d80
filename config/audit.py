"""What is audited, declared once: each model whose rows people change, and which of its fields are left out.

Adding a model is one line here; documents and their lines are audited because their type is registered. A test asks
that every model of ours stands in one of the two tables or belongs to a document type.
"""

from typing import Any


def _audited(model: str, *, only: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> dict[str, Any]:
    """`only` these fields, or all but those `without`; keys are nobody's news, and asking for them costs."""
    return {"model": model, "include_fields": list(only), "exclude_fields": ["id", "tenant", *without]}


AUDITED = (
    _audited("accounts.Tenant"),
    _audited("accounts.User", only=("email", "name", "is_active", "is_staff", "is_superuser")),
    _audited("accounts.Membership", without=("last_used_at",)),
    _audited("accounts.Invitation", without=("token_hash",)),
    _audited("accounts.SavedView", without=("created_at",)),
    _audited("integrations.Connection", only=("company_id", "entity_id", "user_id", "state")),
    _audited("integrations.SyncProfile", without=("version", "saved_at", "saved_by", "paused_by")),
    _audited("integrations.SyncSchedule", only=("group", "cadence", "at", "weekday")),
    _audited("integrations.ApiBudget", only=("monthly",)),
    _audited("erp_admin.Project", without=("remote_digest", "refreshed_at")),
    _audited("erp_admin.Issue", only=("owner", "note", "snoozed_until", "ignored_at")),
    _audited("erp_admin.RememberedMatch", without=("chosen_by", "chosen_at")),
    _audited("erp_admin.RememberedColumns", without=("fingerprint", "chosen_by", "chosen_at")),
)

NOT_AUDITED = {
    "accounts.Attempts": "a counter",
    "accounts.AuditEntry": "the trail itself",
    "accounts.CrossTenantAccess": "a trail of its own",
    "accounts.ListChoice": "which columns a person likes to see",
    "accounts.FormDraft": "typed and not saved yet: nobody's but its own person's",
    "accounts.SupportVisit": "a counter beside an entry of the trail",
    "integrations.SettingsVersion": "added by one service only, which records what changed, in words",
    "integrations.SyncRun": "changed by the engine; starting and cancelling are events",
    "integrations.RunStep": "progress",
    "integrations.RunRow": "the outcome of a run, kept with it",
    "integrations.RunLog": "the log of a run, kept with it",
    "integrations.Exchange": "written once, never changed",
    "integrations.ExchangeSubject": "written with its exchange, never changed",
    "integrations.ListItem": "mirrored from Intacct; ignoring and restoring are events",
    "integrations.CompanySlot": "which requests are under way",
    "integrations.SignInTries": "a counter; a wait that begins is an event",
    "integrations.Heartbeat": "whether the queue works",
    "integrations.ListState": "where a list stands, written by the engine",
    "integrations.ListDefinition": "what Intacct offers, written by the engine",
    "integrations.ListItemChange": "a history of its own",
    "integrations.CompanyClock": "learnt from Intacct",
    "integrations.ApiUsage": "a counter",
    "integrations.Push": "the ledger itself, never changed by hand",
    "integrations.PushBody": "the body of a push, kept with its row",
    "integrations.RemoteRecord": "what was written and read, kept by the ledger",
    "integrations.PushEvent": "a trail of its own",
    "integrations.PushHold": "set by the engine; ending it is written down with it",
    "integrations.PushProblem": "what judging a document came to, renewed by the engine",
    "integrations.ElementOrder": "learnt from Intacct",
    "erp_admin.ChosenRecords": "what was ticked in a list; what is done with it is audited",
    "erp_admin.ImportDraft": "a file on its way in; what it becomes is audited",
    "erp_admin.ImportCorrection": "who corrected which cell of a file stands in the row itself",
    "erp_admin.ImportFile": "the bytes of a file on its way in, written once",
    "erp_admin.ImportedDocument": "a part of a file on its way in",
    "erp_admin.Notification": "what states of documents came to, renewed by a round",
    "erp_admin.NotificationChoice": "how one person wants to be mailed, and what they have seen",
    "erp_admin.ImportMatch": "a part of a file on its way in; what is remembered of it is audited",
}
