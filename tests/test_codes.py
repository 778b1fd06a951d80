"""Every code that is raised is declared, once, with words and a place that are of use; and none is declared in vain."""

import ast
import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.codes import Code, declare, declared, features, link_to, where_to_fix
from accounts.codes import Subject as About
from accounts.error_docs import errors_page
from erp_admin.documents.types import document_types
from integrations.codes import CONNECTION, DOCUMENT, DUPLICATES, EDIT_DOCUMENT, EDIT_PARENT, IN_INTACCT, SETTINGS
from integrations.intacct import codes as of_the_client
from integrations.intacct.function_rules import FUNCTION_RULES
from integrations.models import Connection, Exchange, ListState, Push, PushHold, RunStep, SyncRun
from tests.raised_codes import Findings, read, sources

ROOT = Path(__file__).parent.parent
ALL = [code for codes in features().values() for code in codes]
KEYS = {code.key for code in ALL}
SUBJECT = About("change_order", "change order", 7, About("commitment", "commitment", 3))
LIKE_A_CODE = re.compile(r"[A-Z]{2,}(?:-[A-Z]+)+")
NO_CODES = {"YYYY-MM-DD"}


@pytest.fixture(scope="module")
def findings() -> Findings:
    return read(sources())


class TestTheSource:
    def test_every_code_that_is_raised_is_declared(self, findings: Findings) -> None:
        assert [use for use in findings.raised if use.code not in KEYS] == []

    def test_every_code_that_is_declared_is_raised(self, findings: Findings) -> None:
        assert KEYS - findings.codes() == set()

    def test_a_code_is_compared_only_with_declared_ones(self, findings: Findings) -> None:
        assert findings.compared
        assert [use for use in findings.compared if use.code not in KEYS] == []

    def test_every_code_can_be_read_from_the_source(self, findings: Findings) -> None:
        assert findings.unreadable == []

    def test_no_code_is_matched_by_a_part_of_it(self, findings: Findings) -> None:
        assert findings.by_a_part == []

    def test_no_template_names_a_code_that_is_not_declared(self) -> None:
        named = re.compile(r"\bcode\s*(?:==|!=|in)\s*[\"']([^\"']+)")
        templates = list((ROOT / "templates").rglob("*.html"))
        assert templates
        assert {code for path in templates for code in named.findall(path.read_text())} - KEYS == set()

    def test_every_text_that_looks_like_a_code_is_one(self) -> None:
        """Also where the reader sees no code: in a table, a set, a text that is taken apart."""
        texts = {
            node.value
            for tree in sources().values()
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and LIKE_A_CODE.fullmatch(node.value)
        }
        assert len(texts) > 80
        assert texts - KEYS == NO_CODES


class TestEachCode:
    def test_its_words_are_plain(self) -> None:
        smells = re.compile(
            r"\b(mend\w*|anew|whoever|whom|thereof|\w*(?:oris|anis|alis)(?:e|ed|ing|ation))\b", re.IGNORECASE
        )
        for code in ALL:
            assert smells.search(f"{code.title} {code.advice} {code.place.name} {code.place.words}") is None, code
            assert code.title[0].isupper(), code
            assert not code.title.endswith("."), code
            assert re.search(r"\.$|manage\.py \w+$", code.advice), code

    def test_it_fits_where_it_is_stored(self) -> None:
        longest = max(len(key) for key in KEYS)
        for model, column in (
            (SyncRun, "error_code"), (RunStep, "error_code"), (Push, "error_code"), (PushHold, "error_code"),
            (Exchange, "error_code"), (Connection, "state_code"), (ListState, "last_problem_code"),
        ):  # fmt: skip
            assert longest <= (model._meta.get_field(column).max_length or 0)

    def test_its_place_leads_somewhere_or_says_that_none_does(self) -> None:
        for code in ALL:
            place = code.place
            assert bool(place.url_name) == bool(place.words), code
            for document_type in document_types():
                link = link_to(place, "summit-ridge", About(document_type.one, document_type.noun, 7))
                assert link.url.startswith("/t/summit-ridge/") if place.url_name else link == ("", "")
                assert "{" not in link.url + link.words


