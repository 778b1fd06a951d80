"""A name or id means one record: exactly its id, else the one that is the same by identity, else nothing is decided."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_admin.grammar.identity import identity
from erp_admin.models import MatchHow
from erp_admin.uploads.matching import Index, Match, Record, comparable


def found(text: str, *records: Record, remembered: str = "") -> Match:
    index = Index()
    for record in records:
        index.add(record)
    return index.find(text, remembered)


def vendor(vendor_id: str, name: str = "", unusable: str = "") -> Record:
    return Record(vendor_id, (vendor_id,), name, unusable)


UPPER, LOWER = vendor("V-1", "Granite"), vendor("v-1", "Northwind")
GONE = "It is inactive in Intacct."


@pytest.mark.parametrize("text", ["V-1", "v-1"])
def test_exactly_an_id_is_never_in_doubt(text: str) -> None:
    match = found(text, UPPER, LOWER)
    assert (match.how, match.record) == (MatchHow.ID, UPPER if text == "V-1" else LOWER)


@pytest.mark.parametrize("text", ["v-2", "V\u20112", "Ｖ－２", "V-2\u200b", "V\u22122"])
def test_an_id_is_found_however_it_is_written(text: str) -> None:
    match = found(text, vendor("V-2"), vendor("V-20"))
    assert match.record == vendor("V-2")


@pytest.mark.parametrize("text", ["V\u20131", "Ｖ－１"])
def test_two_that_are_equal_by_identity_decide_nothing(text: str) -> None:
    match = found(text, UPPER, LOWER)
    assert (match.how, match.record) == (MatchHow.NONE, None)
    assert match.reason == "It can be the id of 2: V-1 Granite and v-1 Northwind."
    assert [record for record, _ in match.candidates] == [UPPER, LOWER]


def test_one_of_two_that_cannot_be_used_is_a_doubt_too() -> None:
    match = found("V\u20131", UPPER, vendor("v-1", "Northwind", GONE))
    assert match.record is None
    assert [record for record, _ in match.candidates] == [UPPER]


def test_what_a_person_chose_for_the_name_decides_a_doubt() -> None:
    assert found("V\u20131", UPPER, LOWER, remembered="v-1").record == LOWER


def test_an_inactive_id_is_not_replaced_by_one_that_looks_like_it() -> None:
    match = found("V-1", vendor("V-1", "Granite", GONE), LOWER)
    assert (match.record, match.reason) == (None, GONE)


@pytest.mark.parametrize("again", [False, True])
def test_an_id_given_again_is_that_of_the_record_that_is_there(again: bool) -> None:
    both = [vendor("V-1", "Old", "It is no longer in Intacct."), vendor("V-1", "New")]
    assert found("V-1", *(reversed(both) if again else both)).record == vendor("V-1", "New")


def test_the_number_of_one_project_and_the_intacct_id_of_another_decide_nothing() -> None:
    one, other = Record("1", ("24-1",), "Harbor"), Record("2", ("H-9", "24-1"), "Bridge")
    assert found("24-1", one, other).record is None
    assert found("H-9", one, other).record == other


def test_the_two_ids_of_one_project_are_one() -> None:
    one = Record("1", ("24-1", "24\u20131"), "Harbor")
    assert found("24\u20111", one).record == one


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Мои дома", "Мой дома"),
        ("ガス", "カス"),
        ("Ёлка", "Елка"),
        ("हिन्द", "हनद"),
        ("मुंबई", "मबई"),
        ("हिन", "हुन"),
        ("กิน", "กุน"),
    ],
)
def test_a_letter_of_another_script_is_no_accent(text: str, name: str) -> None:
    assert comparable(text) != comparable(name)
    assert found(text, vendor("V-1", name)).how != MatchHow.NAME


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Muller and Sons", "Müller & Sons"),
        ("O'NEIL, L.L.C.", "Oneil"),
        ("Ｇｒａｎｉｔｅ　Ｐｅａｋ", "Granite Peak"),
        ("Granite\u00adPeak Inc", "GranitePeak"),
        ("Peru\u0301 Norte", "PERÚ NORTE"),
        ("МОСТ", "мост"),
        ("ガス", "ｶﾞｽ"),
    ],
)
def test_the_same_name_written_otherwise_is_found(text: str, name: str) -> None:
    assert found(text, vendor("V-1", name)).how == MatchHow.NAME


@given(st.text(max_size=20), st.text(max_size=20))
def test_names_that_are_the_same_by_identity_are_compared_as_the_same(one: str, other: str) -> None:
    assert comparable(identity(one)) == comparable(one)
    if identity(one) == identity(other):
        assert comparable(one) == comparable(other)


@given(st.lists(st.sampled_from(["V-1", "v-1", "V\u20131", "V 1", "v1"]), unique=True), st.text(max_size=6))
def test_nothing_is_decided_but_by_one_record(ids: list[str], other: str) -> None:
    for text in (*ids, "Ｖ－１", other):
        match = found(text, *(vendor(each) for each in ids))
        if match.record is not None:
            same = [each for each in ids if identity(each) == identity(text)]
            assert match.record.value == text or same == [match.record.value]
