"""Texts as people and programs write numbers and dates, for property tests: most are right, many are nearly so."""

from datetime import date
from typing import Final

from hypothesis import strategies as st

from erp_admin.grammar.style import Style

STYLES: Final = [
    Style(decimal=decimal, day_first=day_first, century_from=century)
    for decimal in (None, ".", ",")
    for day_first in (None, False, True)
    for century in (None, 1950)
]
styles = st.sampled_from(STYLES)

_BODIES: Final = (
    *("5", "0", "12", "1234", "1234.5", "1234,5", "1,234", "1.234", "1,234.50", "1.234,50", "1.000", "0.125", "0,125"),
    *(
        "1'234.50",
        "1 234,50",
        "1\u202f234",
        "1_234",
        "1,23,456",
        "1,234,567",
        "1.234.567",
        "1.2.3",
        "1,2345",
        "12.3456",
    ),
    *(
        "007",
        "012,345",
        "1.005",
        "99999999999999",
        "999999999999999",
        "100.004",
        "0.1",
        "0.996",
        ".5",
        "5.",
        "٥٫٥",
        "１２",
    ),
    *("12.345678901", "1e3", "4.50001E+11", "1.5E-3", "½", "5½", "1/2", "five", "N/A", "-", "—", "", "#####", "5 6"),
)
_BEFORE: Final = (
    "",
    "",
    "",
    "-",
    "−",
    "+",
    "(",
    "$",
    "€",
    "USD ",
    "-$",
    "($",
    "$(",
    "C$",
    "~",
    "=",
    "--",
    "\u200e",
    "'",
    "Rs ",
)
_BEHIND: Final = (
    *(
        "",
        "",
        "",
        "-",
        ")",
        "%",
        "％",
        "‰",
        " EUR",
        " usd",
        "€",
        " CR",
        " DR",
        " LBS",
        " sq ft",
        "/CY",
        "K",
        "M",
        "*",
        ")-",
    ),
    *("-)", " foo", "¢", "\u200f", "\u00ad", ",-", " x 2"),
)
number_texts = st.one_of(
    st.tuples(st.sampled_from(_BEFORE), st.sampled_from(_BODIES), st.sampled_from(_BEHIND)).map("".join),
    st.text(alphabet="0123456789.,-()$€% '", max_size=12),
    st.text(alphabet="0123456789.,-+()$€%eEKLBS½٣৪\u200e\u00a0\u00ad", max_size=10),
)

days = st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31))
_FORMS: Final = (
    *(
        "%Y-%m-%d",
        "%m/%d/%Y",
        "%d/%m/%Y",
        "%d.%m.%Y",
        "%m-%d-%Y",
        "%y-%m-%d",
        "%d-%m-%y",
        "%m/%d/%y",
        "%d-%b-%y",
        "%Y%m%d",
    ),
    *(
        "%B %d, %Y",
        "%d %b %Y",
        "%A, %B %d, %Y",
        "%a %m/%d/%Y",
        "Mon %m/%d/%Y",
        "%d of %B %Y",
        "%Y-%b-%d",
        "%Y-%m-%dT00:00:00Z",
    ),
    *(
        "%m/%d/%Y %H:%M:%S AM",
        "%Y-W%V",
        "%B %Y",
        "%d-%b",
        "%Y年%m月%d日",
        "%d marzo %Y",
        "%Y-%d-%m",
        "%b %d '%y",
        "99/%m/%Y",
    ),
    *("%d/%m/%Y 25:00", "00/00/0000", "%m/31/%Y", "2/29/%Y", "2/29/%y"),
)
_OTHERS: Final = (
    "46083",
    "20000",
    "soon",
    "",
    "TBD",
    "0000-00-00",
    "1850-01-01",
    "12/31/1850",
    "2026-063",
    "13/13/2026",
)
date_texts = st.one_of(
    st.tuples(days, st.sampled_from(_FORMS)).map(lambda each: each[0].strftime(each[1])),
    st.sampled_from(_OTHERS),
    st.text(alphabet="0123456789/-. ", max_size=11),
)