class TestTheClient:
    def test_its_codes_are_all_part_of_the_register(self) -> None:
        assert set(of_the_client.BY_KEY) <= KEYS

    def test_each_rule_carries_a_code_of_its_category(self) -> None:
        wrong = [rule for rule in FUNCTION_RULES if of_the_client.BY_KEY[rule.code].category != rule.kind.category]
        assert wrong == []

    def test_an_error_without_advice_of_its_own_has_that_of_its_code(self) -> None:
        for rule in FUNCTION_RULES:
            error = rule.kind("It was refused.", code=rule.code)
            code = declared(rule.code)
            assert code is not None
            assert error.advice == code.advice
        assert FUNCTION_RULES[0].kind("It was refused.", code="UNKNOWN", advice="Wait.").advice == "Wait."


class TestTheRegister:
    def test_a_code_that_an_earlier_version_stored_is_none_of_ours(self) -> None:
        assert declared("NO-SUCH-CODE") is None

    def test_declaring_a_code_twice_raises(self) -> None:
        with pytest.raises(ValueError, match="VENDOR is declared twice"):
            declare({"Anything": (Code("VENDOR", "Again", "Do it.", SETTINGS),)})

    def test_the_group_of_duplicates_is_declared_and_whole(self) -> None:
        assert {key for key in KEYS if key.startswith("DUP-")} == DUPLICATES

    def test_a_code_of_an_earlier_version_leads_nowhere_or_where_the_caller_says(self) -> None:
        assert where_to_fix("GONE-SINCE", "summit-ridge") == ("", "")
        assert where_to_fix("", "summit-ridge", otherwise=CONNECTION).words == "Look at the connection"

    def test_a_place_at_a_document_needs_a_document(self) -> None:
        assert link_to(DOCUMENT, "summit-ridge") == ("", "")
        assert link_to(IN_INTACCT, "summit-ridge", SUBJECT) == ("", "")

    @pytest.mark.parametrize(
        ("place", "name", "pk", "words"),
        [
            (DOCUMENT, "change_order", 7, "Open the change order"),
            (EDIT_DOCUMENT, "edit_change_order", 7, "Edit the change order"),
            (EDIT_PARENT, "edit_commitment", 3, "Edit the commitment"),
        ],
    )
    def test_a_place_at_a_document_is_that_of_the_document_or_of_what_it_belongs_to(
        self, place: object, name: str, pk: int, words: str
    ) -> None:
        url = reverse(name, kwargs={"tenant_slug": "summit-ridge", "pk": pk})
        assert link_to(place, "summit-ridge", SUBJECT) == (url, words)  # type: ignore[arg-type]

    def test_what_belongs_to_nothing_is_its_own_parent(self) -> None:
        alone = About("commitment", "commitment", 3)
        assert link_to(EDIT_PARENT, "x", alone) == link_to(EDIT_DOCUMENT, "x", alone)


class TestTheDocs:
    page = (ROOT / "docs/errors.md").read_text()

    def test_they_are_what_the_register_makes(self) -> None:
        assert self.page == errors_page(), "run: make docs-errors"

    def test_every_code_has_one_anchor(self) -> None:
        headings = [line.strip("# ").lower().replace(" ", "-") for line in self.page.splitlines() if line[:2] == "##"]
        assert len(headings) == len(set(headings))
        assert {code.anchor for code in ALL} <= set(headings)
        assert set(re.findall(r"\(#([^)]+)\)", self.page)) == {code.anchor for code in ALL}


