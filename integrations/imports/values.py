"""From the fields of a record to the values of a document or a line, each by its kind.

Owns the conversions and what is said of a value that does not fit. Must not query nor store anything.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db.models import DecimalField, Model

from accounts.models import Tenant
from accounts.ui.web_address import web_address
from integrations.imports.contract import (
    DocumentT,
    FieldKind,
    ImportDeclaration,
    ImportedField,
    Unacceptable,
    Value,
    labels_of,
    own_fields,
)
from integrations.intacct import parse_date
from integrations.models import ListItem

Values = dict[str, Value]
Record = Mapping[str, object]


def document_values(
    declaration: ImportDeclaration[DocumentT], item: ListItem, tenant: Tenant, *, is_new: bool
) -> Values:
    """What a document here has when it is taken over from Intacct. Raises Unacceptable naming the field.

    A field that Intacct did not offer is left as it is here.
    """
    values: Values = {"remote_id": item.business_id}
    if declaration.number:
        values[declaration.number] = item.business_id
    if declaration.active:
        values[declaration.active] = item.is_active
    values |= converted(declaration.model, declaration.fields, item.fields, tenant, is_new=is_new)
    if "RECORD_URL" in item.fields or is_new:
        values["remote_url"] = web_address(item.fields.get("RECORD_URL"))
    return values


def converted(
    model: type[Model], fields: Sequence[ImportedField], record: Record, tenant: Tenant, *, is_new: bool
) -> Values:
    """The values of our fields in this record. Raises Unacceptable naming Intacct's field."""
    columns = {column.name: column for column in own_fields(model)}
    values: Values = {}
    for entry in fields:
        was_read = entry.theirs in record
        if was_read:
            values[entry.ours] = _CONVERSIONS[entry.kind](record, entry.theirs, columns[entry.ours])
        if entry.otherwise is not None and (not values[entry.ours] if was_read else is_new):
            values[entry.ours] = entry.otherwise(tenant)
    return values


def check(instance: Model) -> None:
    """Raise Unacceptable for what may not be saved, naming each field; asks the database nothing."""
    try:
        instance.clean_fields(exclude=[column.name for column in instance._meta.fields if column.is_relation])
        instance.clean()
    except ValidationError as error:
        labels = labels_of(type(instance))
        problems = [
            f"{labels[name].capitalize()}: {text}" if name in labels else text
            for name, texts in error.message_dict.items()
            for text in texts
        ]
        raise Unacceptable(" ".join(problems)) from error


def differs(instance: Model, values: Values) -> bool:
    return any(getattr(instance, name) != value for name, value in values.items())


def _string(record: Record, name: str) -> str:
    value = record.get(name, "")
    return value if isinstance(value, str) else ""


def _text(record: Record, name: str, column: object) -> str:
    value = _string(record, name)
    longest: int | None = getattr(column, "max_length", None)
    if longest is not None and len(value) > longest:
        raise Unacceptable(f"{name} is {len(value)} characters long; at most {longest} fit. Shorten it in Intacct.")
    return value


def _date(record: Record, name: str, column: object) -> date | None:
    value = _string(record, name)
    try:
        return parse_date(value)
    except ValueError:
        raise Unacceptable(f"{name} is “{value}”, which is not a date. Correct it in Intacct.") from None


def _amount(record: Record, name: str, column: object) -> Decimal | None:
    """In as many decimal places as the field has."""
    value = _string(record, name)
    if not isinstance(column, DecimalField):
        raise TypeError(f"{name} is an amount, and our field holds none.")
    places, digits = column.decimal_places or 0, column.max_digits or 0
    try:
        amount = Decimal(value).quantize(Decimal(1).scaleb(-places)) if value else None
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount is not None and not amount.is_finite():
        raise Unacceptable(f"{name} is “{value}”, which is not an amount. Correct it in Intacct.")
    if amount is not None and abs(amount) >= Decimal(10) ** (digits - places):
        raise Unacceptable(f"{name} is {value}, more than fits. Correct it in Intacct.")
    return amount


def _flag(record: Record, name: str, column: object) -> bool:
    """An empty flag is not set: Intacct sends nothing for a checkbox that was never touched."""
    value = _string(record, name)
    known = {"true": True, "false": False, "": False}
    if value.lower() not in known:
        raise Unacceptable(f"{name} is “{value}”, which is neither true nor false. Correct it in Intacct.")
    return known[value.lower()]


_CONVERSIONS: Mapping[FieldKind, Callable[[Record, str, object], Value]] = {
    FieldKind.TEXT: _text,
    FieldKind.DATE: _date,
    FieldKind.AMOUNT: _amount,
    FieldKind.FLAG: _flag,
}
