"""Tests of the template tags and partials through rendered templates.

Owns: what a page shows for a state, a time, an amount, a list position and a form that was refused.
Must not: need a tenant or a database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from accounts.ui.shown import ShownState

NOW = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
PLAIN_STORAGE = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WAITING = ShownState("waiting", "Waiting", "warning", "hourglass-split", "vendor <V-0117> is not linked")


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    settings.STORAGES = {**settings.STORAGES, **PLAIN_STORAGE}


@pytest.fixture
def _noon_in_denver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with timezone.override("America/Denver"):
        yield


def rendered(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def request_to(address: str) -> HttpRequest:
    return RequestFactory().get(address)


def test_an_icon_is_hidden_from_screen_readers_unless_it_is_named() -> None:
    assert 'aria-hidden="true"' in rendered('{% icon "house" %}')
    named = rendered('{% icon "house" label %}', label="Home & <more>")
    assert 'role="img"' in named
    assert 'aria-label="Home &amp; &lt;more&gt;"' in named
    assert "bootstrap-icons.svg#house" in named


def test_a_state_shows_icon_word_and_reason() -> None:
    html = rendered("{% state_badge state %}", state=WAITING)
    assert "state-warning" in html
    assert "#hourglass-split" in html
    assert "vendor &lt;V-0117&gt; is not linked" in html
    assert "V-0117" not in rendered("{% state_badge state show_reason=False %}", state=WAITING)
    assert text_of(rendered("{% state_badge state %}", state=None)) == "—"


@pytest.mark.parametrize(("tone", "label"), [("red", "Failed"), ("danger", "")])
def test_a_state_without_a_known_tone_or_a_word_is_refused(tone: str, label: str) -> None:
    with pytest.raises(ValueError, match=r"tone|label"):
        ShownState("failed", label, tone, "x-circle")


def test_a_state_takes_another_reason_and_stays_what_it_was() -> None:
    other = WAITING.because("the period is closed")
    assert (other.value, other.reason) == ("waiting", "the period is closed")
    assert WAITING.reason.startswith("vendor")


@pytest.mark.usefixtures("_noon_in_denver")
@pytest.mark.parametrize(
    ("distance", "shown"),
    [
        (timedelta(seconds=0), "just now"),
        (timedelta(seconds=44), "just now"),
        (timedelta(seconds=45), "1 min ago"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(minutes=59, seconds=40), "1 h ago"),
        (timedelta(hours=23), "23 h ago"),
        (timedelta(days=8), "Nov 12, 2026"),
        (timedelta(seconds=-20), "in a moment"),
        (timedelta(minutes=-9), "in 9 min"),
        (timedelta(hours=-3), "in 3 h"),
        (timedelta(days=-20), "Dec 10, 2026"),
    ],
)
def test_a_time_is_told_relative_to_now(distance: timedelta, shown: str) -> None:
    assert text_of(rendered("{% when at %}", at=NOW - distance)) == shown


@pytest.mark.usefixtures("_noon_in_denver")
def test_the_exact_time_names_its_zone() -> None:
    html = rendered("{% when at %}", at=NOW)
    assert 'datetime="2026-11-20T11:30:00-07:00"' in html
    assert 'title="Nov 20, 2026, 11:30:00 AM MST (America/Denver)"' in html


@pytest.mark.usefixtures("_noon_in_denver")
def test_an_accounting_date_is_never_converted() -> None:
    assert rendered("{% when day %}", day=date(2026, 11, 1)) == '<time datetime="2026-11-01">Nov 1, 2026</time>'


def test_a_time_that_is_not_there_says_so() -> None:
    assert text_of(rendered("{% when at %}", at=None)) == "—"
    assert text_of(rendered('{% when at empty="never" %}', at=None)) == "never"


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        (Decimal("1240500.5"), "USD", "1,240,500.50 USD"),
        (Decimal("-12"), "USD", "(12.00) USD"),
        (Decimal("0.00"), "USD", "0.00 USD"),
        (Decimal("-0.00"), "", "0.00"),
        (Decimal("1E+3"), "", "1,000.00"),
        (Decimal("10.12345"), "USD", "10.12345 USD"),
        (Decimal(1200), "JPY", "1,200 JPY"),
        (Decimal("1.5"), "KWD", "1.500 KWD"),
        ("1234.5", "", "1,234.50"),
        (7, "", "7.00"),
        (None, "USD", "—"),
        ("", "USD", "—"),
    ],
)
def test_an_amount_is_separated_signed_and_never_rounded(value: Any, currency: str, shown: str) -> None:
    assert text_of(rendered("{% amount value currency %}", value=value, currency=currency)) == shown


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (None, "—"),
        (0, "0 ms"),
        (0.85, "850 ms"),
        (0.9999, "1.0 s"),
        (4.24, "4.2 s"),
        (9.97, "10 s"),
        (59.6, "1 min 00 s"),
        (192, "3 min 12 s"),
        (3840, "1 h 04 min"),
        (timedelta(days=2, hours=5), "2 d 5 h"),
    ],
)
def test_a_duration_shows_the_units_that_matter(length: Any, shown: str) -> None:
    assert rendered("{% duration length %}", length=length) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(1240, "1,240"), (None, "—"), (0, "0"), (-3, "−3"), ("many", "many"), ("…", "…")]
)
def test_a_count_is_separated(value: Any, shown: str) -> None:
    assert rendered("{{ value|number }}", value=value) == shown


def test_paging_says_where_one_is_and_keeps_the_filters() -> None:
    page = Paginator(range(1240), 50).page(3)
    html = render_to_string(
        "partials/pagination.html",
        {"page_obj": page, "noun": "projects", "request": request_to("/t/x/?state=ready&page=3")},
    )
    assert "101–150 of 1,240 projects" in text_of(html)
    assert "?state=ready&amp;page=4" in html
    assert html.count('aria-current="page"') == 1
    assert "…" in html


def test_paging_of_an_empty_list_has_no_pages() -> None:
    html = render_to_string(
        "partials/pagination.html", {"page_obj": Paginator([], 50).page(1), "noun": "bills", "request": request_to("/")}
    )
    assert text_of(html) == "0 bills"
    assert "<nav" not in html


def test_a_search_keeps_the_other_parameters_but_not_the_page() -> None:
    html = render_to_string(
        "partials/search_form.html", {"request": request_to('/t/x/?state=a&state=b&page=4&q="quoted"')}
    )
    assert 'name="state" value="a"' in html
    assert 'name="state" value="b"' in html
    assert 'name="page"' not in html
    assert 'name="q"' in html
    assert 'value="&quot;quoted&quot;"' in html


def test_a_search_keeps_a_parameter_that_has_the_name_of_a_method() -> None:
    html = render_to_string("partials/search_form.html", {"request": request_to("/t/x/?lists=items&items=1&get=2")})
    for name, value in (("lists", "items"), ("items", "1"), ("get", "2")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in html


def test_a_disabled_action_names_its_reason() -> None:
    html = render_to_string("partials/disabled_action.html", {"label": "Push", "reason": "Needs approval."})
    described = re.search(r'aria-describedby="([^"]+)"', html)
    assert described
    assert f'id="{described[1]}"' in html
    assert 'aria-disabled="true"' in html
    again = render_to_string("partials/disabled_action.html", {"label": "Push", "reason": "Needs approval."})
    assert described[1] not in again


class ConnectForm(forms.Form):
    company = forms.CharField(label="Company ID")
    entity = forms.CharField(label="Entity ID", required=False)
    how = forms.ChoiceField(label="How much", choices=[("f", "Full"), ("p", "Partial")], widget=forms.RadioSelect)

    def clean(self) -> None:
        self.add_error(None, "Company, user and password do not belong together.")


def test_a_refused_form_links_each_error_to_its_field_and_keeps_what_was_typed() -> None:
    html = render_to_string(
        "partials/form.html", {"form": ConnectForm({"entity": "200-West"}), "submit_label": "Authorize"}
    )
    for link in re.findall(r'<li><a href="#([^"]+)"', html):
        assert f'id="{link}"' in html
    assert html.count("<li><a href=") == 2
    assert html.count("Company, user and password do not belong together.") == 1
    assert 'value="200-West"' in html
    assert "means required" in html
    assert html.count("means required") == 1


def test_a_fresh_form_has_no_summary() -> None:
    assert "data-error-summary" not in render_to_string("partials/form.html", {"form": ConnectForm()})


def test_progress_asks_again_only_while_it_is_told_to() -> None:
    context = {"label": "Import", "state": WAITING, "text": "3 of 9", "value": 3, "maximum": 9000}
    running = render_to_string("partials/progress.html", {**context, "poll_url": "/t/x/runs/1/progress/"})
    assert 'hx-trigger="every 2s"' in running
    assert 'value="3" max="9000"' in running
    assert "you can leave this page" in running.lower()
    assert "hx-get" not in render_to_string("partials/progress.html", context)


def test_the_error_page_survives_a_missing_manifest(settings: Any, tmp_path: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    html = render_to_string("error.html", {"status": 500, "title": "Something went wrong on our side"})
    assert "Something went wrong" in html
    assert "<link" not in html
