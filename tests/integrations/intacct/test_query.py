"""How queries are written: operators, limits and the order of elements."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from integrations.intacct import (
    Query,
    all_of,
    any_of,
    between,
    eq,
    ge,
    gt,
    in_,
    is_not_null,
    is_null,
    le,
    like,
    lt,
    ne,
    not_in,
    not_like,
)
from integrations.intacct import functions as calls
from integrations.intacct.query import Filter
from tests.integrations.intacct.scripted_gateway import one


def written(where: Filter) -> str:
    """The filter as it is sent."""
    call = calls.query(Query("VENDOR", ("NAME",), where=where))
    (content,) = one(etree.fromstring(call.xml), "filter")
    return etree.tostring(content, encoding="unicode")


@pytest.mark.parametrize(
    ("where", "xml"),
    [
        (eq("A", "x"), "<equalto><field>A</field><value>x</value></equalto>"),
        (ne("A", 5), "<notequalto><field>A</field><value>5</value></notequalto>"),
        (lt("A", Decimal("1.50")), "<lessthan><field>A</field><value>1.50</value></lessthan>"),
        (le("A", 1), "<lessthanorequalto><field>A</field><value>1</value></lessthanorequalto>"),
        (gt("A", 1), "<greaterthan><field>A</field><value>1</value></greaterthan>"),
        (ge("A", 1), "<greaterthanorequalto><field>A</field><value>1</value></greaterthanorequalto>"),
        (in_("A", ["x", "y"]), "<in><field>A</field><value>x</value><value>y</value></in>"),
        (not_in("A", (n for n in [1])), "<notin><field>A</field><value>1</value></notin>"),
        (
            between("A", date(2026, 1, 2), date(2026, 12, 31)),
            "<between><field>A</field><value>01/02/2026</value><value>12/31/2026</value></between>",
        ),
        (like("A", "%a_b%"), "<like><field>A</field><value>%a_b%</value></like>"),
        (not_like("A", "x%"), "<notlike><field>A</field><value>x%</value></notlike>"),
        (is_null("A"), "<isnull><field>A</field></isnull>"),
        (is_not_null("A"), "<isnotnull><field>A</field></isnotnull>"),
        (eq("A", True), "<equalto><field>A</field><value>true</value></equalto>"),
        (eq("A", "<&>"), "<equalto><field>A</field><value>&lt;&amp;&gt;</value></equalto>"),
    ],
)
def test_operators(where: Filter, xml: str) -> None:
    assert written(where) == xml


def test_groups_nest_and_single_members_stand_alone() -> None:
    where = all_of(eq("A", 1), None, any_of(is_null("B"), eq("B", 2)))

    assert [child.tag for child in etree.fromstring(written(where))] == ["equalto", "or"]
    assert all_of(None, eq("A", 1)) == eq("A", 1)
    with pytest.raises(ValueError, match="at least one filter"):
        any_of(None)


def test_timestamps_are_written_in_utc_without_a_zone() -> None:
    pacific = timezone(timedelta(hours=-8))

    assert "<value>10/05/2026 13:57:40</value>" in written(ge("A", datetime(2026, 10, 5, 5, 57, 40, tzinfo=pacific)))
    assert "<value>10/05/2026 00:00:00</value>" in written(ge("A", datetime(2026, 10, 5, tzinfo=UTC)))
    assert "<value>01/01/0987</value>" in written(ge("A", date(987, 1, 1)))


@pytest.mark.parametrize("size", [0, 1001])
def test_sets_are_limited(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 1000"):
        in_("A", range(size))


def test_senseless_filters_are_refused() -> None:
    with pytest.raises(ValueError, match="is_null"):
        eq("A", None)
    with pytest.raises(ValueError, match="not one text"):
        in_("A", "abc")
    with pytest.raises(ValueError, match="wrong order"):
        between("A", 2, 1)
    with pytest.raises(ValueError, match="cannot be compared"):
        between("A", 2, "1")
    with pytest.raises(TypeError, match="float"):
        eq("A", 1.5)
    with pytest.raises(ValueError, match="not a number"):
        eq("A", Decimal("NaN"))


def test_whole_query_is_written_in_the_documented_order() -> None:
    query = Query(
        "PODOCUMENT",
        ("RECORDNO", "DOCID"),
        where=eq("STATE", "Pending"),
        order_by=("WHENMODIFIED", "-RECORDNO"),
        page_size=2000,
        offset=40,
        show_private=True,
        case_insensitive=True,
        doc_par_id="Purchase Order",
    )

    assert calls.query(query).xml == (
        "<query><object>PODOCUMENT</object><select><field>RECORDNO</field><field>DOCID</field></select>"
        "<filter><equalto><field>STATE</field><value>Pending</value></equalto></filter>"
        "<orderby><order><field>WHENMODIFIED</field><ascending/></order>"
        "<order><field>RECORDNO</field><descending/></order></orderby>"
        "<options><caseinsensitive>true</caseinsensitive><showprivate>true</showprivate></options>"
        "<pagesize>2000</pagesize><offset>40</offset><docparid>Purchase Order</docparid></query>"
    )


def test_order_defaults_to_the_record_number_and_can_be_left_out() -> None:
    assert (
        "<orderby><order><field>RECORDNO</field><ascending/></order></orderby>" in calls.query(Query("A", ("B",))).xml
    )
    assert "orderby" not in calls.query(Query("A", ("B",), order_by=())).xml


@pytest.mark.parametrize(
    ("object_name", "fields", "options"),
    [
        ("", ("A",), {}),
        ("A", (), {}),
        ("A", "RECORDNO", {}),
        ("A", ("*",), {}),
        ("A", ("A",), {"page_size": 0}),
        ("A", ("A",), {"page_size": 2001}),
        ("A", ("A",), {"offset": -1}),
        ("A", ("A",), {"order_by": "RECORDNO"}),
    ],
)
def test_limits_of_a_query(object_name: str, fields: tuple[str, ...], options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="quer"):
        Query(object_name, fields, **options)  # type: ignore[arg-type]


scalars = st.one_of(
    st.text(max_size=30),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False, places=4),
    st.booleans(),
    st.dates(),
    st.datetimes(),
)
comparisons = st.one_of(
    st.builds(eq, st.just("A"), scalars),
    st.builds(gt, st.just("B.C"), scalars),
    st.builds(like, st.just("A"), st.text(max_size=20)),
    st.builds(in_, st.just("A"), st.lists(scalars, min_size=1, max_size=5)),
    st.builds(is_null, st.just("D")),
)
filters = st.recursive(
    comparisons,
    lambda members: st.builds(
        lambda group, found: group(*found), st.sampled_from([all_of, any_of]), st.lists(members, min_size=2, max_size=3)
    ),
    max_leaves=8,
)


@given(filters)
def test_any_filter_is_well_formed_with_one_top_operator(where: Filter) -> None:
    call = etree.fromstring(calls.query(Query("VENDOR", ("NAME",), where=where)).xml)

    operators = {"and": None, "or": None, "equalto": 1, "greaterthan": 1, "like": 1, "in": None, "isnull": 0}
    (top,) = one(call, "filter")
    for element in top.iter(*operators):
        values = element.findall("value")
        if element.tag in {"and", "or"}:
            assert len(element) >= 2
            assert not values
        else:
            assert element[0].tag == "field"
            assert operators[str(element.tag)] in {None, len(values)}
