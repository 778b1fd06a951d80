"""Words shared by the object declarations: enumerations with stored codes, labels, and repeated groups of fields.

Owns the vocabulary. Must not declare an object.
"""

from __future__ import annotations

from integrations.sandbox.schema.model import Enumeration


def _plain(*values: str) -> Enumeration:
    return Enumeration({value: value for value in values})


# Stored codes: developer.intacct.com pages of the objects; plain enumerations have no published code.
ENUMERATIONS: dict[str, Enumeration] = {
    "status": Enumeration({"active": "T", "inactive": "F"}),
    "vendor_status": Enumeration({"active": "T", "active non-posting": "A", "inactive": "F"}),
    "user_status": Enumeration({"active": "T", "inactive": "F", "lockedout": "L"}),
    "user_type": Enumeration(
        {"business user": "B", "employee user": "E", "view only user": "V", "project manager user": "P"}
    ),
    "approval": Enumeration({"Submitted": "S", "Approved": "A", "Declined": "R"}),
    "item_type": Enumeration(
        {
            "Inventory": "I",
            "Non-Inventory": "NI",
            "Non-Inventory (Purchase only)": "NP",
            "Non-Inventory (Sales only)": "NS",
            "Kit": "K",
            "Stockable Kit": "SK",
        }
    ),
    "cost_method": Enumeration({"Standard": "S", "Average": "A", "FIFO": "F", "LIFO": "L"}),
    "conversion": _plain("Quantity", "Price"),
    "account_type": Enumeration({"balancesheet": "N", "incomestatement": "I"}),
    "balance": Enumeration({"debit": "1", "credit": "-1"}),
    "closing": Enumeration({"non-closing account": "0", "closing account": "1", "closed to account": "2"}),
    "alternative": _plain("None", "Payables account", "Receivables account"),
    "task_status": Enumeration(
        {"Not Started": "N", "Planned": "L", "In Progress": "P", "Completed": "C", "On Hold": "H"}
    ),
    "category": _plain("Contract", "Capitalized", "Internal Non-Billable", "Internal Billable"),
    "restriction": _plain("Unrestricted", "RootOnly", "Restricted"),
    "payment_priority": Enumeration({"urgent": "U", "high": "H", "normal": "N", "low": "L"}),
    "doc_class": Enumeration(
        {
            "Quote": "QUOTE",
            "Order": "ORDER",
            "List": "LIST",
            "Invoice": "INVOICE",
            "Adjustment": "ADJ",
            "Other": "OTHER",
        }
    ),
    "doc_category": Enumeration({"Quote": "Q", "Order": "O", "Shipping": "S", "Invoice": "I", "Return": "R"}),
    "doc_change": _plain("Enable Change", "Change Order", "No Change"),
    "posting": _plain("A", "G", "N"),
    "conversion_policy": _plain("Close Transaction", "Leave Transaction Open", "Close Original and Create Back Order"),
    "create_policy": _plain("New document or Convert", "New document only", "Convert only"),
    "edit_policy": _plain("All", "Before Printing", "No Edit"),
    "definition_status": Enumeration({"Active": "T", "Inactive": "F"}),
    "creation_rule": _plain("Top level or entity", "Top level only", "Entity only"),
    "billing": _plain("Progress", "TM"),
    "maximum_billing": _plain("Total revised price", "Specified amount", "No maximum"),
    "entry_type": _plain("original", "revision", "forecast", "pending change", "approved change", "other"),
    "request_type": _plain("none", "original", "revision", "forecast", "pending change", "approved change", "other"),
    "due_from": _plain(
        "from invoice/bill date",
        "of the month of invoice/bill date",
        "of next month from invoice/bill date",
    ),
    "percent_or_amount": _plain("$", "%"),
    "tax_type": Enumeration({"Sale": "S", "Purchase": "P"}),
    "allocation_type": _plain("Percentage", "Absolute", "Fixed amount"),
    # Live lists show one stored code, A, for everything that is posted.
    "bill_state": Enumeration(
        {
            "Draft": "D",
            "Submitted": "S",
            "Partially Approved": "PA",
            "Declined": "U",
            "Posted": "A",
            "Selected": "A",
            "Partially Paid": "A",
            "Paid": "A",
            "No Value": "A",
            "Reversed": "V",
            "Reversal": "V",
            "Analyzing": "AN",
        }
    ),
    "bill_action": _plain("Submit", "Draft"),
    "payment_state": Enumeration({"Complete": "C", "Draft": "D", "Approved": "A", "Submitted": "S", "Voided": "V"}),
    "document_state": Enumeration(
        {
            "Draft": "I",
            "Pending": "O",
            "Closed": "D",
            "Submitted": "S",
            "Approved": "A",
            "Partially Approved": "X",
            "Declined": "R",
            "In Progress": "G",
            "Converted": "C",
            "Partially Converted": "P",
        }
    ),
    "cleared": Enumeration({"Cleared": "T", "Not cleared": "F"}),
    "access_mode": Enumeration({"Create": "C", "Modify": "M", "Delete": "D"}, swapped=True),
}

