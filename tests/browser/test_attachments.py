"""Files of a document in a real browser: chosen, attached, saved by their link, removed after a question."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from erp_admin.documents.types import type_for
from erp_admin.models import Commitment
from tests.browser.person import PHONE, Visitor
from tests.erp_admin.attachments import files

Visit = Callable[[], Visitor]
Url = Callable[..., str]


@pytest.fixture
def document(tenant: Tenant) -> Commitment:
    with tenant_scope(tenant):
        made: Commitment = type_for("commitments").blank(tenant, None)
        made.number, made.title = "SC-1", "Footings"
        made.save()
    return made


def test_files_are_attached_saved_and_removed(
    visit: Visit, accountant: User, document: Commitment, url: Url, settings: Any, tmp_path: Path
) -> None:
    settings.ATTACHMENTS_DIR = tmp_path / "attachments"
    ben = visit()
    ben.log_in(accountant.email)
    ben.go(url("commitment", pk=document.pk))
    chosen = {"Signed copy.pdf": files.PDF, "not a photo.png": files.HTML}
    for name, content in chosen.items():
        (tmp_path / name).write_bytes(content)
    ben.page.get_by_label("Files").set_input_files([tmp_path / name for name in chosen])
    ben.press("Attach")
    ben.sees("Attached to SC-1: Signed copy.pdf.")
    ben.sees("“not a photo.png” is called .png, but what it holds is a page of the web")
    ben.inspect()
    ben.page.set_viewport_size(PHONE)
    ben.go(url("commitment", pk=document.pk))
    with ben.page.expect_download() as saving:
        ben.page.get_by_role("link", name="Signed copy.pdf").click()
    assert saving.value.suggested_filename == "Signed copy.pdf"
    assert Path(saving.value.path()).read_bytes() == files.PDF
    ben.page.get_by_role("button", name="Remove Signed copy.pdf").click()
    ben.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    ben.sees("Signed copy.pdf was removed from SC-1.")
    expect(ben.page.get_by_text("No files yet.")).to_be_visible()
