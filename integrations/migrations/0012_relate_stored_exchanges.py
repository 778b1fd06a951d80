"""Relates the exchanges stored so far to the documents they wrote or read, as far as their requests name them."""

import re
from xml.sax.saxutils import unescape

from django.db import migrations

# A function's control id, and a value a query or a read asks for, each compared as a whole.
_NAMED = re.compile(r'\bcontrolid="([^"]*)"|<(?:value|keys|key)>([^<]*)</')
# A question for lines names their transactions by record number, which means something under this field only.
_LINES_OF = re.compile(r"<field>DOCHDRNO</field>((?:<value>[^<]*</value>)+)")
_BATCH = 100


def relate_stored_exchanges(apps, schema_editor):
    """Run by run: its pushes by control id, record id and reference, and its requests that name one of them.

    Requests outside a run, such as a refresh from a page, name no push and stay unrelated; so does what was cut off a
    long request when it was stored.
    """
    push, exchange, subject = (apps.get_model("integrations", name) for name in ("Push", "Exchange", "ExchangeSubject"))
    runs = push._base_manager.exclude(run=None).order_by().values_list("run", flat=True).distinct()
    for run_id in list(runs):
        names = _names_in(push._base_manager.filter(run=run_id))
        last = 0
        while batch := list(
            exchange._base_manager.filter(run=run_id, pk__gt=last)
            .order_by("pk")
            .values_list("pk", "tenant_id", "request_xml")[:_BATCH]
        ):
            last = batch[-1][0]
            subject._base_manager.bulk_create(
                (
                    subject(tenant_id=tenant_id, exchange_id=pk, flow=flow, document_id=document_id)
                    for pk, tenant_id, request in batch
                    for flow, document_id in sorted(_named_in(request, names))
                ),
                batch_size=500,
                ignore_conflicts=True,
            )


def _names_in(pushes):
    """Who is meant by each name: its flow and document."""
    names = {}
    columns = ("flow", "document_id", "remote_record_no", "control_id", "remote_id", "reference")
    for flow, document_id, record_no, *texts in pushes.values_list(*columns):
        for text in filter(None, [*texts, record_no and _lines_of(record_no)]):
            names.setdefault(text, set()).add((flow, document_id))
    return names


def _named_in(request, names):
    texts = {unescape(one or other, {"&quot;": '"'}) for one, other in _NAMED.findall(request)}
    for values in _LINES_OF.findall(request):
        texts |= {_lines_of(number) for number in re.findall(r">([^<]+)</value>", values)}
    return set().union(*(names[text] for text in texts & names.keys()))


def _lines_of(record_no):
    return f"lines of {record_no}"


class Migration(migrations.Migration):
    dependencies = [("integrations", "0011_exchange_subjects")]

    operations = [migrations.RunPython(relate_stored_exchanges, migrations.RunPython.noop)]