LABELS: dict[str, str] = {
    "RECORDNO": "Record number",
    "VENDORID": "Vendor ID",
    "CUSTOMERID": "Customer ID",
    "PROJECTID": "Project ID",
    "TASKID": "Task ID",
    "COSTTYPEID": "Cost type ID",
    "STANDARDTASKID": "Standard task ID",
    "STANDARDCOSTTYPEID": "Standard cost type ID",
    "PROJECTCONTRACTID": "Project contract ID",
    "PROJECTCONTRACTLINEID": "Project contract line ID",
    "PROJECTCATEGORY": "Project category",
    "PROJECTSTATUS": "Project status",
    "PROJECTTYPE": "Project type",
    "TASKSTATUS": "Task status",
    "ACCOUNTNO": "Account number",
    "ACCOUNTTYPE": "Account type",
    "NORMALBALANCE": "Normal balance",
    "CLOSINGTYPE": "Period end closing type",
    "ITEMTYPE": "Item type",
    "TERMNAME": "Term",
    "TOTALDUE": "Total due",
    "CREDITLIMIT": "Credit limit",
    "CONTRACTAMOUNT": "Contract amount",
    "BEGINDATE": "Begin date",
    "ENDDATE": "End date",
    "RETAINAGEPERCENTAGE": "Retainage percentage",
    "WHENCREATED": "When created",
    "WHENMODIFIED": "When modified",
    "CREATEDBY": "Created by",
    "MODIFIEDBY": "Modified by",
    "MEGAENTITYKEY": "Created at entity key",
    "MEGAENTITYID": "Created at entity ID",
    "MEGAENTITYNAME": "Created at entity name",
    "RECORD_URL": "Record URL",
    "DOCID": "Transaction definition",
    "PREQUAL_EXPIRES": "Prequalification expires",
    "JOBSITE_ZONE": "Jobsite zone",
    "LOGINID": "User ID",
}

AUDIT = "WHENCREATED:time- WHENMODIFIED:time- CREATEDBY:int- MODIFIEDBY:int-"
OWNER = "MEGAENTITYKEY:int- MEGAENTITYID:text- MEGAENTITYNAME:text-"
CONTACT_PARTS = (
    "CONTACTNAME COMPANYNAME PREFIX FIRSTNAME LASTNAME INITIAL PRINTAS PHONE1 PHONE2 CELLPHONE PAGER FAX EMAIL1 EMAIL2 "
    "URL1 URL2 TAXGROUP TAXSOLUTIONID MAILADDRESS.ADDRESS1 MAILADDRESS.ADDRESS2 MAILADDRESS.ADDRESS3 MAILADDRESS.CITY "
    "MAILADDRESS.STATE MAILADDRESS.ZIP MAILADDRESS.COUNTRY MAILADDRESS.COUNTRYCODE MAILADDRESS.ISOCOUNTRYCODE"
)
SCHEDULE = (
    "SCHEDULEDSTARTDATE:date ACTUALSTARTDATE:date SCHEDULEDCOMPLETIONDATE:date REVISEDCOMPLETIONDATE:date "
    "SUBSTANTIALCOMPLETIONDATE:date ACTUALCOMPLETIONDATE:date NOTICETOPROCEED:date RESPONSEDUE:date"
)
TEXTS = "SCOPE:text INCLUSIONS:text EXCLUSIONS:text TERMS:text"
REFERENCES = (
    "EXECUTEDON:date SCHEDULEIMPACT:text INTERNALREFNO:text INTERNALINITIATEDBY:text INTERNALVERBALBY:text "
    "INTERNALISSUEDBY:text INTERNALISSUEDON:date INTERNALAPPROVEDBY:text INTERNALAPPROVEDON:date INTERNALSIGNEDBY:text "
    "INTERNALSIGNEDON:date INTERNALSOURCE:text INTERNALSOURCEREFNO:text EXTERNALREFNO:text EXTERNALVERBALBY:text "
    "EXTERNALAPPROVEDBY:text EXTERNALAPPROVEDON:date EXTERNALSIGNEDBY:text EXTERNALSIGNEDON:date"
)


def contact_block(prefix: str) -> str:
    """The flattened fields of a contact that hangs on another record, such as `DISPLAYCONTACT.EMAIL1`."""
    return " ".join(f"{prefix}.{part}:text" for part in CONTACT_PARTS.split())
