"""How a stored text is asked whether it holds a word, on every database: both folded, by an index where there is one.

Owns the lookup `holds`. The text and the word are folded by accounts.ui.folding; the index is
integrations.records.search_index's.
"""

from typing import Any, Final

from django.db.models import CharField, Lookup, TextField

SHORTEST_INDEXED: Final = 3  # letters that pg_trgm finds by its index


@CharField.register_lookup
@TextField.register_lookup
class Holds(Lookup):
    """The column holds a text somewhere, both folded: by the index where it is long enough for one."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        column, params = self.process_lhs(compiler, connection)
        return f"INSTR({column}, %s) > 0", (*params, self.rhs)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        column, params = self.process_lhs(compiler, connection)
        if len(self.rhs) < SHORTEST_INDEXED:
            return f"STRPOS({column}, %s) > 0", (*params, self.rhs)
        return f"{column} LIKE %s", (*params, f"%{connection.ops.prep_for_like_query(self.rhs)}%")
