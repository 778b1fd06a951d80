"""Values of other records: read again when the other record changed, though Intacct stamps only that one."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from integrations.lists import KINDS
from integrations.mirror.followers import lagging
from integrations.mirror.service import start_list_sync
from integrations.models import Connection, ListItem, ListState, Mode, SyncRun
from integrations.records.kinds import kind_for
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer

LONG_AGO = "01/02/2020 03:04:05"


def sync(connection: Connection, *kinds: str, mode: Mode = Mode.PARTIAL) -> SyncRun:
    connection.refresh_from_db()
    return run_to_end(start_list_sync(connection, kinds=kinds, mode=mode, queued=False).run)


def put(intacct: SandboxServer, object_name: str, **record: str) -> None:
    intacct.control(do="put", object=object_name, record=record)


# The list that follows, its object, the field that names the other, the field that follows it; the other's list, object
# and field. Of some fields the local Intacct keeps a copy, which is put with the modification time of before.
FOLLOWING = [
    ("vendors", "VENDOR", "DISPLAYCONTACT.CONTACTNAME", "DISPLAYCONTACT.EMAIL1",
     "contacts", "CONTACT", "EMAIL1"),
    ("employees", "EMPLOYEE", "PERSONALINFO.CONTACTNAME", "PERSONALINFO.EMAIL1", "contacts", "CONTACT", "EMAIL1"),
    ("projects", "PROJECT", "CUSTOMERID", "CUSTOMERNAME", "customers", "CUSTOMER", "NAME"),
    ("vendors", "VENDOR", "TERMNAME", "TERMNAME", "ap_terms", "APTERM", "NAME"),
    ("projects", "PROJECT", "PROJECTTYPE", "PROJECTTYPE", "project_types", "PROJECTTYPE", "NAME"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "object_name", "by", "field", "of", "other", "changed"), FOLLOWING)
def test_a_value_of_another_record_comes_with_the_next_partial(
    connection: Connection,
    intacct: SandboxServer,
    kind: str,
    object_name: str,
    by: str,
    field: str,
    of: str,
    other: str,
    changed: str,
) -> None:
    sync(connection, of, mode=Mode.FULL)
    source = ListItem.objects.filter(kind=of).latest("record_no")
    sync(connection, kind, mode=Mode.FULL)
    chosen = ListItem.objects.filter(kind=kind).latest("record_no")
    key = {"RECORDNO": str(chosen.record_no), "WHENMODIFIED": LONG_AGO}
    is_copy = object_name == "VENDOR" or field == by
    put(intacct, object_name, **{by: source.business_id}, **key)
    sync(connection, kind, mode=Mode.FULL)
    put(intacct, other, RECORDNO=str(source.record_no), **{changed: "fresh@new.example"})
    if is_copy:
        put(intacct, object_name, **{field: "fresh@new.example"}, **key)
    for _ in range(2):
        run = sync(connection, kind, of)
    chosen.refresh_from_db()
    assert chosen.fields[field] == "fresh@new.example"
    assert run.state == "succeeded"
    assert not run.log.filter(message__contains="read whole").exists()


def test_a_value_comes_through_a_third_record(connection: Connection, intacct: SandboxServer) -> None:
    sync(connection, "contacts", "employees", "departments", mode=Mode.FULL)
    employee = ListItem.objects.filter(kind="employees").latest("record_no")
    department = ListItem.objects.filter(kind="departments").latest("record_no")
    key = {"RECORDNO": str(department.record_no), "WHENMODIFIED": LONG_AGO}
    put(intacct, "DEPARTMENT", SUPERVISORID=employee.business_id, **key)
    sync(connection, "departments", mode=Mode.FULL)
    person = ListItem.objects.get(kind="contacts", business_id=employee.fields["PERSONALINFO.CONTACTNAME"])
    put(intacct, "CONTACT", RECORDNO=str(person.record_no), PRINTAS="Renamed Person")
    for _ in range(2):
        sync(connection, "departments", "employees", "contacts")
    department.refresh_from_db()
    assert department.fields["SUPERVISORNAME"] == "Renamed Person"


def test_the_first_sight_of_another_record_makes_nothing_read_again(connection: Connection) -> None:
    sync(connection, "vendors", mode=Mode.FULL)
    sync(connection, "contacts", mode=Mode.FULL)
    run = sync(connection, "vendors")
    assert run.steps.get(key="list:vendors").checkpoint["also"] == []


def test_what_is_not_followed_is_said_on_the_page_of_the_list(
    connection: Connection, client_for: Callable[[User | None], Client], viewer: User, url: Callable[..., str]
) -> None:
    vendors = kind_for(connection, "vendors")
    assert vendors is not None
    sync(connection, "vendors", mode=Mode.FULL)
    assert {"DISPLAYCONTACT.EMAIL1", "TERMNAME", "VENDTYPE"} <= set(lagging(connection, vendors))
    page = client_for(viewer).get(url("list", list_key="vendors")).content.decode()
    assert "E-mail" in page
    assert "a change may be seen here only after the next full sync" in page
    sync(connection, "contacts", "ap_terms", mode=Mode.FULL)
    assert lagging(connection, vendors) == ["VENDTYPE"]
    ListState.objects.filter(kind="vendors").update(read_fields=["VENDORID", "DISPLAYCONTACT.EMAIL1"])
    assert lagging(connection, vendors) == ["DISPLAYCONTACT.EMAIL1"], "what names the contact was not read"


def test_every_dotted_field_and_every_name_of_another_record_is_declared() -> None:
    own = {"NAME", "BANKNAME", "CONTACTNAME", "COMPANYNAME", "LEGALNAME", "PROJECTCONTRACTTYPENAME", "TYPENAME"}
    for kind in (kind for kind in KINDS if kind.modified_field):
        borrowed = {name for each in kind.borrowed for name in each.fields}
        suspicious = {
            name
            for name in kind.wanted_fields
            if ("." in name and not name.startswith("MAILADDRESS.")) or (name.endswith("NAME") and name not in own)
        }
        left = suspicious - borrowed - {"FIRSTNAME", "LASTNAME"}
        assert not left, (kind.key, left)
        assert {each.by for each in kind.borrowed if each.by} <= set(kind.wanted_fields)
