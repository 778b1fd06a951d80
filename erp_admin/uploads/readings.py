"""How a draft's file was read where it can be read in two ways: as it is stored, told, and asked for.

Owns the shape of ImportDraft.reading and its words. What the cells prove is erp_admin.grammar.evidence's; what a sheet
hides is found by the reader.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from erp_admin.grammar.dates import read_date
from erp_admin.grammar.evidence import Decision
from erp_admin.grammar.numbers import read_number
from erp_admin.grammar.problems import Unreadable
from erp_admin.grammar.style import Style
from erp_admin.models import ImportDraft
from erp_admin.uploads.spoken import spoken
from erp_admin.uploads.stated import Hidden, ReadingDecisions, StatedReading

DECIMAL: Final = "decimal"
DAY_FIRST: Final = "day_first"
CENTURY: Final = "century_from"
HIDDEN: Final = "hidden"
_VALUES: Final = (DECIMAL, DAY_FIRST, CENTURY)
_DELIMITER: Final = "delimiter"
PERSON, FILE, EVIDENCE, COMPANY, NOBODY = "person", "file", "evidence", "company", ""


@dataclass(frozen=True)
class Question:
    """What only a person can say of a file. `key` is a field of StatedReading; `choices` are values with words."""

    key: str
    title: str
    because: str
    choices: tuple[tuple[str, str], ...]


def as_stated(stated: StatedReading) -> dict[str, Any]:
    """What a person stated, as a draft holds it before its file is read."""
    given: dict[str, Any] = {key: getattr(stated, key) for key in _VALUES}
    given[HIDDEN] = None if stated.hidden is Hidden.ASK else stated.hidden.value
    return {key: {"value": value, "source": PERSON} for key, value in given.items() if value is not None}


def stated_by_person(draft: ImportDraft) -> StatedReading:
    """What a person stated of the draft's file, to read it again."""
    return _stated({key: fact for key, fact in _facts(draft).items() if fact.get("source") == PERSON})


def stated_of(draft: ImportDraft) -> StatedReading:
    """How the file was read, whoever or whatever decided it."""
    return _stated(_facts(draft))


def merged(by_person: StatedReading, by_file: StatedReading) -> StatedReading:
    """What holds: a person's word before that of the file."""
    values = {key: getattr(by_person, key) for key in _VALUES}
    values = {key: getattr(by_file, key) if value is None else value for key, value in values.items()}
    return StatedReading(**values, hidden=by_file.hidden if by_person.hidden is Hidden.ASK else by_person.hidden)


def delimiter_of(draft: ImportDraft) -> str:
    return str(draft.reading.get(_DELIMITER) or ",")


def as_json(
    decisions: ReadingDecisions, by_person: StatedReading, by_file: StatedReading, delimiter: str
) -> dict[str, Any]:
    """How the file was read, to be stored with its draft."""
    proved: dict[str, Decision[Any]] = {
        DECIMAL: decisions.values.decimal,
        DAY_FIRST: decisions.values.day_order,
        CENTURY: decisions.values.century,
    }
    reading: dict[str, Any] = {_DELIMITER: delimiter}
    for key, decision in proved.items():
        value = getattr(decisions.style, "decimal" if key == DECIMAL else key)
        source = _source(key, value, by_person, by_file)
        if key == DAY_FIRST and decisions.day_order_by_convention:
            source = COMPANY
        reading[key] = {"value": value, "source": source, **_found(decision)}
    hidden = decisions.hidden
    if hidden:
        source = PERSON if by_person.hidden is not Hidden.ASK else FILE if by_file.hidden is not Hidden.ASK else NOBODY
        reading[HIDDEN] = {
            "value": hidden.choice.value,
            "source": source,
            "places": hidden.places,
            "rows": list(hidden.rows),
            "columns": list(hidden.columns),
        }
    return reading


def _source(key: str, value: object, by_person: StatedReading, by_file: StatedReading) -> str:
    if getattr(by_person, key) is not None:
        return PERSON
    if getattr(by_file, key) is not None:
        return FILE
    return NOBODY if value is None else EVIDENCE


def _found(decision: Decision[Any]) -> dict[str, Any]:
    found = {"because": decision.because, "mixed": decision.is_contradicted, "doubtful": decision.doubtful}
    if decision.example is not None:
        found |= {"text": decision.example.text, "where": decision.example.where}
    return found


def _facts(draft: ImportDraft) -> dict[str, Mapping[str, Any]]:
    return {key: draft.reading[key] for key in (*_VALUES, HIDDEN) if isinstance(draft.reading.get(key), dict)}


def _stated(facts: Mapping[str, Mapping[str, Any]]) -> StatedReading:
    values = {key: facts[key]["value"] if key in facts else None for key in _VALUES}
    hidden = facts[HIDDEN]["value"] if HIDDEN in facts else Hidden.ASK
    return StatedReading(**values, hidden=Hidden(hidden))


