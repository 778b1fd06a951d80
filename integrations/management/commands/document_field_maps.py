"""`document_field_maps`: writes docs/field-maps.md from the mappings; with --check it only says whether it is so."""

from accounts.made_page import MadePageCommand
from integrations.delivery.field_docs import field_maps_page


class Command(MadePageCommand):
    help = "Write docs/field-maps.md from the mappings of the flows that push documents."
    page_name = "field-maps.md"
    job = "docs-field-maps"

    def page(self) -> str:
        return field_maps_page()
