"""Declarations of projects, tasks, cost types, project contracts and purchasing transaction definitions.

Owns field names as developer.intacct.com documents them for each object. Must not hold records.
"""

from __future__ import annotations

from integrations.sandbox.schema.vocabulary import AUDIT, OWNER, REFERENCES, SCHEDULE, TEXTS

STANDARD_COST_TYPE_LINES = ("STANDARDTASKSTANDARDCOSTTYPES", "STANDARDTASKSTANDARDCOSTTYPE", "STANDARDTASKKEY")
CONTRACT_ENTRY_LINES = ("PROJECTCONTRACTLINEENTRIES", "PROJECTCONTRACTLINEENTRY", "PROJECTCONTRACTLINEKEY")

CONSTRUCTION: dict[str, dict[str, object]] = {
    "PROJECT": {
        "label": "Project",
        "key": "PROJECTID",
        "policy": ("Projects", "Projects"),
        "fields": "RECORDNO:seq- PROJECTID:text* NAME:text* DESCRIPTION:text CURRENCY:text PROJECTCATEGORY:category* "
        "PROJECTSTATUS:text>PROJECTSTATUS PROJECTTYPE:text>PROJECTTYPE STATUS:status PARENTID:text>PROJECT "
        "PARENTKEY:int- PARENTNAME:text- ROOTPARENTID:text- CUSTOMERID:text>CUSTOMER CUSTOMERKEY:int- "
        "CUSTOMERNAME:text- MANAGERID:text>EMPLOYEE MANAGERKEY:int- SALESCONTACTID:text>EMPLOYEE DOCNUMBER:text "
        "CUSTUSERID:text USERRESTRICTIONS:text LOCATIONID:text>LOCATION LOCATIONKEY:int- LOCATIONNAME:text- "
        "DEPARTMENTID:text>DEPARTMENT DEPARTMENTKEY:int- DEPARTMENTNAME:text- CLASSID:text>CLASS CLASSNAME:text- "
        "TERMNAME:text>ARTERM BEGINDATE:date ENDDATE:date CONTRACTAMOUNT:cur BUDGETAMOUNT:cur BUDGETEDCOST:cur "
        "BUDGETQTY:dec POAMOUNT:cur PONUMBER:text PQNUMBER:text SONUMBER:text BUDGETID:text BILLINGTYPE:text "
        "BILLINGRATE:dec BILLINGPRICING:text EXPENSERATE:dec EXPENSEPRICING:text POAPRATE:dec POAPPRICING:text "
        "INVOICEWITHPARENT:bool INVOICEMESSAGE:text INVOICECURRENCY:text BILLABLEEXPDEFAULT:bool "
        "BILLABLEAPPODEFAULT:bool SUPDOCID:text>SUPDOC CONTACTINFO.CONTACTNAME:text>CONTACT "
        f"BILLTO.CONTACTNAME:text>CONTACT SHIPTO.CONTACTNAME:text>CONTACT {SCHEDULE} {TEXTS} "
        f"EXECUTEON:date SCHEDULEDIMPACT:text JOBSITE_ZONE:text {AUDIT} {OWNER} RECORD_URL:text-",
        "relations": "CUSTOMER=CUSTOMER:CUSTOMERID PARENT=PROJECT:PARENTID MANAGER=EMPLOYEE:MANAGERID "
        "LOCATION=LOCATION:LOCATIONID DEPARTMENT=DEPARTMENT:DEPARTMENTID CLASS=CLASS:CLASSID TERM=ARTERM:TERMNAME",
        "derived": "CUSTOMERNAME=CUSTOMER.NAME CUSTOMERKEY=CUSTOMER.RECORDNO PARENTNAME=PARENT.NAME "
        "PARENTKEY=PARENT.RECORDNO LOCATIONNAME=LOCATION.NAME LOCATIONKEY=LOCATION.RECORDNO "
        "DEPARTMENTNAME=DEPARTMENT.TITLE DEPARTMENTKEY=DEPARTMENT.RECORDNO CLASSNAME=CLASS.NAME "
        "MANAGERKEY=MANAGER.RECORDNO",
        "custom": ("JOBSITE_ZONE",),
    },
    "PROJECTTYPE": {
        "label": "Project Type",
        "key": "NAME",
        "policy": ("Projects", "Project Types"),
        "fields": f"RECORDNO:seq- NAME:text- PARENTNAME:text- STATUS:status- {AUDIT}",
        "operations": "read",
        "entity_owned": False,
    },
    "PROJECTSTATUS": {
        "label": "Project Status",
        "plural": "Project Statuses",
        "key": "NAME",
        "policy": ("Projects", "Project Statuses"),
        "fields": f"RECORDNO:seq- NAME:text- DESCRIPTION:text- STATUS:status- {AUDIT}",
        "operations": "read",
        "entity_owned": False,
    },
    "TASK": {
        "label": "Task",
        "key": "PROJECTID,TASKID",
        "policy": ("Projects", "Tasks"),
        "fields": "RECORDNO:seq- TASKID:text* NAME:text* DESCRIPTION:text PROJECTID:text*>PROJECT PROJECTKEY:int- "
        "PROJECTNAME:text- PARENTKEY:int PARENTID:text- PARENTTASKNAME:text- ROOTPARENTKEY:int- ROOTPARENTID:text- "
        "ROOTPARENTNAME:text- STANDARDTASKID:text>STANDARDTASK TASKNO:text TASKSTATUS:task_status* STATUS:status "
        "ITEMID:text>ITEM ITEMKEY:int- ITEMNAME:text- CLASSID:text>CLASS CLASSKEY:int- CLASSNAME:text- BILLABLE:bool "
        "ISMILESTONE:bool UTILIZED:bool PRIORITY:text PBEGINDATE:date PENDDATE:date BUDGETQTY:dec ESTQTY:dec "
        f"PRODUCTIONUNITDESC:text SUPDOCID:text>SUPDOC {AUDIT} {OWNER} RECORD_URL:text-",
        "relations": "PROJECT=PROJECT:PROJECTID ITEM=ITEM:ITEMID CLASS=CLASS:CLASSID "
        "STANDARDTASK=STANDARDTASK:STANDARDTASKID",
        "derived": "PROJECTKEY=PROJECT.RECORDNO PROJECTNAME=PROJECT.NAME ITEMKEY=ITEM.RECORDNO ITEMNAME=ITEM.NAME "
        "CLASSKEY=CLASS.RECORDNO CLASSNAME=CLASS.NAME",
    },
    "COSTTYPE": {
        "label": "Cost Type",
        "key": "PROJECTID,TASKID,COSTTYPEID",
        "policy": ("Construction", "Cost Types"),
        "fields": "RECORDNO:seq- COSTTYPEID:text- NAME:text DESCRIPTION:text STANDARDCOSTTYPEID:text*>STANDARDCOSTTYPE "
        "PROJECTID:text*>PROJECT PROJECTKEY:int- PROJECTNAME:text- TASKID:text* TASKKEY:text- TASKNAME:text- "
        "ACCOUNTNO:text>GLACCOUNT ITEMID:text>ITEM ACCUMULATIONTYPENAME:text COSTUNITDESCRIPTION:text "
        "PLANNEDBEGINDATE:date PLANNEDENDDATE:date ACTUALBEGINDATE:date ACTUALENDDATE:date STATUS:status "
        f"{AUDIT} {OWNER} RECORD_URL:text-",
        "relations": "PROJECT=PROJECT:PROJECTID TASK=TASK:PROJECTID,TASKID "
        "STANDARDCOSTTYPE=STANDARDCOSTTYPE:STANDARDCOSTTYPEID ITEM=ITEM:ITEMID GLACCOUNT=GLACCOUNT:ACCOUNTNO",
        "derived": "PROJECTKEY=PROJECT.RECORDNO PROJECTNAME=PROJECT.NAME TASKKEY=TASK.RECORDNO TASKNAME=TASK.NAME",
    },
    "STANDARDTASK": {
        "label": "Standard Task",
        "key": "STANDARDTASKID",
        "policy": ("Construction", "Standard Tasks"),
        "fields": "RECORDNO:seq- STANDARDTASKID:text* NAME:text* DESCRIPTION:text TASKNO:text PARENTKEY:int "
        "PARENTID:text- STATUS:status ITEMID:text>ITEM CLASSID:text>CLASS BILLABLE:bool ISMILESTONE:bool "
        f"UTILIZED:bool PRIORITY:text PRODUCTIONUNITDESC:text TIMETYPENAME:text {AUDIT}",
        "lines": STANDARD_COST_TYPE_LINES,
        "entity_owned": False,
    },
    "STANDARDTASKSTANDARDCOSTTYPE": {
        "label": "Standard Task Cost Type",
        "key": "",
        "policy": ("Construction", "Standard Tasks"),
        "fields": "RECORDNO:seq- STANDARDTASKKEY:int- LINE_NO:int- STANDARDCOSTTYPEID:text*>STANDARDCOSTTYPE",
        "operations": "read",
        "entity_owned": False,
        "owner": "STANDARDTASK",
    },
    "STANDARDCOSTTYPE": {
        "label": "Standard Cost Type",
        "key": "STANDARDCOSTTYPEID",
        "policy": ("Construction", "Standard Cost Types"),
        "fields": "RECORDNO:seq- STANDARDCOSTTYPEID:text* NAME:text* DESCRIPTION:text PARENTID:text>STANDARDCOSTTYPE "
        "ACCOUNTNO:text>GLACCOUNT ITEMID:text>ITEM ACCUMULATIONTYPENAME:text COSTUNITDESCRIPTION:text STATUS:status "
        f"{AUDIT}",
        "relations": "PARENT=STANDARDCOSTTYPE:PARENTID GLACCOUNT=GLACCOUNT:ACCOUNTNO ITEM=ITEM:ITEMID",
        "entity_owned": False,
    },
    "PROJECTCONTRACTTYPE": {
        "label": "Project Contract Type",
        "key": "PROJECTCONTRACTTYPEID",
        "policy": ("Construction", "Project Contract Types"),
        "fields": f"RECORDNO:seq- PROJECTCONTRACTTYPEID:text* PROJECTCONTRACTTYPENAME:text* STATUS:status {AUDIT}",
        "entity_owned": False,
    },
    "PROJECTCONTRACT": {
        "label": "Project Contract",
        "key": "PROJECTCONTRACTID",
        "policy": ("Construction", "Project Contracts"),
        "fields": "RECORDNO:seq- PROJECTCONTRACTID:text* NAME:text* DESCRIPTION:text PROJECTID:text*>PROJECT "
        "PROJECTNAME:text- CUSTOMERID:text*>CUSTOMER CUSTOMERNAME:text- CONTRACTDATE:date* "
        "PROJECTCONTRACTTYPEID:text>PROJECTCONTRACTTYPE STATUS:status BILLABLE:bool ARCHITECT.CONTACTNAME:text>CONTACT "
        "RETAINAGEPERCENTAGE:pct LASTAPPLICATIONNO:dec ORIGINALPRICE:cur- POSTED:bool POSTTO:text "
        "ORIGINALGLBUDGETID:text REVISIONGLBUDGETID:text PENDINGGLBUDGETID:text APPROVEDGLBUDGETID:text "
        f"FORECASTGLBUDGETID:text OTHERGLBUDGETID:text WIPEXCLUDE:bool SUPDOCID:text>SUPDOC {SCHEDULE} {TEXTS} "
        f"{REFERENCES} {AUDIT} {OWNER} RECORD_URL:text-",
        "relations": "PROJECT=PROJECT:PROJECTID CUSTOMER=CUSTOMER:CUSTOMERID",
        "derived": "PROJECTNAME=PROJECT.NAME CUSTOMERNAME=CUSTOMER.NAME",
    },
    "PROJECTCONTRACTLINE": {
        "label": "Project Contract Line",
        "key": "PROJECTCONTRACTID,PROJECTCONTRACTLINEID",
        "policy": ("Construction", "Project Contracts"),
        "fields": "RECORDNO:seq- PROJECTCONTRACTID:text*>PROJECTCONTRACT PROJECTCONTRACTLINEID:text* NAME:text* "
        "DESCRIPTION:text STATUS:status PARENTID:text CONTRACTLINEDATE:date* ACCOUNTNO:text*>GLACCOUNT "
        "BILLINGTYPE:billing* MAXIMUMBILLING:maximum_billing* MAXIMUMBILLINGAMOUNT:cur ITEMID:text*>ITEM "
        "PROJECTID:text*>PROJECT TASKID:text COSTTYPEID:text DEPARTMENTID:text>DEPARTMENT CLASSID:text>CLASS "
        "VENDORID:text>VENDOR EMPLOYEEID:text>EMPLOYEE BILLABLE:bool SUMMARIZEBILL:bool GLEXCLUDE:bool "
        "RETAINAGEPERCENTAGE:pct TOTALREVISEDPRICE:cur- DEFAULTRATETABLEID:text TSRATETABLEID:text PORATETABLEID:text "
        f"APRATETABLEID:text GLRATETABLEID:text CCRATETABLEID:text EERATETABLEID:text SUPDOCID:text>SUPDOC {SCHEDULE} "
        f"{TEXTS} {REFERENCES} {AUDIT} {OWNER} RECORD_URL:text-",
        "relations": "PROJECTCONTRACT=PROJECTCONTRACT:PROJECTCONTRACTID PROJECT=PROJECT:PROJECTID "
        "TASK=TASK:PROJECTID,TASKID",
        "lines": CONTRACT_ENTRY_LINES,
    },
    "PROJECTCONTRACTLINEENTRY": {
        "label": "Project Contract Line Entry",
        "plural": "Project Contract Line Entries",
        "key": "",
        "policy": ("Construction", "Project Contracts"),
        "fields": "RECORDNO:seq- PROJECTCONTRACTLINEKEY:int- LINE_NO:int- WFTYPE:entry_type* PRICEEFFECTIVEDATE:date* "
        "PRICE:cur QTY:dec UNITPRICE:cur PRICEMARKUPPERCENT:pct PRICEMARKUPAMOUNT:cur EUOM:text MEMO:text "
        "PROJECTID:text>PROJECT TASKID:text COSTTYPEID:text DEPARTMENTID:text>DEPARTMENT CLASSID:text>CLASS "
        f"ITEMID:text>ITEM VENDORID:text>VENDOR EMPLOYEEID:text>EMPLOYEE {AUDIT}",
        "operations": "read,delete",
        "entity_owned": False,
        "owner": "PROJECTCONTRACTLINE",
    },
    "PODOCUMENTPARAMS": {
        "label": "Purchasing Transaction Definition",
        "key": "DOCID",
        "policy": ("Purchasing", "Transaction Definitions"),
        "fields": "RECORDNO:seq- DOCID:text* DESCRIPTION:text DOCCLASS:doc_class CATEGORY:doc_category "
        "REPORTINGCATEGORY:text STATUS:definition_status ENABLEDOCCHANGE:doc_change PRIMARYDOC:bool UPDATES_GL:posting "
        "SEQUENCE:text PRESERVE_SEQNUM:bool INHERIT_SOURCE_DOCNO:bool CONVTYPE:conversion_policy TERM_NAME:text>APTERM "
        "EDITTYPE:edit_policy DELTYPE:edit_policy CREATETYPE:create_policy TD_CREATION_RULE:creation_rule "
        "ENABLE_RETAINAGE:bool ALLOW_ALLOCATIONS:bool SHOW_TOTALS:bool LINELEVELSIMPLETAX:bool OVERRIDE_PRICE:bool "
        "OVERRIDE_EXCH_RATE_TYPE:bool ENABLEOVERRIDETAX:text ENABLEADDINFOSCOPE:bool ENABLEADDINFOSCHEDULE:bool "
        "ENABLEADDINFOINTERNALREF:bool ENABLEADDINFOEXTERNALREF:bool ENABLEADDINFOBOND:bool ALLOWEDITBILLTO:bool "
        f"ALLOWEDITSHIPTO:bool {AUDIT}",
        "lines": ("RECALLS", "RECALL", "DOCPARKEY"),
        "operations": "read",
        "entity_owned": False,
    },
    "RECALL": {
        "label": "Convertible Definition",
        "key": "",
        "policy": ("Purchasing", "Transaction Definitions"),
        "fields": "RECORDNO:seq- DOCPARKEY:int- LINE_NO:int- RECDOCPAR:text",
        "operations": "read",
        "entity_owned": False,
        "owner": "PODOCUMENTPARAMS",
    },
    "CHANGEREQUESTSTATUS": {
        "label": "Change Request Status",
        "plural": "Change Request Statuses",
        "key": "NAME",
        "policy": ("Construction", "Change Request Statuses"),
        "fields": f"RECORDNO:seq- NAME:text* WFTYPE:request_type STATUS:status {AUDIT}",
        "entity_owned": False,
    },
    "CHANGEREQUESTTYPE": {
        "label": "Change Request Type",
        "key": "NAME",
        "policy": ("Construction", "Change Request Types"),
        "fields": f"RECORDNO:seq- NAME:text* STATUS:status {AUDIT}",
        "entity_owned": False,
    },
}
