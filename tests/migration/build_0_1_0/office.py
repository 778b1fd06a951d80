"""What the people of the demo's company set up: people, settings, projects, files. Part of the builder beside it."""

from datetime import time as clock_time
from typing import Any

from means import Means
from repeatable import CLOCK


class Office(Means):
    def hire(self) -> None:
        from django.test import Client
        from django.urls import reverse

        from accounts.models import Role
        from accounts.people.invitations import accept_as_new_person, invite, withdraw_invitation
        from erp_admin.services.demo import PASSWORD
        from tests.second_factor import enrol

        joined = invite(self.tenant, "nora@summit-ridge.example", Role.VIEWER, by=self.alma)
        accept_as_new_person(joined.invitation, name="Nora Haile", password=PASSWORD)
        invite(self.tenant, "theo@summit-ridge.example", Role.ACCOUNTANT, by=self.alma)
        withdraw_invitation(invite(self.tenant, "gone@summit-ridge.example", Role.ADMIN, by=self.alma).invitation)
        log_in = reverse("account_login")
        visitor = Client()
        visitor.post(log_in, {"login": "vera@summit-ridge.example", "password": "not this one"})
        visitor.post(log_in, {"login": "vera@summit-ridge.example", "password": PASSWORD})
        visitor.get(reverse("home", kwargs={"tenant_slug": self.tenant.slug}))
        visitor.post(reverse("account_logout"))
        for person in (self.alma, self.sam):
            enrol(person)

    def choose(self) -> None:
        """Versions of the settings: a draft, complete again, values of an entity and of a project; schedules."""
        from integrations.schedules import Cadence, QuietHours
        from integrations.services.clock import learn_clock
        from integrations.services.profiles import Choice, ProfileChoices, pause_profile, save_profile
        from integrations.services.settings import save_settings
        from integrations.services.usage import set_budget

        here = self.connection
        save_settings(here, values={"default_account": ""}, switched={}, as_draft=True, by=self.alma)
        save_settings(here, values={"default_account": "5020"}, switched={}, by=self.alma)
        overrides = {
            "entity:100": {"default_location": "100", "purchasing_state": "Pending"},
            "project:24-001": {"subcontract_definition": "PC Subcontracts"},
        }
        save_settings(here, values={}, switched={}, overrides=overrides, by=self.alma)
        cadences = {
            "projects": Choice(Cadence.HOURLY),
            "partners": Choice(Cadence.DAILY, clock_time(6, 30)),
            "full": Choice(Cadence.WEEKLY, clock_time(3), 5),
        }
        quiet = QuietHours(clock_time(20), clock_time(5))
        save_profile(here, "", ProfileChoices(cadences, quiet, ["classes"], {}), version=0, by=self.alma)
        own = ProfileChoices({"accounting": Choice(Cadence.FOUR_HOURLY)}, None, [], {})
        pause_profile(save_profile(here, "100", own, version=0, by=self.alma), by=self.alma)
        set_budget(here, 5000)
        learn_clock(here, stamped=CLOCK.now(), happened_at=CLOCK.now(), source="a commitment read back")

    def keep_projects(self) -> None:
        """Projects by hand, linked by hand, unlinked, edited, and records that are left out of the import."""
        from erp_admin.models import Project
        from erp_admin.selectors import intacct_projects
        from erp_admin.services.projects import ignore, link, save_project, unlink

        records = intacct_projects(self.connection)
        unlink(Project.objects.get(number="24-014"))
        mine = Project(tenant=self.tenant, number="H-1", name="Shop extension", currency="USD", contract_amount=95000)
        save_project(mine)
        save_project(Project(tenant=self.tenant, number="H-2", name="Yard", currency="USD"))
        link(records.get(business_id="24-014"), mine, by=self.ben)
        unlink(Project.objects.get(number="24-013"))
        ignore(records.filter(business_id="24-013"), by=self.ben, reason="Run by the joint venture")
        edited = Project.objects.get(number="24-002")
        edited.name = "Riverside clinic, phase two"
        save_project(edited)
        self.sync(kinds=["projects"])
        self.intacct.control(do="delete", object="PROJECT", key="24-012")
        self.intacct.control(do="put", object="PROJECT", record={"PROJECTID": "24-003", "NAME": "Depot, renamed"})
        self.sync(kinds=["projects"])

    def upload(self) -> None:
        """A file that waits for matches, one whose matches are remembered, one that updates what it made."""
        from erp_admin.models import FileKind, MatchHow, MatchKind
        from erp_admin.services.import_matches import LEFT_OPEN, choose_matches
        from erp_admin.services.imports import confirm, take_in
        from integrations.engine.runner import run_to_end
        from tests.erp_admin.imported import commitment_row, csv_of

        def taken_in(name: str, *rows: str) -> Any:
            return take_in(self.tenant, FileKind.COMMITMENTS, name, csv_of(*rows), by=self.ben)

        rows = [commitment_row("SC-FILE", "The Concrete People"), commitment_row("SC-BAD", "V-1001", "many")]
        draft = taken_in("june.csv", *rows)
        known = {match.pk: "V-1001" for match in draft.matches.filter(kind=MatchKind.VENDOR, how=MatchHow.NONE)}
        choose_matches(draft, known, by=self.ben)
        run_to_end(confirm(self.connection, draft, by=self.ben, queued=False).run)
        again = taken_in("june-2.csv", commitment_row("SC-FILE", "The Concrete People", "1250"))
        run_to_end(confirm(self.connection, again, by=self.ben, queued=False).run)
        waiting = [
            commitment_row("SC-NEXT", "The Concrete People"),
            commitment_row("SC-NEAR", "Granite Peak Concreting"),
            commitment_row("SC-NOBODY", "Nobody Knows Ltd"),
            commitment_row("SC-OPEN", "Somebody Later"),
        ]
        open_draft = taken_in("july.csv", *waiting)
        left = open_draft.matches.get(kind=MatchKind.VENDOR, text="Somebody Later")
        choose_matches(open_draft, {left.pk: LEFT_OPEN}, by=self.ben)
