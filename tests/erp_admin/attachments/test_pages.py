"""The files of a document on its page: attached, opened, removed; who may, what is refused, what the trail tells."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Membership, Tenant, User
from accounts.tenancy import tenant_scope
from erp_admin.attachments import links
from erp_admin.documents.types import document_types, type_for
from erp_admin.models import Attachment, Commitment, StoredFile
from tests.erp_admin.attachments import files

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]


def sent(name: str, content: bytes) -> SimpleUploadedFile:
    """Its type is as a browser would say it, and wrong: nobody looks at it."""
    return SimpleUploadedFile(name, content, content_type="text/html")


def attach(client: Client, url: Url, document: Commitment, *sent_files: SimpleUploadedFile) -> str:
    """What the page says afterwards."""
    answer = client.post(url("attach_commitment", pk=document.pk), {"file": list(sent_files)}, follow=True)
    assert answer.status_code == 200
    return answer.text


def bytes_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("key", [document_type.key for document_type in document_types()])
def test_every_type_has_them_by_its_register(key: str) -> None:
    assert all(type_for(key).offers(action) for action in ("attach", "detach", "open_attachment"))


def test_several_at_once_are_attached_shown_and_told(ben: Client, url: Url, document: Commitment, folder: Path) -> None:
    page = attach(ben, url, document, sent("Signed copy.pdf", files.PDF), sent("site.png", files.PNG))
    assert "Attached to SC-1: Signed copy.pdf, site.png." in page
    shown = ben.get(url("commitment", pk=document.pk)).text
    assert "Signed copy.pdf" in shown
    assert "Ben Osei" in shown or "Attached Signed copy.pdf" in shown
    assert [(each.name, each.kind, each.size) for each in Attachment.objects.all()] == [
        ("Signed copy.pdf", "pdf", len(files.PDF)),
        ("site.png", "png", len(files.PNG)),
    ]
    told = AuditEntry.objects.filter(kind="attached", object_id=document.pk)
    assert sorted(entry.text.partition(" (")[0] for entry in told) == ["Signed copy.pdf", "site.png"]
    stored = [path for path in folder.rglob("*") if path.is_file()]
    assert sorted(path.read_bytes() for path in stored) == sorted([files.PDF, files.PNG])
    assert {path.stat().st_mode & 0o077 for path in folder.rglob("*")} == {0}


def test_a_large_file_passes_through_the_disk(ben: Client, url: Url, document: Commitment) -> None:
    content = files.PDF + b"0" * 4_000_000
    assert "Attached to SC-1: big.pdf." in attach(ben, url, document, sent("big.pdf", content))
    where = ben.get(url("open_attachment_commitment", pk=document.pk), {"attachment": Attachment.objects.get().pk})
    assert bytes_of(Client().get(where["Location"])) == content


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("invoice.pdf", files.PROGRAM, "but what it holds is a program"),
        ("page.html", files.HTML, "which is not attached here"),
        ("empty.pdf", b"", "is empty"),
        ("con.pdf", files.PDF, "Windows keeps for itself"),
        (f"{'x' * 130}.pdf", files.PDF, "characters; at most 120"),
        ("large.pdf", files.PDF + b"0" * 2000, "at most 0 MB"),
    ],
)
def test_what_is_refused_is_not_stored(
    ben: Client, url: Url, document: Commitment, folder: Path, settings: Any, name: str, content: bytes,
    says: str,
) -> None:  # fmt: skip
    settings.ATTACHMENT_MOST_BYTES = 1000
    page = attach(ben, url, document, sent(name, content), sent("good.png", files.PNG))
    assert says in page
    assert "Attached to SC-1: good.png." in page
    assert StoredFile.objects.count() == 1
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1


def test_a_name_is_shown_as_it_is_and_never_as_markup(ben: Client, url: Url, document: Commitment) -> None:
    page = attach(ben, url, document, sent("a&b'c.pdf", files.PDF))
    assert "a&amp;b&#x27;c.pdf" in page
    assert "a&b'c.pdf" not in page


def test_without_a_file_it_says_so(ben: Client, url: Url, document: Commitment) -> None:
    assert "Choose a file." in attach(ben, url, document)


def test_twice_the_same_is_one(ben: Client, url: Url, document: Commitment) -> None:
    attach(ben, url, document, sent("a.pdf", files.PDF))
    assert "is attached already, as “a.pdf”" in attach(ben, url, document, sent("b.pdf", files.PDF))
    assert "Another file called “a.pdf” is attached" in attach(ben, url, document, sent("A.PDF", files.PDF + b"2"))
    assert Attachment.objects.count() == 1


def test_a_document_has_so_many_at_most(ben: Client, url: Url, document: Commitment, settings: Any) -> None:
    settings.ATTACHMENTS_PER_DOCUMENT = 2
    page = attach(ben, url, document, *(sent(f"{number}.txt", b"%d" % number) for number in range(3)))
    assert "These are 3 files; at most 2" in page
    attach(ben, url, document, sent("1.txt", b"1"))
    page = attach(ben, url, document, sent("2.txt", b"2"), sent("3.txt", b"3"))
    assert "“3.txt” is one too many" in page
    assert "Remove one to attach another" in page


def test_it_is_stored_once_for_all_documents_of_a_company(ben: Client, url: Url, document: Commitment) -> None:
    other = type_for("commitments").blank(document.tenant, None)
    other.number = "SC-2"
    other.save()
    for each in (document, other):
        attach(ben, url, each, sent("a.pdf", files.PDF))
    assert Attachment.objects.count() == 2
    assert StoredFile.objects.count() == 1


class TestOpening:
    @pytest.fixture
    def attachment(self, ben: Client, url: Url, document: Commitment) -> Attachment:
        attach(ben, url, document, sent("Zürich “1”.pdf", files.PDF))
        return Attachment.objects.get()

    @pytest.fixture
    def link(self, ben: Client, url: Url, document: Commitment, attachment: Attachment) -> str:
        answer = ben.get(url("open_attachment_commitment", pk=document.pk), {"attachment": attachment.pk})
        assert answer.status_code == 302
        return str(answer["Location"])

    def test_it_is_a_download_that_nothing_runs(self, link: str) -> None:
        answer = Client().get(link)
        assert bytes_of(answer) == files.PDF
        assert answer["Content-Disposition"].startswith("attachment;")
        assert "Z%C3%BCrich" in answer["Content-Disposition"]
        assert answer["Content-Type"] == "application/pdf"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"].startswith("sandbox;")
        assert answer["Cache-Control"] == "no-store, private"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"

    def test_cookies_count_for_nothing(self, link: str, ben: Client) -> None:
        """Not even those of a session that is there: none is read, none is set, nobody is logged in."""
        answer = ben.get(link, headers={"cookie": "sessionid=abc; csrftoken=def; a=\u00ff"})
        assert bytes_of(answer) == files.PDF
        assert dict(answer.cookies) == {}
        assert answer.wsgi_request.COOKIES == {}
        assert not answer.wsgi_request.user.is_authenticated

    def test_who_took_it_is_in_the_trail(self, link: str, document: Commitment) -> None:
        entry = AuditEntry.objects.get(kind="exported")
        assert entry.text == "Zürich “1”.pdf, attached to SC-1."
        assert "Ben" in entry.actor_label

    def test_a_link_is_good_for_a_minute(self, link: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(links, "SECONDS", -1)
        answer = Client().get(link)
        assert answer.status_code == 403
        assert "was good for a minute only" in answer.text

    @pytest.mark.parametrize("change", ["tail", "nothing", "other"])
    def test_a_link_of_ones_own_making_leads_nowhere(self, link: str, change: str) -> None:
        token = {"tail": link[:-2] + "x/", "nothing": "/files/x/", "other": "/files/WzEsMSwxXQ:1u:x/"}[change]
        assert Client().get(token).status_code == 404

    def test_a_link_is_of_a_person_who_is_still_there(self, link: str, accountant: User) -> None:
        Membership.objects.filter(user=accountant).delete()
        assert Client().get(link).status_code == 404

    def test_of_another_company_nothing_is_found(
        self, attachment: Attachment, accountant: User, other_tenant: Tenant, outsider: User
    ) -> None:
        for tenant, person in ((other_tenant, outsider), (attachment.tenant, outsider), (other_tenant, accountant)):
            token = links.signed(links.Link(tenant.pk, attachment.pk, person.pk))
            assert Client().get(f"/files/{token}/").status_code == 404

    def test_a_removed_one_is_gone_at_once(self, link: str, attachment: Attachment) -> None:
        Attachment.objects.update(removed_at=timezone.now())
        assert Client().get(link).status_code == 404

    def test_a_file_that_the_folder_lost_is_not_found(self, link: str, folder: Path) -> None:
        for path in folder.rglob("*"):
            if path.is_file():
                path.unlink()
        assert Client().get(link).status_code == 404

    def test_only_as_one_of_its_own_document(
        self, ben: Client, url: Url, document: Commitment, attachment: Attachment
    ) -> None:
        other = type_for("commitments").blank(document.tenant, None)
        other.number = "SC-2"
        other.save()
        assert ben.get(url("open_attachment_commitment", pk=other.pk), {"attachment": attachment.pk}).status_code == 404
        assert ben.post(url("detach_commitment", pk=other.pk), {"attachment": attachment.pk}).status_code == 404
        assert ben.get(url("open_attachment_commitment", pk=document.pk), {"attachment": "x"}).status_code == 404
        assert ben.get(url("open_attachment_commitment", pk=document.pk)).status_code == 400


def test_removed_it_is_gone_from_the_page_and_stays_in_history_and_trail(
    ben: Client, url: Url, document: Commitment
) -> None:
    attach(ben, url, document, sent("a.pdf", files.PDF))
    attachment = Attachment.objects.get()
    page = ben.post(url("detach_commitment", pk=document.pk), {"attachment": attachment.pk}, follow=True).text
    assert "a.pdf was removed from SC-1." in page
    assert "No files yet." in page
    assert "Removed a.pdf" in page
    assert AuditEntry.objects.filter(kind="detached", object_id=document.pk).count() == 1
    assert ben.post(url("detach_commitment", pk=document.pk), {"attachment": attachment.pk}).status_code == 404
    assert "Attached to SC-1: a.pdf." in attach(ben, url, document, sent("a.pdf", files.PDF))


def test_a_viewer_opens_and_changes_nothing(
    client_for: ClientFor, viewer: User, ben: Client, url: Url, document: Commitment
) -> None:
    attach(ben, url, document, sent("a.pdf", files.PDF))
    vera, pk = client_for(viewer), Attachment.objects.get().pk
    page = vera.get(url("commitment", pk=document.pk)).text
    assert "a.pdf" in page
    assert 'type="file"' not in page
    assert url("detach_commitment", pk=document.pk) not in page
    assert vera.get(url("open_attachment_commitment", pk=document.pk), {"attachment": pk}).status_code == 302
    for name, data in (("attach_commitment", {"file": sent("b.png", files.PNG)}), ("detach_commitment", {})):
        assert vera.post(url(name, pk=document.pk), data).status_code == 403


def test_60_megabytes_are_refused_in_words_before_they_are_read(ben: Client, url: Url, document: Commitment) -> None:
    answer = ben.post(
        url("attach_commitment", pk=document.pk),
        data=b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(60 * 1024 * 1024),
    )
    assert answer.status_code == 413
    assert "That is too large" in answer.text


def test_another_company_has_its_own_files(
    ben: Client, url: Url, document: Commitment, other_tenant: Tenant, outsider: User, client_for: ClientFor
) -> None:
    attach(ben, url, document, sent("a.pdf", files.PDF))
    otto = client_for(outsider)
    for name in ("attach_commitment", "detach_commitment"):
        theirs = url(name, pk=document.pk).replace("summit-ridge", other_tenant.slug)
        assert otto.post(theirs, {"attachment": Attachment.objects.get().pk}).status_code == 404
    with tenant_scope(other_tenant):
        assert Attachment.objects.count() == StoredFile.objects.count() == 0
