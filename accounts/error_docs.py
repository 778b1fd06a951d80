"""docs/errors.md as the register of codes makes it. Owns the form of the page; every word of an entry is declared."""

from collections.abc import Iterable

from accounts.codes import Code, features

_HEAD = """# Codes of errors

Pages, commands and rows of a run name an error by its code. Each code is explained here in general: what happened, what
to do, and where the cause is fixed. The sentence beside the code tells about the case itself. This page is made by
`make docs-errors`; the words are in `declared_codes.py` of `accounts`, in `codes.py` of the other apps, and in
`integrations/intacct/codes.py`.
"""


def errors_page() -> str:
    """The whole page."""
    parts = [_HEAD, _contents()]
    for feature, codes in features().items():
        parts.append(f"## {feature}\n")
        parts.extend(_entry(code) for code in _sorted(codes))
    return "\n".join(parts)


def _contents() -> str:
    rows = (f"- {feature}: {', '.join(map(_link, _sorted(codes)))}" for feature, codes in features().items())
    return "\n".join(rows) + "\n"


def _link(code: Code) -> str:
    return f"[{code.key}](#{code.anchor})"


def _sorted(codes: Iterable[Code]) -> list[Code]:
    return sorted(codes, key=lambda code: code.key)


def _entry(code: Code) -> str:
    return f"### {code.key}\n\n{code.title}.\n\n*What to do:* {code.advice}\n\n*Fixed in:* {code.place.name}.\n"
