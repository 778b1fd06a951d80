"""What a form of a page says of the version that it was made of, for tests that type the rest themselves."""

import lxml.html
from django.test import Client

_VERSIONS = ("seen", "made_from", "shown_lines")


def version_of(client: Client, address: str) -> dict[str, str]:
    """The hidden fields of the forms on a page that say which version somebody saw."""
    return version_of_page(client.get(address).text)


def version_of_page(page: str) -> dict[str, str]:
    forms = lxml.html.fromstring(page).forms
    sent = (pair for form in forms if form.get("data-draft") for pair in form.form_values())
    return {name: (value or "").removeprefix("\n") for name, value in sent if name in _VERSIONS}
