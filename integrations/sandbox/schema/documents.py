"""Declarations of the documents: bills, payments, purchasing transactions, attachments, and a user-defined dimension.

Owns field names as the pages and field lists of live companies have them. Must not hold records or totals.
"""

from __future__ import annotations

from integrations.sandbox.schema.vocabulary import AUDIT, OWNER

# On documents WHENCREATED is the document's date and AUWHENCREATED the audit stamp.
STAMPS = "AUWHENCREATED:time- WHENMODIFIED:time- CREATEDBY:int- MODIFIEDBY:int-"
DIMENSION_FIELDS = (
    "LOCATIONID:text{0}>LOCATION LOCATIONNAME:text- DEPARTMENTID:text{0}>DEPARTMENT PROJECTID:text{0}>PROJECT "
    "PROJECTNAME:text- TASKID:text{0} COSTTYPEID:text{0} CUSTOMERID:text{0}>CUSTOMER VENDORID:text{0}>VENDOR "
    "EMPLOYEEID:text{0}>EMPLOYEE CLASSID:text{0}>CLASS GLDIMSITE_PHASE:int{0}>SITE_PHASE BILLABLE:bool{0}"
)
DIMENSION_RELATIONS = (
    "PROJECT=PROJECT:PROJECTID TASK=TASK:PROJECTID,TASKID COSTTYPE=COSTTYPE:PROJECTID,TASKID,COSTTYPEID "
    "LOCATION=LOCATION:LOCATIONID DEPARTMENT=DEPARTMENT:DEPARTMENTID"
)
TOTALS = "TOTALENTERED:cur- TOTALPAID:cur- TOTALDUE:cur- TRX_TOTALENTERED:cur- TRX_TOTALPAID:cur- TRX_TOTALDUE:cur-"
RETAINAGE = "RETAINAGEPERCENTAGE:pct- AMOUNTRETAINED:cur- TRX_AMOUNTRETAINED:cur-"

