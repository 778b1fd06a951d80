"""What a picker offers for the words typed: the few that fit best, each id once, whatever people type."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection as database
from django.utils import timezone

from integrations.models import Connection, ListItem
from integrations.records.picking import holding, pick
from integrations.records.search_index import RECORDS, make_index, remove_index

pytestmark = pytest.mark.django_db


def keep(live: Connection, *rows: tuple[str, str], kind: str = "vendors", **facts: Any) -> None:
    now, first = timezone.now(), ListItem.objects.count() + 1_000_000
    given = {"first_seen_at": now, "changed_at": now, "digest": "x", **facts}
    ListItem.objects.bulk_create(
        ListItem(
            tenant_id=live.tenant_id, connection=live, kind=kind, record_no=first + place, business_id=key, name=name,
            **given,
        )
        for place, (key, name) in enumerate(rows)
    )  # fmt: skip


def offered(live: Connection, words: str, most: int = 51) -> list[str]:
    return [item.business_id for item in pick(live, "vendors", words, most)]


@contextmanager
def without_index() -> Iterator[None]:
    remove_index(database)
    try:
        yield
    finally:
        make_index(database)


@pytest.mark.parametrize("indexed", [True, False])
def test_what_fits_best_stands_first(connection: Connection, indexed: bool) -> None:
    keep(connection, ("CO", "Inactive"), is_active=False)
    keep(connection, ("A-1", "Two rivers co"), ("A-2", "Copper & Steel"), ("CO-9", "Alder"), ("A-3", "Alder"))
    keep(connection, ("CO-1", "Copper, closed"), is_active=False)
    expected = ["CO", "CO-9", "A-2", "A-1", "CO-1"]
    if indexed:
        assert offered(connection, "co") == offered(connection, " CO ") == expected
    else:
        with without_index():
            assert offered(connection, "co") == expected


def test_an_exact_id_is_offered_however_many_ids_begin_with_it(connection: Connection) -> None:
    keep(connection, *((f"V-1{number:03}", "Active") for number in range(80)))
    keep(connection, ("V-1", "Closed"), is_active=False)
    assert offered(connection, "v-1")[0] == "V-1"
    assert len(offered(connection, "v-1")) == 51


def test_an_id_of_many_entities_is_offered_once_and_as_the_one_that_can_be_used(connection: Connection) -> None:
    keep(connection, ("V-1", "Of entity 100"), entity_id="100", is_active=False)
    for entity in range(70):
        keep(connection, ("V-1", f"Of entity {entity}"), entity_id=str(entity))
    keep(connection, ("V-2", "Another"))
    for words in ("", "v", "entity"):
        found = pick(connection, "vendors", words, 51)
        assert [item.business_id for item in found] == ["V-1", "V-2"][: 1 if words == "entity" else 2]
        assert found[0].is_active


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("muller", "Müller Façade"),
        ("MÜLLER facade", "Muller Façade"),
        ("Ｇｒａｎｉｔｅ", "granite peak"),
        ("granite peak", "Ｇｒａｎｉｔｅ\u00a0Ｐｅａｋ"),
        ("v–7", "a dash that is another: V\u20117"),
        ("грани", "ГРАНИТ"),
        ("straße", "STRASSE"),
        ("granitepeak", "Granite\u00adPeak"),
        ("100%", "100% Concrete"),
        ("a_b", "A_B Partners"),
        ("back\\slash", "Back\\Slash"),
        ("'; --", "Bobby '; --"),
        ("ス", "ガラス工業"),
        ("i̇stanbul", "İstanbul İnşaat"),
    ],
)
def test_what_is_typed_otherwise_is_found(connection: Connection, words: str, name: str) -> None:
    keep(connection, ("X-1", name), ("X-2", "Something else entirely"))
    assert offered(connection, words) == ["X-1"]


@pytest.mark.parametrize("words", ["100_", "a%b", "й", "ガ", "\n", "x-1\nsome", "peak\x00", "😀" * 100])
def test_signs_that_mean_something_to_a_database_are_signs(connection: Connection, words: str) -> None:
    keep(connection, ("A-1", "1000 axb"), ("A-2", "И and カ"))
    found = offered(connection, words)
    assert found == (["A-1", "A-2"] if not words.strip() else [])


def test_every_word_stands_somewhere_in_id_or_name(connection: Connection) -> None:
    keep(connection, ("V-7", "Granite Peak"), ("V-8", "Granite Falls"), ("G-7", "Peak"))
    assert offered(connection, "peak 7 granite") == ["V-7"]
    assert offered(connection, "granite granite") == ["V-7", "V-8"]


def test_a_name_as_long_as_can_be_is_stored_and_found_by_its_begin(connection: Connection) -> None:
    """An index of PostgreSQL refuses rows beyond a third of a page: the whole list would not be read."""
    keep(connection, ("𝄞𠀀" * 100, "𠮷😀𠀋" * 133), entity_id="𠀀" * 80)
    keep(connection, ("ﷺ" * 190, "ﷺ" * 400))  # each unfolds to eighteen letters
    assert len(offered(connection, "")) == 2
    assert len(offered(connection, "𠮷😀")) == 1


@pytest.mark.skipif(database.vendor != "postgresql", reason="Other databases have no index of words.")
def test_a_search_for_what_nothing_has_reads_no_list(connection: Connection) -> None:
    keep(connection, *((f"V-{number:05}", f"Granite {number}") for number in range(3_000)))
    with database.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('list_item_by_words')")
        cursor.execute("ANALYZE integrations_listitem")
        cursor.execute("SET LOCAL enable_seqscan = off")
    found = ListItem.objects.filter(connection=connection, kind="vendors").filter(holding("peak quixotry"))
    assert "list_item_by_words" in found.order_by().explain()


@pytest.mark.skipif(database.vendor != "postgresql", reason="Other databases have no index of words.")
def test_a_missing_index_is_named_by_the_checks(db: None) -> None:
    def found() -> list[str]:
        return [str(each.hint) for each in run_checks(databases=["default"]) if each.id == "integrations.W004"]

    assert found() == []
    with without_index():
        (hint,) = found()
        assert "pg_trgm" in hint
        assert RECORDS.statement in hint
