"""Where the bytes of attachments lie, what a full disk and a killed process leave, and what the daily round removes."""

import errno
import json
import os
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from accounts.refusal import Refused
from accounts.tenancy import cross_tenant
from erp_admin.attachments import service, storage
from erp_admin.models import Attachment, Commitment, StoredFile
from tests.erp_admin.attachments import files


def attached(document: Commitment, by: User, name: str = "a.pdf", content: bytes = files.PDF) -> Attachment:
    return service.attach("commitments", document, SimpleUploadedFile(name, content), by=by)


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def read(attachment: Attachment) -> bytes:
    with storage.opened(attachment.tenant_id, attachment.digest) as file:
        return file.read()


def aged(days: int) -> None:
    at = timezone.now() - timedelta(days=days)
    Attachment.objects.exclude(removed_at=None).update(removed_at=at)
    StoredFile.objects.update(created_at=at)


def pruned() -> int:
    out = StringIO()
    call_command("prune", "--json", stdout=out)
    return int(json.loads(out.getvalue())["removed"]["attachments"]["rows"])


def test_a_full_disk_leaves_nothing_and_says_so(
    document: Commitment, accountant: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="the disk of the site takes no more") as error:
        attached(document, accountant)
    assert error.value.code == "ATTACHMENT-STORE"
    assert stored(folder) == []
    assert Attachment.objects.count() == StoredFile.objects.count() == 0


def test_a_file_that_cannot_take_its_place_leaves_no_row(
    document: Commitment, accountant: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row never leads nowhere: it is committed after the file lies there, not before."""

    def refuse(*arguments: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(storage, "keep", refuse)
    with pytest.raises(Refused):
        attached(document, accountant)
    assert stored(folder) == []
    assert Attachment.objects.count() == StoredFile.objects.count() == 0


def test_what_a_killed_process_left_is_cleared_after_a_day(
    document: Commitment, accountant: User, folder: Path
) -> None:
    left = storage.take_in([b"half"]).path
    fresh = storage.take_in([b"begun just now"]).path
    os.utime(left, (0, 0))
    attached(document, accountant)
    assert not left.exists()
    assert fresh.exists()


def test_a_removed_file_stays_for_a_while_and_goes_then(
    document: Commitment, accountant: User, folder: Path, settings: Any
) -> None:
    settings.RETAIN_REMOVED_FILES_DAYS = 30
    attachment, kept = attached(document, accountant), attached(document, accountant, "b.png", files.PNG)
    service.remove(attachment, document, by=accountant)
    aged(29)
    assert pruned() == 0
    assert len(stored(folder)) == 2
    aged(31)
    assert pruned() == 1
    assert [path.read_bytes() for path in stored(folder)] == [files.PNG]
    attachment.refresh_from_db()
    assert attachment.file is None  # its name stays in the history
    assert read(kept) == files.PNG
    assert pruned() == 0


def test_a_file_that_another_document_has_stays(document: Commitment, accountant: User, folder: Path) -> None:
    other = Commitment(tenant=document.tenant, number="SC-2", kind=document.kind, dated_on=document.dated_on)
    other.save()
    attachment = attached(document, accountant)
    attached(other, accountant)
    service.remove(attachment, document, by=accountant)
    aged(400)
    assert pruned() == 0
    assert len(stored(folder)) == 1


def test_a_file_attached_again_at_the_last_moment_stays(document: Commitment, accountant: User, folder: Path) -> None:
    """Between being found unneeded and being removed somebody attached it: the round looks once more."""
    attachment = attached(document, accountant)
    service.remove(attachment, document, by=accountant)
    aged(400)
    with cross_tenant("a test"):
        keys = [StoredFile.objects.get().pk]
    attached(document, accountant)
    with cross_tenant("a test"):
        assert service.forget_files(keys) == 0
    assert len(stored(folder)) == 1


def test_bytes_that_were_removed_are_stored_again(document: Commitment, accountant: User, folder: Path) -> None:
    service.remove(attached(document, accountant), document, by=accountant)
    aged(400)
    assert pruned() == 1
    again = attached(document, accountant)
    assert read(again) == files.PDF


def test_the_digest_is_that_of_the_bytes() -> None:
    taken = storage.take_in(iter([b"ab", b"c"]))
    assert taken.digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert taken.size == 3
    assert taken.path.read_bytes() == b"abc"
