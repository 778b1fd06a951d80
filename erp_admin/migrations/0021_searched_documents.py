"""Documents get the text in which searches look for words, and PostgreSQL an index of it where its user may make one.

The rows there are filled in pages of keys. On the way back the column goes, and nothing is lost with it.
"""

from django.db import migrations
from django.db.models import Max

import erp_admin.models.numbered
from erp_admin.models.numbered import search_text_of
from integrations.records.search_index import SearchIndex, make_index, remove_index

AT_ONCE = 2_000
SEARCHED = {"Commitment": ("number", "title", "vendor_id", "vendor_name"), "ChangeOrder": ("number", "title", "reason")}
TEXTS = ("search_text", "UPPER(remote_id::text)")
PAGE = """
    UPDATE {table} SET search_text = page.search_text FROM unnest(%s::bigint[], %s::text[]) AS page (pk, search_text)
    WHERE id = page.pk
"""
ROW = "UPDATE {table} SET search_text = %s WHERE id = %s"
INDEXES = [SearchIndex(f"erp_admin_{name.lower()}_by_words", f"erp_admin_{name.lower()}", TEXTS) for name in SEARCHED]


def fill(apps, schema_editor):
    database = schema_editor.connection
    for name, fields in SEARCHED.items():
        model = apps.get_model("erp_admin", name)
        documents = model._base_manager.order_by("pk")
        last = documents.aggregate(last=Max("pk"))["last"] or 0
        for after in range(0, last, AT_ONCE):
            page = documents.filter(pk__gt=after, pk__lte=after + AT_ONCE).values_list("pk", *fields)
            rows = [(search_text_of(texts), pk) for pk, *texts in page]
            with database.cursor() as cursor:
                if database.vendor == "postgresql":
                    texts, pks = zip(*rows, strict=True) if rows else ((), ())
                    cursor.execute(PAGE.format(table=model._meta.db_table), [list(pks), list(texts)])
                else:
                    cursor.executemany(ROW.format(table=model._meta.db_table), rows)
        if database.vendor == "postgresql":  # which otherwise thinks for minutes that no text holds any word
            with database.cursor() as cursor:
                cursor.execute(f"ANALYZE {model._meta.db_table}")


def text_field():
    return erp_admin.models.numbered.SearchText(
        blank=True, db_default="", default="", editable=False, help_text="Its words as a search compares them."
    )


class Migration(migrations.Migration):
    dependencies = [("erp_admin", "0020_names_of_links"), ("integrations", "0023_blocked_documents")]

    operations = [
        migrations.AddField("commitment", "search_text", text_field()),
        migrations.AddField("changeorder", "search_text", text_field()),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(
            lambda apps, schema_editor: [make_index(schema_editor.connection, index) for index in INDEXES],
            lambda apps, schema_editor: [remove_index(schema_editor.connection, index) for index in INDEXES],
        ),
    ]
