"""Attachments and folders: create, add files, list, read, refer to, delete."""

from __future__ import annotations

import pytest

from tests.integrations.sandbox.documents import audit_rows, key_of, record, refused
from tests.integrations.sandbox.gateway import Answer, Caller

FOLDER = "Project documents"


def supdoc(key: str, *files: tuple[str, str, str], function: str = "create_supdoc", folder: str = FOLDER) -> str:
    made = "".join(
        f"<attachment><attachmentname>{name}</attachmentname><attachmenttype>{kind}</attachmenttype>"
        f"<attachmentdata>{data}</attachmentdata></attachment>"
        for name, kind, data in files
    )
    where = f"<supdocfoldername>{folder}</supdocfoldername>" if folder else ""
    block = f"<attachments>{made}</attachments>" if made else ""
    return f"<{function}><supdocid>{key}</supdocid>{where}{block}</{function}>"


def listed(caller: Caller, key: str) -> Answer:
    return caller.call(
        f'<get_list object="supdoc" start="0" maxitems="1"><filter><expression><field>supdocid</field>'
        f"<operator>=</operator><value>{key}</value></expression></filter></get_list>"
    )


def test_folder_and_attachment_from_beginning_to_end(caller: Caller) -> None:
    folder = "<create_supdocfolder><supdocfoldername>App</supdocfoldername></create_supdocfolder>"
    key_of(caller.call(folder))
    number = key_of(caller.call(supdoc("ATT-31", ("INV-88120", "txt", "c2FtcGxl"), folder="App")))
    added = supdoc("ATT-31", ("slip", "txt", "cGFja2luZyBzbGlw"), function="update_supdoc", folder="")
    assert key_of(caller.call(added)) == number
    answer = listed(caller, "ATT-31")
    listtype = answer.result.find("listtype")
    assert listtype is not None
    assert (listtype.text, dict(listtype.attrib)) == ("supdoc", {"start": "0", "end": "0", "total": "1"})
    row = answer.data[0]
    assert [row.findtext(name) for name in ("recordno", "supdocname", "folder", "createdby")] == [
        number,
        "Unnamed",
        "App",
        "ws_sync",
    ]
    assert [file.findtext("attachmentname") for file in row.iterfind("attachments/attachment")] == ["INV-88120", "slip"]
    assert caller.call('<get object="supdoc" key="ATT-31"/>').data[0].findtext("supdocid") == "ATT-31"
    used = caller.call('<delete_supdocfolder key="App"/>')
    refused(used, "BL01001973", "because it is used by Attachment")
    assert caller.call('<delete_supdoc key="ATT-31"/>').result.find("key") is None
    assert caller.call('<delete_supdocfolder key="App"/>').result.findtext("status") == "success"
    assert len(listed(caller, "ATT-31").data) == 0
    assert [(kind, mode) for kind, _, mode in audit_rows(caller)] == [
        ("supdocfolder", "Create"),
        ("supdoc", "Create"),
        ("supdoc", "Modify"),
        ("supdoc", "Delete"),
        ("supdocfolder", "Delete"),
    ]


def test_an_empty_id_is_numbered(caller: Caller) -> None:
    number = key_of(caller.call(supdoc("", ("a", "txt", "YQ=="))))
    rows = caller.call('<get_list object="supdoc"/>').data
    assert [row.findtext("supdocid") for row in rows if row.findtext("recordno") == number] == [
        f"ATT-{int(number):05d}"
    ]


@pytest.mark.parametrize(
    ("request_text", "number", "text"),
    [
        (supdoc("ATT-1", folder="Nowhere"), "BL01001973", "Invalid Attachment Folder 'Nowhere' specified."),
        (supdoc("ATT-1", folder=""), "BL01001973", "Required field FOLDER is missing."),
        (supdoc("ATT-00001"), "BL34000061", "ATT-00001  already exists"),
        (supdoc("ATT-1", ("a", "txt", "???")), "BL03000018", "data of a.txt"),
        (supdoc("ATT-1", ("a", "txt", "YQ=="), ("a", "txt", "YQ==")), "BL01001973", "'a.txt' already exists"),
        (supdoc("ATT-00001", ("notice", "txt", "YQ=="), function="update_supdoc"), "BL01001973", "already exists"),
        (supdoc("ATT-404", function="update_supdoc"), "BL01001973", "Cannot find supdoc with key 'ATT-404'"),
        ('<delete_supdoc key="ATT-404"/>', "BL01001973", "Cannot find supdoc with key 'ATT-404' to delete."),
    ],
)
def test_refused(caller: Caller, request_text: str, number: str, text: str) -> None:
    refused(caller.call(request_text), number, text)


def test_an_attachment_is_referred_to_by_existing_records_only(caller: Caller) -> None:
    update = "<update><VENDOR><VENDORID>V-1002</VENDORID><SUPDOCID>%s</SUPDOCID></VENDOR></update>"
    refused(caller.call(update % "ATT-404"), "BL01001973", "Invalid Attachment 'ATT-404' specified.")
    caller.call(update % "ATT-00001")
    assert record(caller, "VENDOR", "VENDORID", "V-1002", "SUPDOCID")["SUPDOCID"] == "ATT-00001"
    refused(caller.call('<delete_supdoc key="ATT-00001"/>'), "BL01001973", "because it is used by Vendor")


def test_generic_functions_do_not_know_attachments(caller: Caller) -> None:
    for call, number in (
        ("<read><object>SUPDOC</object><keys>11</keys></read>", "XXX"),
        ("<query><object>SUPDOC</object><select><field>RECORDNO</field></select></query>", "Query Failed"),
        ("<create><SUPDOC><SUPDOCID>x</SUPDOCID></SUPDOC></create>", "XXX"),
        ("<lookup><object>ATTACHMENT</object></lookup>", "XXX"),
    ):
        assert caller.call(call).errors[0][0] == number
