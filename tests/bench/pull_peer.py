"""The published client sageintacctsdk: its generator of vendors, each page stored by bulk_create.

Owns the shortest honest use of that client. It compares nothing with what is there, keeps no run and no exchange.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from tests.bench.measure import hand_over, measure
from tests.bench.site import backends, connected

from django.utils import timezone  # isort: skip
from sageintacctsdk import SageIntacctSDK  # isort: skip
from sageintacctsdk.apis.api_base import ApiBase  # isort: skip

from integrations.models import Connection, ListItem  # isort: skip


def _client() -> Any:
    """The client with the attribute that holds its address pointed at the local Intacct."""
    sender, password = os.environ["INTACCT_SENDER_ID"], os.environ["INTACCT_SENDER_PASSWORD"]
    login = (os.environ["BENCH_USER"], os.environ["BENCH_COMPANY"], os.environ["BENCH_PASSWORD"])
    door = ApiBase()
    door._ApiBase__api_url = os.environ["INTACCT_ENDPOINT_URL"]
    door.set_sender_id(sender)
    door.set_sender_password(password)
    client = SageIntacctSDK(sender, password, *login, show_private=True, session_id=door.get_session_id(*login))
    client.vendors._ApiBase__api_url = os.environ["INTACCT_ENDPOINT_URL"]
    return client


def _item(connection: Connection, row: dict[str, str | None]) -> ListItem:
    now = timezone.now()
    return ListItem(
        tenant_id=connection.tenant_id,
        connection=connection,
        kind="vendors",
        record_no=int(row["RECORDNO"] or 0),
        business_id=row["VENDORID"] or "",
        name=row["NAME"] or "",
        is_active=row["STATUS"] != "inactive",
        fields=row,
        first_seen_at=now,
        changed_at=now,
    )


def main() -> None:
    fields = json.loads(sys.argv[1])
    with connected() as connection:

        def pull() -> dict[str, Any]:
            for page in _client().vendors.get_all_generator(fields=fields):
                ListItem.objects.bulk_create([_item(connection, row) for row in page])
            return {}

        facts = measure(pull, backends)
        hand_over(facts | {"stored": ListItem.objects.filter(kind="vendors").count()})


main()
