"""The register of codes: what each error means in general, what to do, and where that is done.

Owns the register and the way from a code to a page. Declares no code: each app hands over its own at start. Must not
fail for a code that an earlier version stored and this one no longer has.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.urls import reverse

ONE, NOUN = "{one}", "{noun}"


@dataclass(frozen=True)
class Place:
    """Where a cause is fixed: `name` for the docs, an address name of the tenant with the `words` of a link to it.

    `url_name` is "" where no page of ours helps. At a document ONE stands for its address name and NOUN for what it is
    called; with `of_parent` the document it belongs to is meant, where there is one.
    """

    name: str
    url_name: str = ""
    words: str = ""
    of_parent: bool = False

    @property
    def is_at_a_document(self) -> bool:
        return ONE in self.url_name


@dataclass(frozen=True)
class Code:
    """`title` says what happened, `advice` what to do; both in general, the sentence of a case stands with the case.

    `lists` are the lists of Intacct to be synced once the cause was fixed there, each with the field that refers to it;
    "" stands for any field.
    """

    key: str
    title: str
    advice: str
    place: Place
    lists: tuple[tuple[str, str], ...] = ()

    @property
    def anchor(self) -> str:
        """Of its entry in docs/errors.md."""
        return self.key.lower()


class Subject(NamedTuple):
    """The document that a code is about: its address name, what it is called, its key, and what it belongs to."""

    one: str
    noun: str
    pk: int
    parent: "Subject | None" = None


class Link(NamedTuple):
    """A way to a page; both empty where none helps."""

    url: str
    words: str


NO_LINK: Final = Link("", "")
_codes: dict[str, Code] = {}
_features: dict[str, list[Code]] = {}


def declare(features: Mapping[str, Iterable[Code]]) -> None:
    """Make the codes of an app known, by feature. Declaring a code twice is a defect."""
    for feature, codes in features.items():
        for code in codes:
            if code.key in _codes:
                raise ValueError(f"The code {code.key} is declared twice.")
            _codes[code.key] = code
            _features.setdefault(feature, []).append(code)


def declared(key: str) -> Code | None:
    """The code of a stored row, which may be "" or of an earlier version."""
    return _codes.get(key)


def general_advice(key: str) -> str:
    """What to do about a code where the case itself says nothing of it; "" when there is no such code."""
    code = declared(key)
    return code.advice if code else ""


def lists_to_sync(key: str, field: str) -> tuple[str, ...]:
    """The lists whose sync brings what was fixed in Intacct, for a code at a field; none where a sync does not help."""
    code = declared(key)
    return tuple(name for of, name in code.lists if of in ("", field)) if code else ()


def features() -> Mapping[str, list[Code]]:
    """Every code, by the feature that declares it."""
    return _features


def link_to(place: Place, tenant_slug: str, subject: Subject | None = None) -> Link:
    """The page of a place; none for a place at a document where no document is known."""
    if not place.url_name or (place.is_at_a_document and subject is None):
        return NO_LINK
    if subject is None or not place.is_at_a_document:
        return Link(reverse(place.url_name, kwargs={"tenant_slug": tenant_slug}), place.words)
    meant = subject.parent if place.of_parent and subject.parent else subject
    name, words = place.url_name.replace(ONE, meant.one), place.words.replace(NOUN, meant.noun)
    return Link(reverse(name, kwargs={"tenant_slug": tenant_slug, "pk": meant.pk}), words)


def where_to_fix(key: str, tenant_slug: str, subject: Subject | None = None, *, otherwise: Place | None = None) -> Link:
    """The page where the cause of a code is fixed; that of `otherwise` where there is no such code."""
    code = declared(key)
    place = code.place if code else otherwise
    return link_to(place, tenant_slug, subject) if place else NO_LINK