DOCUMENTS: dict[str, dict[str, object]] = {
    "APBILL": {
        "label": "AP Bill",
        "key": "VENDORID,RECORDID",
        "policy": ("Accounts Payable", "Bills"),
        "fields": "RECORDNO:seq- RECORDTYPE:text- RECORDID:text STATE:bill_state- RAWSTATE:text- VENDORID:text>VENDOR "
        "VENDORNAME:text- DOCNUMBER:text DESCRIPTION:text DESCRIPTION2:text- TERMNAME:text>APTERM TERMKEY:int- "
        "WHENCREATED:date WHENPOSTED:date WHENDUE:date WHENPAID:date- WHENDISCOUNT:date- RECPAYMENTDATE:date "
        "PAYMENTPRIORITY:payment_priority ONHOLD:bool PRBATCH:text PRBATCHKEY:int- CURRENCY:text BASECURR:text "
        "EXCH_RATE_DATE:date EXCH_RATE_TYPE_ID:text EXCHANGE_RATE:dec INCLUSIVETAX:bool TAXSOLUTIONID:text "
        f"{TOTALS} TOTALSELECTED:cur- TRX_TOTALSELECTED:cur- TRX_ENTITYDUE:cur- RETAINAGEPERCENTAGE:pct- "
        "TRX_TOTALRETAINED:cur- TRX_TOTALRELEASED:cur- TOTALRETAINED:cur- RETAINAGERELEASED:bool- DUE_IN_DAYS:int- "
        "BILLTOPAYTOCONTACTNAME:text>CONTACT SHIPTORETURNTOCONTACTNAME:text>CONTACT SUPDOCID:text>SUPDOC "
        f"MODULEKEY:text- SYSTEMGENERATED:bool- USERID:text- {STAMPS} {OWNER} RECORD_URL:text- SOURCE_APP_URL:text",
        "inputs": "ACTION:bill_action",
        "relations": "VENDOR=VENDOR:VENDORID TERM=APTERM:TERMNAME",
        "derived": "VENDORNAME=VENDOR.NAME TERMKEY=TERM.RECORDNO TRX_ENTITYDUE=VENDOR.TOTALDUE",
        "lines": ("APBILLITEMS", "APBILLITEM", "RECORDKEY"),
        "replaces_lines": True,
        "renamable": True,
        "result": "RECORDNO,RECORD_URL",
        "custom": ("SOURCE_APP_URL",),
    },
    "APBILLITEM": {
        "label": "AP Bill Line",
        "key": "",
        "policy": ("Accounts Payable", "Bills"),
        "fields": "RECORDNO:seq- RECORDKEY:int- LINE_NO:int- ACCOUNTNO:text>GLACCOUNT ACCOUNTTITLE:text- "
        "ACCOUNTKEY:int- ACCOUNTLABEL:text OFFSETGLACCOUNTNO:text>GLACCOUNT AMOUNT:cur- TRX_AMOUNT:cur "
        "TOTALTRXAMOUNT:cur ENTRYDESCRIPTION:text FORM1099:bool FORM1099TYPE:text FORM1099BOX:text "
        f"ALLOCATION:text>ALLOCATION {DIMENSION_FIELDS.format('')} ITEMID:text>ITEM CONTRACTID:text WAREHOUSEID:text "
        "PARTIALEXEMPT:bool TOTALPAID:cur- TRX_TOTALPAID:cur- TOTALSELECTED:cur- TRX_TOTALSELECTED:cur- "
        f"STATE:bill_state- {RETAINAGE} TRX_AMOUNTRELEASED:cur- RELEASETOPAY:bool- PRIMARYDOCKEY:int- "
        "PRIMARYDOCLINEKEY:int- ORIGDOCKEY:int- ORIGDOCLINEKEY:int- ORIGDOCID:text- ORIGDOCLINEID:text- "
        f"{AUDIT} RECORD_URL:text- SOURCE_LINE_ID:text",
        "relations": f"BILL=APBILL:#RECORDKEY GLACCOUNT=GLACCOUNT:ACCOUNTNO ITEM=ITEM:ITEMID {DIMENSION_RELATIONS}",
        "derived": "ACCOUNTTITLE=GLACCOUNT.TITLE ACCOUNTKEY=GLACCOUNT.RECORDNO LOCATIONNAME=LOCATION.NAME "
        "PROJECTNAME=PROJECT.NAME STATE=BILL.STATE",
        "operations": "read",
        "entity_owned": False,
        "owner": "APBILL",
        "custom": ("SOURCE_LINE_ID",),
    },
    "APPYMT": {
        "label": "AP Payment",
        "key": "",
        "policy": ("Accounts Payable", "Payments"),
        "fields": "RECORDNO:seq- RECORDID:text- STATE:payment_state- RAWSTATE:text- PAYMENTMETHOD:text "
        "FINANCIALENTITY:text>CHECKINGACCOUNT FINANCIALENTITYTYPE:text- FINANCIALACCOUNTNAME:text- "
        "FINANCIALACCOUNTCURRENCY:text- VENDORID:text*>VENDOR VENDORNAME:text- DOCNUMBER:text DESCRIPTION:text "
        "WHENCREATED:date- WHENPAID:date- WHENPOSTED:date- CURRENCY:text* BASECURR:text EXCH_RATE_DATE:date "
        f"EXCH_RATE_TYPE_ID:text {TOTALS} CLEARED:cleared- CLRDATE:date- PRBATCHKEY:int- {STAMPS} {OWNER} "
        "RECORD_URL:text-",
        "inputs": "PAYMENTDATE:date ACTION:bill_action AMOUNTTOPAY:cur PAYMENTPROVIDER:text PAYMENTREQUESTMETHOD:text",
        "relations": "VENDOR=VENDOR:VENDORID BANK=CHECKINGACCOUNT:FINANCIALENTITY",
        "derived": "VENDORNAME=VENDOR.NAME FINANCIALACCOUNTNAME=BANK.BANKNAME FINANCIALACCOUNTCURRENCY=BANK.CURRENCY",
        "lines": ("APPYMTDETAILS", "APPYMTDETAIL", "PAYMENTKEY"),
        "operations": "read,create,delete",
        "result": "RECORDNO",
    },
    "APPYMTDETAIL": {
        "label": "AP Payment Detail",
        "key": "",
        "policy": ("Accounts Payable", "Payments"),
        "fields": "RECORDNO:seq- PAYMENTKEY:int- PAYMENTENTRYKEY:int- RECORDKEY:int ENTRYKEY:int PAYMENTDATE:date- "
        "PAYMENTAMOUNT:cur- TRX_PAYMENTAMOUNT:cur POSADJKEY:int POSADJENTRYKEY:int INLINEKEY:int INLINEENTRYKEY:int "
        "INLINEAMOUNT:cur- TRX_INLINEAMOUNT:cur DISCOUNTKEY:int- DISCOUNTDATE:date DISCOUNTAMOUNT:cur- "
        "TRX_DISCOUNTAMOUNT:cur- ADJUSTMENTKEY:int ADJUSTMENTENTRYKEY:int ADJUSTMENTAMOUNT:cur- "
        "TRX_ADJUSTMENTAMOUNT:cur ADVANCEKEY:int ADVANCEENTRYKEY:int POSTEDADVANCEKEY:int- POSTEDADVANCEAMOUNT:cur- "
        f"TRX_POSTEDADVANCEAMOUNT:cur CURRENCY:text STATE:payment_state- MODULEKEY:text- {AUDIT} RECORD_URL:text-",
        "relations": "PAYMENT=APPYMT:#PAYMENTKEY BILL=APBILL:#RECORDKEY",
        "derived": "STATE=PAYMENT.STATE PAYMENTDATE=PAYMENT.WHENCREATED CURRENCY=PAYMENT.CURRENCY",
        "operations": "read",
        "entity_owned": False,
        "owner": "APPYMT",
    },
    "APBILLPAYMENT": {
        "label": "AP Bill Payment",
        "key": "",
        "policy": ("Accounts Payable", "Payments"),
        "fields": "RECORDNO:seq- PAYMENTKEY:int- PAYITEMKEY:int- RECORDKEY:int- PAIDITEMKEY:int- AMOUNT:cur- "
        "TRX_AMOUNT:cur- CURRENCY:text- STATE:payment_state- PAYMENTDATE:date- PARENTPYMT:int- INVBASEAMT:cur- "
        f"INVTRXAMT:cur- {AUDIT} RECORD_URL:text-",
        "relations": "PAYMENT=APPYMT:#PAYMENTKEY BILL=APBILL:#RECORDKEY",
        "derived": "STATE=PAYMENT.STATE PAYMENTDATE=PAYMENT.WHENCREATED CURRENCY=PAYMENT.CURRENCY",
        "operations": "read",
        "entity_owned": False,
    },
    "PODOCUMENT": {
        "label": "Purchasing Transaction",
        "key": "DOCID",
        "policy": ("Purchasing", "Transactions"),
        "fields": "RECORDNO:seq- DOCNO:text- DOCID:text- DOCPARID:text->PODOCUMENTPARAMS DOCPARKEY:int- "
        "DOCPARCLASS:doc_class- STATE:document_state- CREATEDFROM:text- CLOSED:text- WHENCREATED:date- "
        "WHENPOSTED:date- WHENDUE:date- PONUMBER:text- VENDORDOCNO:text- CUSTVENDID:text->VENDOR CUSTVENDNAME:text- "
        "TERM.NAME:text->APTERM MESSAGE:text- NOTE:text- PROJECT:text->PROJECT PROJECTKEY:int- PROJECTNAME:text- "
        "CURRENCY:text- BASECURR:text- EXCHRATE:dec- EXCHRATETYPES.NAME:text- SUBTOTAL:cur- TOTAL:cur- "
        f"TRX_SUBTOTAL:cur- TRX_TOTAL:cur- {TOTALS} HASCHANGE:bool- CHANGELOGNUMBER:int- REVISEDTOTAL:cur- "
        "REVISEDSUBTOTAL:cur- TRX_REVISEDTOTAL:cur- TRX_REVISEDSUBTOTAL:cur- POSTEDCHANGESTOTAL:cur- "
        "TOTALAMOUNTCONVERTED:cur- TOTALAMOUNTREMAINING:cur- TOTALPRICE_CONVERTED:cur- TOTALQTY_CONVERTED:dec- "
        "TOTALQTYREMAINING:dec- PAYMENTSTATUS:text- STATUS:status- SUPDOCID:text->SUPDOC TAXSOLUTIONID:text- "
        f"PRRECORDKEY:int- CREATEDUSERID:text- {STAMPS} {OWNER} RECORD_URL:text- SOURCE_APP_URL:text-",
        "relations": "VENDOR=VENDOR:CUSTVENDID DOCPAR=PODOCUMENTPARAMS:DOCPARID HEADERPROJECT=PROJECT:PROJECT "
        "SOURCE=PODOCUMENT:CREATEDFROM BILL=APBILL:#PRRECORDKEY",
        "derived": "CUSTVENDNAME=VENDOR.NAME DOCPARKEY=DOCPAR.RECORDNO DOCPARCLASS=DOCPAR.DOCCLASS "
        "PROJECTKEY=HEADERPROJECT.RECORDNO PROJECTNAME=HEADERPROJECT.NAME TOTALENTERED=BILL.TOTALENTERED "
        "TOTALPAID=BILL.TOTALPAID TOTALDUE=BILL.TOTALDUE TRX_TOTALENTERED=BILL.TRX_TOTALENTERED "
        "TRX_TOTALPAID=BILL.TRX_TOTALPAID TRX_TOTALDUE=BILL.TRX_TOTALDUE",
        "lines": ("PODOCUMENTENTRIES", "PODOCUMENTENTRY", "DOCHDRNO"),
        "first_line": 0,
        "typed": True,
        "operations": "read,delete",
        "custom": ("SOURCE_APP_URL",),
    },
    "PODOCUMENTENTRY": {
        "label": "Purchasing Transaction Line",
        "key": "",
        "policy": ("Purchasing", "Transactions"),
        "fields": "RECORDNO:seq- DOCHDRNO:int- DOCHDRID:text- DOCPARID:text- LINE_NO:int- ITEMID:text->ITEM "
        "ITEMNAME:text- ITEMDESC:text- ITEM.ITEMTYPE:item_type- UNIT:text- MEMO:text- QUANTITY:dec- UIQTY:dec- "
        "PRICE:dec- UIPRICE:dec- UIVALUE:cur- TOTAL:cur- TRX_PRICE:dec- TRX_VALUE:cur- RETAILPRICE:dec- "
        "QTY_CONVERTED:dec- QTY_REMAINING:dec- STDPRICECONVERTED:cur- STDQTYCONVERTED:dec- "
        f"REVERSEPRICECONVERTED:cur- REVERSEQTYCONVERTED:dec- {RETAINAGE} CONVERSIONTYPE:conversion- "
        "RELATEDDOCKEY:int- RELATEDDOCLINEKEY:int- ADDEDBYCHANGE:bool- CURRENCY:text- EXCHRATE:dec- "
        f"STATE:document_state- STATUS:status- {DIMENSION_FIELDS.format('-')} SOURCE_DOCKEY:int- SOURCE_DOCID:text- "
        "SOURCE_DOCLINEKEY:int- NEEDBYDATE:date- FORM1099:bool- AUWHENCREATED:time- WHENCREATED:time- "
        "WHENMODIFIED:time- CREATEDBY:int- MODIFIEDBY:int- SOURCE_LINE_ID:text-",
        "relations": f"DOCHDR=PODOCUMENT:DOCHDRID ITEM=ITEM:ITEMID {DIMENSION_RELATIONS}",
        "derived": "ITEMNAME=ITEM.NAME ITEM.ITEMTYPE=ITEM.ITEMTYPE LOCATIONNAME=LOCATION.NAME PROJECTNAME=PROJECT.NAME "
        "STATE=DOCHDR.STATE DOCPARID=DOCHDR.DOCPARID",
        "operations": "read",
        "entity_owned": False,
        "owner": "PODOCUMENT",
        "typed": True,
        "custom": ("SOURCE_LINE_ID",),
    },
    # Attachments are no objects of the generic functions: only `get`, `get_list` and the *_supdoc functions know them.
    "SUPDOCFOLDER": {
        "label": "Attachment Folder",
        "key": "NAME",
        "policy": ("Company", "Attachments"),
        "fields": f"RECORDNO:seq- NAME:text* DESCRIPTION:text PARENTFOLDER:text>SUPDOCFOLDER STATUS:status "
        f"CREATEDUSERID:text- {AUDIT}",
        "operations": "legacy",
        "entity_owned": False,
    },
    "SUPDOC": {
        "label": "Attachment",
        "key": "SUPDOCID",
        "policy": ("Company", "Attachments"),
        "fields": "RECORDNO:seq- SUPDOCID:text* SUPDOCNAME:text FOLDER:text*>SUPDOCFOLDER DESCRIPTION:text "
        f"CREATEDUSERID:text- {AUDIT}",
        "operations": "legacy",
        "lines": ("ATTACHMENTS", "ATTACHMENT", "SUPDOCKEY"),
        "entity_owned": False,
    },
    "ATTACHMENT": {
        "label": "Attached File",
        "key": "",
        "policy": ("Company", "Attachments"),
        "fields": f"RECORDNO:seq- SUPDOCKEY:int- LINE_NO:int- ATTACHMENTNAME:text* ATTACHMENTTYPE:text* "
        f"ATTACHMENTDATA:text* {AUDIT}",
        "operations": "legacy",
        "entity_owned": False,
        "owner": "SUPDOC",
    },
    "DOCUMENTSEQUENCE": {
        "label": "Document Sequence",
        "key": "NAME",
        "policy": ("Company", "Document Sequences"),
        "fields": "RECORDNO:seq- NAME:text* PREFIX:text NEXTNUMBER:int",
        "operations": "legacy",
        "entity_owned": False,
    },
    "SITE_PHASE": {
        "label": "Site Phase",
        "key": "id",
        "policy": ("Platform Services", "Site Phases"),
        "fields": "id:seq- name:text- createdBy:text- updatedBy:text- createdAt:time- updatedAt:time-",
        "operations": "read",
        "entity_owned": False,
        "record_key": "id",
        "user_defined_dimension": True,
    },
}
