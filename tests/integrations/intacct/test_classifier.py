"""Which of our errors each answer of the gateway becomes, seen from the client."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from integrations.intacct import Category, Client, IntacctError, functions
from tests.integrations.intacct.scripted_gateway import Gateway, Reply, payload

REQUEST_LEVEL = {
    "control.malformed": (Category.PROTOCOL, "REQ-SCHEMA"),
    "control.schema": (Category.PROTOCOL, "REQ-SCHEMA"),
    "control.sender-password": (Category.SENDER, "CON-SENDER"),
    "control.policy": (Category.PROTOCOL, "REQ-POLICY"),
    "control.company-expired": (Category.SIGN_IN, "CON-COMPANY"),
    "auth.sign-in": (Category.SIGN_IN, "CON-LOGIN"),
    "auth.entity": (Category.SIGN_IN, "CON-LOGIN"),
    "auth.sender-not-authorised": (Category.SENDER, "CON-SENDER-COMPANY"),
    "auth.session-ended": (Category.SESSION, "CON-SESSION"),
    "gateway.http400": (Category.SIGN_IN, "CON-LOGIN"),
    "gateway.http401": (Category.SIGN_IN, "CON-LOGIN"),
    "gateway.http429": (Category.BUSY, "LIM-RATE"),
}

FUNCTION_LEVEL = {
    "function.duplicate": (Category.DUPLICATE, "DUP-EXISTS"),
    "function.duplicate.additionalinfo": (Category.DUPLICATE, "DUP-EXISTS"),
    "function.repeated-controlid": (Category.DUPLICATE, "DUP-CONTROLID"),
    "function.illegal-format": (Category.DATA, "VAL-FORMAT"),
    "function.invalid-dimension": (Category.DATA, "REF-INVALID"),
    "function.update-missing": (Category.DATA, "REC-MISSING"),
    "function.delete-missing": (Category.DATA, "REC-MISSING"),
    "function.permission": (Category.PERMISSION, "PRM-OPERATION"),
    "function.permission.audit": (Category.PERMISSION, "PRM-AUDIT"),
    "function.unknown-object.read": (Category.PROTOCOL, "REQ-OBJECT"),
    "function.unknown-object.query": (Category.PROTOCOL, "REQ-OBJECT"),
    "function.unknown-object.delete": (Category.PROTOCOL, "REQ-OBJECT"),
    "function.bad-date": (Category.PROTOCOL, "REQ-QUERY"),
    "function.readmore-expired": (Category.PROTOCOL, "REQ-RESULTID"),
    "function.unknown-user": (Category.DATA, "REF-INVALID"),
    "function.compliance": (Category.DATA, "CMP-EXPIRED"),
}

TEXTS = {
    "You do not have permission for API operation CREATE on objects of type podocument": "PRM-OPERATION",
    "Purchasing module is not subscribed": "MOD-SUBSCRIPTION",
    "API operation 'READ_BY_QUERY' cannot be performed on objects of type thing": "REQ-OBJECT",
    "API rate limit exceeded": "LIM-RATE",
    "The Service is Temporarily Off-line": "SVC-DOWN",
    "Another Purchasing Transaction with the value PO-1 exists": "DUP-EXISTS",
    "The accounting period is closed for this date": "PER-CLOSED",
    "Date must be on or after 01/01/2026": "PER-CLOSED",
    "This transaction is missing the Department dimension for the Account 5000": "DIM-REQ",
    "GL account '5000' is restricted by location 100": "DIM-RESTR",
    "Department must be 10. This value is auto-filled from the project": "DIM-RESTR",
    "Document Number is missing": "DOC-NUMBER",
    "You cannot update a bill that is already paid": "DOC-STATE",
    "Vendor V-1 is on hold": "HOLD-VENDOR",
    "Payment term 'Net 99' is invalid": "TRM-INVALID",
    "Payment exceeds total amount due": "PAY-EXCEEDS",
    "The employee 'E-9' is invalid.": "REF-INVALID",
    "Vendor 'V-9' specified is not valid.": "REF-INVALID",
    "Activate the vendor V-9, then try again.": "REF-INVALID",
    "Something nobody has seen before": "UNKNOWN",
}


def error_of(client: Client, gateway: Gateway, reply: Reply) -> IntacctError:
    """The error that one function gets, wherever it is raised or stored."""
    reply.body = re.sub(rb"<function>\w+</function>", b"<function>create</function>", reply.body)
    gateway.reply(reply, reply)
    try:
        (result,) = client.execute([functions.create([("VENDOR", {})], control_id="a")], write=True)
    except IntacctError as error:
        return error
    assert result.error is not None
    return result.error


@pytest.mark.parametrize("name", REQUEST_LEVEL)
def test_refused_request(client: Client, gateway: Gateway, name: str) -> None:
    status = int(name[-3:]) if name.startswith("gateway.") else 200

    error = error_of(client, gateway, payload(name, status=status))

    assert (error.category, error.code) == REQUEST_LEVEL[name]
    assert error.not_executed
    assert error.sentence
    assert error.advice


@pytest.mark.parametrize("name", FUNCTION_LEVEL)
def test_refused_function(client: Client, gateway: Gateway, name: str) -> None:
    error = error_of(client, gateway, payload(name))

    assert (error.category, error.code) == FUNCTION_LEVEL[name]
    assert "Support ID" not in error.sentence
    assert error.advice
    assert error.details
    assert not error.retryable


@pytest.mark.parametrize("text", TEXTS)
def test_text_decides_when_the_number_says_nothing(client: Client, gateway: Gateway, text: str) -> None:
    changes = {"Invalid Project &#039;P-0000&#039; specified.": text}

    error = error_of(client, gateway, payload("function.invalid-dimension", changes))

    assert error.code == TEXTS[text]


def test_first_entry_is_the_cause_and_the_chain_is_kept(client: Client, gateway: Gateway) -> None:
    error = error_of(client, gateway, payload("function.invalid-dimension"))

    assert error.sentence == "Invalid Project 'P-0000' specified."
    assert error.subject == "P-0000"
    assert len(error.details) == 3
    assert error.details[0].support_id == "pZ8vN~aOKe3Q2YkH7dJm0rT5xL1wAAAAF"
    assert error.support_id == error.details[0].support_id
    assert error.details[2].correction.startswith("Check the transaction")


def test_machine_id_is_kept_and_decides(client: Client, gateway: Gateway) -> None:
    changes = {"already exists": "is taken"}

    error = error_of(client, gateway, payload("function.duplicate.additionalinfo", changes))

    assert error.category is Category.DUPLICATE
    assert [entry.error_id for entry in error.details] == ["GL-0493", "GL-0504"]


def test_object_of_a_denied_operation_is_named(client: Client, gateway: Gateway) -> None:
    assert error_of(client, gateway, payload("function.permission")).subject == "arinvoice"


def test_markup_in_advice_is_removed(client: Client, gateway: Gateway) -> None:
    changes = {
        "<correction></correction>": "<correction>Ask &lt;b&gt;an administrator&lt;/b&gt;&lt;br/&gt;.</correction>"
    }

    error = error_of(client, gateway, payload("function.illegal-format", changes))

    assert error.details[0].correction == "Ask an administrator ."


def test_angle_brackets_in_a_value_are_kept(client: Client, gateway: Gateway) -> None:
    changes = {"given value(s) V-1001": "given value(s) Smith &lt;North&gt;"}

    error = error_of(client, gateway, payload("function.duplicate", changes))

    assert error.sentence.startswith("Another Vendor with the given value(s) Smith <North> already")


def test_company_title_that_does_not_exist_is_a_sign_in_error(client: Client, gateway: Gateway) -> None:
    changes = {"BL03000025": "DL03000006", "Login ID nobody does not exist.": "No such title."}

    error = error_of(client, gateway, payload("function.unknown-user", changes))

    assert (error.category, error.code) == (Category.SIGN_IN, "CON-LOGIN")


@pytest.mark.parametrize("level", ["control", "authentication"])
def test_refused_write_that_comes_with_results_is_not_known_to_be_undone(
    client: Client, gateway: Gateway, level: str
) -> None:
    head, tail = payload("create.two-records").body.decode().split(f"<{level}>")
    gateway.reply(Reply(f"{head}<{level}>{tail.replace('success', 'failure', 1)}".encode()))

    with pytest.raises(IntacctError) as caught:
        client.execute([functions.create([("VENDOR", {})], control_id="a")], write=True)
    assert caught.value.category is Category.UNKNOWN_OUTCOME


def test_acknowledgement_alone_leaves_a_write_unknown(client: Client, gateway: Gateway) -> None:
    assert error_of(client, gateway, payload("refused.acknowledged-only")).category is Category.UNKNOWN_OUTCOME


def test_refusal_without_any_error_entry_is_still_an_error(client: Client, gateway: Gateway) -> None:
    text = payload("function.illegal-format").body.decode()
    start, end = text.index("<errormessage>"), text.index("</errormessage>") + len("</errormessage>")

    error = error_of(client, gateway, Reply((text[:start] + text[end:]).encode()))

    assert (error.category, error.code) == (Category.DATA, "UNKNOWN")
    assert error.sentence


def test_busy_gateway_after_some_records_were_saved_executed_something(client: Client, gateway: Gateway) -> None:
    busy = {"Another Project with the given value(s) P-2601  already exists": "API rate limit exceeded"}

    error = error_of(client, gateway, payload("create.partial-failure", busy))

    assert (error.code, error.not_executed) == ("LIM-RATE", False)


def test_unusual_refusal_of_a_sign_in_keeps_the_gateways_words(client: Client, gateway: Gateway) -> None:
    gateway.sign_ins = [payload("auth.sign-in", {"Sign-in information is incorrect": "This user is locked out."})]

    with pytest.raises(IntacctError) as caught:
        client.open_session()
    assert (caught.value.code, caught.value.sentence) == ("CON-LOGIN", "This user is locked out.")


def test_unknown_control_failure_asks_for_credentials(client: Client, gateway: Gateway) -> None:
    changes = {"XL03000006": "GW-9999", "Incorrect Intacct XML Partner ID or password.": "No."}

    error = error_of(client, gateway, payload("control.sender-password", changes))

    assert (error.category, error.code) == (Category.SIGN_IN, "CON-REFUSED")


def test_control_failure_with_a_server_error_leaves_a_write_unknown(client: Client, gateway: Gateway) -> None:
    changes = {"XL03000006": "GW-9999", "Incorrect Intacct XML Partner ID or password.": "No."}

    error = error_of(client, gateway, payload("control.sender-password", changes, status=500))

    assert error.category is Category.UNKNOWN_OUTCOME
    assert error.details


@pytest.mark.parametrize(
    ("text", "category", "code"),
    [
        ("Web Services module is not subscribed", Category.SUBSCRIPTION, "MOD-WEBSERVICES"),
        ("Your IP address 192.0.2.1 is not allowed", Category.SIGN_IN, "CON-IP"),
        ("Please Try Again Later", Category.BUSY, "SVC-DOWN"),
    ],
)
def test_other_refusals_at_sign_in(
    make_client: Callable[..., Client], gateway: Gateway, text: str, category: Category, code: str
) -> None:
    gateway.sign_ins = [payload("auth.sign-in", {"Sign-in information is incorrect": text})]

    with pytest.raises(IntacctError) as caught:
        make_client(attempts=1).open_session()
    assert (caught.value.category, caught.value.code) == (category, code)
