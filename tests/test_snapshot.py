"""What is put back for a test is what doing it writes: every row but for its keys and times."""

import re
from collections import Counter

from django.apps import apps
from django.db.models import DateField

from accounts.models import Tenant
from integrations.models import Connection, ListItem, RunStep
from integrations.sandbox.facade import SandboxServer
from tests import lists
from tests.shared import undone
from tests.snapshot import connect, read_lists

# What is random, or differs with the moment it was sent.
CHANCE = {
    "token", "lease_token", "password", "control_id", "duration_ms", "request_xml", "response_xml", "request_bytes",
    "response_bytes", "request_id", "object_id", "checkpoint",
}  # fmt: skip


# The key of a tenant stands in the name of its slots for signing in.
OF_A_TENANT = re.compile(r"of tenant \d+")


def written() -> Counter[str]:
    """Every row of ours, without keys, times and chance."""
    rows: Counter[str] = Counter()
    for app in ("accounts", "integrations", "erp_admin"):
        for model in apps.get_app_config(app).get_models():
            names = [
                column.attname
                for column in model._meta.concrete_fields
                if not (column.primary_key or column.is_relation or isinstance(column, DateField))
                and column.name not in CHANCE
            ]
            values_of = model._base_manager.values_list(*names)
            rows.update(OF_A_TENANT.sub("of the tenant", f"{model.__name__} {values}") for values in values_of)
    return rows


def is_in_order(connection: Connection) -> bool:
    """Nothing was read before the credentials were set: it would have to be read again."""
    steps = RunStep.objects.filter(run__connection=connection).order_by("position")
    pairs = steps.values_list("started_at", "finished_at")
    moments = [connection.credentials_set_at, *(moment for pair in pairs for moment in pair)]
    known = [moment for moment in moments if moment is not None]
    return len(known) == len(moments) and known == sorted(known)


def test_a_connection_and_its_lists(scoped: Tenant, intacct: SandboxServer) -> None:
    def twice(kinds: tuple[str, ...]) -> Counter[str]:
        """Put back: the first time may be the one that is kept."""
        for _ in range(2):
            intacct.control(do="reset")
            with undone():
                connection = read_lists(connect(scoped), kinds)
                assert is_in_order(connection)
                assert connection.reveal_password() == intacct.credentials["password"]
                rows = written()
        return rows

    put_back = twice(lists.FEW)
    intacct.control(do="reset")
    intacct.control(do="put", object="CLASS", record={"CLASSID": "NEW", "NAME": "Not as seeded"})
    with undone():
        done = read_lists(connect(scoped), lists.FEW)  # for real, because the local Intacct is not as seeded
        assert put_back == written()
        assert ListItem.objects.filter(connection=done).count() > 100


def test_lists_that_were_read_before_are_read_again(connection: Connection, intacct: SandboxServer) -> None:
    read_lists(connection, lists.FEW)
    before = intacct.control(do="stats")["requests"]
    read_lists(connection, lists.FEW)
    assert intacct.control(do="stats")["requests"] > before + len(lists.FEW)
    assert connection.runs.count() == 2
