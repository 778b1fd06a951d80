"""The index by which PostgreSQL finds words anywhere in the searched text of mirrored records, where it may have one.

Owns that index and the extension pg_trgm: without it each search reads a whole list. Other databases have none.
"""

from typing import Final

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

NAME: Final = "list_item_by_words"
EXTENSION: Final = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
# Cost types are the most of all, and looked for within a project and cost code only.
INDEX: Final = (
    f"CREATE INDEX IF NOT EXISTS {NAME} ON integrations_listitem USING gin (search_text gin_trgm_ops)"
    " WHERE kind <> 'cost_types'"
)


def make_index(database: BaseDatabaseWrapper) -> bool:
    """Make the index, and the extension it takes; False where the database has none or its user may not make it."""
    if database.vendor != "postgresql":
        return False
    try:
        with transaction.atomic(using=database.alias), database.cursor() as cursor:
            cursor.execute(EXTENSION)
            cursor.execute(INDEX)
    except DatabaseError:
        return False
    return True


def remove_index(database: BaseDatabaseWrapper) -> None:
    """Remove the index; the extension stays, as others may use it."""
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute(f"DROP INDEX IF EXISTS {NAME}")


def is_missing(database: BaseDatabaseWrapper) -> bool:
    """Whether this is a PostgreSQL that has the lists and not the index."""
    if database.vendor != "postgresql":
        return False
    with database.cursor() as cursor:
        cursor.execute("SELECT to_regclass('integrations_listitem') IS NOT NULL, to_regclass(%s) IS NULL", [NAME])
        has_lists, lacks_index = cursor.fetchone()
    return bool(has_lists and lacks_index)
