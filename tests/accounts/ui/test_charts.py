"""Tests of charts: what the picture is as high as, and what the table beside it says."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template

from accounts.ui.charts import Chart, Mark, Series, drawn
from accounts.ui.formats import Formats, formats_of_a_company

OK, FAILED = Series("Went well", "success"), Series("Failed", "danger")


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.STORAGES = {**settings.STORAGES, **plain}


def page(chart: Chart) -> str:
    return Template("{% chart chart %}").render(Context({"chart": chart}))


def heights(chart: Chart) -> list[list[int]]:
    return [[shape.height for shape in group.shapes] for group in drawn(chart)[0].groups]


def test_columns_are_as_high_as_their_share_of_a_round_axis() -> None:
    chart = Chart("Pushes", (OK, FAILED), (Mark("Mon", (50, 0)), Mark("Tue", (25, 25)), Mark("Wed", (0, 0))))
    assert heights(chart) == [[93], [46, 46], []]
    assert [label.text for label in drawn(chart)[0].labels if label.anchor == "end"] == ["0", "20", "40", "60", "80"]


def test_what_is_not_nothing_is_seen() -> None:
    chart = Chart("Pushes", (OK,), (Mark("Mon", (1,)), Mark("Tue", (1_000_000,))))
    assert heights(chart)[0] == [2]


def test_a_limit_above_everything_is_inside_the_picture() -> None:
    chart = Chart("API", (OK,), (Mark("Mon", (3,)),), limit=100, limit_label="Budget")
    wide = drawn(chart)[0]
    limit = next(line for line in wide.lines if line.is_limit)
    assert 0 < limit.y1 < wide.height
    assert "Budget" in [label.text for label in wide.labels]


def test_a_day_of_the_strip_shows_each_outcome_however_rare() -> None:
    chart = Chart("Syncs", (OK, FAILED), (Mark("Mon", (1000, 1)), Mark("Tue", (0, 0)), Mark("Wed", (1, 0))), "strip")
    first, empty, whole = heights(chart)
    assert sum(first) == 28
    assert min(first) >= 4
    assert (empty, whole) == ([28], [28])
    assert drawn(chart)[0].groups[1].shapes[0].tone == "none"


@pytest.mark.parametrize("kind", ["columns", "bars", "strip"])
def test_everything_is_drawn_inside_the_picture(kind: Any) -> None:
    marks = tuple(Mark(f"Cost code {n} with a long name", (Decimal(n) * 1000, 7)) for n in range(31))
    for drawing in drawn(Chart("Costs", (OK, FAILED), marks, kind, limit=Decimal(31_000))):
        for group in drawing.groups:
            for shape in group.shapes:
                assert shape.x >= 0
                assert shape.y >= 0
                assert shape.x + shape.width <= drawing.width
                assert shape.y + shape.height <= drawing.height


def test_the_table_beside_it_has_each_figure_in_the_format_of_the_company() -> None:
    marks = (Mark("Harbor <Center>", (Decimal("1234.5"), Decimal("-20")), url="/job/1/", note="2 changes"),)
    with formats_of_a_company(Formats(currency="USD")):
        html = page(Chart("Costs", (OK, FAILED), marks, "bars", is_money=True, currency="USD", head="Job"))
    cells = re.findall(r'<td class="num">([^<]*)</td>', html)
    assert cells == ["$1,234.50", "($20.00)"]
    assert '<a href="/job/1/">Harbor &lt;Center&gt;</a>' in html
    assert "<Center>" not in html
    assert "style=" not in html


def test_a_chart_of_nothing_says_so() -> None:
    html = page(Chart("Costs", (OK,), ()))
    assert "Nothing to draw yet." in html
    assert "<svg" not in html


def test_a_mark_has_a_value_for_each_series_and_a_series_a_known_tone() -> None:
    with pytest.raises(ValueError, match="2 series"):
        Chart("Costs", (OK, FAILED), (Mark("Mon", (1,)),))
    with pytest.raises(ValueError, match="tone"):
        Series("Odd", "pink")
