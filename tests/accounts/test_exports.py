"""Each file that goes out leaves its begin and its end in the trail: who, what, which filter, how many rows."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from accounts.exports import recorded
from accounts.models import AuditEntry, EventKind, Tenant, User
from accounts.tenancy import tenant_scope
from accounts.ui.csv_cells import as_csv
from integrations.models import Connection


def told(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant):
        found = AuditEntry.objects.filter(kind=EventKind.EXPORTED).order_by("pk")
        return [entry.text for entry in found]


def rows(number: int) -> Iterator[list[str]]:
    yield ["Heading"]
    for each in range(number):
        yield [str(each)]


@pytest.mark.parametrize(("number", "said"), [(0, "0 rows."), (1, "1 row."), (1234, "1,234 rows.")])
def test_the_rows_are_counted_without_the_heading(tenant: Tenant, number: int, said: str) -> None:
    with tenant_scope(tenant):
        sent = as_csv(recorded("Items as CSV", rows(number)))
    list(sent)
    assert told(tenant) == ["Items as CSV. All rows. Begun.", f"Items as CSV. All rows. {said}"]


def test_what_is_broken_off_says_so(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        sent = as_csv(recorded("Items as CSV", rows(5000), chosen="q=steel"))
    next(sent)
    sent.close()
    assert told(tenant)[1].startswith("Items as CSV. Filtered: q=steel. Broken off after ")


def test_what_fails_on_the_way_says_how_far_it_came(tenant: Tenant) -> None:
    def failing() -> Iterator[list[str]]:
        yield from rows(7)
        raise BlockingIOError

    with tenant_scope(tenant):
        sent = recorded("Items as CSV", failing())
    with pytest.raises(BlockingIOError):
        list(sent)
    assert told(tenant)[1] == "Items as CSV. All rows. Broken off after 7 rows."


def test_what_nobody_reads_has_begun_only(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        recorded("Items as CSV", rows(7))
    assert told(tenant) == ["Items as CSV. All rows. Begun."]


def test_an_exported_list_is_of_the_person_also_at_its_end(
    mirrored: Connection, client_for: Callable[[User | None], Client], viewer: User, url: Callable[..., str]
) -> None:
    answer = client_for(viewer).get(url("export_list", list_key="customers"), {"q": "a"})
    number = len(answer.getvalue().decode().strip().splitlines()) - 1
    begun, ended = AuditEntry.objects.filter(kind=EventKind.EXPORTED).order_by("pk")
    assert begun.actor == ended.actor == viewer
    assert begun.remote_addr == ended.remote_addr == "127.0.0.1"
    assert ended.text.endswith(f"Filtered: q=a. {number} rows.")
    assert number > 1
