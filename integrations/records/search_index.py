"""The indexes by which PostgreSQL finds words anywhere in searched texts, where it may have them.

Owns those indexes and the extension pg_trgm: without one each search reads a whole table. Other databases have none.
"""

from dataclasses import dataclass
from typing import Final

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TEXT: Final = "search_text"  # the column that each of them is of, before any other
_LACKS: Final = """
    SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = %s AND NOT attisdropped)
        AND to_regclass(%s) IS NULL
"""
EXTENSION: Final = "CREATE EXTENSION IF NOT EXISTS pg_trgm"


@dataclass(frozen=True)
class SearchIndex:
    """`texts` are columns or expressions of the table, as SQL writes them; `where` says of which rows."""

    name: str
    table: str
    texts: tuple[str, ...]
    where: str = ""

    @property
    def statement(self) -> str:
        columns = ", ".join(f"{text} gin_trgm_ops" for text in self.texts)
        where = f" WHERE {self.where}" if self.where else ""
        return f"CREATE INDEX IF NOT EXISTS {self.name} ON {self.table} USING gin ({columns}){where}"


# Cost types are the most of all, and looked for within a project and cost code only.
RECORDS: Final = SearchIndex("list_item_by_words", "integrations_listitem", (TEXT,), "kind <> 'cost_types'")
_indexes: dict[str, SearchIndex] = {RECORDS.name: RECORDS}


def register_index(index: SearchIndex) -> None:
    """Have the checks of the site look for it. Raises ValueError for a name that another one has."""
    if _indexes.setdefault(index.name, index) != index:
        raise ValueError(f"Two indexes are called {index.name!r}.")


def make_index(database: BaseDatabaseWrapper, index: SearchIndex = RECORDS) -> bool:
    """Make the index, and the extension it takes; False where the database has none or its user may not make it."""
    if database.vendor != "postgresql":
        return False
    try:
        with transaction.atomic(using=database.alias), database.cursor() as cursor:
            cursor.execute(EXTENSION)
            cursor.execute(index.statement)
    except DatabaseError:
        return False
    return True


def remove_index(database: BaseDatabaseWrapper, index: SearchIndex = RECORDS) -> None:
    """Remove the index; the extension stays, as others may use it."""
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute(f"DROP INDEX IF EXISTS {index.name}")


def missing_indexes(database: BaseDatabaseWrapper) -> list[SearchIndex]:
    """Those whose text this PostgreSQL has, and which it lacks."""
    if database.vendor != "postgresql":
        return []
    found = []
    with database.cursor() as cursor:
        for index in _indexes.values():
            cursor.execute(_LACKS, [index.table, TEXT, index.name])
            if cursor.fetchone()[0]:
                found.append(index)
    return found
