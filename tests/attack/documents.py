"""Answers whose XML is what attacks: too much of something, or hidden in something.

Owns these members of the table of answers.py. Must not know the client: it only makes bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from tests.attack.answers import (
    BROKEN,
    HOSTILE,
    INCOMPLETE,
    SLOW,
    TOO_LARGE,
    UNREADABLE,
    WELL,
    Ask,
    Wire,
    attack,
    head,
    numbered,
    outside,
    page,
    repeated,
    sent,
)

ROW = b"<VENDOR><RECORDNO>1</RECORDNO></VENDOR>"


@attack("a million attributes on one element", TOO_LARGE)
def attributes(ask: Ask) -> Wire:
    return sent(page(ask, chain([b"<VENDOR "], numbered(' a#=""', ask.of(1_000_000)), [b"/>"])))


@attack("a million attributes behind a value with >", TOO_LARGE)
def attributes_after_a_bracket(ask: Ask) -> Wire:
    return sent(page(ask, chain([b'<VENDOR x=">"'], numbered(" a# = 'v'", ask.of(1_000_000)), [b"/>"])))


@attack("a million attributes on a row each", SLOW, TOO_LARGE, WELL)
def attributes_on_rows(ask: Ask) -> Wire:
    return sent(page(ask, numbered('<VENDOR a="#" b="#"><RECORDNO>#</RECORDNO></VENDOR>', ask.of(1_000_000))))


@attack("attributes outside the rows, a million", TOO_LARGE)
def attributes_outside(ask: Ask) -> Wire:
    return sent(outside(ask, numbered('<x a#="v"/>', ask.of(1_000_000))))


@attack("attributes of 9 MB, six of them", TOO_LARGE)
def long_attributes(ask: Ask) -> Wire:
    one = [b'<x a="', *repeated("\U0001f600".encode(), ask.of(9_000_000)), b'"/>']
    return sent(outside(ask, chain.from_iterable(one for _ in range(6))))


@attack("ten million rows without anything", SLOW, TOO_LARGE)
def empty_rows(ask: Ask) -> Wire:
    return sent(page(ask, repeated(b"<VENDOR/>", ask.of(90_000_000))))


@attack("ten million elements in one row", TOO_LARGE)
def elements_in_a_row(ask: Ask) -> Wire:
    return sent(page(ask, chain([b"<VENDOR>"], repeated(b"<x/>", ask.of(40_000_000)), [b"</VENDOR>"])))


@attack("ten million elements that are no rows", TOO_LARGE)
def other_elements(ask: Ask) -> Wire:
    return sent(page(ask, repeated(b"<OTHER/>", ask.of(80_000_000))))


@attack("rows of one letter", SLOW, TOO_LARGE)
def rows_of_a_letter(ask: Ask) -> Wire:
    return sent(page(ask, repeated(b"<VENDOR>x</VENDOR>", ask.of(60_000_000))))


@attack("rows of many fields, 60 MB", SLOW, TOO_LARGE, "ANS-ORDER", WELL)
def rows_of_fields(ask: Ask) -> Wire:
    row = b"<VENDOR>" + b"".join(b"<F%d>text</F%d>" % (n, n) for n in range(200)) + b"</VENDOR>"
    return sent(page(ask, repeated(row, ask.of(60_000_000))))


@attack("as many results as fit, each with a row", SLOW, TOO_LARGE, INCOMPLETE, UNREADABLE)
def results(ask: Ask) -> Wire:
    one = b"<result><status>success</status><data><VENDOR/></data></result>"
    before = page(ask, [b"</data></result>", *repeated(one, ask.of(60_000_000)), b"<result><data>"])
    return sent(before)


@attack("a depth of 100,000", UNREADABLE, TOO_LARGE)
def depth(ask: Ask) -> Wire:
    return sent(page(ask, repeated(b"<a>", 300_000)))


@attack("rows within rows, 200 deep, again and again", SLOW, TOO_LARGE, UNREADABLE, INCOMPLETE)
def nested_rows(ask: Ask) -> Wire:
    unit = b"<VENDOR>" * 200 + b"</VENDOR>" * 200
    return sent(outside(ask, repeated(unit, ask.of(60_000_000))))


@attack("one text of 64 MB", TOO_LARGE, UNREADABLE)
def one_text(ask: Ask) -> Wire:
    return sent(page(ask, chain([b"<VENDOR><NAME>"], repeated(b"x", ask.of(64_000_000)), [b"</NAME></VENDOR>"])))


@attack("texts of 9 MB with one letter of four bytes each", TOO_LARGE, WELL)
def wide_texts(ask: Ask) -> Wire:
    one = [b"<VENDOR><NAME>\xf0\x9f\x98\x80", *repeated(b"x", ask.of(9_000_000)), b"</NAME></VENDOR>"]
    return sent(page(ask, chain.from_iterable(one for _ in range(6)), 6))


@attack("texts of 9 MB with one escape of such a letter", TOO_LARGE, WELL)
def wide_by_escape(ask: Ask) -> Wire:
    one = [b"<VENDOR><NAME>", *repeated(b"x", ask.of(9_000_000)), b"&#128512;</NAME></VENDOR>"]
    return sent(page(ask, chain.from_iterable(one for _ in range(6)), 6))


@attack("texts outside the rows, 60 MB", TOO_LARGE)
def texts_outside(ask: Ask) -> Wire:
    one = [b"<x>\xf0\x9f\x98\x80", *repeated(b"x", ask.of(6_000_000)), b"</x>"]
    return sent(outside(ask, chain.from_iterable(one for _ in range(10))))


@attack("CDATA split a million times", TOO_LARGE, WELL, UNREADABLE)
def split_cdata(ask: Ask) -> Wire:
    parts = repeated(b"<![CDATA[x]]>", ask.of(60_000_000))
    return sent(page(ask, chain([b"<VENDOR><RECORDNO>1</RECORDNO><NAME>"], parts, [b"</NAME></VENDOR>"])))


@attack("CDATA without an end, 100 MB", TOO_LARGE, UNREADABLE)
def endless_cdata(ask: Ask) -> Wire:
    return sent(page(ask, chain([b"<VENDOR><![CDATA["], repeated(b"x", ask.of(100_000_000)))))


@attack("comments, 60 MB of them", TOO_LARGE, WELL)
def comments(ask: Ask) -> Wire:
    return sent(page(ask, chain(repeated(b"<!--x-->", ask.of(60_000_000)), [ROW])))


@attack("one comment of 60 MB", TOO_LARGE, UNREADABLE, WELL)
def one_comment(ask: Ask) -> Wire:
    return sent(page(ask, chain([b"<!--"], repeated(b"x", ask.of(60_000_000)), [b"-->", ROW])))


@attack("a comment of 60 MB before the response", UNREADABLE, WELL)
def comment_first(ask: Ask) -> Wire:
    return sent(chain([b"<!--"], repeated(b"x", ask.of(60_000_000)), [b"-->"], page(ask, [ROW])))


@attack("processing instructions, 60 MB of them", TOO_LARGE, WELL)
def instructions(ask: Ask) -> Wire:
    return sent(page(ask, chain(numbered("<?p# x?>", ask.of(6_000_000)), [ROW])))


@attack("a million namespaces", TOO_LARGE)
def namespaces(ask: Ask) -> Wire:
    return sent(page(ask, numbered('<x xmlns:n#="u#"/>', ask.of(1_000_000))))


@attack("a million namespaces on one element", TOO_LARGE)
def namespaces_of_one(ask: Ask) -> Wire:
    return sent(page(ask, chain([b"<VENDOR"], numbered(' xmlns:n#="u"', ask.of(1_000_000)), [b"/>"])))


@attack("a million names of elements", TOO_LARGE, INCOMPLETE)
def names(ask: Ask) -> Wire:
    return sent(page(ask, numbered("<VENDOR><name#/></VENDOR>", ask.of(1_000_000))))


@attack("a million names outside the rows", TOO_LARGE)
def names_outside(ask: Ask) -> Wire:
    return sent(outside(ask, numbered("<name_of_element_number_#/>", ask.of(1_000_000))))


@attack("a name of 10 MB", UNREADABLE)
def long_name(ask: Ask) -> Wire:
    return sent(page(ask, chain([b"<"], repeated(b"n", ask.of(10_000_000)), [b"/>"])))


@attack("names of 49 KB, a thousand", UNREADABLE, TOO_LARGE, INCOMPLETE)
def long_names(ask: Ask) -> Wire:
    return sent(page(ask, (b"<n%d%s/>" % (n, b"x" * 49_000) for n in range(ask.of(1_000)))))


@attack("billion laughs", HOSTILE)
def laughs(ask: Ask) -> Wire:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return sent([f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "lol">{levels}]><response>&l9;</response>'.encode()])


@attack("a document type of 60 MB", HOSTILE)
def large_doctype(ask: Ask) -> Wire:
    return sent(chain([b"<!DOCTYPE r ["], numbered('<!ENTITY e# "x">', ask.of(3_000_000)), [b"]><response/>"]))


@attack("a document type behind a comment that looks like a response", HOSTILE)
def doctype_behind_a_comment(ask: Ask) -> Wire:
    default = "d" * 30_000
    rows = b"<x/>" * 10_000
    return sent([f"<!-- <response> --><!DOCTYPE r [<!ATTLIST x a CDATA '{default}'>]><response>".encode(), rows])


@attack("a document type in UTF-16", UNREADABLE, HOSTILE)
def doctype_utf16(ask: Ask) -> Wire:
    text = "<!DOCTYPE r [" + '<!ENTITY e "x">' * ask.of(1_000_000) + "]><response/>"
    return sent([text.encode("utf-16")])


@attack("a document type in UTF-16 without a mark", UNREADABLE, HOSTILE)
def doctype_utf16_bare(ask: Ask) -> Wire:
    return sent(['<?xml version="1.0" encoding="UTF-16LE"?><!DOCTYPE r []><response/>'.encode("utf-16-le")])


@attack("EBCDIC", UNREADABLE)
def ebcdic(ask: Ask) -> Wire:
    return sent([b"".join(page(ask, [ROW])).decode().replace("UTF-8", "IBM037").encode("cp037")])


@attack("UTF-32", UNREADABLE)
def utf32(ask: Ask) -> Wire:
    return sent([b"".join(page(ask, [ROW])).decode().replace("UTF-8", "UTF-32").encode("utf-32-be")])


@attack("a mark of UTF-8 before a good answer", WELL)
def mark(ask: Ask) -> Wire:
    return sent(chain([b"\xef\xbb\xbf"], page(ask, [ROW])))


@attack("zero bytes", UNREADABLE)
def zeros(ask: Ask) -> Wire:
    return sent(page(ask, repeated(b"\0", ask.of(60_000_000))))


@attack("white space for ever", TOO_LARGE, UNREADABLE)
def white_space(ask: Ask) -> Wire:
    return sent(repeated(b" ", ask.of(500_000_000)))


@attack("another root, 60 MB of it", UNREADABLE, TOO_LARGE)
def other_root(ask: Ask) -> Wire:
    return sent(chain([b"<html>"], repeated(b"<p>x</p>", ask.of(60_000_000))))


@attack("entities of letters, 60 MB of them", SLOW, TOO_LARGE, UNREADABLE)
def character_entities(ask: Ask) -> Wire:
    return sent(page(ask, chain([b"<VENDOR><NAME>"], repeated(b"&#128512;", ask.of(60_000_000)))))


@attack("a hundred thousand errors", "UNKNOWN", "REQ-QUERY", TOO_LARGE)
def errors(ask: Ask) -> Wire:
    one = b"<error><errorno>X</errorno><description>%s</description></error>" % (b"[Support ID: " * 40)
    parts = chain([b"<errormessage>"], repeated(one, ask.of(55_000_000)), [b"</errormessage>"])
    return sent(_failed(ask, parts))


@attack("an error of 9 MB", "UNKNOWN", TOO_LARGE, UNREADABLE)
def long_error(ask: Ask) -> Wire:
    text = repeated(b" " * 50 + b"[", ask.of(9_000_000))
    parts = chain([b"<errormessage><error><errorno>"], text, [b"</errorno></error></errormessage>"])
    return sent(_failed(ask, parts))


@attack("a record number of a million digits", WELL, "ANS-VALUE")
def digits(ask: Ask) -> Wire:
    number = repeated(b"9", ask.of(1_000_000))
    return sent(page(ask, chain([b"<VENDOR><RECORDNO>"], number, [b"</RECORDNO></VENDOR>"])))


@attack("a total of a million digits", INCOMPLETE, TOO_LARGE)
def total(ask: Ask) -> Wire:
    return sent(page(ask, [], count=10 ** ask.of(4_000)))


@attack("more rows than were asked for", INCOMPLETE)
def too_many_rows(ask: Ask) -> Wire:
    return sent(page(ask, numbered("<VENDOR><RECORDNO>#</RECORDNO></VENDOR>", 3_000), 3_000))


@attack("the same control id twice", INCOMPLETE)
def same_twice(ask: Ask) -> Wire:
    again = f"</data></result><result><status>success</status><controlid>{ask.control_id}</controlid><data>"
    return sent(page(ask, [ROW, again.encode()]))


@attack("a server error with 60 MB of XML", "SVC-DOWN", TOO_LARGE)
def error_of_xml(ask: Ask) -> Wire:
    return chain([head(503)], outside(ask, repeated(b"<x/>", ask.of(60_000_000))))


@attack("well-formed and broken off after 60 MB", BROKEN, UNREADABLE, TOO_LARGE)
def broken_off(ask: Ask) -> Wire:
    rows = numbered("<VENDOR><RECORDNO>#</RECORDNO></VENDOR>", ask.of(1_500_000))
    return sent(page(ask, rows), Content_Length="999999999")


def _failed(ask: Ask, inside: chain[bytes]) -> Iterator[bytes]:
    """An answer whose only result failed."""
    yield next(outside(ask, [])).replace(b"<result><status>success", b"<result><status>failure")
    yield from inside
    yield b"</result></operation></response>"
