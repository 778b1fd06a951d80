"""Only plain web addresses become links, whatever a record holds; and every link out of the site asks."""

import re
from pathlib import Path

import pytest

from accounts.templatetags import lists
from accounts.ui.web_address import web_address

TEMPLATES = Path(__file__).parents[3] / "templates"
LINK = re.compile(r"<(?:a|form|area|iframe|img)\b[^>]*(?<![-\w])target=[^>]*>")  # not hx-target


@pytest.mark.parametrize(
    "text",
    [
        "https://www.intacct.com/ia/acct/ur.phtml?.r=X%2F_y&k=1#top",
        "http://127.0.0.1:8443/record/7",
        "https://[2001:db8::1]/x",
        "https://xn--bcher-kva.example/",
        "HTTPS://www.intacct.com/",
    ],
)
def test_plain_addresses(text: str) -> None:
    assert web_address(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://www.intacct.com/%0Aalert(1)",
        "data:text/html,x",
        "vbscript:x",
        "blob:x",
        "https:",
        "https://",
        "https:///path",
        "https:www.intacct.com",
        "//www.intacct.com/",
        "www.intacct.com",
        "/t/x/",
        "",
        " https://www.intacct.com/",
        "https://www.intacct.com/ ",
        "https://www.intacct.com/a b",
        "java\tscript:alert(1)",
        "https://www.intacct.com/\n",
        "\x01javascript:alert(1)",
        "https://www.intacct.com\x00.evil.example/",
        "https://www.intacct.com@evil.example/",
        "https://user:secret@evil.example/",
        "https://@evil.example/",
        "https://www.intacct.com\\@evil.example/",
        "https:\\\\evil.example",
        "https://www.intacct。com/",
        "https://ｗｗｗ.example/",
        "https://www.іntacct.com/",
        "https://www.intacct.com/\u202emoc",
        "https://www.intacct.com/\u200b",
        "https://[::1/",
        "https://www.intacct.com:port/",
        "https://www.intacct.com:99999/",
        "ftp://www.intacct.com/",
        "file:///etc/passwd",
        "https://www.intacct.com/" + "a" * 500,
        "https://www.intacct.com/\ud800",
        None,
        7,
        ["https://www.intacct.com/"],
    ],
)
def test_anything_else_is_no_link(text: object) -> None:
    assert web_address(text) == ""


def test_every_link_that_opens_elsewhere_asks() -> None:
    links = [found[0] for path in sorted(TEMPLATES.rglob("*.html")) for found in LINK.finditer(path.read_text())]
    (of_tables,) = LINK.findall(Path(lists.__file__).read_text())  # rows of tables are not written by a template
    assert 'href="{escape(address)}"' in of_tables
    assert "address := web_address(cell.out)" in Path(lists.__file__).read_text()
    assert len([*links, of_tables]) >= 9
    assert [link for link in links if not re.search(r'href="\{\{ [\w.]+\|web_address \}\}"', link)] == []
