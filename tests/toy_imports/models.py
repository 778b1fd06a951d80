"""Tables of documents that only tests have; they exist while the app is installed, see `installed`."""

from django.core.validators import MinValueValidator
from django.db import models

from accounts.models.scoped import TenantModel
from integrations.models import Connection, LinkedDocument, LinkedLine

APP = "toy_imports"


class ToyContract(LinkedDocument):
    list_key = "toy_contracts"

    number = models.CharField("contract number", max_length=20)
    name = models.CharField(max_length=100)
    job = models.CharField(max_length=60, blank=True)
    dated_on = models.DateField("contract date", null=True, blank=True)
    is_billable = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        app_label = APP
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="one_toy_contract_per_number"),
            models.UniqueConstraint(fields=["connection", "remote_record_no"], name="one_toy_contract_per_record"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class ToyContractLine(LinkedLine):
    document_field = "contract"

    contract = models.ForeignKey(ToyContract, on_delete=models.CASCADE, related_name="lines")
    number = models.CharField("line number", max_length=20)
    name = models.CharField(max_length=100)
    dated_on = models.DateField("line date", null=True, blank=True)
    price = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )

    class Meta:
        app_label = APP


class ToyBilling(TenantModel):
    """Refers to a line of a contract, which therefore must stay."""

    line = models.ForeignKey(ToyContractLine, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = APP


class ToyPriced(LinkedDocument):
    """A contract line as a document of its own, without a number that must be its own; prices are its lines."""

    name = models.CharField(max_length=100)

    class Meta:
        app_label = APP


class ToyPrice(LinkedLine):
    document_field = "priced"

    priced = models.ForeignKey(ToyPriced, on_delete=models.CASCADE, related_name="prices")
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    memo = models.CharField(max_length=50, blank=True)

    class Meta:
        app_label = APP


class ToyRecord(TenantModel):
    """A row of a list in a table of its own, put there by a sink."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    record_no = models.BigIntegerField()
    business_id = models.CharField(max_length=200)
    name = models.CharField(max_length=400)
    is_missing = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        app_label = APP
        constraints = [models.UniqueConstraint(fields=["connection", "record_no"], name="one_toy_record_per_number")]


MODELS = (ToyContract, ToyContractLine, ToyBilling, ToyPriced, ToyPrice, ToyRecord)
