"""A folder of its own for the files of each test, and a document to attach them to."""

from pathlib import Path
from typing import Any

import pytest

from accounts.models import Tenant
from erp_admin.documents.types import type_for
from erp_admin.models import Commitment


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.ATTACHMENTS_DIR = tmp_path / "attachments"
    return tmp_path / "attachments"


@pytest.fixture
def document(scoped: Tenant) -> Commitment:
    made: Commitment = type_for("commitments").blank(scoped, None)
    made.number, made.title = "SC-1", "Footings"
    made.save()
    return made
