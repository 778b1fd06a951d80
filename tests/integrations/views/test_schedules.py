"""The pages of schedules: what everybody sees, what admins change, what is refused and why, and nothing is lost."""

import re
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from integrations import jobs
from integrations.connections.service import disconnect
from integrations.models import Cadence, Connection, ListDefinition, SyncProfile, SyncRun, SyncSchedule
from integrations.records.kinds import kinds_for
from integrations.schedules.profiles import Choice, ProfileChoices, save_profile
from tests.integrations.dispatching import pass_a_minute

ClientFor = Callable[[User | None], Client]
Url = Callable[..., str]


def shown(text: str) -> str:
    """What a page says, without markup and runs of white space."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def typed(page: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send of the page's form, with changes."""
    form = page.context["form"]
    data = {}
    for bound in form:
        value = bound.value()
        data[bound.html_name] = value if isinstance(value, list) else ("" if value is None else str(value))
    return {**data, **changes}


@pytest.fixture
def site(connection: Connection, admin: User, client_for: ClientFor) -> Client:
    return client_for(admin)


def test_before_a_connection_the_page_leads_to_it(
    tenant: Tenant, viewer: User, client_for: ClientFor, url: Url
) -> None:
    page = client_for(viewer).get(url("schedules"))
    assert "Connect Sage Intacct first" in page.content.decode()
    assert client_for(viewer).get(url("schedule")).status_code == 404


def test_every_legal_entity_is_listed_and_nothing_is_scheduled_by_itself(site: Client, url: Url) -> None:
    page = site.get(url("schedules"))
    text = shown(page.content.decode())
    assert "Nothing is scheduled yet" in text
    assert "America/Denver" in text
    for label in ("All entities", "100 ", "200 ", "300 "):
        assert label in text
    assert not SyncProfile.objects.exists()


def test_a_proposal_is_saved_only_when_somebody_saves_it(site: Client, url: Url) -> None:
    page = site.get(url("schedule"))
    assert "nothing is scheduled until you save" in page.content.decode()
    assert not SyncSchedule.objects.exists()
    answer = site.post(url("schedule"), typed(page), follow=True)
    text = shown(answer.content.decode())
    assert "The schedules of all entities are saved." in text
    profile = SyncProfile.objects.get()
    assert (profile.version, str(profile.saved_by)) == (1, "Alma Reyes")
    assert SyncSchedule.objects.get(group="projects").cadence == Cadence.HOURLY
    assert SyncSchedule.objects.get(group="full").cadence == Cadence.NEVER
    assert "Every hour" in text
    assert len(answer.context["upcoming"]) == 5
    assert "Scheduled" in shown(site.get(url("schedules")).content.decode())


