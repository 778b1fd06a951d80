"""What happens between the preview and writing is never overwritten, and the outcome says what would be otherwise."""

from collections.abc import Callable

import pytest

from erp_admin.models import Commitment, ImportDraft
from erp_admin.purchasing.service import approve, save_commitment, void
from erp_admin.uploads.deciding import match_again
from erp_admin.uploads.service import confirm
from integrations.models import Connection
from integrations.runs.runner import run_to_end
from tests import lists
from tests.erp_admin.imported import commitment_row, csv_of
from tests.erp_admin.samples import commitment
from tests.erp_admin.uploads.test_flow import CHANGE_HEADER, draft_of, import_all, imported, reasons, states
from tests.snapshot import read_lists

ROOF = "Northwind Roofing"


@pytest.fixture
def listed(connection: Connection) -> Connection:
    return read_lists(connection, lists.FILES)


def of_commitment(number: str) -> Commitment:
    return Commitment.objects.get(number=number)


def change_file(*rows: str) -> tuple[bytes, str]:
    return csv_of(*rows, header=CHANGE_HEADER), "change_orders"


class TestBetweenThePreviewAndWriting:
    """What happens meanwhile is never overwritten, and the outcome says what would have become otherwise."""

    def outcome(self, connection: Connection, draft: ImportDraft, meanwhile: Callable[[], object]) -> str:
        run = confirm(connection, draft, queued=False).run
        meanwhile()
        run_to_end(run)
        assert states(draft) == ["failed"]
        return reasons(draft)[0]

    def test_it_was_approved(self, listed: Connection) -> None:
        imported(listed, commitment_row("SC-1", ROOF, "100"))
        draft = draft_of(listed, csv_of(commitment_row("SC-1", ROOF, "120")))
        said = self.outcome(listed, draft, lambda: approve(of_commitment("SC-1")))
        assert said.startswith("It was changed in ERP Admin after the preview. It would be: Its approval falls: total")
        match_again(draft)
        import_all(listed, draft)
        assert of_commitment("SC-1").total == 120

    def test_its_base_lost_the_line(self, listed: Connection) -> None:
        base = commitment(listed, "SC-1", "100", "5")
        draft = draft_of(listed, *change_file("SC-1,CO-1,x,2026-04-01,2,W,1"))
        said = self.outcome(listed, draft, lambda: save_commitment(base, list(base.lines.all())[:1]))
        assert said == "Row 2, Changes line: Commitment SC-1 has no line 2."

    def test_its_base_became_void(self, listed: Connection) -> None:
        base = commitment(listed, "SC-1", "100", approved=False)
        draft = draft_of(listed, *change_file("SC-1,CO-1,x,2026-04-01,,W,1"))
        said = self.outcome(listed, draft, lambda: void(base))
        assert "is void, so it takes no change orders" in said

    def test_another_draft_changed_it(self, listed: Connection) -> None:
        imported(listed, commitment_row("SC-1", ROOF, "100"))
        first, second = (draft_of(listed, csv_of(commitment_row("SC-1", ROOF, amount))) for amount in ("120", "130"))
        import_all(listed, second)
        said = self.outcome(listed, first, lambda: None)
        assert "The total in ERP Admin is 130.00." in said
        assert of_commitment("SC-1").total == 130

    def test_another_draft_made_it_with_its_number_in_another_case(self, listed: Connection) -> None:
        first, second = (draft_of(listed, csv_of(commitment_row(number, ROOF))) for number in ("SC-1", "sc\u20131"))
        import_all(listed, second)
        said = self.outcome(listed, first, lambda: None)
        assert said.startswith("It was added in ERP Admin after the preview.")
        assert Commitment.objects.count() == 1

    def test_it_got_another_number(self, listed: Connection) -> None:
        imported(listed, commitment_row("SC-1", ROOF, "100"))
        draft = draft_of(listed, csv_of(commitment_row("SC-1", ROOF, "120")))

        def rename() -> None:
            found = of_commitment("SC-1")
            found.number = "SC-2"
            save_commitment(found, list(found.lines.all()))

        assert self.outcome(listed, draft, rename).startswith("It had another number in ERP Admin when the preview")
        assert Commitment.objects.get().number == "SC-2"

    def test_only_what_the_file_does_not_say_was_changed(self, listed: Connection) -> None:
        imported(listed, commitment_row("SC-1", ROOF, "100"))
        draft = draft_of(listed, csv_of(commitment_row("SC-1", ROOF, "120")))

        def edit() -> None:
            found = of_commitment("SC-1")
            found.scope = "More"
            save_commitment(found, list(found.lines.all()))

        assert self.outcome(listed, draft, edit).startswith("It was changed in ERP Admin after the preview.")