WAYS = {
    "a keyword": 'raise Refused("No.", code="MADE-UP")',
    "a position": 'raise StepFailed("MADE-UP", "No.")',
    "a constant": 'WHY = "MADE-UP"\nraise Refused("No.", code=WHY)',
    "a constant of another module": 'from other import WHY as OWN\nraise Refused("No.", code=OWN)',
    "a text put together": 'PART = "MADE"\nraise Refused("No.", code=f"{PART}-UP")',
    "one of two": 'raise Refused("No.", code=error.code if error else "MADE-UP")',
    "a fallback": 'raise Refused("No.", code=error.code or "MADE-UP")',
    "a subclass": 'class Worse(Refused):\n    pass\nraise Worse("No.", code="MADE-UP")',
    "a data class": "Problem('number', 'MADE-UP')",
    "a default": 'def f(code: str = "MADE-UP"):\n    pass',
    "a class attribute": 'class Gone:\n    code = "MADE-UP"',
    "a method": 'self._fail(push, "MADE-UP")',
    "a row": 'row.error_code, row.state = "MADE-UP", 1',
    "an update": 'rows.update(error_code="MADE-UP")',
    "a mapping": 'rows.update(defaults={"last_problem_code": "MADE-UP"})',
    "a local name": 'def f():\n    why = "MADE-UP"\n    raise Refused("No.", code=why)',
    "a tuple": 'def f():\n    both = ("", "MADE-UP")\n    return {"error_code": both[1]}',
    "a generator": 'def rows():\n    yield 1, "MADE-UP"\ndef f():\n    for x, code in rows():\n        g(code)\n'
    "def g(code: str):\n    pass",
    "a module": 'import other\nraise other.Refused("No.", code="MADE-UP")',
}
HOUSE = """
WHY = "MADE-UP"
class Refused(Exception):
    def __init__(self, sentence: str, *, code: str) -> None:
        self.code = code
class StepFailed(Exception):
    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
@dataclass
class Problem:
    field: str
    code: str
class Settlement:
    def _fail(self, push: str, code: str) -> None:
        push.error_code = code
"""


def read_text(text: str) -> Findings:
    used = "from other import Problem, Refused, StepFailed\n" + text
    return read({"other": ast.parse(HOUSE), "here": ast.parse(used)})


class TestTheReader:
    """It sees each way in which the source can raise a code; one it overlooks would never have to be declared."""

    @pytest.mark.parametrize("way", WAYS)
    def test_it_sees(self, way: str) -> None:
        found = read_text(WAYS[way])
        assert found.codes() == {"MADE-UP"}
        assert found.unreadable == []

    @pytest.mark.parametrize(
        "text",
        [
            'raise Refused("No.", code=made())',
            'raise Refused("No.", code=f"FILE-{suffix}")',
            'def f(what):\n    raise Refused("No.", code=what)',
            "raise Refused('No.', code='FILE-' + kind)",
        ],
    )
    def test_it_says_what_it_cannot_read(self, text: str) -> None:
        assert len(read_text(text).unreadable) == 1

    @pytest.mark.parametrize(
        "text",
        [
            'push.error_code.startswith("DUP-")',
            'code.removeprefix("CON-")',
            'rows.filter(error_code__startswith="CON-")',
            'rows.filter(error_code__contains="-")',
            '"DUP" in push.error_code',
            'push.error_code[:4] == "DUP-"',
            're.match("DUP-", push.error_code)',
        ],
    )
    def test_it_sees_a_match_by_a_part(self, text: str) -> None:
        assert len(read_text(text).by_a_part) == 1

    @pytest.mark.parametrize("text", ['error.code == "X-Y"', 'error.code in ("X-Y", "")', '"X-Y" != row.error_code'])
    def test_it_sees_what_a_code_is_compared_with(self, text: str) -> None:
        assert [use.code for use in read_text(text).compared] == ["X-Y"]

    def test_a_code_that_is_carried_on_is_none_of_its_own(self) -> None:
        found = read_text('row.error_code = error.code\nraise Refused("No.", code=row.error_code)')
        assert (found.raised, found.unreadable) == ([], [])


def test_the_error_panel_says_the_general_advice_where_the_case_has_none() -> None:
    def panel(**context: str) -> str:
        return render_to_string("partials/error_panel.html", {"title": "T", "sentence": "S", **context})

    assert "Approve it first." in panel(code="NOT-APPROVED")
    assert "Approve it first." not in panel(code="NOT-APPROVED", advice="Ask Alma.")
    assert "What to do" not in panel(code="GONE-SINCE")
    assert "What to do" not in panel()
