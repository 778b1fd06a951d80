"""What importing a document of a file changes here: told in the preview, and compared with it before it is stored.

Owns the shape that is stored with each document of a file, and its words. Decides nothing and reads no database.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

Values = Mapping[str, str]  # by the label of the column, as people read them; "" is empty


@dataclass(frozen=True)
class FileProblem:
    """What keeps a document from being stored. Shown like what the reader did not understand."""

    row: int
    column: str
    value: str
    sentence: str
    fix: str = ""

    @property
    def text(self) -> str:
        return f"{self.sentence} {self.fix}".strip()


@dataclass(frozen=True)
class Emptied:
    """`line` is 0 for what belongs to the document itself."""

    line: int
    column: str
    value: str


@dataclass(frozen=True)
class Changed:
    line: int
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Removed:
    line: int
    description: str
    amount: str


@dataclass
class Effects:
    """`kept` are values of a line that the file has no column for, though it says that the line is another thing."""

    problems: list[FileProblem] = field(default_factory=list)
    emptied: list[Emptied] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    kept: list[Emptied] = field(default_factory=list)
    added: list[int] = field(default_factory=list)
    removed: list[Removed] = field(default_factory=list)
    total_before: str = ""
    approvals: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def compare(self, before: Values, after: Values, line: int = 0) -> None:
        """Take note of what a document or a line of it loses, and of what becomes another value."""
        for column, value in after.items():
            was = before.get(column, "")
            if was and not value:
                self.emptied.append(Emptied(line, column, was))
            elif was != value:
                self.changed.append(Changed(line, column, was, value))

    def keep(self, values: Values, line: int) -> None:
        """Take note of values that stay with a line though it becomes another."""
        self.kept += [Emptied(line, column, value) for column, value in values.items()]

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value}


def invalid_values(
    error: ValidationError, labels: Mapping[str, str], row: int, values: Values
) -> Iterator[FileProblem]:
    """The problems in an error of a model, each with the column that its field comes from."""
    if not hasattr(error, "error_dict"):
        yield from (FileProblem(row, "", "", text) for text in error.messages)
        return
    for name, texts in error.message_dict.items():
        column = labels.get(name) or ("" if name == "__all__" else name.replace("_", " ").capitalize())
        yield from (FileProblem(row, column, values.get(column, ""), text) for text in texts)


def sentences(effects: Mapping[str, Any]) -> list[str]:
    """What a stored preview says will change, in the order of its weight."""
    told = list(effects.get("notes", []))
    told += effects.get("approvals", [])
    if effects.get("total_before"):
        told.append(f"The total in ERP Admin is {Decimal(effects['total_before']):,.2f}.")
    told += [
        f"Line {one['line']} “{one['description']}” of {Decimal(one['amount']):,.2f} is removed: it is not in the file."
        for one in effects.get("removed", [])
    ]
    told += [
        f"{_place(one)} “{one['value']}” is emptied: its cell is blank, or its name was left open."
        for one in effects.get("emptied", [])
    ]
    told += [
        f"{_place(one)} “{one['value']}” stays, though the line becomes another: the file has no such column."
        for one in effects.get("kept", [])
    ]
    told += [f"{_place(one)}: {_change(one)}." for one in effects.get("changed", [])]
    if added := effects.get("added"):
        told.append(f"{_lines(added)} {'is' if len(added) == 1 else 'are'} added.")
    return told


def summary(effects: Mapping[str, Any]) -> str:
    """The gravest of it in a few words, for a list."""
    counted = [
        (len(effects.get("removed", [])), "line is removed", "lines are removed"),
        (len(effects.get("emptied", [])), "value is emptied", "values are emptied"),
        (len(effects.get("kept", [])), "value stays with another line", "values stay with other lines"),
    ]
    told = [*effects.get("notes", []), *effects.get("approvals", [])]
    if effects.get("total_before"):
        told.append(f"The total in ERP Admin is {Decimal(effects['total_before']):,.2f}.")
    else:
        told.append("The total stays as it is.")
    told += [f"{number:,} {one if number == 1 else many}." for number, one, many in counted if number]
    return " ".join(told)


def difference(previewed: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What would happen now and was not in the preview; where there is none, what of it would not happen any more."""
    before, after = sentences(previewed), sentences(now)
    return [one for one in after if one not in before] or [one for one in before if one not in after]


def _place(one: Mapping[str, Any]) -> str:
    return f"Line {one['line']}, {one['column']}" if one["line"] else str(one["column"])


def _change(one: Mapping[str, Any]) -> str:
    return f"“{one['before']}” becomes “{one['after']}”" if one["before"] else f"becomes “{one['after']}”"


def _lines(numbers: Sequence[int]) -> str:
    return f"Line {numbers[0]}" if len(numbers) == 1 else f"Lines {', '.join(str(number) for number in numbers)}"
