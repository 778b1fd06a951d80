"""Real threads against one PostgreSQL: two people attach, and the daily round removes, at the very same moment."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from accounts.models import Tenant, User
from accounts.refusal import Refused
from erp_admin.attachments import service, storage
from erp_admin.models import Attachment, Commitment, StoredFile
from tests.erp_admin.attachments import files
from tests.integrations.runs.test_races import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(database.vendor != "postgresql", reason="needs PostgreSQL"),
]


def attach(document: Commitment, by: User, name: str, content: bytes) -> Attachment:
    return service.attach("commitments", document, SimpleUploadedFile(name, content), by=by)


def test_two_who_press_at_once_attach_it_once(scoped: Tenant, document: Commitment, accountant: User) -> None:
    def press() -> Attachment:
        return attach(document, accountant, "a.pdf", files.PDF)

    came = at_once(scoped, press, press, press)
    assert Attachment.objects.count() == StoredFile.objects.count() == 1
    assert sorted(each.code for each in came if isinstance(each, Refused)) == ["ATTACHMENT-TWICE"] * 2


def test_the_last_place_is_given_once(scoped: Tenant, document: Commitment, accountant: User, settings: Any) -> None:
    settings.ATTACHMENTS_PER_DOCUMENT = 1
    came = at_once(
        scoped,
        lambda: attach(document, accountant, "a.pdf", files.PDF),
        lambda: attach(document, accountant, "b.png", files.PNG),
    )
    assert Attachment.objects.count() == 1
    assert [each.code for each in came if isinstance(each, Refused)] == ["ATTACHMENT-COUNT"]


def test_a_file_attached_while_it_is_removed_for_good_is_there(
    scoped: Tenant, document: Commitment, accountant: User, folder: Path
) -> None:
    for attempt in range(10):
        former = attach(document, accountant, f"{attempt}.txt", b"the same")
        service.remove(former, document, by=accountant)
        StoredFile.objects.update(created_at=timezone.now() - timedelta(days=400))
        keys = [StoredFile.objects.get().pk]

        def forget(keys: list[int] = keys) -> int:
            with transaction.atomic():
                return service.forget_files(keys)

        came = at_once(
            scoped, forget, lambda attempt=attempt: attach(document, accountant, f"{attempt}.txt", b"the same")
        )
        assert not [each for each in came if isinstance(each, Exception)], came
        attachment = Attachment.objects.get(removed_at=None)
        with storage.opened(scoped.pk, attachment.digest) as file:
            assert file.read() == b"the same"
        assert attachment.file == StoredFile.objects.get()
        service.remove(attachment, document, by=accountant)
