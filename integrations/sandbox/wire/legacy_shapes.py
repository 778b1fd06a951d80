"""The published content of the object-specific functions this gateway answers, as the 3.0 schema orders it.

Owns element orders, choices and attributes. Must not hold behavior: what breaks them is refused before a handler runs.
"""

from __future__ import annotations

from integrations.sandbox.wire.content import BOOLEANS, Model, model

CURRENCY_GROUP = "( basecurr? currency ( exchratedate:date? exchratetype | exchrate ) )?"
PROJECT_GROUP = "( projectid ( taskid costtypeid? )? )?"
DIMENSIONS = "customerid? vendorid? employeeid?"

# The 3.0 schema puts the construction block after the lines, the reference pages before; the schema is followed.
CONSTRUCTION = (
    "scope? inclusions? exclusions? terms? schedulestartdate? actualstartdate? scheduledcompletiondate? "
    "revisedcompletiondate? substantialcompletiondate? actualcompletiondate? noticetoproceed? responsedue? executedon? "
    "scheduleimpact? internalrefno? internalinitiatedbykey? internalinitiatedby? internalinitiatedbyname? "
    "internalverbalbykey? internalverbalby? internalverbalbyname? internalissuedbykey? internalissuedby? "
    "internalissuedbyname? internalissuedon? internalapprovedbykey? internalapprovedby? internalapprovedbyname? "
    "internalapprovedon? internalsignedbykey? internalsignedby? internalsignedbyname? internalsignedon? "
    "internalsource? internalsourcerefno? externalrefno? externalverbalbykey? externalverbalby? "
    "externalapprovedbykey? externalapprovedby? externalapprovedon? externalsignedbykey? externalsignedby? "
    "externalsignedon? performancebondrequired? performancebondreceived? performancebondamount? "
    "performancesuretycompanykey? performancesuretycompany? performancesuretycompanyname? paymentbondrequired? "
    "paymentbondreceived? paymentbondamount? paymentsuretycompanykey? paymentsuretycompany? paymentsuretycompanyname?"
)
HEADER_DATES = (
    "donotshipbeforedate:date? donotshipafterdate:date? promiseddate:date? contractstartdate:date? "
    "contractenddate:date? cancelafterdate:date?"
)
LINE_DATES = (
    "needbydate:date? donotshipbeforedate:date? donotshipafterdate:date? promiseddate:date? dateconfirmed:date? "
    "cancelafterdate:date? dateshiptosupplier:date?"
)
FORM_1099 = "form1099? form1099type? form1099box?"
RETAINAGE = "relateddockey? relateddoclinekey? retainagepercentage? amountretained? trx_amountretained? conversiontype?"
BILL_LINE_END = (
    "revrectemplate? defrevaccount? revrecstartdate:date? revrecenddate:date? "
    f"{PROJECT_GROUP} {DIMENSIONS} itemid? classid? contractid? warehouseid? billable? totaltrxamount? partialexempt? "
    "paymenttaxcapture? taxentries:taxentries?"
)
CONTACT_TEXTS = (
    "prefix? firstname? lastname? initial? phone1? phone2? cellphone? pager? fax? email1? email2? url1? url2? status? "
    "mailaddress:mailaddress? taxid?"
)
SUPDOC = "supdocid supdocname? supdocfoldername? supdocdescription? attachments:attachments?"
SUPDOC_FOLDER = "supdocfoldername supdocfolderdescription? supdocparentfoldername?"
TRUE_FALSE = {"externalkey": BOOLEANS}

# What `get_list` and `get` may name here; the published enumeration holds more objects than this company has.
LISTED = (
    "apterm",
    "arterm",
    "bill",
    "class",
    "contact",
    "costtype",
    "customer",
    "department",
    "employee",
    "glaccount",
    "icitem",
    "location",
    "locationentity",
    "potransaction",
    "potransactiondef",
    "project",
    "projectstatus",
    "projecttype",
    "smarteventlog",
    "supdoc",
    "supdocfolder",
    "task",
    "taxdetail",
    "vendor",
)
GOT = tuple(name for name in LISTED if name not in ("smarteventlog", "potransactiondef"))

