"""Charts as shapes: columns over time, bars by name, a strip of days.

Owns the geometry, in the units of an SVG's own box; the tag `chart` writes it out with a table of the same figures
beside it. Colors and fonts are the style sheet's. Asks nothing and decides nothing about the figures it draws.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Final, Literal

from accounts.ui.formats import NOTHING, shown_amount, shown_number

TONES: Final = frozenset({"accent", "success", "warning", "danger", "neutral"})
Kind = Literal["columns", "bars", "strip"]
Value = Decimal | int


@dataclass(frozen=True)
class Series:
    """What one color stands for. Raises ValueError for a tone the style sheet does not know."""

    label: str
    tone: str = "accent"

    def __post_init__(self) -> None:
        if self.tone not in TONES:
            raise ValueError(f"Unknown tone {self.tone!r}; the style sheet knows {', '.join(sorted(TONES))}.")


@dataclass(frozen=True)
class Mark:
    """One column, bar or day, with a value for each series. `short` stands below it where there is room."""

    label: str
    values: tuple[Value, ...]
    url: str = ""
    note: str = ""
    short: str = ""

    @property
    def total(self) -> Decimal:
        return sum((Decimal(each) for each in self.values), Decimal(0))


@dataclass(frozen=True)
class Chart:
    """`limit` is a line that the values should stay below, such as a budget. Values below zero are drawn as nothing,
    and stand in the table. Raises ValueError for a mark that has not one value for each series."""

    title: str
    series: Sequence[Series]
    marks: Sequence[Mark]
    kind: Kind = "columns"
    limit: Value | None = None
    limit_label: str = "Limit"
    is_money: bool = False
    currency: str = ""
    head: str = ""  # of the table's first column
    summary: str = field(default="")  # what the picture shows, in a sentence, for those who do not see it

    def __post_init__(self) -> None:
        for mark in self.marks:
            if len(mark.values) != len(self.series):
                raise ValueError(f"{mark.label!r} has {len(mark.values)} values for {len(self.series)} series.")

    def text(self, value: Value | None) -> str:
        if value is None:
            return NOTHING
        return shown_amount(Decimal(value), self.currency) if self.is_money else shown_number(value)

    @property
    def rows(self) -> Iterator[tuple[Mark, list[tuple[str, bool]]]]:
        """Each mark with its values as text, and whether each is zero."""
        for mark in self.marks:
            yield mark, [(self.text(value), not value) for value in mark.values]

    @property
    def described(self) -> str:
        return self.summary or f"{self.title}. The table below has each figure."


@dataclass(frozen=True)
class Shape:
    """A rectangle in the color of a tone; all measures in units of the drawing."""

    x: int
    y: int
    width: int
    height: int
    tone: str


@dataclass(frozen=True)
class Label:
    x: int
    y: int
    text: str
    anchor: Literal["start", "middle", "end"] = "middle"
    is_strong: bool = False


@dataclass(frozen=True)
class Line:
    x1: int
    y1: int
    x2: int
    y2: int
    is_limit: bool = False


@dataclass(frozen=True)
class Group:
    """The shapes of one mark with what is said of it on hover."""

    title: str
    shapes: tuple[Shape, ...]


@dataclass(frozen=True)
class Drawing:
    """A chart for one width of screen: `size` is "wide" or "narrow"."""

    size: str
    width: int
    height: int
    groups: tuple[Group, ...]
    labels: tuple[Label, ...]
    lines: tuple[Line, ...]


WIDTHS: Final = {"wide": 720, "narrow": 340}
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 12, 22
COLUMNS_HEIGHT, STRIP_HEIGHT, BAR_HEIGHT, BAR_STEP = 150, 28, 16, 26
TICKS = 4
ROUND_STEPS: Final = ("1.2", "1.6", "2", "2.4", "3.2", "4", "8", "12")
LABEL_WIDTH = 44  # room for one short label below a column
BAR_LABEL = {"wide": 200, "narrow": 110}
LETTERS = {"wide": 30, "narrow": 15}


def drawn(chart: Chart) -> tuple[Drawing, ...]:
    """The chart for wide and for narrow screens; nothing where there are no marks."""
    draw = {"columns": _columns, "bars": _bars, "strip": _strip}[chart.kind]
    return tuple(draw(chart, size) for size in WIDTHS) if chart.marks else ()


def _columns(chart: Chart, size: str) -> Drawing:
    width, height = WIDTHS[size], COLUMNS_HEIGHT
    top = _rounded_up(max([*(_positive(mark) for mark in chart.marks), Decimal(chart.limit or 0)]))
    step = Decimal(width - LEFT - RIGHT) / len(chart.marks)
    broad = max(int(step * Decimal("0.72")), 1)
    groups, labels = [], []
    every = max(-(-LABEL_WIDTH * len(chart.marks) // (width - LEFT - RIGHT)), 1)
    for position, mark in enumerate(chart.marks):
        x = LEFT + int(step * position) + (int(step) - broad) // 2
        groups.append(Group(_said(chart, mark), tuple(_stacked(chart, mark, x, broad, top))))
        if position % every == 0:
            labels.append(Label(x + broad // 2, TOP + height + 16, mark.short or mark.label))
    lines = []
    for tick in range(TICKS + 1):
        y = TOP + height - height * tick // TICKS
        lines.append(Line(LEFT, y, width - RIGHT, y))
        labels.append(Label(LEFT - 6, y + 4, _short(top * tick / TICKS), "end"))
    if chart.limit is not None:
        y = TOP + height - _scaled(Decimal(chart.limit), top, height)
        lines.append(Line(LEFT, y, width - RIGHT, y, is_limit=True))
        labels.append(Label(width - RIGHT, y - 4 if y > TOP + 12 else y + 12, chart.limit_label, "end", is_strong=True))
    return Drawing(size, width, TOP + height + BOTTOM, tuple(groups), tuple(labels), tuple(lines))


def _stacked(chart: Chart, mark: Mark, x: int, broad: int, top: Decimal) -> Iterator[Shape]:
    """The series of one column, the first at the bottom. Something that is not nothing is seen."""
    floor = TOP + COLUMNS_HEIGHT
    for series, value in zip(chart.series, mark.values, strict=True):
        if value > 0:
            high = max(_scaled(Decimal(value), top, COLUMNS_HEIGHT), 2)
            floor -= high
            yield Shape(x, floor, broad, high, series.tone)


def _bars(chart: Chart, size: str) -> Drawing:
    width, left, room = WIDTHS[size], BAR_LABEL[size], 90
    top = max([*(_positive(mark) for mark in chart.marks), Decimal(chart.limit or 0)])
    wide = width - left - room
    groups, labels = [], []
    for position, mark in enumerate(chart.marks):
        y, x, shapes = TOP + position * BAR_STEP, left, []
        for series, value in zip(chart.series, mark.values, strict=True):
            if value > 0:
                length = max(_scaled(Decimal(value), top, wide), 2)
                shapes.append(Shape(x, y, length, BAR_HEIGHT, series.tone))
                x += length
        groups.append(Group(_said(chart, mark), tuple(shapes)))
        labels.append(Label(left - 8, y + 12, _cut(mark.short or mark.label, LETTERS[size]), "end"))
        labels.append(Label(x + 6, y + 12, _short(mark.total), "start", is_strong=True))
    height = TOP + len(chart.marks) * BAR_STEP
    lines: list[Line] = []
    if chart.limit is not None:
        x = left + _scaled(Decimal(chart.limit), top, wide)
        lines.append(Line(x, TOP - 6, x, height, is_limit=True))
    return Drawing(size, width, height, tuple(groups), tuple(labels), tuple(lines))


def _strip(chart: Chart, size: str) -> Drawing:
    """A cell for each mark, shared among its series; an empty one where nothing was."""
    width = WIDTHS[size]
    step = max(width // len(chart.marks), 2)
    gap = 2 if step > 5 else 0
    groups, labels = [], []
    every = max(-(-LABEL_WIDTH // step), 1)
    for position, mark in enumerate(chart.marks):
        groups.append(Group(_said(chart, mark), tuple(_shared(chart, mark, position * step, step - gap))))
        if position % every == 0 and position * step + LABEL_WIDTH <= width:
            labels.append(Label(position * step, STRIP_HEIGHT + 16, mark.short or mark.label, "start"))
    return Drawing(size, width, STRIP_HEIGHT + BOTTOM, tuple(groups), tuple(labels), ())


def _shared(chart: Chart, mark: Mark, x: int, broad: int) -> Iterator[Shape]:
    total = _positive(mark)
    if not total:
        yield Shape(x, 0, broad, STRIP_HEIGHT, "none")
        return
    floor = STRIP_HEIGHT
    seen = [(series, value) for series, value in zip(chart.series, mark.values, strict=True) if value > 0]
    for position, (series, value) in enumerate(seen):
        left_over = 4 * (len(seen) - position - 1)
        last = position == len(seen) - 1
        high = floor if last else min(max(_scaled(Decimal(value), total, STRIP_HEIGHT), 4), floor - left_over)
        floor -= high
        yield Shape(x, floor, broad, high, series.tone)


def _said(chart: Chart, mark: Mark) -> str:
    figures = ", ".join(
        f"{series.label} {chart.text(value)}" for series, value in zip(chart.series, mark.values, strict=True) if value
    )
    return f"{mark.label}: {figures or 'nothing'}{f'. {mark.note}' if mark.note else ''}"


def _positive(mark: Mark) -> Decimal:
    return sum((Decimal(value) for value in mark.values if value > 0), Decimal(0))


def _scaled(value: Decimal, top: Decimal, length: int) -> int:
    return int(min(value, top) * length / top) if top > 0 else 0


def _rounded_up(value: Decimal) -> Decimal:
    """The next figure whose quarters are round, so that the axis has whole numbers where the values are counts."""
    if value <= TICKS:
        return Decimal(TICKS)
    power = Decimal(10) ** value.adjusted()
    return next(step * power for step in map(Decimal, ROUND_STEPS) if step * power >= value)


def _short(value: Decimal) -> str:
    """A figure for an axis: 1.5K, 12M."""
    for size, letter in ((Decimal(1_000_000_000), "B"), (Decimal(1_000_000), "M"), (Decimal(1_000), "K")):
        if abs(value) >= size:
            scaled = (value / size).quantize(Decimal("0.1"), ROUND_CEILING if value < 0 else None).normalize()
            return f"{shown_number(Decimal(f'{scaled:f}'))}{letter}"
    return shown_number(Decimal(f"{value.quantize(Decimal('0.01')).normalize():f}"))


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
