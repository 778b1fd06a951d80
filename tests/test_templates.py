"""Templates look nothing up that somebody else can name: of a mapping, `.items` is a key before it is a method."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[1] / "templates"
METHODS = re.compile(r"\b([\w.]+\.(?:items|keys|values|lists|get|getlist|urlencode|copy|dict|pop|popitem|update))\b")
CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}")
# What has that name itself and is no mapping of names from outside.
OWN = {"group.items", "row.values", "form.lists"}


def test_no_template_calls_a_method_of_a_mapping() -> None:
    found = {
        f"{path.relative_to(TEMPLATES)}: {name}"
        for path in TEMPLATES.rglob("*.*")
        for code in CODE.findall(path.read_text())
        for name in METHODS.findall(re.sub(r"\"[^\"]*\"|'[^']*'", "", code))
        if name not in OWN and not name.startswith("form.lists.")
    }
    assert found == set()


def test_no_template_looks_a_parameter_up_by_a_dot() -> None:
    """`request.GET.q` is the parameter, and so is `request.GET.lists` where there is one: |parameter reads them all."""
    found = [
        f"{path.relative_to(TEMPLATES)}: {code}"
        for path in TEMPLATES.rglob("*.*")
        for code in CODE.findall(path.read_text())
        if re.search(r"\b(?:GET|POST|COOKIES|FILES|META|headers)\.", code)
    ]
    assert found == []
