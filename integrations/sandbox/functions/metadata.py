"""The functions that describe objects: lookup and inspect.

Owns how the declarations appear on the wire. Answers whatever the user's permissions are, as the vendor does.
"""

from __future__ import annotations

from integrations.sandbox.data.context import Context
from integrations.sandbox.functions.fields import document_type, is_shown, object_of
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.schema.model import BOOLEAN, DATE, INTEGER, NUMERIC, SEQUENCE, TIMESTAMP, Field
from integrations.sandbox.wire.documents import child_text
from integrations.sandbox.wire.failures import ErrorEntry, FunctionFailure
from integrations.sandbox.wire.nodes import Node, branch, leaf

# Names of data types in `inspect`: seen in live clients for integers, by analogy for the others.
DATA_NAMES = {
    BOOLEAN: ("Pt_FieldBoolean", "boolean"),
    DATE: ("Pt_FieldDate", "date"),
    TIMESTAMP: ("Pt_FieldDateTime", "datetime"),
}
FIRST_FIELD_ID = 999500400000101


def _flag(value: bool) -> str:
    return "true" if value else "false"


def lookup(context: Context) -> Node:
    """Fields and relationships of one object (developer.intacct.com, Web Services > Queries > lookup)."""
    definition = object_of(context, "XXX")
    kind_name = document_type(context, definition)
    shown = [field for field in definition.fields.values() if is_shown(definition, field.name, kind_name)]
    relationships = [
        branch(
            "Relationship",
            leaf("OBJECTPATH", relation.path),
            leaf("OBJECTNAME", relation.target),
            leaf("LABEL", CATALOGUE[relation.target].label),
            leaf("RELATIONSHIPTYPE", "MANY2ONE"),
            leaf("RELATEDBY", ",".join(relation.local)),
        )
        for relation in definition.relations.values()
    ]
    kind = branch(
        "Type",
        branch("Fields", *(_lookup_field(field) for field in shown)),
        branch("Relationships", *relationships),
        Name=definition.name,
        DocumentType=child_text(context.call.element, "docparid"),
    )
    return branch("data", kind, listtype="All", count=1)


def _lookup_field(field: Field) -> Node:
    children = [
        leaf("ID", field.name),
        leaf("LABEL", field.label),
        leaf("DESCRIPTION", field.label),
        leaf("REQUIRED", _flag(field.required)),
        leaf("READONLY", _flag(field.readonly)),
        # Of a record number the vendor's sample says that it is an integer (Web Services > Queries > lookup).
        leaf("DATATYPE", INTEGER if field.datatype == SEQUENCE else field.datatype),
    ]
    if field.enumeration is not None:
        values = [leaf("VALIDVALUE", value) for value in field.enumeration.codes]
        children.append(branch("VALIDVALUES", *values))
    children.append(leaf("ISCUSTOM", _flag(field.custom)))
    return Node("Field", children=children)


def inspect(context: Context) -> Node:
    """All objects by name, the fields of one, or with `detail` their attributes."""
    name = child_text(context.call.element, "object") or child_text(context.call.element, "name")
    if name == "*":
        kinds = [
            Node("type", text=found.label, attributes={"typename": found.name})
            for found in CATALOGUE.values()
            if found.generic
        ]
        return branch("data", *kinds, listtype="All", count=1)
    definition = CATALOGUE.get(name.upper())
    if definition is None or not definition.generic:
        raise FunctionFailure(ErrorEntry("XXX", f"Object type {name} not found"))
    if context.call.element.get("detail", "0") != "1":
        fields = branch("Fields", *(leaf("Field", field) for field in definition.fields))
        return branch("data", branch("Type", fields, Name=definition.name), listtype="All", count=1)
    attributes = branch(
        "Attributes", leaf("SingularName", definition.label), leaf("PluralName", definition.plural), leaf("Description")
    )
    details = [_detail(field, FIRST_FIELD_ID + index) for index, field in enumerate(definition.fields.values())]
    kind = branch("Type", attributes, branch("Fields", *details), Name=definition.name)
    return branch("data", kind, listtype="All", count=1)


def _detail(field: Field, number: int) -> Node:
    is_number = field.datatype in NUMERIC or field.datatype == SEQUENCE
    default = ("Pt_FieldInt", "integer") if is_number else ("Pt_FieldString", "string")
    data_name, external = DATA_NAMES.get(field.datatype, default)
    return branch(
        "Field",
        leaf("Name", field.name),
        leaf("GroupName"),
        leaf("dataName", data_name),
        leaf("externalDataName", external),
        leaf("isRequired", _flag(field.required)),
        leaf("isReadOnly", _flag(field.readonly)),
        leaf("maxLength", "8" if is_number else "100"),
        leaf("DisplayLabel", field.label),
        leaf("Description", field.label),
        leaf("id", str(number)),
    )
