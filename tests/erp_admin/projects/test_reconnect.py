"""Links survive a disconnect, also when the same company is connected at another level afterwards."""

from accounts.models import Tenant
from erp_admin.models import Project
from erp_admin.projects.selectors import intacct_projects
from erp_admin.projects.service import start_import
from integrations.connections.service import authorize, disconnect
from integrations.mirror.service import start_list_sync
from integrations.models import Connection
from integrations.runs.runner import run_to_end
from integrations.sandbox.facade import SandboxServer


def test_links_made_at_top_level_hold_in_an_entity_and_back(
    ready: Connection, scoped: Tenant, intacct: SandboxServer
) -> None:
    run_to_end(start_import(ready, intacct_projects(ready), queued=False).run)
    linked = dict(Project.objects.values_list("number", "remote_record_no"))
    facts = intacct.credentials
    level = {"company_id": facts["company"], "user_id": facts["user"], "password": facts["password"]}

    disconnect(ready)
    inside = authorize(scoped, **level, entity_id="200")
    run_to_end(start_list_sync(inside, kinds=["projects"], queued=False).run)

    assert {record.import_state for record in intacct_projects(inside)} == {"imported"}

    disconnect(inside)
    again = authorize(scoped, **level)

    assert again.pk == ready.pk
    assert dict(Project.objects.values_list("number", "remote_record_no")) == linked
    assert set(Project.objects.values_list("connection", flat=True)) == {again.pk}


def test_links_to_another_company_stay_where_they_were_made(
    ready: Connection, scoped: Tenant, intacct: SandboxServer
) -> None:
    former = Connection.objects.create(tenant=scoped, company_id="former-company", state="disconnected")
    kept = Project.objects.create(
        tenant=scoped, number="F-1", name="F", currency="USD", connection=former, remote_record_no=1
    )
    facts = intacct.credentials
    disconnect(ready)
    authorize(scoped, company_id=facts["company"], user_id=facts["user"], password=facts["password"], entity_id="200")
    kept.refresh_from_db()
    assert kept.connection_id == former.pk
