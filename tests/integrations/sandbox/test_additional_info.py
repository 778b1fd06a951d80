"""additionalinfo in errors: only when asked for, published ids where there are some, local ones otherwise."""

from __future__ import annotations

import pytest

from tests.integrations.sandbox.documents import bill
from tests.integrations.sandbox.gateway import Answer, Caller

ACCOUNT = (
    "<create><GLACCOUNT><ACCOUNTNO>5000</ACCOUNTNO><TITLE>Job Cost</TITLE><NORMALBALANCE>debit</NORMALBALANCE>"
    "<CLOSINGTYPE>closing account</CLOSINGTYPE></GLACCOUNT></create>"
)
FLAG = "<showadditionalerrorinfo>true</showadditionalerrorinfo>"


def detailed(caller: Caller, call: str, flag: str = FLAG) -> Answer:
    return caller.post(caller.envelope(call).replace("</control>", f"{flag}</control>"))


def test_the_published_refusal_in_full(caller: Caller) -> None:
    answer = detailed(caller, ACCOUNT)
    first, second = answer.root.iter("error")
    assert first.findtext("errorno") == "BL01001973"
    assert first.findtext("description") == "Duplicate account number"
    assert (first.findtext("description2") or "").startswith("The account number '5000' already exists [Support ID: ")
    info = first.find("additionalinfo")
    assert info is not None
    assert [child.tag for child in info] == [
        "errorid",
        "category",
        "target",
        "description",
        "cdescription",
        "correction",
    ]
    assert (info.findtext("errorid"), info.findtext("category")) == ("GL-0493", "Duplication Prevention")
    target = info.find("target")
    assert target is not None
    assert list(target.attrib) == ["domain", "requestinfo", "object", "field", "businessinfo"]
    assert f"[Support ID: {target.get('requestinfo')}]" in (first.findtext("description2") or "")
    assert info.findtext("cdescription/messageid") == "IA.THE_ACCOUNT_NUMBER_ALREADY_EXISTS"
    placeholder = info.find("cdescription/placeholders/placeholder")
    assert placeholder is not None
    assert dict(placeholder.attrib) == {"name": "ACCOUNTNO", "value": "5000"}
    message_target = info.find("cdescription/target")
    assert message_target is not None
    assert "businessInfo" in message_target.attrib
    assert second.findtext("additionalinfo/errorid") == "GL-0504"
    assert second.findtext("description2") == "Could not create GL Account record."


@pytest.mark.parametrize("flag", ["", "<showadditionalerrorinfo>false</showadditionalerrorinfo>"])
def test_nothing_is_added_unasked(caller: Caller, flag: str) -> None:
    answer = detailed(caller, ACCOUNT, flag)
    assert answer.root.find(".//additionalinfo") is None


def test_its_place_in_the_control_block_does_not_matter(caller: Caller) -> None:
    text = caller.envelope(ACCOUNT)
    for place in ("<controlid>", "<dtdversion>", "</control>"):
        answer = caller.post(text.replace(place, FLAG + place))
        assert answer.root.findtext(".//additionalinfo/errorid") == "GL-0493"
    wrong = detailed(caller, ACCOUNT, "<showadditionalerrorinfo>maybe</showadditionalerrorinfo>")
    assert wrong.text("control/status") == "failure"
    assert "not a valid value of type 'xs:boolean'" in wrong.errors[0][1]


@pytest.mark.parametrize(
    ("call", "errorid"),
    [
        ("<create><VENDOR><VENDORID>V-1001</VENDORID><NAME>n</NAME></VENDOR></create>", "SANDBOX-DUPLICATE"),
        (bill(vendor="V-9999"), "SANDBOX-RULE"),
        ("<query><object>VENDOR</object><select><field>X</field></select></query>", "SANDBOX-UNKNOWN-FIELD"),
        ("<nofunction/>", "SANDBOX-SCHEMA"),
        ("<read><object>NOPE</object><keys>1</keys></read>", "SANDBOX-OTHER"),
    ],
)
def test_ids_that_are_not_published_say_that_they_are_local(caller: Caller, call: str, errorid: str) -> None:
    answer = detailed(caller, call)
    found = [error.findtext("additionalinfo/errorid") for error in answer.root.iter("error")]
    assert found[0] == errorid
    assert None not in found


def test_refused_sign_ins_carry_it_too(caller: Caller) -> None:
    stranger = Caller(caller.server, password="wrong")
    answer = detailed(stranger, "<getAPISession/>")
    assert answer.root.findtext(".//additionalinfo/errorid") == "SANDBOX-SIGN-IN"
