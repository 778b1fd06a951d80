"""What is audited, declared once: each model whose rows people change, and which of its fields are left out.

Adding a model is one line here. A test asks that every model of ours stands in one of the two tables.
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
    _audited("integrations.Connection", only=("company_id", "entity_id", "user_id", "state")),
    _audited("erp_admin.Project", without=("remote_digest", "refreshed_at")),
)

NOT_AUDITED = {
    "accounts.AuditEntry": "the trail itself",
    "accounts.CrossTenantAccess": "a trail of its own",
    "integrations.SettingsVersion": "added by one service only, which records what changed, in words",
    "integrations.SyncRun": "changed by the engine; starting and cancelling are events",
    "integrations.RunStep": "progress",
    "integrations.RunRow": "the outcome of a run, kept with it",
    "integrations.RunLog": "the log of a run, kept with it",
    "integrations.Exchange": "written once, never changed",
    "integrations.ListItem": "mirrored from Intacct; ignoring and restoring are events",
    "integrations.CompanySlot": "which requests are under way",
    "integrations.Heartbeat": "whether the queue works",
}
