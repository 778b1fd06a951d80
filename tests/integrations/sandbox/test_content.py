"""The notation of content models, by the documents it lets through and the words it refuses others with."""

from __future__ import annotations

import pytest
from lxml import etree

from integrations.sandbox.wire.content import check, model
from integrations.sandbox.wire.failures import ControlFailure
from integrations.sandbox.wire.legacy_shapes import MODELS

SMALL = {
    "root": model("a? ( b:part c? | c ) ( d e? )? f+", "key! kind", {"kind": ("x", "y")}),
    "part": model("one two?"),
}


def verdict(text: str) -> str:
    try:
        check(etree.fromstring(text), "root", SMALL)
    except ControlFailure as failure:
        return failure.errors[0].description2
    return ""


@pytest.mark.parametrize(
    "inner", ["<c/><f/>", "<a/><b><one/></b><f/><f/>", "<b><one/><two/></b><c/><d/><f/>", "<c/><d/><e/><f/>"]
)
def test_what_follows_the_model_passes(inner: str) -> None:
    assert verdict(f'<root key="1">{inner}</root>') == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<root key="1"><f/></root>', "Element 'f': This element is not expected. Expected is one of ( a, b, c )."),
        ('<root key="1"><c/></root>', "Element 'root': Missing child element(s). Expected is one of ( d, f )."),
        (
            '<root key="1"><c/><e/><f/></root>',
            "Element 'e': This element is not expected. Expected is one of ( d, f ).",
        ),
        ('<root key="1"><c/><f/><a/></root>', "Element 'a': This element is not expected. Expected is ( f )."),
        ('<root key="1"><b/><f/></root>', "Element 'b': Missing child element(s). Expected is ( one )."),
        ('<root key="1"><c><x/></c><f/></root>', "Element 'x': This element is not expected."),
        ('<root key="1"><c y="1"/><f/></root>', "attribute 'y': The attribute is not allowed."),
        ("<root><c/><f/></root>", "The attribute 'key' is required but missing."),
        (
            '<root key="1" kind="z"><c/><f/></root>',
            'Value "z" for attribute kind of root is not among the enumerated set.',
        ),
    ],
)
def test_what_does_not_is_refused_in_words(text: str, words: str) -> None:
    assert words in verdict(text)


def test_many_lines_are_checked_quickly() -> None:
    line = "<lineitem><glaccountno>5010</glaccountno><amount>1</amount></lineitem>"
    check(etree.fromstring(f"<billitems>{line * 1000}</billitems>"), "billitems", MODELS)


def test_every_kind_a_model_names_exists() -> None:
    assert {kind for found in MODELS.values() for kind in found.kinds.values()} <= set(MODELS)