# Parts that several functions share, by the name a model refers to them with.
MODELS: dict[str, Model] = {
    "date": model("year month day"),
    "contactchoice": model("contact:contact | contactname"),
    "contact": model(
        f"contactname printas taxable? companyname? taxgroup? {CONTACT_TEXTS} taxsolutionid? taxschedule?"
    ),
    "mailaddress": model("address1? address2? city? state? zip? country? isocountrycode? latitude? longitude?"),
    "customfields": model("( customfield:customfield+ )?"),
    "customfield": model("customfieldname customfieldvalue"),
    "taxentries": model("taxentry:taxentry taxentry?"),
    "taxentry": model("detailid trx_tax?"),
    "billitems": model("lineitem:lineitem+"),
    "lineitem": model(
        "( accountlabel | glaccountno ) offsetglaccountno? amount allocationid? memo? locationid? departmentid? "
        f"item1099? form1099type? form1099box? key? totalpaid? totaldue? customfields:customfields? {BILL_LINE_END}"
    ),
    "updatebillitems": model("( lineitem:lineitem | updatelineitem:updatelineitem )+"),
    "updatelineitem": model(
        "( accountlabel | glaccountno )? offsetglaccountno? amount? memo? locationid? departmentid? item1099? "
        f"form1099type? form1099box? customfields:customfields? {BILL_LINE_END}",
        "line_num!",
    ),
    "potransitems": model("potransitem:potransitem+"),
    "potransitem": model(
        "itemid itemdesc? itemaliasid? taxable? warehouseid? quantity unit? linelevelsimpletaxtype? price? "
        "sourcelinekey? overridetaxamount? deliverto:contactchoice? tax? locationid? departmentid? memo? "
        f"itemdetails:itemdetails? {FORM_1099} customfields:customfields? {PROJECT_GROUP} {DIMENSIONS} classid? "
        f"contractid? billable? allocationid? {LINE_DATES} {RETAINAGE} partialexempt? reverseconversion? "
        "paymenttaxcapture? linesubtotals:linesubtotals? taxscheduleid? sourcedocid? sourcedoclineid?"
    ),
    "updatepotransitems": model("( potransitem:potransitem | updatepotransitem:updatepotransitem )+"),
    "updatepotransitem": model(
        "itemid? itemdesc? itemaliasid? taxable? warehouseid? quantity? unit? linelevelsimpletaxtype? price? "
        "deliverto:contactchoice? locationid? departmentid? memo? itemdetails:itemdetails? "
        f"{FORM_1099} customfields:customfields? {PROJECT_GROUP} {DIMENSIONS} classid? contractid? billable? "
        f"allocationid? {LINE_DATES} {RETAINAGE} partialexempt? paymenttaxcapture? linesubtotals:linesubtotals? "
        "taxscheduleid? sourcedocid? sourcedoclineid?",
        "line_num!",
    ),
    "itemdetails": model("itemdetail:itemdetail+"),
    "itemdetail": model("componentid? quantity? serialno? lotno? aisle? row? bin? itemexpiration:date?"),
    "linesubtotals": model("linesubtotal:linesubtotal+"),
    "linesubtotal": model("( trx_tax | overridedetailid )+"),
    "subtotals": model("subtotal:subtotal+"),
    "updatesubtotals": model("updatesubtotal:subtotal+"),
    "subtotal": model(
        f"description total absval? percentval? locationid? departmentid? {PROJECT_GROUP} {DIMENSIONS} classid? "
        "itemid? contractid? customfields:customfields?"
    ),
    "attachments": model("attachment:attachment+"),
    "attachment": model("attachmentname attachmenttype attachmentdata"),
    "filter": model("logical:logical | expression:expression"),
    "logical": model(
        "( logical:logical | expression:expression ) ( logical:logical | expression:expression )+",
        "logical_operator! object",
        {"logical_operator": ("and", "or")},
    ),
    "expression": model("field operator value", "object"),
    "sorts": model("sortfield:sortfield+"),
    "sortfield": model("", "order!", {"order": ("asc", "desc")}),
    "fields": model("( field+ )?"),
    "additional_parameters": model("parameter:parameter+"),
    "parameter": model("name value"),
}

HEADER_START = (
    "referenceno? vendordocno? termname? datedue:date? message? shippingmethod? returnto:contactchoice? "
    f"payto:contactchoice? deliverto:contactchoice? supdocid? externalid? {CURRENCY_GROUP} customfields:customfields?"
)
HEADER_END = f"state? needbydate:date? projectid? changelognumber? {HEADER_DATES}"
# The same as the reference pages have it.
PAGES_HEADER_END = f"state? projectid? changelognumber? needbydate:date? {HEADER_DATES} {CONSTRUCTION}"
CREATE_START = "transactiontype datecreated:date dateposted:date? createdfrom? vendorid documentno?"
UPDATE_ATTRIBUTES = "key! set_nulls externalkey"

