"""An admin sets a schedule, sees what it leads to while typing, and looks at what it costs, at a desk."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from integrations import jobs
from integrations.gateway.metering import count_exchange
from integrations.models import Connection, ListDefinition, SyncRun, SyncSchedule
from integrations.runs.runner import run_to_end
from integrations.usage.service import set_budget
from tests.browser.person import Visitor
from tests.integrations.dispatching import pass_a_minute

Visit = Callable[[], Visitor]
Url = Callable[..., str]


def test_an_admin_schedules_all_entities(visit: Visit, url: Url, connection: Connection, admin: User) -> None:
    ListDefinition.objects.create(
        tenant_id=connection.tenant_id, connection=connection, kind="projects", object="PROJECT",
        custom_fields=[{"name": "SITE_CODE", "label": "Site code", "type": "Text"}],
    )  # fmt: skip
    jobs.beat()
    alma = visit()
    alma.log_in(admin.email)
    alma.go(url("schedules"))
    alma.sees("Nothing is scheduled yet")
    alma.look()
    alma.follow("Schedule all entities")
    alma.sees("nothing is scheduled until you save")
    page = alma.page
    hidden = page.get_by_label("Time of day, Projects and cost codes")
    expect(hidden).to_be_hidden()
    page.get_by_label("Projects and cost codes", exact=True).select_option("Daily")
    expect(hidden).to_be_visible()
    # Among the next slots.
    soon = timezone.localtime(timezone=ZoneInfo("America/Denver")) + timedelta(minutes=30)
    hidden.fill(soon.strftime("%H:%M"))
    hidden.blur()
    expect(page.locator("#preview")).to_contain_text("once this is saved")
    expect(page.locator("#preview")).to_contain_text(soon.strftime("%-I:%M %p"))
    page.get_by_label("Quiet from").fill("22:00")
    page.get_by_label("Quiet from").blur()
    expect(page.locator("#preview")).to_contain_text("as soon as the times above are complete")
    alma.press("Save")
    alma.sees("Please correct the following")
    page.get_by_role("link", name="Quiet until").click()
    expect(page.get_by_label("Quiet until")).to_be_focused()
    alma.look()
    page.get_by_label("Quiet until").fill("06:00")
    page.get_by_label("Site code (SITE_CODE)").check()
    alma.press("Save")
    alma.sees("The schedules of all entities are saved.")
    expect(page.locator("#preview li")).to_have_count(5)
    alma.look()
    SyncSchedule.objects.filter(group="projects").update(next_due_at=timezone.now() - timedelta(minutes=1))
    SyncSchedule.objects.update(zone="America/Denver")
    connection.sync_profiles.update(quiet_from=None, quiet_until=None)
    pass_a_minute()
    run_to_end(SyncRun.objects.get())
    alma.follow("Schedules")
    alma.sees("Sync 1")
    alma.look()
    alma.follow("All entities")
    alma.press("Pause")
    alma.sees("Paused")
    alma.press("Resume")
    alma.sees("go on with their next slot")


def test_usage_is_drawn_and_the_budget_is_set(visit: Visit, url: Url, connection: Connection, admin: User) -> None:
    now = timezone.now()
    for number in range(now.day):
        count_exchange(
            tenant_id=connection.tenant_id, company_id=connection.company_id, flow="lists",
            at=now - timedelta(days=number), billable=150 + 37 * (number * 7 % 11),
        )  # fmt: skip
    set_budget(connection, 100)
    alma = visit()
    alma.log_in(admin.email)
    alma.go(url("home"))
    alma.sees("API budget is used up")
    alma.look()
    alma.go(url("usage"))
    alma.look()
    alma.page.get_by_label("API transactions a month").fill("0")
    alma.press("Save the budget")
    alma.sees("Enter 1 or more.")
    alma.look()
    alma.page.get_by_label("API transactions a month").fill("20000")
    alma.press("Save the budget")
    alma.sees("The budget is 20,000 API transactions a month now.")
    alma.page.get_by_text("As a table").click()
    alma.look()
