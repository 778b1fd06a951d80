"""Attachments and their folders: create, update and delete (developer.intacct.com, Company > Attachments).

Owns the rules of these six functions. Must not know what refers to an attachment.
"""

from __future__ import annotations

import base64
import binascii

from lxml import etree

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.permissions import require
from integrations.sandbox.data.tables import Row
from integrations.sandbox.functions.incoming import Incoming, refusal
from integrations.sandbox.functions.owned import lines_of, owned
from integrations.sandbox.functions.records import create_record, delete_record, update_record
from integrations.sandbox.legacy.reading import Names, found_record, key, names, values_of
from integrations.sandbox.schema import CATALOGUE
from integrations.sandbox.wire.answer import Payload
from integrations.sandbox.wire.documents import child_text
from integrations.sandbox.wire.failures import ILLEGAL_FORMAT

ATTACHMENTS = names(
    "SUPDOC", "supdocid=SUPDOCID supdocname=SUPDOCNAME supdocfoldername=FOLDER supdocdescription=DESCRIPTION"
)
FOLDERS = names(
    "SUPDOCFOLDER",
    "supdocfoldername=NAME supdocfolderdescription=DESCRIPTION supdocparentfoldername=PARENTFOLDER",
)
FILES = names(
    "ATTACHMENT",
    "attachmentname=ATTACHMENTNAME attachmenttype=ATTACHMENTTYPE attachmentdata=ATTACHMENTDATA",
)
UNNAMED = "Unnamed"


def create_supdoc(context: Context) -> Payload:
    """A new attachment with its files; the folder must exist. An empty id is numbered by the company."""
    require(context.company, context.user, "create", "SUPDOC")
    incoming = _incoming(context, ATTACHMENTS)
    incoming.values["SUPDOCID"] = incoming.values.get("SUPDOCID") or _next_id(context)
    incoming.values["SUPDOCNAME"] = incoming.values.get("SUPDOCNAME") or UNNAMED
    incoming.values["CREATEDUSERID"] = context.user
    _read_files(context.call.element, incoming, [])
    with context.company.atomic():
        return key(create_record(context, incoming)["RECORDNO"])


def update_supdoc(context: Context) -> Payload:
    """Changes the header of an attachment and adds files; a file that is there already cannot be changed."""
    require(context.company, context.user, "update", "SUPDOC")
    row = found_record(context, "SUPDOC", child_text(context.call.element, "supdocid"), "update")
    incoming = _incoming(context, ATTACHMENTS)
    incoming.values = {name: value for name, value in incoming.values.items() if value}
    _read_files(context.call.element, incoming, lines_of(context.company, owned("SUPDOC"), row["RECORDNO"]))
    with context.company.atomic():
        return key(update_record(context, incoming)["RECORDNO"])


def delete_supdoc(context: Context) -> None:
    """Takes an attachment out with its files, unless a record refers to it."""
    _delete(context, "SUPDOC")


def create_supdocfolder(context: Context) -> Payload:
    """A new folder, maybe in another one."""
    require(context.company, context.user, "create", "SUPDOCFOLDER")
    incoming = _incoming(context, FOLDERS)
    incoming.values["CREATEDUSERID"] = context.user
    with context.company.atomic():
        return key(create_record(context, incoming)["RECORDNO"])


def update_supdocfolder(context: Context) -> Payload:
    """Changes the description or the parent of a folder."""
    require(context.company, context.user, "update", "SUPDOCFOLDER")
    found_record(context, "SUPDOCFOLDER", child_text(context.call.element, "supdocfoldername"), "update")
    with context.company.atomic():
        return key(update_record(context, _incoming(context, FOLDERS))["RECORDNO"])


def delete_supdocfolder(context: Context) -> None:
    """Takes a folder out that nothing lies in."""
    _delete(context, "SUPDOCFOLDER")


def _delete(context: Context, object_name: str) -> None:
    require(context.company, context.user, "delete", object_name)
    row = found_record(context, object_name, context.call.element.get("key", ""), "delete")
    with context.company.atomic():
        delete_record(context, CATALOGUE[object_name], row)


def _incoming(context: Context, known: Names) -> Incoming:
    return Incoming(known.definition, values_of(context.call.element, known))


def _read_files(element: etree._Element, incoming: Incoming, present: list[Row]) -> None:
    """The files, each with a name that is unique within the attachment, and with data that is base64."""
    taken = {(row["ATTACHMENTNAME"], row["ATTACHMENTTYPE"]) for row in present}
    for file in element.iterfind("attachments/attachment"):
        values = values_of(file, FILES)
        values["ATTACHMENTDATA"] = "".join(values["ATTACHMENTDATA"].split())
        name = (values["ATTACHMENTNAME"], values["ATTACHMENTTYPE"])
        if name in taken:
            raise refusal(f"An attachment named '{'.'.join(name)}' already exists in this record.")
        taken.add(name)
        try:
            base64.b64decode(values["ATTACHMENTDATA"], validate=True)
        except (binascii.Error, ValueError):
            raise refusal(f"Illegal format for Attachment : data of {'.'.join(name)}.", ILLEGAL_FORMAT) from None
        incoming.lines.append(Incoming(FILES.definition, values))
        incoming.has_lines = True


def _next_id(context: Context) -> str:
    table = context.company.table("SUPDOC")
    number = table.next_key
    while table.find(f"ATT-{number:05d}") is not None:
        number += 1
    return f"ATT-{number:05d}"
