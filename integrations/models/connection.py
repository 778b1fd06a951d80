"""A tenant's connection to one Intacct company, at top level or in one entity, and the company's request slots."""

from django.conf import settings
from django.db import models

from accounts.models.scoped import TenantModel
from accounts.ui.shown import ShownState
from integrations.crypto import SealedField, seal, unseal
from integrations.models.states import USABLE_CONNECTIONS, ConnectionState, shown

PASSWORD_FIELD = "integrations.Connection.password"  # noqa: S105 - the name a secret is sealed to


class Connection(TenantModel):
    """Disconnecting removes the credentials and keeps the row, so history and links stay attached to it."""

    company_id = models.CharField("Company ID", max_length=80)
    entity_id = models.CharField("Entity ID", max_length=80, blank=True)
    entity_name = models.CharField(max_length=200, blank=True)
    user_id = models.CharField("User ID", max_length=80, blank=True)
    password = SealedField(blank=True, editable=False)
    credentials_set_at = models.DateTimeField(null=True, blank=True)
    entities = models.JSONField(default=list, help_text="Entities this user may enter, as Intacct listed them.")
    state = models.CharField(max_length=24, choices=ConnectionState.choices, default=ConnectionState.CONNECTED)
    state_reason = models.CharField(max_length=500, blank=True)
    state_advice = models.CharField(max_length=500, blank=True)
    state_code = models.CharField(max_length=40, blank=True)
    state_changed_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True, help_text="Last time Intacct accepted a request.")
    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    judging_number = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Counts changes of what judging documents looks at."
    )
    judging_due = models.BooleanField(
        default=False, db_default=True, help_text="Some documents have to be judged again; a worker was asked to."
    )

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                condition=~models.Q(state=ConnectionState.DISCONNECTED.value),
                name="one_live_connection_per_tenant",
            ),
            models.UniqueConstraint(
                fields=["tenant", "company_id", "entity_id"], name="one_row_per_company_and_entity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company_id} · {self.entity_label}"

    @property
    def entity_label(self) -> str:
        if not self.entity_id:
            return "top level"
        return f"{self.entity_id} {self.entity_name}".strip()

    @property
    def is_usable(self) -> bool:
        return ConnectionState(self.state) in USABLE_CONNECTIONS

    @property
    def shown_state(self) -> ShownState:
        return shown(ConnectionState(self.state), self.state_reason)

    def seal_password(self, plain: str) -> None:
        self.password = seal(plain, tenant_id=self.tenant_id, field=PASSWORD_FIELD)

    def reveal_password(self) -> str:
        """The password in clear, for the one place that sends it. Raises SecretUnreadable."""
        return unseal(self.password, tenant_id=self.tenant_id, field=PASSWORD_FIELD)


class CompanySlot(models.Model):
    """One request at a time per slot and Intacct company, whatever tenant or connection asks.

    A company's concurrency is limited by its tier and shared by all that call it, so this row belongs to no tenant.
    """

    company_id = models.CharField(max_length=80)
    number = models.PositiveSmallIntegerField()
    token = models.CharField(max_length=40, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company_id", "number"], name="one_row_per_company_slot")]

    def __str__(self) -> str:
        return f"{self.company_id} slot {self.number}"
