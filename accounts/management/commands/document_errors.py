"""`document_errors`: writes docs/errors.md from the register of codes; with --check it only says whether it is so."""

from accounts.error_docs import errors_page
from accounts.made_page import MadePageCommand


class Command(MadePageCommand):
    help = "Write docs/errors.md from the register of codes."
    page_name = "errors.md"
    job = "docs-errors"

    def page(self) -> str:
        return errors_page()
