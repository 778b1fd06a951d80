"""The page of API usage: month to date against the budget, day by day, by flow; admins set the budget here."""

from collections.abc import Sequence
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import TenantRequest, role_required
from accounts.models import Role
from accounts.ui.charts import Chart, Mark, Series
from accounts.ui.filters import query_url
from accounts.ui.formats import shown_short_day
from integrations.forms.schedule import BudgetForm
from integrations.gateway.access import live_connection
from integrations.models import Connection
from integrations.runs.selectors import flow_title
from integrations.usage.selectors import (
    Day,
    budget_row,
    days_of,
    flows_of,
    gauge,
    month_of,
    months_with_usage,
)

OUTSIDE_RUNS = "Sign-ins and checks"


@require_http_methods(["GET", "POST"])
@role_required(Role.VIEWER)
def usage(request: TenantRequest) -> HttpResponse:
    """What requests to Intacct cost. The month is `month` of the query string (2026-10), else the present one."""
    connection = live_connection()
    if request.method == "POST":
        return _save(request, request.tenant.slug, connection)
    return _page(request, connection)


@role_required(Role.ADMIN, may="Set the budget of API transactions")
def _save(request: TenantRequest, connection: Connection | None) -> HttpResponse:
    if connection is None:
        messages.warning(request, "Sage Intacct was disconnected meanwhile. Nothing was saved.")
        return redirect("usage", tenant_slug=request.tenant.slug)
    form = BudgetForm(request.POST, instance=budget_row(connection))
    if not form.save_unless_older():
        return _page(request, connection, form=form, status=form.status)
    if form.is_other:
        monthly = form.cleaned_data["monthly"]
        messages.success(request, f"The budget is {monthly:,} API transactions a month now.")
    else:
        messages.info(request, "Nothing was changed.")
    return redirect("usage", tenant_slug=request.tenant.slug)


def _page(
    request: TenantRequest, connection: Connection | None, *, form: BudgetForm | None = None, status: int = 200
) -> HttpResponse:
    if connection is None:
        return render(request, "integrations/usage.html", {"connection": None}, status=status)
    present = month_of(timezone.now())
    month = _month(request.GET.get("month", "")) or present
    days, used = days_of(connection, month), gauge(connection)
    context = {
        "connection": connection,
        "gauge": used,
        "month": month,
        "is_present": month == present,
        "months": [(each, query_url(request, month=f"{each:%Y-%m}")) for each in months_with_usage(connection)],
        "days": _chart(days, month),
        "forecast": used.forecast(timezone.now()),
        "total": sum(day.billable for day in days),
        "requests": sum(day.requests for day in days),
        "flows": [(flow_title(row.flow) if row.flow else OUTSIDE_RUNS, row) for row in flows_of(connection, month)],
        "form": form or BudgetForm(instance=budget_row(connection)),
        "is_admin": request.membership.may(Role.ADMIN),
    }
    return render(request, "integrations/usage.html", context, status=status)


def _chart(days: Sequence[Day], month: date) -> Chart:
    """Each day's API transactions. Days are those of UTC, as Intacct's month is counted for all tenants alike."""
    marks = tuple(
        Mark(shown_short_day(day.day), (day.billable,), note=f"{day.requests:,} requests" if day.requests else "",
             short=str(day.day.day))
        for day in days
    )  # fmt: skip
    highest = max((day.billable for day in days), default=0)
    summary = f"API transactions by day; the most on one day: {highest:,}. The table below has each number."
    return Chart(f"By day, in UTC: {month:%B %Y}", (Series("API transactions"),), marks, head="Day", summary=summary)


def _month(text: str) -> date | None:
    """The first day of a month written as 2026-10; None for anything else, and for a month to come."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return month if month <= month_of(timezone.now()) else None
