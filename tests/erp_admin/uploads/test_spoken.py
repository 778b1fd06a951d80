"""Numbers in words, as a question about a decimal mark shows them."""

import pytest

from erp_admin.uploads.spoken import spoken


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("0", "zero"),
        ("0.5", "zero point five"),
        ("1.234", "one point two three four"),
        ("1234", "one thousand two hundred thirty-four"),
        ("-1234.50", "minus one thousand two hundred thirty-four point five zero"),
        ("1000", "one thousand"),
        ("1000000", "one million"),
        ("20015", "twenty thousand fifteen"),
        ("110", "one hundred ten"),
        ("900000000000009", "nine hundred trillion nine"),
        ("1234567890123456", "1234567890123456"),
        ("1E+3", "1E+3"),
        ("", ""),
        ("²", "²"),
    ],
)  # fmt: skip
def test_a_number_is_said_in_words_with_one_meaning(number: str, words: str) -> None:
    assert spoken(number) == words
