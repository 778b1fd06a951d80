"""The heads of a list's columns, as links that sort by them and keep the rest of the query string.

Owns the shape that templates/integrations/heads.html takes. Asks nothing.
"""

from dataclasses import dataclass

from django.http import HttpRequest

from accounts.ui.filters import query_url


@dataclass(frozen=True)
class Column:
    """A column's head. `url` sorts by it, "" where it does not sort; `direction` is what aria-sort says, or "".

    `below` is the head of what stands in the second line of each cell.
    """

    label: str
    url: str = ""
    direction: str = ""
    css: str = ""
    below: "Column | None" = None

    @property
    def sorted(self) -> str:
        """The value of aria-sort for the whole column, "" while the list is sorted by another one."""
        return self.direction or (self.below.direction if self.below else "")


def column(
    request: HttpRequest,
    label: str,
    sort: str = "",
    *,
    css: str = "",
    below: Column | None = None,
    default: str = "number",
) -> Column:
    """A column's head; where `sort` is given, its link sorts by it and turns the order round when it already does."""
    if not sort:
        return Column(label, css=css, below=below)
    present = request.GET.get("sort", "") or default
    if present == sort:
        return Column(label, query_url(request, sort=f"-{sort}", page=None), "ascending", css, below)
    url = query_url(request, sort=None if sort == default else sort, page=None)
    return Column(label, url, "descending" if present == f"-{sort}" else "", css, below)
