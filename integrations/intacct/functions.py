"""The functions a request can carry, each as finished, immutable XML.

Owns how every call is written, and checks ordered calls against element_orders.py. Must not send anything; the XML of a
function is the exact text that is shown in a preview, stored with a push and sent again after a lost answer.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lxml import etree

from integrations.intacct.element_orders import CUSTOM_FIELDS, DATE_PARTS, FUNCTIONS, LINE_ORDERS, ORDERS, Shape
from integrations.intacct.query import Query
from integrations.intacct.types import Fields
from integrations.intacct.values import format_value

MAX_RECORDS = 100  # objects in one create or update, keys in one read or delete (developer.intacct.com, Records)
MAX_CONTROL_ID = 256
_READS = frozenset(
    {
        "query",
        "read",
        "lookup",
        "getUserPermissions",
        "readUserFormatting",
        "get_applications",
        "getDimensions",
        "readEntityDetails",
        "getAPISession",
    }
)


@dataclass(frozen=True)
class Function:
    """One call: its control id, its name and its XML (the child of `<function>`), independent of any session.

    `records` is how many records the call reads as one transaction or writes; it is what the vendor bills. `row_tag`
    is the element of a row in the answer, where that is known.
    """

    control_id: str
    name: str
    xml: str
    records: int = 1
    row_tag: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.control_id) <= MAX_CONTROL_ID:
            raise ValueError(f"A function's control id has 1 to {MAX_CONTROL_ID} characters.")
        # It comes back as an attribute and as text, both of which lose other white space on the way.
        if self.control_id != self.control_id.strip() or not self.control_id.isprintable():
            raise ValueError("A function's control id is one line of text without blanks around it.")

    @property
    def reads(self) -> bool:
        """Whether the call changes nothing in the company, so that it may be sent again."""
        return self.name in _READS


def query(query: Query, *, control_id: str = "") -> Function:
    return _function(query.to_element(), control_id, row_tag=query.object)


def read(object_name: str, keys: Sequence[object], fields: Sequence[str] = ("*",), *, control_id: str = "") -> Function:
    """Read 1 to 100 records by RECORDNO, owned lines included."""
    call = etree.Element("read")
    etree.SubElement(call, "object").text = object_name
    etree.SubElement(call, "keys").text = _joined_keys(keys)
    etree.SubElement(call, "fields").text = ",".join(fields)
    return _function(call, control_id, row_tag=object_name)


def lookup(object_name: str, *, doc_par_id: str = "", control_id: str = "") -> Function:
    call = etree.Element("lookup")
    etree.SubElement(call, "object").text = object_name
    if doc_par_id:
        etree.SubElement(call, "docparid").text = doc_par_id
    return _function(call, control_id)


def create(records: Sequence[tuple[str, Fields]], *, control_id: str) -> Function:
    """Create 1 to 100 records, given as (object name, fields). Nested mappings become nested elements, and a sequence
    repeats its element: `{"APBILLITEMS": {"APBILLITEM": [line, line]}}`."""
    return _generic_write("create", records, control_id)


def update(records: Sequence[tuple[str, Fields]], *, control_id: str) -> Function:
    """Update 1 to 100 records. An element that is sent empty (None or "") blanks its field; one not sent stays."""
    return _generic_write("update", records, control_id)


def ordered(name: str, fields: Fields, *, control_id: str) -> Function:
    """Build an object-specific function, its elements put into the order the schema demands.

    Attributes of an element are given as "@name". Dates of date-part elements become year, month and day. Custom fields
    are given as `{"customfields": {name: value}}`. Raises ValueError naming any element that is unknown, missing, or
    given without the one it depends on.
    """
    shape = FUNCTIONS.get(name)
    if shape is None:
        raise ValueError(f"{name} is not a known ordered function.")
    return _function(_ordered_element(name, shape, fields), control_id)


def arranged(name: str, xml: str, order: str) -> str:
    """The XML of an ordered function with its elements in one of ORDERS; unchanged where that order is not disputed."""
    elements = ORDERS[order].get(name)
    if elements is None:
        return xml
    call = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    moved = _reorder(call, elements)
    for tag, line_elements in LINE_ORDERS[order].items():
        for line in call.iterfind(f"*/{tag}"):
            moved = _reorder(line, line_elements) or moved
    return etree.tostring(call, encoding="unicode") if moved else xml


def _reorder(element: etree._Element, names: Sequence[str]) -> bool:
    """Put the children of an element into an order; whether any moved."""
    wanted = sorted(element, key=lambda child: names.index(str(child.tag)))
    if wanted == list(element):
        return False
    element[:] = wanted
    return True


def user_permissions(user_id: str, *, control_id: str = "") -> Function:
    call = etree.Element("getUserPermissions")
    etree.SubElement(call, "userId").text = format_value(user_id)
    return _function(call, control_id)


def user_formatting(user_id: str, *, control_id: str = "") -> Function:
    call = etree.Element("readUserFormatting")
    etree.SubElement(call, "userId").text = format_value(user_id)
    return _function(call, control_id)


def applications(*, control_id: str = "") -> Function:
    return _function(etree.Element("get_applications"), control_id)


def entity_details(*, control_id: str = "") -> Function:
    return _function(etree.Element("readEntityDetails"), control_id)


def dimensions(*, control_id: str = "") -> Function:
    return _function(etree.Element("getDimensions"), control_id)


def api_session(*, control_id: str = "") -> Function:
    """`getAPISession` for the place that was signed in to; it must be alone in its request."""
    return _function(etree.Element("getAPISession"), control_id, records=0)


def _function(call: etree._Element, control_id: str, records: int = 1, row_tag: str = "") -> Function:
    xml = etree.tostring(call, encoding="unicode")
    return Function(control_id or str(uuid.uuid4()), str(call.tag), xml, records, row_tag)


def _joined_keys(keys: Sequence[object]) -> str:
    texts = [format_value(key) for key in keys]
    if not 1 <= len(texts) <= MAX_RECORDS:
        raise ValueError(f"A read takes 1 to {MAX_RECORDS} keys, not {len(texts)}.")
    for text in texts:
        if not text or "," in text:
            raise ValueError(f"{text!r} cannot be used as a key.")
    return ",".join(texts)


def _generic_write(name: str, records: Sequence[tuple[str, Fields]], control_id: str) -> Function:
    if not 1 <= len(records) <= MAX_RECORDS:
        raise ValueError(f"{name} takes 1 to {MAX_RECORDS} records, not {len(records)}.")
    call = etree.Element(name)
    for object_name, fields in records:
        _fill(etree.SubElement(call, object_name), fields)
    return _function(call, control_id, records=len(records))


def _fill(parent: etree._Element, fields: Fields) -> None:
    for name, value in fields.items():
        for entry in _repeated(value):
            child = etree.SubElement(parent, name)
            if isinstance(entry, Mapping):
                _fill(child, entry)
            else:
                child.text = format_value(entry) or None


def _ordered_element(tag: str, shape: Shape, fields: Fields) -> etree._Element:
    element = etree.Element(tag)
    given = dict(fields)
    for name in [key for key in given if key.startswith("@")]:
        attribute = name.removeprefix("@")
        if attribute not in shape.attributes:
            raise ValueError(f"{tag} has no attribute {attribute}.")
        element.set(attribute, format_value(given.pop(name)))
    _check(tag, shape, given, element)
    for name in shape.elements:
        if name in given:
            _append_ordered(element, shape, name, given[name])
    return element


def _check(tag: str, shape: Shape, given: Fields, element: etree._Element) -> None:
    unknown = sorted(set(given) - set(shape.elements))
    if unknown:
        raise ValueError(f"{tag} has no element {', '.join(unknown)}.")
    for alternatives in shape.required:
        if not any(name in given or element.get(name) is not None for name in alternatives):
            raise ValueError(f"{tag} needs {' or '.join(alternatives)}.")
    for name, alternatives in shape.depends:
        if name in given and not any(other in given for other in alternatives):
            raise ValueError(f"{name} in {tag} needs {' or '.join(alternatives)}.")
    for exclusive in shape.exclusive:
        if len([name for name in exclusive if name in given]) > 1:
            raise ValueError(f"{tag} takes only one of {', '.join(exclusive)}.")


def _append_ordered(parent: etree._Element, shape: Shape, name: str, value: object) -> None:
    nested = shape.nested.get(name)
    if name == CUSTOM_FIELDS:
        _append_custom_fields(parent, value)
        return
    for entry in _repeated(value):
        if nested is not None:
            if not isinstance(entry, Mapping):
                raise ValueError(f"{name} holds elements of its own, not a single value.")
            parent.append(_ordered_element(name, nested, entry))
        elif isinstance(entry, Mapping):
            raise ValueError(f"{name} holds a single value, not elements of its own.")
        elif name in DATE_PARTS:
            parent.append(_date_parts(name, entry))
        else:
            etree.SubElement(parent, name).text = format_value(entry) or None


def _append_custom_fields(parent: etree._Element, value: object) -> None:
    if not isinstance(value, Mapping):
        raise ValueError(f"{CUSTOM_FIELDS} is a mapping of names to values.")
    container = etree.SubElement(parent, CUSTOM_FIELDS)
    for name, content in value.items():
        entry = etree.SubElement(container, "customfield")
        etree.SubElement(entry, "customfieldname").text = format_value(name)
        etree.SubElement(entry, "customfieldvalue").text = format_value(content) or None


def _date_parts(name: str, value: object) -> etree._Element:
    if value in (None, ""):  # an emptied date keeps its parts, empty, as the vendor's own libraries write it
        return _empty_date(name)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(f"{name} takes a date.")
    element = etree.Element(name)
    etree.SubElement(element, "year").text = f"{value.year:04d}"
    etree.SubElement(element, "month").text = f"{value.month:02d}"
    etree.SubElement(element, "day").text = f"{value.day:02d}"
    return element


def _empty_date(name: str) -> etree._Element:
    element = etree.Element(name)
    for part in ("year", "month", "day"):
        etree.SubElement(element, part)
    return element


def _repeated(value: object) -> Iterable[object]:
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return value
    return (value,)
