"""Which form a file has, found by its content first and its name last, and its table; what is no table is refused.

Owns what is read in this process, and what only in one of its own. Knows no column by name.
"""

from pathlib import PurePath
from typing import Final

from erp_admin.uploads.formats import csv_text, json_text
from erp_admin.uploads.formats.foreign import refuse_foreign
from erp_admin.uploads.formats.process import read_in_process
from erp_admin.uploads.formats.table import MOST_BYTES, FileRefused, KnownNames, Reader, Table, within_limits

# What is larger is read in a process of its own, as workbooks are of any size: they may unpack to anything.
_SMALL: Final[dict[str, tuple[int, Reader]]] = {
    "csv": (512 * 1024, csv_text.read),
    "json": (128 * 1024, json_text.read),
}
NO_NAMES: Final = KnownNames()


def read_table(name: str, content: bytes, known: KnownNames = NO_NAMES) -> Table:
    """The table in a file, read to its end. Raises FileRefused."""
    if not content.strip():
        raise FileRefused("The file is empty.", "Choose the file with the documents.", code="FILE-EMPTY")
    if len(content) > MOST_BYTES:
        size = f"{len(content) / 1024 / 1024:.1f} MB"
        raise FileRefused(
            f"The file has {size}; at most {MOST_BYTES // 1024 // 1024} MB are read.",
            "Split it into several files.",
            code="FILE-SIZE",
        )
    form = form_of(name, content)
    most, reader = _SMALL.get(form, (0, None))
    if reader is None or len(content) > most:
        return read_in_process(form, content, known)
    reading = reader(content, known)
    rows = tuple(within_limits(reading.rows))
    return Table(rows, reading.notes, reading.comma_decimals, reading.delimiter, reading.stated_type)


def form_of(name: str, content: bytes) -> str:
    """`xlsx`, `json` or `csv`. Raises FileRefused for what is recognized as something else."""
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "xlsx"
    refuse_foreign(content)
    suffix = PurePath(name).suffix.lower()
    if suffix == ".json" or json_text.resembles_json(content):
        return "json"
    return "csv"
