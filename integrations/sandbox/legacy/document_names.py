"""How the elements of the purchasing functions are called as fields, and which parts a definition must switch on.

Owns these names. Must not hold behavior.
"""

from __future__ import annotations

from integrations.sandbox.legacy.reading import names
from integrations.sandbox.wire.legacy_shapes import CONSTRUCTION

CONSTRUCTION_NAMES = tuple(token.rstrip("?") for token in CONSTRUCTION.split())

HEADER = names(
    "PODOCUMENT",
    "transactiontype=DOCPARID datecreated=WHENCREATED dateposted=WHENPOSTED createdfrom=CREATEDFROM "
    "vendorid=CUSTVENDID documentno=DOCNO referenceno=PONUMBER vendordocno=VENDORDOCNO termname=TERM.NAME "
    "datedue=WHENDUE message=MESSAGE shippingmethod=SHIPPINGMETHOD returnto=RETURNTO payto=PAYTO deliverto=DELIVERTO "
    "supdocid=SUPDOCID externalid=EXTERNALID basecurr=BASECURR currency=CURRENCY exchratedate=EXCHRATEDATE "
    "exchratetype=EXCHRATETYPES.NAME exchrate=EXCHRATE state=STATE needbydate=NEEDBYDATE projectid=PROJECT "
    "changelognumber=CHANGELOGNUMBER donotshipbeforedate=DONOTSHIPBEFOREDATE donotshipafterdate=DONOTSHIPAFTERDATE "
    "promiseddate=PROMISEDDATE contractstartdate=CONTRACTSTARTDATE contractenddate=CONTRACTENDDATE "
    "cancelafterdate=CANCELAFTERDATE taxsolutionid=TAXSOLUTIONID "
    + " ".join(f"{name}={name.upper()}" for name in CONSTRUCTION_NAMES),
    dates="datecreated dateposted datedue exchratedate needbydate donotshipbeforedate donotshipafterdate promiseddate "
    "contractstartdate contractenddate cancelafterdate",
)
LINE = names(
    "PODOCUMENTENTRY",
    "itemid=ITEMID itemdesc=ITEMDESC quantity=UIQTY unit=UNIT price=UIPRICE sourcelinekey=SOURCE_DOCLINEKEY "
    "locationid=LOCATIONID departmentid=DEPARTMENTID memo=MEMO form1099=FORM1099 projectid=PROJECTID taskid=TASKID "
    "costtypeid=COSTTYPEID customerid=CUSTOMERID vendorid=VENDORID employeeid=EMPLOYEEID classid=CLASSID "
    "billable=BILLABLE needbydate=NEEDBYDATE relateddockey=RELATEDDOCKEY relateddoclinekey=RELATEDDOCLINEKEY "
    "retainagepercentage=RETAINAGEPERCENTAGE amountretained=AMOUNTRETAINED trx_amountretained=TRX_AMOUNTRETAINED "
    "conversiontype=CONVERSIONTYPE reverseconversion=REVERSECONVERSION sourcedocid=SOURCE_DOCID "
    "sourcedoclineid=SOURCE_DOCLINEKEY",
    dates="needbydate",
)

SCOPE = ("SCOPE", "INCLUSIONS", "EXCLUSIONS", "TERMS")
SCHEDULE = (
    *(name.upper() for name in CONSTRUCTION_NAMES if name.endswith("date")),
    "NOTICETOPROCEED",
    "RESPONSEDUE",
)
BOND = tuple(name.upper() for name in CONSTRUCTION_NAMES if name.startswith(("performance", "payment")))
INTERNAL = tuple(name.upper() for name in CONSTRUCTION_NAMES if name.startswith("internal"))
EXTERNAL = tuple(name.upper() for name in CONSTRUCTION_NAMES if name.startswith("external"))
GATES = {
    "ENABLEADDINFOSCOPE": SCOPE,
    "ENABLEADDINFOSCHEDULE": SCHEDULE,
    "ENABLEADDINFOINTERNALREF": INTERNAL,
    "ENABLEADDINFOEXTERNALREF": EXTERNAL,
    "ENABLEADDINFOBOND": BOND,
}
TEXT_DATES = (
    *SCHEDULE,
    "EXECUTEDON",
    "INTERNALISSUEDON",
    "INTERNALAPPROVEDON",
    "INTERNALSIGNEDON",
    "EXTERNALAPPROVEDON",
    "EXTERNALSIGNEDON",
)
