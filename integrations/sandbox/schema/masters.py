"""Declarations of the master data: parties, accounts, items, places and the small lists around them.

Owns field names as developer.intacct.com documents them for each object. Must not hold records.
"""

from __future__ import annotations

from integrations.sandbox.schema.vocabulary import AUDIT, CONTACT_PARTS, OWNER, contact_block

# What an employee shows of its contact.
PERSON_PARTS = tuple(part for part in CONTACT_PARTS.split() if not part.startswith("TAX"))

# Each entry: label, plural, business key, policy (application, name), fields, then what differs from the usual.
MASTERS: dict[str, dict[str, object]] = {
    "VENDOR": {
        "label": "Vendor",
        "key": "VENDORID",
        "policy": ("Accounts Payable", "Vendors"),
        "fields": "RECORDNO:seq- VENDORID:text* NAME:text* STATUS:vendor_status STATE:approval- PARENTID:text>VENDOR "
        "PARENTKEY:int- PARENTNAME:text- VENDTYPE:text TERMNAME:text>APTERM APACCOUNT:text>GLACCOUNT "
        "APACCOUNTTITLE:text- OFFSETGLACCOUNTNO:text>GLACCOUNT ACCOUNTLABEL:text- CURRENCY:text CREDITLIMIT:cur "
        "TOTALDUE:cur- RETAINAGEPERCENTAGE:pct ONHOLD:bool ONETIME:bool HIDEDISPLAYCONTACT:bool GLGROUP:text "
        "TAXID:text NAME1099:text FORM1099TYPE:text FORM1099BOX:text SUPDOCID:text>SUPDOC DONOTCUTCHECK:bool "
        "COMMENTS:text PAYMETHODKEY:text MERGEPAYMENTREQ:bool PAYMENTNOTIFY:bool BILLINGTYPE:text "
        "PAYMENTPRIORITY:payment_priority DISPLAYTERMDISCOUNT:bool VENDORACCOUNTNO:text "
        "OBJECTRESTRICTION:restriction RESTRICTEDLOCATIONS:text RESTRICTEDDEPARTMENTS:text ISINDIVIDUAL:bool "
        "CONTACTINFO.CONTACTNAME:text PAYTO.CONTACTNAME:text RETURNTO.CONTACTNAME:text "
        f"{contact_block('DISPLAYCONTACT')} PREQUAL_EXPIRES:date {AUDIT} {OWNER} RECORD_URL:text-",
        "relations": "TERM=APTERM:TERMNAME PARENT=VENDOR:PARENTID APACCOUNT=GLACCOUNT:APACCOUNT",
        "derived": "PARENTKEY=PARENT.RECORDNO PARENTNAME=PARENT.NAME APACCOUNTTITLE=APACCOUNT.TITLE",
        "custom": ("PREQUAL_EXPIRES",),
    },
    "CUSTOMER": {
        "label": "Customer",
        "key": "CUSTOMERID",
        "policy": ("Accounts Receivable", "Customers"),
        "fields": "RECORDNO:seq- CUSTOMERID:text* NAME:text* STATUS:vendor_status PARENTID:text>CUSTOMER "
        "PARENTKEY:int- PARENTNAME:text- CUSTTYPE:text CUSTREPID:text CUSTREPNAME:text- TERMNAME:text>ARTERM "
        "ARACCOUNT:text>GLACCOUNT ARACCOUNTTITLE:text- OFFSETGLACCOUNTNO:text>GLACCOUNT CURRENCY:text "
        "CREDITLIMIT:cur TOTALDUE:cur- RETAINAGEPERCENTAGE:pct ONHOLD:bool ONETIME:bool HIDEDISPLAYCONTACT:bool "
        "GLGROUP:text TAXID:text RESALENO:text SUPDOCID:text>SUPDOC COMMENTS:text DELIVERY_OPTIONS:text "
        "SHIPPINGMETHOD:text TERRITORYID:text CUSTMESSAGEID:text ENTITY:text- GLGRPKEY:int- "
        "OBJECTRESTRICTION:restriction RESTRICTEDLOCATIONS:text RESTRICTEDDEPARTMENTS:text "
        "CONTACTINFO.CONTACTNAME:text BILLTO.CONTACTNAME:text SHIPTO.CONTACTNAME:text "
        f"{contact_block('DISPLAYCONTACT')} {AUDIT} {OWNER} RECORD_URL:text-",
        "relations": "TERM=ARTERM:TERMNAME PARENT=CUSTOMER:PARENTID ARACCOUNT=GLACCOUNT:ARACCOUNT",
        "derived": "PARENTKEY=PARENT.RECORDNO PARENTNAME=PARENT.NAME ARACCOUNTTITLE=ARACCOUNT.TITLE",
    },
    "GLACCOUNT": {
        "label": "GL Account",
        "key": "ACCOUNTNO",
        "policy": ("General Ledger", "Accounts"),
        "fields": "RECORDNO:seq- ACCOUNTNO:text* TITLE:text* ACCOUNTTYPE:account_type NORMALBALANCE:balance* "
        "CLOSINGTYPE:closing* CLOSINGACCOUNTNO:text>GLACCOUNT CLOSINGACCOUNTTITLE:text- STATUS:status CATEGORY:text "
        "CATEGORYKEY:text- ALTERNATIVEACCOUNT:alternative TAXABLE:bool REQUIREDEPT:bool REQUIRELOC:bool "
        "REQUIREPROJECT:bool REQUIRETASK:bool REQUIREVENDOR:bool REQUIRECUSTOMER:bool REQUIREEMPLOYEE:bool "
        "REQUIREITEM:bool REQUIRECLASS:bool REQUIRECONTRACT:bool REQUIREWAREHOUSE:bool SUBLEDGERCONTROLON:bool- "
        f"MRCCODE:text- TAXCODE:text- WIPSETUPACCTTYPE:text- {AUDIT} {OWNER} RECORD_URL:text-",
        "relations": "CLOSETOACCT=GLACCOUNT:CLOSINGACCOUNTNO",
        "derived": "CLOSINGACCOUNTTITLE=CLOSETOACCT.TITLE",
    },
    "ITEM": {
        "label": "Item",
        "key": "ITEMID",
        "policy": ("Inventory Control", "Items"),
        "fields": "RECORDNO:seq- ITEMID:text* NAME:text* STATUS:status ITEMTYPE:item_type* EXTENDED_DESCRIPTION:text "
        "PODESCRIPTION:text SODESCRIPTION:text GLGROUP:text UOMGRP:text PRODUCTLINEID:text "
        "DEFAULT_CONVERSIONTYPE:conversion COST_METHOD:cost_method BASEPRICE:cur STANDARD_COST:cur TAXABLE:bool "
        "TAXGROUP.NAME:text INCOMEACCTKEY:text>GLACCOUNT INVACCTKEY:text>GLACCOUNT EXPENSEACCTKEY:text>GLACCOUNT "
        "COGSACCTKEY:text>GLACCOUNT OFFSETOEGLACCOUNTKEY:text>GLACCOUNT OFFSETPOGLACCOUNTKEY:text>GLACCOUNT "
        "DEFERREDREVACCTKEY:text>GLACCOUNT NOTE:text MRR:bool INV_PRECISION:int PO_PRECISION:int SO_PRECISION:int "
        f"{AUDIT} {OWNER} RECORD_URL:text-",
        "relations": "EXPENSEACCT=GLACCOUNT:EXPENSEACCTKEY",
    },
    "DEPARTMENT": {
        "label": "Department",
        "key": "DEPARTMENTID",
        "policy": ("Company", "Departments"),
        "fields": "RECORDNO:seq- DEPARTMENTID:text* TITLE:text* CUSTTITLE:text PARENTID:text>DEPARTMENT PARENTKEY:int- "
        f"PARENTNAME:text- SUPERVISORID:text>EMPLOYEE SUPERVISORNAME:text- STATUS:status {AUDIT} {OWNER} "
        "RECORD_URL:text-",
        "relations": "PARENT=DEPARTMENT:PARENTID SUPERVISOR=EMPLOYEE:SUPERVISORID",
        "derived": "PARENTKEY=PARENT.RECORDNO PARENTNAME=PARENT.TITLE SUPERVISORNAME=SUPERVISOR.PERSONALINFO.PRINTAS",
    },
    "LOCATION": {
        "label": "Location",
        "key": "LOCATIONID",
        "policy": ("Company", "Locations"),
        "fields": "RECORDNO:seq- LOCATIONID:text* NAME:text* CUSTTITLE:text PARENTID:text>LOCATION PARENTKEY:int- "
        "PARENTNAME:text- SUPERVISORID:text>EMPLOYEE STATUS:status CURRENCY:text- STARTDATE:date ENDDATE:date "
        f"CONTACTINFO.CONTACTNAME:text SHIPTO.CONTACTNAME:text {AUDIT} RECORD_URL:text-",
        "relations": "PARENT=LOCATION:PARENTID",
        "derived": "PARENTKEY=PARENT.RECORDNO PARENTNAME=PARENT.NAME",
        "entity_owned": False,
    },
    "LOCATIONENTITY": {
        "label": "Entity",
        "plural": "Entities",
        "key": "LOCATIONID",
        "policy": ("Company", "Entities"),
        "fields": "RECORDNO:seq- LOCATIONID:text- NAME:text- STATUS:status- CURRENCY:text- OPCOUNTRY:text- "
        "STARTDATE:date- ENDDATE:date- FEDERALID:text- TAXID:text- FIRSTMONTH:int- FIRSTMONTHTAX:int- WEEKSTART:int- "
        "HAS_IE_RELATION:bool- CUSTOMERID:text- CUSTOMERNAME:text- VENDORID:text- VENDORNAME:text- "
        "ADDRESSCOUNTRYDEFAULT:text- REPORTPRINTAS:text- SUPERVISORID:text- ENABLELEGALCONTACT:text- LEGALNAME:text- "
        "LEGALADDRESS1:text- LEGALADDRESS2:text- LEGALCITY:text- LEGALSTATE:text- LEGALZIPCODE:text- "
        f"LEGALCOUNTRY:text- {AUDIT} RECORD_URL:text-",
        "operations": "read",
        "entity_owned": False,
    },
    "CLASS": {
        "label": "Class",
        "plural": "Classes",
        "key": "CLASSID",
        "policy": ("Company", "Classes"),
        "fields": "RECORDNO:seq- CLASSID:text* NAME:text* DESCRIPTION:text PARENTID:text>CLASS PARENTKEY:int- "
        f"PARENTNAME:text- STATUS:status {AUDIT} {OWNER} RECORD_URL:text-",
        "relations": "PARENT=CLASS:PARENTID",
        "derived": "PARENTKEY=PARENT.RECORDNO PARENTNAME=PARENT.NAME",
    },
    "EMPLOYEE": {
        "label": "Employee",
        "key": "EMPLOYEEID",
        "policy": ("Time & Expenses ", "Employees"),
        "fields": "RECORDNO:seq- EMPLOYEEID:text* STATUS:status TITLE:text BIRTHDATE:text- STARTDATE:date ENDDATE:date "
        "LOCATIONID:text>LOCATION DEPARTMENTID:text>DEPARTMENT CLASSID:text>CLASS SUPERVISORID:text>EMPLOYEE "
        "EMPLOYEETYPE:text EMPPOSITIONID:text CURRENCY:text PAYMETHODKEY:text MERGEPAYMENTREQ:bool PAYMENTNOTIFY:bool "
        "EARNINGTYPENAME:text POSTACTUALCOST:bool TERMINATIONTYPE:text SUPDOCFOLDERNAME:text "
        "PERSONALINFO.CONTACTNAME:text*>CONTACT PERSONALINFO.PRINTAS:text- PERSONALINFO.FIRSTNAME:text- "
        "PERSONALINFO.LASTNAME:text- PERSONALINFO.EMAIL1:text- PERSONALINFO.PHONE1:text- SSN:text- GENDER:text- "
        f"EMPLOYEETYPE1099TYPE:text- {' '.join(f'CONTACT.{part}:text-' for part in PERSON_PARTS)} CONTACTKEY:int- "
        f"{AUDIT} {OWNER} RECORD_URL:text-",
        "relations": "PERSON=CONTACT:PERSONALINFO.CONTACTNAME DEPARTMENT=DEPARTMENT:DEPARTMENTID "
        "LOCATION=LOCATION:LOCATIONID",
        "derived": "PERSONALINFO.PRINTAS=PERSON.PRINTAS PERSONALINFO.FIRSTNAME=PERSON.FIRSTNAME "
        "PERSONALINFO.LASTNAME=PERSON.LASTNAME PERSONALINFO.EMAIL1=PERSON.EMAIL1 PERSONALINFO.PHONE1=PERSON.PHONE1 "
        f"CONTACTKEY=PERSON.RECORDNO {' '.join(f'CONTACT.{part}=PERSON.{part}' for part in PERSON_PARTS)}",
    },
    "CONTACT": {
        "label": "Contact",
        "key": "CONTACTNAME",
        "policy": ("Company", "Contacts"),
        "fields": "RECORDNO:seq- CONTACTNAME:text* PRINTAS:text* STATUS:status TAXABLE:bool "
        + " ".join(f"{part}:text" for part in CONTACT_PARTS.split() if part not in ("CONTACTNAME", "PRINTAS"))
        + f" {AUDIT} {OWNER} RECORD_URL:text-",
    },
    "APTERM": {
        "label": "AP Term",
        "key": "NAME",
        "policy": ("Accounts Payable", "AP Terms"),
        "fields": "RECORDNO:seq- NAME:text- DESCRIPTION:text- STATUS:status- DUEDATE:int- DUEFROM:due_from- "
        "DISCDATE:int- DISCFROM:due_from- DISCAMOUNT:dec- DISCPERCAMN:percent_or_amount- DISCFUDGEDAYS:int- "
        f"DISCCALCON:text- PENAMOUNT:dec- PENPERCAMN:percent_or_amount- PENFUDGEDAYS:int- PEN_TYPES:text- "
        f"{AUDIT} RECORD_URL:text-",
        "operations": "read",
        "entity_owned": False,
    },
    "ARTERM": {
        "label": "AR Term",
        "key": "NAME",
        "policy": ("Accounts Receivable", "AR Terms"),
        "fields": "RECORDNO:seq- NAME:text- DESCRIPTION:text- STATUS:status- DUEDATE:int- DUEFROM:due_from- "
        f"{AUDIT} RECORD_URL:text-",
        "operations": "read",
        "entity_owned": False,
    },
    "TAXDETAIL": {
        "label": "Tax Detail",
        "key": "DETAILID",
        "policy": ("Taxes", "Tax Details"),
        "fields": "RECORDNO:seq- DETAILID:text- DESCRIPTION:text- TAXTYPE:tax_type- VALUE:dec- STATUS:status- "
        f"TAXSOLUTIONID:text- MINTAXABLE:cur- MAXTAXABLE:cur- INCLUDE:text- MINTAX:cur- MAXTAX:cur- TAXAUTHORITY:text- "
        f"TAXRATE:dec- TAXUID:text- GLACCOUNT:text- REVERSECHARGE:bool- {AUDIT} {OWNER}",
        "operations": "read",
    },
    "EXCHANGERATETYPES": {
        "label": "Exchange Rate Type",
        "key": "NAME",
        "policy": ("Company", "Exchange Rate Types"),
        "fields": "RECORDNO:seq- ID:int- NAME:text- ISDEFAULT:bool-",
        "operations": "read",
        "entity_owned": False,
    },
    "CHECKINGACCOUNT": {
        "label": "Checking Account",
        "key": "BANKACCOUNTID",
        "policy": ("Cash Management", "Checking Accounts"),
        "fields": "RECORDNO:seq- BANKACCOUNTID:text- BANKACCOUNTNO:text- BANKACCOUNTTYPE:text- BANKNAME:text- "
        "GLACCOUNTNO:text- LOCATIONID:text- DEPARTMENTID:text- CURRENCY:text- ROUTINGNO:text- BRANCHID:text- "
        f"ACHBANKID:text- COMPANYNAME:text- STATUS:status- {AUDIT} {OWNER}",
        "operations": "read",
    },
    "ALLOCATION": {
        "label": "Transaction Allocation",
        "key": "ALLOCATIONID",
        "policy": ("General Ledger", "Transaction Allocations"),
        "fields": f"RECORDNO:seq- ALLOCATIONID:text* DESCRIPTION:text TYPE:allocation_type STATUS:status {AUDIT}",
        "operations": "read",
        "entity_owned": False,
    },
}