# By field of StatedReading, for each value: the one that forms and commands take, a sentence of how it was read, and
# the words of a choice.
_WORDS: Final[dict[str, dict[Any, tuple[str, str, str]]]] = {
    DECIMAL: {
        ".": (".", "The decimal mark is a point", "the decimal mark is a point"),
        ",": (",", "The decimal mark is a comma", "the decimal mark is a comma"),
    },
    DAY_FIRST: {
        False: ("month", "Dates are month/day/year", "dates are month/day/year"),
        True: ("day", "Dates are day/month/year", "dates are day/month/year"),
    },
    CENTURY: {
        year: (
            str(year),
            f"Years of two digits are {year} to {year + 99}",
            f"years are {year} to {min(year + 99, 2099)}",
        )
        for year in (1990, 2000)
    },
}
_BY: Final = {
    PERSON: "as was chosen",
    FILE: "as the column “Read as” of the file says",
    COMPANY: "as your company writes them: nothing in the file shows another order",
}


def told(draft: ImportDraft) -> list[str]:
    """How values were read and why, a sentence for each thing that can be read in two ways and stands in the file.

    What became of hidden rows stands in the notes of the reader.
    """
    facts = _facts(draft)
    told_values = [_told_value(key, facts) for key in _VALUES if facts.get(key, {}).get("value") is not None]
    mixed = [facts[key] for key in _VALUES if facts.get(key, {}).get("mixed") and facts[key]["value"] is None]
    return told_values + [f"The file is written in two ways: {fact['because']}" for fact in mixed]


def _told_value(key: str, facts: Mapping[str, Mapping[str, Any]]) -> str:
    fact = facts[key]
    value, because = fact["value"], fact.get("because", "").rstrip(".")
    shown = _WORDS[key][value][1] if value in _WORDS[key] else f"Years of two digits are {value} to {value + 99}"
    why = f" because {because[:1].lower()}{because[1:]}" if fact["source"] == EVIDENCE else f", {_BY[fact['source']]}"
    meant = _said(key, value, facts)
    if meant:
        return f"Read “{fact['text']}” ({fact['where']}) as {meant}{why}. {shown}."
    return f"{shown}{why}."


def is_mixed(draft: ImportDraft) -> bool:
    """Whether cells of the file contradict one another in how it is written."""
    return any(fact.get("mixed") for fact in _facts(draft).values())


def questions(draft: ImportDraft) -> list[Question]:
    """What the file leaves open, and keeps documents of it from being imported."""
    facts = _facts(draft)
    asked = [_question(key, facts) for key in _VALUES if _is_open(facts.get(key, {}))]
    hidden = facts.get(HIDDEN, {})
    if hidden.get("places") and hidden["value"] == Hidden.ASK:
        choices = ((Hidden.LEAVE_OUT.value, "Leave them out"), (Hidden.INCLUDE.value, "Include them"))
        because = f"{_hidden_places(hidden)}: the sheet does not show them, but they hold something."
        asked.append(Question(HIDDEN, "What becomes of what the sheet hides?", because, choices))
    return asked


def _is_open(fact: Mapping[str, Any]) -> bool:
    """Cells that are written in both ways without a doubt are told; somebody is asked for those that are in doubt."""
    return fact.get("value") is None and bool(fact.get("doubtful"))


def has_hidden(draft: ImportDraft) -> bool:
    """Whether the file hides rows or columns, whatever becomes of them."""
    return bool(_facts(draft).get(HIDDEN, {}).get("places"))


def _question(key: str, facts: Mapping[str, Mapping[str, Any]]) -> Question:
    fact = facts[key]
    choices = []
    for value, (form_value, _, words) in _WORDS[key].items():
        meant = _said(key, value, facts)
        choices.append((form_value, f"{meant}: {words}" if meant else f"{words[0].upper()}{words[1:]}"))
    others = f", and {fact['doubtful'] - 1:,} more cells are like it" if fact["doubtful"] > 1 else ""
    because = f"It stands in {fact['where']}{others}. {fact['because']}".strip()
    return Question(key, f"What does “{fact['text']}” mean?", because, tuple(choices))


def _said(key: str, value: Any, facts: Mapping[str, Mapping[str, Any]]) -> str:
    """What the first cell in doubt means where `value` holds, in words that have one meaning; "" where it has none."""
    text = facts[key].get("text", "")
    try:
        if key == DECIMAL:
            return spoken(f"{read_number(text, Style(decimal=value)).value:f}") if text else ""
        day_first = value if key == DAY_FIRST else bool(facts.get(DAY_FIRST, {}).get("value"))
        century = value if key == CENTURY else facts.get(CENTURY, {}).get("value") or 1990
        day = read_date(text, Style(day_first=day_first, century_from=century)) if text else None
    except Unreadable:
        return ""
    return f"{day:%B} {day.day}, {day.year}" if day else ""


def _hidden_places(hidden: Mapping[str, Any]) -> str:
    rows, columns = len(hidden["rows"]), len(hidden["columns"])
    parts = [f"{rows:,} hidden row{'' if rows == 1 else 's'}"] if rows else []
    parts += [f"{columns} hidden column{'' if columns == 1 else 's'}"] if columns else []
    return f"{' and '.join(parts)} ({hidden['places']})"
