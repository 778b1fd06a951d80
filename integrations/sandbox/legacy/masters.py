"""The older functions of master data that published clients still call: deletes by business key, and contacts.

Owns these functions. Must not hold rules of an object; every write goes through functions/records.py.
"""

from __future__ import annotations

from collections.abc import Callable

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.permissions import require
from integrations.sandbox.functions.incoming import Incoming
from integrations.sandbox.functions.records import create_record, delete_record
from integrations.sandbox.legacy.reading import found_record, key, names, values_of
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.wire.answer import Payload
from integrations.sandbox.wire.failures import BUSINESS_RULE, ErrorEntry, FunctionFailure

# Object and key attribute by function; a task has no business key of its own and is named by record number.
DELETED = {
    "delete_allocation": ("ALLOCATION", "key"),
    "delete_class": ("CLASS", "key"),
    "delete_contact": ("CONTACT", "contactname"),
    "delete_customer": ("CUSTOMER", "customerid"),
    "delete_department": ("DEPARTMENT", "departmentid"),
    "delete_employee": ("EMPLOYEE", "employeeid"),
    "delete_glaccount": ("GLACCOUNT", "glaccountno"),
    "delete_item": ("ITEM", "itemid"),
    "delete_location": ("LOCATION", "locationid"),
    "delete_project": ("PROJECT", "key"),
    "delete_task": ("TASK", "key"),
    "delete_vendor": ("VENDOR", "vendorid"),
}
ADDRESS = "address1 address2 city state zip country"
TEXTS = (
    "contactname printas companyname taxable prefix firstname lastname initial phone1 phone2 cellphone pager fax "
    "email1 email2 url1 url2 status"
)
CONTACT = names("CONTACT", " ".join(f"{name}={name.upper()}" for name in TEXTS.split()))
MAIL = names(
    "CONTACT",
    " ".join(f"{name}=MAILADDRESS.{name.upper()}" for name in ADDRESS.split())
    + " isocountrycode=MAILADDRESS.COUNTRYCODE",
)


def create_contact(context: Context) -> Payload:
    """A new contact; with `ignoreduplicates` one that is there already is answered instead of refused."""
    require(context.company, context.user, "create", "CONTACT")
    element = context.call.element
    values = values_of(element, CONTACT)
    address = element.find("mailaddress")
    if address is not None:
        values |= values_of(address, MAIL)
    before = context.company.table("CONTACT").find(values.get("CONTACTNAME", ""))
    if before is not None and element.get("ignoreduplicates") == "true":
        return key(before["CONTACTNAME"])
    with context.company.atomic():
        return key(create_record(context, Incoming(CONTACT.definition, values))["CONTACTNAME"])


def _delete(object_name: str, attribute: str) -> Callable[[Context], None]:
    definition = CATALOGUE[object_name]

    def delete(context: Context) -> None:
        require(context.company, context.user, "delete", object_name)
        wanted = context.call.element.get(attribute, "")
        if context.call.element.get("externalkey") == "true":
            text = f"Cannot find {object_name.lower()} with key '{wanted}' to delete."
            raise FunctionFailure(ErrorEntry(BUSINESS_RULE, text))
        row = found_record(context, object_name, wanted, "delete")
        with context.company.atomic():
            delete_record(context, definition, row)

    return delete


DELETES = {function: _delete(*where) for function, where in DELETED.items()}