# A documented request leaves `returnto` out although the schema requires it, so both contacts may be missing here.
FUNCTIONS: dict[str, Model] = {
    "create_bill": model(
        "vendorid datecreated:date dateposted:date? ( datedue:date termname? | termname ) action? batchkey? billno? "
        "ponumber? onhold? description? externalid? payto:contactchoice? returnto:contactchoice? "
        f"{CURRENCY_GROUP} nogl? supdocid? customfields:customfields? inclusivetax? taxsolutionid? billitems:billitems"
    ),
    "update_bill": model(
        "vendorid? datecreated:date? dateposted:date? datedue:date? termname? action? billno? ponumber? onhold? "
        "description? payto:contactchoice? returnto:contactchoice? "
        "( currency ( exchratedate:date? exchratetype | exchrate ) )? supdocid? customfields:customfields? "
        "inclusivetax? updatebillitems:updatebillitems?",
        "key! partial_edit set_nulls externalkey",
        {"partial_edit": BOOLEANS, "set_nulls": BOOLEANS, **TRUE_FALSE},
    ),
    "delete_bill": model("", "key! externalkey", TRUE_FALSE),
    "reverse_bill": model("datereversed:date description?", "key!"),
    "reverse_appayment": model("datereversed:date description?", "key!"),
    "create_potransaction": model(
        f"{CREATE_START} {HEADER_START} {HEADER_END} taxsolutionid? potransitems:potransitems subtotals:subtotals? "
        f"{CONSTRUCTION}"
    ),
    "update_potransaction": model(
        f"datecreated:date? dateposted:date? {HEADER_START} {HEADER_END} updatepotransitems:updatepotransitems? "
        f"updatesubtotals:updatesubtotals? {CONSTRUCTION}",
        UPDATE_ATTRIBUTES,
        {"set_nulls": BOOLEANS, **TRUE_FALSE},
    ),
    "partialupdate_potransaction": model("dateposted:date", "key! externalkey", TRUE_FALSE),
    "delete_potransaction": model("", "key! external", {"external": BOOLEANS}),
    "create_supdoc": model(SUPDOC),
    "update_supdoc": model(SUPDOC),
    "delete_supdoc": model("", "key!"),
    "create_supdocfolder": model(SUPDOC_FOLDER),
    "update_supdocfolder": model(SUPDOC_FOLDER),
    "delete_supdocfolder": model("", "key!"),
    "create_contact": model(
        f"contactname printas companyname? taxable? taxgroup? {CONTACT_TEXTS} externalid? taxsolutionid? taxschedule?",
        "ignoreduplicates",
    ),
    "get_list": model(
        "filter:filter? sorts:sorts? fields:fields? additional_parameters:additional_parameters?",
        "object! start maxitems showprivate",
        {"object": LISTED, "showprivate": BOOLEANS},
    ),
    "get": model("fields:fields?", "object! key! externalkey", {"object": GOT, **TRUE_FALSE}),
    **{
        f"delete_{name}": model("", f"{attribute}! externalkey", TRUE_FALSE)
        for name, attribute in (
            ("allocation", "key"),
            ("class", "key"),
            ("contact", "contactname"),
            ("customer", "customerid"),
            ("department", "departmentid"),
            ("employee", "employeeid"),
            ("glaccount", "glaccountno"),
            ("item", "itemid"),
            ("location", "locationid"),
            ("project", "key"),
            ("task", "key"),
            ("vendor", "vendorid"),
        )
    },
}

MODELS |= FUNCTIONS

# A server that follows the reference pages: the construction block stands before the lines.
PAGES_HEADERS: dict[str, Model] = {
    "create_potransaction": model(
        f"{CREATE_START} {HEADER_START} {PAGES_HEADER_END} taxsolutionid? potransitems:potransitems "
        "subtotals:subtotals?"
    ),
    "update_potransaction": model(
        f"datecreated:date? dateposted:date? {HEADER_START} {PAGES_HEADER_END} updatepotransitems:updatepotransitems? "
        "updatesubtotals:updatesubtotals?",
        UPDATE_ATTRIBUTES,
        {"set_nulls": BOOLEANS, **TRUE_FALSE},
    ),
}
# The lines as the pages and the 2.1 DTD have them: the alias before the description, the dates before the allocation,
# and in a new line the retainage before the keys of what it changes.
PAGES_LINE_START = "itemaliasid? itemdesc? taxable? warehouseid?"
PAGES_LINE_MIDDLE = (
    f"locationid? departmentid? memo? itemdetails:itemdetails? {FORM_1099} customfields:customfields? {PROJECT_GROUP} "
    f"{DIMENSIONS} classid? contractid? billable? {LINE_DATES} allocationid?"
)
PAGES_LINE_END = "linesubtotals:linesubtotals? taxscheduleid? sourcedocid? sourcedoclineid?"
PAGES_LINES: dict[str, Model] = {
    "potransitem": model(
        f"itemid {PAGES_LINE_START} quantity unit? linelevelsimpletaxtype? price? sourcelinekey? overridetaxamount? "
        f"deliverto:contactchoice? tax? {PAGES_LINE_MIDDLE} retainagepercentage? amountretained? trx_amountretained? "
        "relateddockey? relateddoclinekey? conversiontype? partialexempt? paymenttaxcapture? reverseconversion? "
        f"{PAGES_LINE_END}"
    ),
    "updatepotransitem": model(
        f"itemid? {PAGES_LINE_START} quantity? unit? linelevelsimpletaxtype? price? deliverto:contactchoice? "
        f"{PAGES_LINE_MIDDLE} {RETAINAGE} partialexempt? paymenttaxcapture? {PAGES_LINE_END}",
        "line_num!",
    ),
}


def models(*, construction: str, lines: str) -> dict[str, Model]:
    """What a server takes that follows the schema or the pages: where the block stands, and how lines are ordered."""
    headers = PAGES_HEADERS if construction == "before" else {}
    return {**MODELS, **headers, **(PAGES_LINES if lines == "pages" else {})}


CONSTRUCTION_PLACES, LINE_TEXTS = ("after", "before"), ("pages", "schema")
