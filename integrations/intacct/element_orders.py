"""The one table of element orders for object-specific functions.

Owns names, order and dependencies of elements as in the vendor's public 3.0 schema (github.com/Intacct/intacct_dtd,
v3.0/api.xsd), and the orders its other texts have instead. Must hold no code that builds or sends anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CUSTOM_FIELDS = "customfields"


@dataclass(frozen=True)
class Shape:
    """The elements of one element, in order. `required` and the targets of `depends` are sets of alternatives."""

    elements: tuple[str, ...]
    required: tuple[tuple[str, ...], ...] = ()
    depends: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()
    attributes: tuple[str, ...] = ()
    nested: Mapping[str, Shape] = field(default_factory=dict)


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Written as year, month and day. The dates of the construction block are not among them: the schema has them as text.
DATE_PARTS = frozenset(
    _names(
        "datecreated dateposted datedue exchratedate needbydate donotshipbeforedate donotshipafterdate promiseddate "
        "contractstartdate contractenddate cancelafterdate dateconfirmed dateshiptosupplier itemexpiration "
        "revrecstartdate revrecenddate"
    )
)

_CURRENCY = "basecurr currency exchratedate exchratetype exchrate"
_CURRENCY_DEPENDS = (
    ("basecurr", ("currency",)),
    ("currency", ("exchratetype", "exchrate")),
    ("exchratetype", ("currency",)),
    ("exchrate", ("currency",)),
    ("exchratedate", ("exchratetype",)),
)
_RATES = (("exchratetype", "exchrate"),)
_PROJECT = "projectid taskid costtypeid"
_PROJECT_DEPENDS = (("taskid", ("projectid",)), ("costtypeid", ("taskid",)))

MAIL_ADDRESS = Shape(_names("address1 address2 city state zip country isocountrycode latitude longitude"))
CONTACT = Shape(
    _names(
        "contactname printas taxable companyname taxgroup prefix firstname lastname initial phone1 phone2 cellphone "
        "pager fax email1 email2 url1 url2 status mailaddress taxid taxsolutionid taxschedule"
    ),
    required=(("contactname",), ("printas",)),
    nested={"mailaddress": MAIL_ADDRESS},
)
CONTACT_REFERENCE = Shape(
    ("contact", "contactname"),
    required=(("contact", "contactname"),),
    exclusive=(("contact", "contactname"),),
    nested={"contact": CONTACT},
)
_CONTACTS = {"returnto": CONTACT_REFERENCE, "payto": CONTACT_REFERENCE, "deliverto": CONTACT_REFERENCE}

ITEM_DETAILS = Shape(
    ("itemdetail",),
    required=(("itemdetail",),),
    nested={"itemdetail": Shape(_names("componentid quantity serialno lotno aisle row bin itemexpiration"))},
)
LINE_SUBTOTALS = Shape(
    ("linesubtotal",),
    required=(("linesubtotal",),),
    nested={"linesubtotal": Shape(_names("trx_tax overridedetailid"))},
)
_LINE_NESTED = {"itemdetails": ITEM_DETAILS, "linesubtotals": LINE_SUBTOTALS, "deliverto": CONTACT_REFERENCE}

_LINE_DATES = (
    "needbydate donotshipbeforedate donotshipafterdate promiseddate dateconfirmed cancelafterdate dateshiptosupplier"
)

PO_LINE = Shape(
    _names(
        "itemid itemdesc itemaliasid taxable warehouseid quantity unit linelevelsimpletaxtype price sourcelinekey "
        "overridetaxamount deliverto tax locationid departmentid memo itemdetails form1099 form1099type form1099box "
        f"customfields {_PROJECT} customerid vendorid employeeid classid contractid billable allocationid "
        f"{_LINE_DATES} relateddockey relateddoclinekey retainagepercentage amountretained trx_amountretained "
        "conversiontype partialexempt reverseconversion paymenttaxcapture linesubtotals taxscheduleid sourcedocid "
        "sourcedoclineid"
    ),
    required=(("itemid",), ("quantity",)),
    depends=_PROJECT_DEPENDS,
    nested=_LINE_NESTED,
)
# line_num counts from 1; an empty itemid deletes the line (seen in live clients).
PO_LINE_UPDATE = Shape(
    _names(
        "itemid itemdesc itemaliasid taxable warehouseid quantity unit linelevelsimpletaxtype price deliverto "
        "locationid departmentid memo itemdetails form1099 form1099type form1099box "
        f"customfields {_PROJECT} customerid vendorid employeeid classid contractid billable allocationid "
        f"{_LINE_DATES} relateddockey relateddoclinekey retainagepercentage amountretained trx_amountretained "
        "conversiontype partialexempt paymenttaxcapture linesubtotals taxscheduleid sourcedocid sourcedoclineid"
    ),
    required=(("line_num",),),
    depends=_PROJECT_DEPENDS,
    attributes=("line_num",),
    nested=_LINE_NESTED,
)
SUBTOTAL = Shape(
    _names(
        f"description total absval percentval locationid departmentid {_PROJECT} customerid vendorid employeeid "
        "classid itemid contractid customfields"
    ),
    required=(("description",), ("total",)),
    depends=_PROJECT_DEPENDS,
)

_PO_SHIPPING_DATES = (
    "donotshipbeforedate donotshipafterdate promiseddate contractstartdate contractenddate cancelafterdate"
)
# The developer pages and the 2.1 DTD show this block before the lines; the 3.0 schema, followed first, at the end.
_PO_CONSTRUCTION = (
    "scope inclusions exclusions terms schedulestartdate actualstartdate scheduledcompletiondate "
    "revisedcompletiondate substantialcompletiondate actualcompletiondate noticetoproceed responsedue executedon "
    "scheduleimpact internalrefno internalinitiatedbykey internalinitiatedby internalinitiatedbyname "
    "internalverbalbykey internalverbalby internalverbalbyname internalissuedbykey internalissuedby "
    "internalissuedbyname internalissuedon internalapprovedbykey internalapprovedby internalapprovedbyname "
    "internalapprovedon internalsignedbykey internalsignedby internalsignedbyname internalsignedon internalsource "
    "internalsourcerefno externalrefno externalverbalbykey externalverbalby externalapprovedbykey "
    "externalapprovedby externalapprovedon externalsignedbykey externalsignedby externalsignedon "
    "performancebondrequired performancebondreceived performancebondamount performancesuretycompanykey "
    "performancesuretycompany performancesuretycompanyname paymentbondrequired paymentbondreceived "
    "paymentbondamount paymentsuretycompanykey paymentsuretycompany paymentsuretycompanyname"
)
_PO_CREATE_START = (
    "transactiontype datecreated dateposted createdfrom vendorid documentno referenceno vendordocno termname "
    f"datedue message shippingmethod returnto payto deliverto supdocid externalid {_CURRENCY} customfields"
)
CREATE_POTRANSACTION = Shape(
    _names(
        f"{_PO_CREATE_START} state needbydate projectid changelognumber {_PO_SHIPPING_DATES} taxsolutionid "
        f"potransitems subtotals {_PO_CONSTRUCTION}"
    ),
    required=(
        ("transactiontype",),
        ("datecreated",),
        ("vendorid",),
        ("returnto",),
        ("payto",),
        ("potransitems",),
    ),
    depends=_CURRENCY_DEPENDS,
    exclusive=_RATES,
    nested={
        **_CONTACTS,
        "potransitems": Shape(("potransitem",), required=(("potransitem",),), nested={"potransitem": PO_LINE}),
        "subtotals": Shape(("subtotal",), required=(("subtotal",),), nested={"subtotal": SUBTOTAL}),
    },
)
_PO_UPDATE_START = (
    "datecreated dateposted referenceno vendordocno termname datedue message shippingmethod returnto payto "
    f"deliverto supdocid externalid {_CURRENCY} customfields"
)
UPDATE_POTRANSACTION = Shape(
    _names(
        f"{_PO_UPDATE_START} state needbydate projectid changelognumber {_PO_SHIPPING_DATES} updatepotransitems "
        f"updatesubtotals {_PO_CONSTRUCTION}"
    ),
    required=(("key",),),
    depends=_CURRENCY_DEPENDS,
    exclusive=_RATES,
    attributes=("key", "set_nulls", "externalkey"),
    nested={
        **_CONTACTS,
        "updatepotransitems": Shape(
            ("updatepotransitem", "potransitem"),
            required=(("updatepotransitem", "potransitem"),),
            nested={"updatepotransitem": PO_LINE_UPDATE, "potransitem": PO_LINE},
        ),
        "updatesubtotals": Shape(
            ("updatesubtotal",), required=(("updatesubtotal",),), nested={"updatesubtotal": SUBTOTAL}
        ),
    },
)

BILL_LINE = Shape(
    _names(
        "accountlabel glaccountno offsetglaccountno amount allocationid memo locationid departmentid item1099 "
        "form1099type form1099box key totalpaid totaldue customfields revrectemplate defrevaccount revrecstartdate "
        f"revrecenddate {_PROJECT} customerid vendorid employeeid itemid classid contractid warehouseid billable "
        "totaltrxamount partialexempt paymenttaxcapture taxentries"
    ),
    required=(("accountlabel", "glaccountno"), ("amount",)),
    depends=_PROJECT_DEPENDS,
    exclusive=(("accountlabel", "glaccountno"),),
    nested={
        "taxentries": Shape(
            ("taxentry",), required=(("taxentry",),), nested={"taxentry": Shape(_names("detailid trx_tax"))}
        )
    },
)
CREATE_BILL = Shape(
    _names(
        "vendorid datecreated dateposted datedue termname action batchkey billno ponumber onhold description "
        f"externalid payto returnto {_CURRENCY} nogl supdocid customfields inclusivetax taxsolutionid billitems"
    ),
    required=(("vendorid",), ("datecreated",), ("datedue", "termname"), ("billitems",)),
    depends=_CURRENCY_DEPENDS,
    exclusive=_RATES,
    nested={
        "payto": CONTACT_REFERENCE,
        "returnto": CONTACT_REFERENCE,
        "billitems": Shape(("lineitem",), required=(("lineitem",),), nested={"lineitem": BILL_LINE}),
    },
)

SUPDOC = Shape(
    _names("supdocid supdocname supdocfoldername supdocdescription attachments"),
    required=(("supdocid",),),
    nested={
        "attachments": Shape(
            ("attachment",),
            required=(("attachment",),),
            nested={
                "attachment": Shape(
                    _names("attachmentname attachmenttype attachmentdata"),
                    required=(("attachmentname",), ("attachmenttype",), ("attachmentdata",)),
                )
            },
        )
    },
)

FUNCTIONS: Mapping[str, Shape] = {
    "create_potransaction": CREATE_POTRANSACTION,
    "update_potransaction": UPDATE_POTRANSACTION,
    "create_bill": CREATE_BILL,
    "create_supdocfolder": Shape(
        _names("supdocfoldername supdocfolderdescription supdocparentfoldername"), required=(("supdocfoldername",),)
    ),
    "create_supdoc": SUPDOC,
    "update_supdoc": SUPDOC,
}

# Two things are disputed between the vendor's schema and its reference pages (with the 2.1 DTD): where the construction
# block of the header stands, and how a line is ordered. Which of them a server demands shows only when it refuses the
# other. Names say where the block stands; with LINES the lines are as the pages have them.
BLOCK_LAST, BLOCK_FIRST = "block_last", "block_first"
BLOCK_LAST_LINES, BLOCK_FIRST_LINES = "block_last_lines", "block_first_lines"
_PO_OTHER_MIDDLE = f"state projectid changelognumber needbydate {_PO_SHIPPING_DATES} {_PO_CONSTRUCTION}"
_HEADERS_LAST: Mapping[str, tuple[str, ...]] = {
    "create_potransaction": CREATE_POTRANSACTION.elements,
    "update_potransaction": UPDATE_POTRANSACTION.elements,
}
_HEADERS_FIRST: Mapping[str, tuple[str, ...]] = {
    "create_potransaction": _names(f"{_PO_CREATE_START} {_PO_OTHER_MIDDLE} taxsolutionid potransitems subtotals"),
    "update_potransaction": _names(f"{_PO_UPDATE_START} {_PO_OTHER_MIDDLE} updatepotransitems updatesubtotals"),
}
ORDERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    BLOCK_LAST: _HEADERS_LAST,
    BLOCK_FIRST: _HEADERS_FIRST,
    BLOCK_LAST_LINES: _HEADERS_LAST,
    BLOCK_FIRST_LINES: _HEADERS_FIRST,
}
_LINE_START = "itemid itemaliasid itemdesc taxable warehouseid quantity unit linelevelsimpletaxtype price"
_LINE_MIDDLE = (
    f"locationid departmentid memo itemdetails form1099 form1099type form1099box customfields {_PROJECT} customerid "
    f"vendorid employeeid classid contractid billable {_LINE_DATES} allocationid"
)
_LINE_END = "linesubtotals taxscheduleid sourcedocid sourcedoclineid"
_RETAINED, _RELATED = "retainagepercentage amountretained trx_amountretained", "relateddockey relateddoclinekey"
_LINES: Mapping[str, tuple[str, ...]] = {"potransitem": PO_LINE.elements, "updatepotransitem": PO_LINE_UPDATE.elements}
_LINES_OF_PAGES: Mapping[str, tuple[str, ...]] = {
    "potransitem": _names(
        f"{_LINE_START} sourcelinekey overridetaxamount deliverto tax {_LINE_MIDDLE} {_RETAINED} {_RELATED} "
        f"conversiontype partialexempt paymenttaxcapture reverseconversion {_LINE_END}"
    ),
    "updatepotransitem": _names(
        f"{_LINE_START} deliverto {_LINE_MIDDLE} {_RELATED} {_RETAINED} conversiontype partialexempt "
        f"paymenttaxcapture {_LINE_END}"
    ),
}
LINE_ORDERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    BLOCK_LAST: _LINES,
    BLOCK_FIRST: _LINES,
    BLOCK_LAST_LINES: _LINES_OF_PAGES,
    BLOCK_FIRST_LINES: _LINES_OF_PAGES,
}
# What a server names when it demands another order: the element that is misplaced in its eyes.
DISPUTED_IN_HEADER = frozenset(_names(f"needbydate projectid changelognumber {_PO_CONSTRUCTION}"))
DISPUTED_IN_LINES = frozenset(
    _names(
        f"itemdesc itemaliasid allocationid {_LINE_DATES} {_RETAINED} {_RELATED} paymenttaxcapture reverseconversion"
    )
)


_NAMES: Mapping[tuple[bool, bool], str] = {
    (False, False): BLOCK_LAST,
    (True, False): BLOCK_FIRST,
    (False, True): BLOCK_LAST_LINES,
    (True, True): BLOCK_FIRST_LINES,
}


def other_orders(refused: str, misplaced: str) -> tuple[str, ...]:
    """The orders to try when a server refuses one and names what is misplaced; none where that is not disputed.

    The likeliest comes first: a server that follows the pages in the header does so in the lines.
    """
    first = refused in (BLOCK_FIRST, BLOCK_FIRST_LINES)
    lines = refused in (BLOCK_LAST_LINES, BLOCK_FIRST_LINES)
    both, header, line = _NAMES[not first, not lines], _NAMES[not first, lines], _NAMES[first, not lines]
    if misplaced in DISPUTED_IN_HEADER:
        return (both, header, line)
    return (line, both, header) if misplaced in DISPUTED_IN_LINES else ()