def test_an_entity_has_its_own_choices(site: Client, url: Url) -> None:
    page = site.get(url("schedule", entity_id="200"))
    assert page.context["form"]["cadence_projects"].value() == Cadence.NEVER
    site.post(
        url("schedule", entity_id="200"),
        typed(
            page, cadence_projects="daily", at_projects="02:30", quiet_from="22:00", quiet_until="05:30",
            full_weekday="6", full_at="03:15", lists_projects=["projects"],
        ),
    )  # fmt: skip
    profile = SyncProfile.objects.get(entity_id="200")
    assert (profile.quiet_from, profile.quiet_until) == (time(22), time(5, 30))
    assert "tasks" in profile.left_out
    assert "projects" not in profile.left_out
    due = SyncSchedule.objects.get(group="projects").next_due_at
    assert due is not None
    assert due.astimezone(profile.tenant.zone).time() == time(5, 30)
    full = SyncSchedule.objects.get(group="full")
    assert (full.cadence, full.weekday, full.at) == (Cadence.WEEKLY, 6, time(3, 15))
    again = site.get(url("schedule", entity_id="200"))
    assert typed(again)["quiet_until"] == "05:30:00"
    assert 'value="05:30"' in again.content.decode()
    assert "Sunday at 3:15 AM" in again.content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"quiet_from": "22:00", "quiet_until": ""}, "Enter both times"),
        ({"quiet_from": "", "quiet_until": "06:00"}, "Enter both times"),
        ({"quiet_from": "06:00", "quiet_until": "06:00"}, "would never end"),
        ({"quiet_from": "25:00", "quiet_until": "06:00"}, "Enter a time of day"),
        ({"cadence_projects": "daily", "at_projects": ""}, "Enter the time of day, for example"),
        ({"full_weekday": "2", "full_at": ""}, "Enter the time of day of the Full"),
        ({"cadence_projects": "hourly-ish"}, "Select a valid choice"),
        ({"cadence_projects": ""}, "Choose how often."),
        ({"lists_projects": ["projects", "no-such-list"]}, "Select a valid choice"),
        ({"full_weekday": "9"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason_and_nothing_typed_is_lost(
    site: Client, url: Url, changes: dict[str, Any], sentence: str
) -> None:
    data = typed(site.get(url("schedule")), cadence_accounting="four_hourly", **changes)
    answer = site.post(url("schedule"), data)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert sentence in html
    assert "data-error-summary" in html
    assert answer.context["form"]["cadence_accounting"].value() == "four_hourly"
    assert not SyncProfile.objects.exists()


def test_somebody_elses_newer_version_is_shown_before_it_is_replaced(
    site: Client, url: Url, connection: Connection
) -> None:
    mine = typed(site.get(url("schedule")), cadence_projects="quarter_hourly")
    save_profile(connection, "", ProfileChoices({"projects": Choice(Cadence.NEVER)}, None, (), {}), version=0)
    answer = site.post(url("schedule"), mine)
    assert answer.status_code == 409
    assert "Nothing of yours was saved" in shown(answer.content.decode())
    assert SyncSchedule.objects.get(group="projects").cadence == Cadence.NEVER
    assert site.post(url("schedule"), typed(answer)).status_code == 302
    assert SyncSchedule.objects.get(group="projects").cadence == Cadence.QUARTER_HOURLY
    assert SyncProfile.objects.get().version == 2


def test_custom_fields_are_chosen_from_what_intacct_offers(site: Client, url: Url, connection: Connection) -> None:
    assert "Intacct has named none so far" in site.get(url("schedule")).content.decode()
    definition = ListDefinition.objects.create(
        tenant_id=connection.tenant_id, connection=connection, kind="projects", object="PROJECT",
        custom_fields=[{"name": "SITE_CODE", "label": "Site code", "type": "Text"}, {"name": "RISK", "label": "Risk"}],
        unselectable=[{"name": "RISK", "reason": "x", "at": "2026-11-01"}],
    )  # fmt: skip
    page = site.get(url("schedule"))
    assert "Site code (SITE_CODE)" in page.content.decode()
    assert "which Intacct refused to select" in page.content.decode()
    site.post(url("schedule"), typed(page, custom_projects=["SITE_CODE"]))
    assert SyncProfile.objects.get().custom_fields == {"projects": ["SITE_CODE"]}
    definition.custom_fields = []
    definition.save()
    page = site.get(url("schedule"))
    assert "SITE_CODE (no longer offered by Intacct)" in page.content.decode()
    site.post(url("schedule"), typed(page, custom_projects=[]))
    assert SyncProfile.objects.get().custom_fields == {}


def test_a_choice_for_a_list_that_is_not_offered_now_is_kept(site: Client, url: Url, connection: Connection) -> None:
    kept = ProfileChoices({}, None, ("udd-of-later",), {"udd-of-later": ["X"]})
    save_profile(connection, "", kept, version=0)
    site.post(url("schedule"), typed(site.get(url("schedule"))))
    profile = SyncProfile.objects.get()
    assert (profile.left_out, profile.custom_fields) == (["udd-of-later"], {"udd-of-later": ["X"]})


def test_the_preview_shows_what_saving_would_lead_to_and_saves_nothing(site: Client, url: Url) -> None:
    data = typed(site.get(url("schedule")), full_weekday="", quiet_from="", quiet_until="")
    groups = [name for name in data if name.startswith("cadence_")]
    data |= dict.fromkeys(groups, "never") | {"cadence_projects": "daily", "at_projects": "02:30"}
    answer = site.post(url("preview_schedule"), data)
    assert len(answer.context["upcoming"]) == 5
    assert ", 2:30 AM M" in answer.content.decode()  # MST or MDT: the zone is named
    assert "America/Denver" in answer.content.decode()
    assert "complete" in site.post(url("preview_schedule"), {**data, "at_projects": ""}).content.decode()
    assert (
        "Nothing is scheduled"
        in site.post(url("preview_schedule"), {**data, "cadence_projects": "never"}).content.decode()
    )
    everything_out = {name: [] for name in data if name.startswith("lists_")}
    assert "Nothing is scheduled" in site.post(url("preview_schedule"), {**data, **everything_out}).content.decode()
    assert not SyncProfile.objects.exists()


def test_pause_and_resume(site: Client, url: Url) -> None:
    assert "Nothing is scheduled for all entities" in shown(
        site.post(url("pause_schedule"), {"entity": ""}, follow=True).content.decode()
    )
    site.post(url("schedule"), typed(site.get(url("schedule"))))
    paused = site.post(url("pause_schedule"), {"entity": ""}, follow=True)
    assert "Paused by Alma Reyes" in shown(paused.content.decode())
    assert paused.context["upcoming"] == []
    resumed = site.post(url("pause_schedule"), {"entity": "", "resume": "1"}, follow=True)
    assert len(resumed.context["upcoming"]) == 5
    assert site.post(url("pause_schedule"), {"entity": "no-such"}).status_code == 404


def test_others_read_what_is_scheduled_and_who_may_change_it(
    site: Client, url: Url, viewer: User, accountant: User, client_for: ClientFor
) -> None:
    data = typed(site.get(url("schedule")), quiet_from="22:00", quiet_until="06:00", lists_projects=["projects"])
    site.post(url("schedule"), data)
    for person in (viewer, accountant):
        browser = client_for(person)
        text = shown(browser.get(url("schedule")).content.decode())
        assert "10:00 PM to 6:00 AM" in text
        assert "Lists left out" in text
        assert "Tasks (cost codes)" in text
        assert "Only admins change schedules" in text
        assert "Next runs" in text
        assert browser.post(url("schedule"), data).status_code == 403
        assert "Schedule all entities" not in browser.get(url("schedules")).content.decode()
    assert SyncProfile.objects.get().version == 1


def test_another_tenants_entity_and_profile_are_not_found(
    site: Client, url: Url, other_tenant: Tenant, client_for: ClientFor, outsider: User
) -> None:
    with tenant_scope(other_tenant):
        theirs = Connection.objects.create(tenant=other_tenant, company_id="x", entities=[{"id": "E9", "name": "Nine"}])
        save_profile(theirs, "E9", ProfileChoices({}, None, (), {}), version=0)
    assert site.get(url("schedule", entity_id="E9")).status_code == 404
    assert site.post(url("preview_schedule"), {"entity": "E9"}).status_code == 404
    assert client_for(outsider).get("/t/lowland/sync/schedules/entity/E9/").status_code == 200
    assert client_for(outsider).get("/t/lowland/sync/schedules/entity/200/").status_code == 404


def test_the_last_run_its_outcome_and_what_stops_it_are_shown(site: Client, url: Url, connection: Connection) -> None:
    site.post(url("schedule"), typed(site.get(url("schedule"))))
    SyncSchedule.objects.filter(group="projects").update(next_due_at=timezone.now() - timedelta(minutes=1))
    jobs.beat()
    pass_a_minute()
    run = SyncRun.objects.get()
    text = shown(site.get(url("schedules")).content.decode())
    assert f"Sync {run.number}" in text
    assert "Queued" in text
    disconnected = Connection.objects.filter(pk=connection.pk)
    disconnected.update(state="needs_credentials", state_reason="The password has expired.")
    text = shown(site.get(url("schedules")).content.decode())
    assert "Nothing is started now" in text
    assert "The password has expired." in text
    assert "Nothing is started before that is fixed" in shown(site.get(url("schedule")).content.decode())
    connection.refresh_from_db()
    disconnect(connection)
    assert "Connect Sage Intacct first" in site.get(url("schedules")).content.decode()


def test_many_entities_are_searched_filtered_and_paged_with_as_many_questions_as_few(
    site: Client, url: Url, connection: Connection, django_assert_max_num_queries: Any
) -> None:
    entities = [{"id": f"E{number:04}", "name": f"Branch {number}"} for number in range(1000)]
    Connection.objects.update(entities=entities)
    connection.refresh_from_db()
    for number in range(40):
        choices = ProfileChoices({"projects": Choice(Cadence.HOURLY)}, None, (), {})
        save_profile(connection, f"E{number:04}", choices, version=0)
    with django_assert_max_num_queries(30):
        page = site.get(url("schedules"))
    assert len(page.context["rows"]) == 50
    assert page.context["page_obj"].paginator.count == 1001
    assert site.get(url("schedules"), {"state": "scheduled"}).context["page_obj"].paginator.count == 40
    found = site.get(url("schedules"), {"q": "branch 999", "state": "bogus"})
    assert [line.entity.id for line, _ in found.context["rows"]] == ["E0999"]
    assert "No legal entity matches" in site.get(url("schedules"), {"q": "zzz"}).content.decode()


def test_an_entity_id_with_a_slash_and_blanks_has_its_page(site: Client, url: Url, connection: Connection) -> None:
    Connection.objects.update(entities=[{"id": "North / 1", "name": "<b>Bold</b>"}])
    page = site.get(url("schedule", entity_id="North / 1"))
    assert page.status_code == 200
    assert "<b>Bold" not in page.content.decode()
    assert site.post(url("schedule", entity_id="North / 1"), typed(page)).status_code == 302
    assert SyncProfile.objects.get().entity_id == "North / 1"


def test_a_connection_to_one_entity_has_that_one_profile(site: Client, url: Url, connection: Connection) -> None:
    Connection.objects.update(entity_id="100", entity_name="Summit Ridge West")
    page = site.get(url("schedules"))
    assert [line.entity.id for line, _ in page.context["rows"]] == [""]
    assert "100 Summit Ridge West" in page.content.decode()
    assert site.get(url("schedule", entity_id="200")).status_code == 404


def test_every_group_on_the_form_names_its_lists(site: Client, url: Url, connection: Connection) -> None:
    html = site.get(url("schedule")).content.decode()
    for kind in kinds_for(connection):
        assert kind.label in shown(html)


def test_a_usual_schedule_is_proposed_by_one_link_and_saved_by_another_click(site: Client, url: Url) -> None:
    page = site.get(url("schedule"), {"preset": "business"})
    assert "This is a proposal; nothing is scheduled until you save." in shown(page.content.decode())
    assert not SyncProfile.objects.exists()
    site.post(url("schedule"), typed(page))
    profile = SyncProfile.objects.get()
    assert (profile.weekdays, str(profile.quiet_from)) == ("01234", "20:00:00")
    cadences = dict(profile.schedules.values_list("group", "cadence"))
    assert cadences.pop("full") == Cadence.WEEKLY
    assert Cadence.HOURLY in cadences.values()
    due = [row.next_due_at.astimezone(profile.tenant.zone) for row in profile.schedules.exclude(next_due_at=None)]
    assert {moment.weekday() for moment in due} <= {0, 1, 2, 3, 4, 6}
    assert "Monday to Friday" in shown(site.get(url("schedule")).content.decode()) or profile.weekdays == "01234"


def test_a_preset_that_nobody_offers_changes_nothing(site: Client, url: Url) -> None:
    assert typed(site.get(url("schedule"), {"preset": "hourly'"})) == typed(site.get(url("schedule")))


def test_what_would_never_begin_is_refused_in_words(site: Client, url: Url) -> None:
    page = site.get(url("schedule"), {"preset": "night"})
    never = site.post(url("schedule"), typed(page, weekdays=["5"], quiet_from="01:00", quiet_until="00:30"))
    assert never.status_code == 422
    assert "would never begin" in shown(never.content.decode())
    none = site.post(url("schedule"), typed(page, weekdays=[]))
    assert "Choose at least one day" in shown(none.content.decode())
    assert not SyncProfile.objects.exists()
    # No day is needed where nothing is read but a Full, which has a day of its own.
    never_read = {name: "never" for name in page.context["form"].fields if name.startswith("cadence_")}
    assert site.post(url("schedule"), typed(page, weekdays=[], **never_read)).status_code == 302
    profile = SyncProfile.objects.get()
    assert (profile.weekdays, profile.schedules.exclude(cadence="never").get().group) == ("", "full")
