"""How the records of this company look to `get_list` and `get`: element by element, as the 2.1 answers name them.

Owns these maps. Must not select or write anything.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listed:
    """One listed object: where its records are, its elements with their fields, which of them are dates in parts."""

    object_name: str
    fields: dict[str, str]
    parts: frozenset[str] = frozenset()
    lines: tuple[str, str] | None = None
    key: str = ""


def _listed(
    object_name: str, text: str, parts: str = "", lines: tuple[str, str] | None = None, key: str = ""
) -> Listed:
    fields = dict(token.partition("=")[::2] for token in text.split())
    return Listed(object_name, fields, frozenset(parts.split()), lines, key or next(iter(fields.values())))


CONTACT_TEXTS = (
    "contactname=CONTACTNAME printas=PRINTAS companyname=COMPANYNAME firstname=FIRSTNAME lastname=LASTNAME "
    "phone1=PHONE1 email1=EMAIL1 status=STATUS"
)
TERM = "name=NAME description=DESCRIPTION status=STATUS whenmodified=WHENMODIFIED"
DIMENSIONS = "locationid=LOCATIONID departmentid=DEPARTMENTID"

LISTED_OBJECTS: dict[str, Listed] = {
    "apterm": _listed("APTERM", TERM),
    "arterm": _listed("ARTERM", TERM),
    "bill": _listed(
        "APBILL",
        "key=RECORDNO vendorid=VENDORID datecreated=WHENCREATED dateposted=WHENPOSTED datedue=WHENDUE "
        "datepaid=WHENPAID termname=TERMNAME billno=RECORDID ponumber=DOCNUMBER totalamount=TOTALENTERED "
        "totalpaid=TOTALPAID totaldue=TOTALDUE onhold=ONHOLD description=DESCRIPTION trx_totalamount=TRX_TOTALENTERED "
        "trx_totalpaid=TRX_TOTALPAID trx_totaldue=TRX_TOTALDUE basecurr=BASECURR currency=CURRENCY "
        "whenmodified=WHENMODIFIED state=STATE supdocid=SUPDOCID",
        parts="datecreated dateposted datedue datepaid",
        lines=("billitems", "lineitem"),
    ),
    "lineitem": _listed(
        "APBILLITEM",
        "line_num=LINE_NO glaccountno=ACCOUNTNO amount=AMOUNT memo=ENTRYDESCRIPTION locationid=LOCATIONID "
        "departmentid=DEPARTMENTID key=RECORDNO totalpaid=TOTALPAID trx_amount=TRX_AMOUNT "
        "retainagepercentage=RETAINAGEPERCENTAGE amountretained=AMOUNTRETAINED trx_amountretained=TRX_AMOUNTRETAINED",
    ),
    "class": _listed(
        "CLASS",
        "key=RECORDNO classid=CLASSID name=NAME description=DESCRIPTION parentid=PARENTID whenmodified=WHENMODIFIED "
        "status=STATUS",
        key="CLASSID",
    ),
    "contact": _listed("CONTACT", CONTACT_TEXTS),
    "costtype": _listed(
        "COSTTYPE",
        "key=RECORDNO projectid=PROJECTID taskid=TASKID costtypeid=COSTTYPEID name=NAME description=DESCRIPTION "
        "status=STATUS",
    ),
    "customer": _listed(
        "CUSTOMER",
        "customerid=CUSTOMERID name=NAME parentid=PARENTID termname=TERMNAME custtype=CUSTTYPE creditlimit=CREDITLIMIT "
        "totaldue=TOTALDUE comments=COMMENTS whenmodified=WHENMODIFIED status=STATUS currency=CURRENCY",
    ),
    "department": _listed(
        "DEPARTMENT",
        "departmentid=DEPARTMENTID title=TITLE parentid=PARENTID supervisorid=SUPERVISORID whenmodified=WHENMODIFIED "
        "status=STATUS",
    ),
    "employee": _listed(
        "EMPLOYEE",
        f"employeeid=EMPLOYEEID title=TITLE {DIMENSIONS} supervisorid=SUPERVISORID whenmodified=WHENMODIFIED "
        "status=STATUS",
    ),
    "glaccount": _listed(
        "GLACCOUNT",
        "glaccountno=ACCOUNTNO title=TITLE normalbalance=NORMALBALANCE accounttype=ACCOUNTTYPE closingtype=CLOSINGTYPE "
        "whenmodified=WHENMODIFIED status=STATUS",
    ),
    "icitem": _listed("ITEM", "itemid=ITEMID itemname=NAME itemtype=ITEMTYPE whenmodified=WHENMODIFIED status=STATUS"),
    "location": _listed(
        "LOCATION",
        "locationid=LOCATIONID name=NAME parentid=PARENTID supervisorid=SUPERVISORID startdate=STARTDATE "
        "enddate=ENDDATE whenmodified=WHENMODIFIED status=STATUS",
        parts="startdate enddate",
    ),
    "locationentity": _listed("LOCATIONENTITY", "locationid=LOCATIONID name=NAME currency=CURRENCY status=STATUS"),
    "potransaction": _listed(
        "PODOCUMENT",
        "key=DOCID transactiontype=DOCPARID transactionid=DOCNO datecreated=WHENCREATED dateposted=WHENPOSTED "
        "createdfrom=CREATEDFROM vendorid=CUSTVENDID referenceno=PONUMBER vendordocno=VENDORDOCNO termname=TERM.NAME "
        "datedue=WHENDUE message=MESSAGE returnto=RETURNTO payto=PAYTO supdocid=SUPDOCID transactionstate=STATE "
        "whenmodified=WHENMODIFIED basecurr=BASECURR currency=CURRENCY projectid=PROJECT "
        "changelognumber=CHANGELOGNUMBER scope=SCOPE inclusions=INCLUSIONS exclusions=EXCLUSIONS terms=TERMS "
        "schedulestartdate=SCHEDULESTARTDATE actualstartdate=ACTUALSTARTDATE "
        "scheduledcompletiondate=SCHEDULEDCOMPLETIONDATE executedon=EXECUTEDON scheduleimpact=SCHEDULEIMPACT "
        "internalrefno=INTERNALREFNO externalrefno=EXTERNALREFNO haschange=HASCHANGE revisedtotal=REVISEDTOTAL "
        "revisedsubtotal=REVISEDSUBTOTAL trx_revisedtotal=TRX_REVISEDTOTAL trx_revisedsubtotal=TRX_REVISEDSUBTOTAL "
        "postedchangestotal=POSTEDCHANGESTOTAL",
        parts="datecreated dateposted datedue",
        lines=("potransitems", "potransitem"),
    ),
    "potransitem": _listed(
        "PODOCUMENTENTRY",
        f"itemid=ITEMID itemdesc=ITEMDESC quantity=UIQTY unit=UNIT price=UIPRICE totalamount=UIVALUE {DIMENSIONS} "
        "memo=MEMO retainagepercentage=RETAINAGEPERCENTAGE amountretained=AMOUNTRETAINED "
        "trx_amountretained=TRX_AMOUNTRETAINED relateddockey=RELATEDDOCKEY relateddoclinekey=RELATEDDOCLINEKEY "
        "conversiontype=CONVERSIONTYPE addedbychange=ADDEDBYCHANGE stdpriceconverted=STDPRICECONVERTED "
        "stdqtyconverted=STDQTYCONVERTED sourcedocid=SOURCE_DOCID sourcedoclineid=SOURCE_DOCLINEKEY",
    ),
    "potransactiondef": _listed("PODOCUMENTPARAMS", "transdefid=DOCID transclass=DOCCLASS"),
    "project": _listed(
        "PROJECT",
        "key=PROJECTID name=NAME description=DESCRIPTION parentid=PARENTID projectcategory=PROJECTCATEGORY "
        "projecttype=PROJECTTYPE projectstatus=PROJECTSTATUS customerid=CUSTOMERID managerid=MANAGERID "
        f"begindate=BEGINDATE enddate=ENDDATE {DIMENSIONS} classid=CLASSID currency=CURRENCY ponumber=PONUMBER "
        "whenmodified=WHENMODIFIED status=STATUS supdocid=SUPDOCID",
        parts="begindate enddate",
    ),
    "projectstatus": _listed("PROJECTSTATUS", "name=NAME description=DESCRIPTION status=STATUS"),
    "projecttype": _listed("PROJECTTYPE", "name=NAME parentname=PARENTNAME status=STATUS"),
    "supdoc": _listed(
        "SUPDOC",
        "recordno=RECORDNO supdocid=SUPDOCID supdocname=SUPDOCNAME folder=FOLDER description=DESCRIPTION "
        "creationdate=WHENCREATED createdby=CREATEDUSERID",
        lines=("attachments", "attachment"),
        key="SUPDOCID",
    ),
    "attachment": _listed(
        "ATTACHMENT",
        "attachmentname=ATTACHMENTNAME attachmenttype=ATTACHMENTTYPE attachmentdata=ATTACHMENTDATA",
    ),
    "supdocfolder": _listed(
        "SUPDOCFOLDER",
        "name=NAME description=DESCRIPTION parentfolder=PARENTFOLDER creationdate=WHENCREATED createdby=CREATEDUSERID "
        "lastmodified=WHENMODIFIED lastmodifiedby=MODIFIEDBY status=STATUS",
    ),
    "task": _listed(
        "TASK",
        "key=RECORDNO projectid=PROJECTID name=NAME taskno=TASKNO description=DESCRIPTION taskstatus=TASKSTATUS "
        "billable=BILLABLE itemid=ITEMID classid=CLASSID supdocid=SUPDOCID",
    ),
    "taxdetail": _listed("TAXDETAIL", "detailid=DETAILID description=DESCRIPTION taxtype=TAXTYPE status=STATUS"),
    "vendor": _listed(
        "VENDOR",
        "vendorid=VENDORID name=NAME parentid=PARENTID termname=TERMNAME glaccountno=APACCOUNT vendtype=VENDTYPE "
        "taxid=TAXID creditlimit=CREDITLIMIT totaldue=TOTALDUE vendoraccountno=VENDORACCOUNTNO comments=COMMENTS "
        "status=STATUS currency=CURRENCY onetime=ONETIME whenmodified=WHENMODIFIED supdocid=SUPDOCID "
        "retainagepercentage=RETAINAGEPERCENTAGE",
    ),
}

# Clients also filter attachments by the names that the create functions use.
ALIASES = {"supdocfoldername": "name", "supdocdescription": "description"}
# Stamps that are shown as plain days.
DAYS = ("creationdate", "lastmodified")
EMPTY_LISTS = ("smarteventlog",)
