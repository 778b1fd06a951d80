"""Each exchange knows the documents it wrote, looked for or read, and no others; it is found by them at one query."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection as database
from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy import cross_tenant, tenant_scope
from erp_admin.documents.selectors import exchanges_of
from integrations import intacct
from integrations.delivery import readback
from integrations.delivery.requests import push_flow
from integrations.gateway import client as gateway
from integrations.models import Connection, Exchange, ExchangeSubject
from integrations.operations.retention import prune
from integrations.sandbox.facade import SandboxServer
from tests.erp_admin.samples import commitment
from tests.integrations.delivery.ledger import make_due, push, work_again

FLOW = "commitments"


def finished(*functions: str) -> intacct.Exchange:
    """An exchange as the client hands it over when it has ended."""
    return intacct.Exchange(
        started_at=datetime(2026, 3, 2, tzinfo=UTC), duration_ms=5, endpoint="https://127.0.0.1/", company="summit",
        entity="", functions=functions, control_id="c", http_status=200, outcome="success", error_code="",
        attempt=1, billable=0, request_bytes=1, response_bytes=1, request_xml="<request/>", response_xml="<response/>",
    )  # fmt: skip


def stored(tenant: Tenant, *functions: str) -> Exchange:
    return gateway.store_exchange(finished(*functions), tenant_id=tenant.pk, connection=None)


def subjects(exchange: Exchange) -> set[tuple[str, int]]:
    return set(exchange.subjects.values_list("flow", "document_id"))


def functions_of(document: Any) -> list[str]:
    return [exchange.functions for exchange in reversed(exchanges_of(FLOW, document.pk, 100))]


def test_an_exchange_is_about_the_documents_of_its_block_and_of_no_other(scoped: Tenant) -> None:
    before = stored(scoped, "query")
    with gateway.about(FLOW, [1, 2, 2]):
        inside = stored(scoped, "create_potransaction")
        with gateway.about("change_orders", [1]):
            deeper = stored(scoped, "query")
        sign_in, described = stored(scoped, "getAPISession"), stored(scoped, "lookup")
    with pytest.raises(ZeroDivisionError), gateway.about(FLOW, [9]):
        _ = 1 / 0
    after = stored(scoped, "query")
    assert subjects(inside) == {(FLOW, 1), (FLOW, 2)}
    assert subjects(deeper) == {("change_orders", 1)}
    assert not [one for one in (before, sign_in, described, after) if subjects(one)]


def test_what_wrote_looked_for_and_read_a_document_is_found_by_it(pushing: Connection, intacct: SandboxServer) -> None:
    """SC-1 is contained in SC-12: in its reference, its id in Intacct and every request that names it."""
    one, twelve = commitment(pushing, "SC-1"), commitment(pushing, "SC-12")
    push(pushing, twelve)
    assert functions_of(twelve) == ["create_potransaction", "query", "query"]
    assert functions_of(one) == []
    intacct.control(do="fault", kind="drop_after", times=1, match="create_potransaction")
    push(pushing, one)
    make_due(one)
    work_again(pushing, one)
    assert functions_of(one)[0] == "create_potransaction"
    assert functions_of(one).count("query") >= 3  # looked for, then read back with its lines
    assert len(functions_of(twelve)) == 3
    readback.refresh(pushing, push_flow(FLOW), one)
    assert exchanges_of(FLOW, one.pk, 1)[0].run is None
    assert len(functions_of(twelve)) == 3


def test_a_batch_is_about_all_that_travelled_in_it(pushing: Connection) -> None:
    documents = [commitment(pushing, f"SC-{number}") for number in range(3)]
    push(pushing, *documents)
    sent = Exchange.objects.get(functions__contains="create_potransaction")
    assert subjects(sent) == {(FLOW, document.pk) for document in documents}


def test_the_exchanges_of_a_document_are_one_query_without_a_scan(
    scoped: Tenant, django_assert_num_queries: Any
) -> None:
    with gateway.about(FLOW, range(1, 6)):
        for _ in range(30):
            stored(scoped, "query")
    with django_assert_num_queries(1) as asked:
        assert len(exchanges_of(FLOW, 3, 20)) == 20
    sql = asked.captured_queries[0]["sql"]
    assert "LIKE" not in sql.upper()
    assert "request_xml" not in sql
    with database.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if database.vendor == 'sqlite' else ''}{sql}")
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert database.vendor != "sqlite" or "exchange_by_subject" in plan


def test_exchanges_of_another_tenant_are_never_found(scoped: Tenant, other_tenant: Tenant) -> None:
    with gateway.about(FLOW, [1]):
        stored(scoped, "query")
    with tenant_scope(other_tenant):
        assert exchanges_of(FLOW, 1, 10) == []


def test_what_an_exchange_is_about_goes_with_it_and_no_body_is_loaded_for_that(
    scoped: Tenant, settings: Any, django_assert_max_num_queries: Any
) -> None:
    settings.RETAIN_EXCHANGES_DAYS = 30
    with gateway.about(FLOW, [1]):
        old, young = stored(scoped, "query"), stored(scoped, "query")
    Exchange.objects.filter(pk=old.pk).update(started_at=timezone.now() - timedelta(days=31))
    Exchange.objects.filter(pk=young.pk).update(started_at=timezone.now() - timedelta(days=29))
    with django_assert_max_num_queries(60) as asked:
        prune()
    assert list(ExchangeSubject.objects.values_list("exchange", flat=True)) == [young.pk]
    assert not [query for query in asked.captured_queries if "request_xml" in query["sql"]]


class TestStoredBefore:
    """The migration relates what was stored before, by whole names and not by parts of them."""

    def relate(self) -> None:
        module = next(Path("integrations/migrations").glob("*_relate_stored_exchanges.py")).stem
        with cross_tenant("test"):
            import_module(f"integrations.migrations.{module}").relate_stored_exchanges(apps, None)

    def test_as_if_it_had_been_kept_from_the_start(self, pushing: Connection) -> None:
        documents = [commitment(pushing, number) for number in ("SC-1", "SC-12")]
        for document in documents:
            push(pushing, document)
        kept = self.pairs(ExchangeSubject.objects.exclude(exchange__run=None))
        assert len(kept) == 6
        ExchangeSubject.objects.all().delete()
        self.relate()
        assert self.pairs(ExchangeSubject.objects.all()) == kept
        self.relate()
        assert self.pairs(ExchangeSubject.objects.all()) == kept

    @staticmethod
    def pairs(rows: Iterable[ExchangeSubject]) -> set[tuple[int, str, int]]:
        return {(row.exchange_id, row.flow, row.document_id) for row in rows}
