"""The name under which a file is attached."""

import pytest

from accounts.refusal import Refused
from erp_admin.attachments.names import LONGEST, clean_name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\fakepath\\Lien waiver.pdf", "Lien waiver.pdf"),
        ("a\x00b\x1fc.pdf", "abc.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("  two\t words \u200b.pdf  ", "two words .pdf"),
        ("..hidden.pdf", "hidden.pdf"),
        (".pdf", "pdf"),
        ("two\u00a0words.pdf", "two words.pdf"),
        ("ends with dots.pdf. . ", "ends with dots.pdf"),
        ('<b>"a:b"|c?*.pdf', "-b--a-b--c--.pdf"),
        ("Zu\u0308rich.pdf", "Zürich.pdf"),
        ("console.pdf", "console.pdf"),
    ],
)
def test_what_is_left_of_it(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


@pytest.mark.parametrize("sent", ["", "/", "...", "\u202e\u200f", "CON", "nul.pdf", "com1.tar.gz", "x" * (LONGEST + 1)])
def test_what_is_refused(sent: str) -> None:
    with pytest.raises(Refused) as error:
        clean_name(sent)
    assert error.value.code == "ATTACHMENT-NAME"
