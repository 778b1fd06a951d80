"""Mirrored records get the text that is searched, and the id of the project within which their id is unique.

The rows there are filled in pages of keys. PostgreSQL gets an index of the words where its user may make the extension
pg_trgm; where not, everything works and searching reads a whole list (see docs/operations.md). On the way back the
columns go, and nothing is lost with them: both are computed from others.
"""

from django.db import migrations, models
from django.db.models import Case, Max, When
from django.db.models.fields.json import KeyTextTransform

import integrations.models.list_item
from integrations.models.list_item import search_text_of
from integrations.records.search_index import make_index, remove_index

AT_ONCE = 5_000
SCOPES = {"tasks": "PROJECTID", "cost_types": "PROJECTID", "exchange_rates": "TYPENAME"}
PAGE = """
    UPDATE integrations_listitem SET search_text = page.search_text, scope_id = page.scope_id
    FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS page (pk, search_text, scope_id) WHERE id = page.pk
"""
ROW = "UPDATE integrations_listitem SET search_text = %s, scope_id = %s WHERE id = %s"


def fill(apps, schema_editor):
    database = schema_editor.connection
    scope = Case(*(When(kind=kind, then=KeyTextTransform(field, "fields")) for kind, field in SCOPES.items()))
    items = apps.get_model("integrations", "ListItem")._base_manager.order_by().annotate(scope=scope)
    last = items.aggregate(last=Max("pk"))["last"] or 0
    for after in range(0, last, AT_ONCE):
        page = items.filter(pk__gt=after, pk__lte=after + AT_ONCE).values_list("pk", "business_id", "name", "scope")
        rows = [(search_text_of(key, name), str(scope or "")[:200], pk) for pk, key, name, scope in page]
        # Each row once: one that is updated again in a transaction keeps PostgreSQL from making indexes in it.
        with database.cursor() as cursor:
            if database.vendor == "postgresql":
                texts, scopes, pks = zip(*rows, strict=True) if rows else ((), (), ())
                cursor.execute(PAGE, [list(pks), list(texts), list(scopes)])
            else:
                cursor.executemany(ROW, rows)


class Migration(migrations.Migration):
    dependencies = [("integrations", "0020_sign_in_tries")]

    operations = [
        migrations.RemoveIndex("listitem", "list_item_by_id"),
        migrations.AddField(
            "listitem",
            "scope_id",
            models.CharField(
                blank=True,
                default="",
                db_default="",
                help_text="Business id of the record within which the id is unique: its project.",
                max_length=200,
            ),
        ),
        migrations.AddField(
            "listitem",
            "search_text",
            integrations.models.list_item.SearchText(
                blank=True,
                default="",
                db_default="",
                editable=False,
                help_text="Id and name as a search compares them.",
                max_length=400,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            "listitem",
            models.Index(
                fields=[
                    "connection",
                    "kind",
                    "business_id",
                    "id",
                    "search_text",
                    "entity_id",
                    "is_active",
                    "is_known",
                    "missing_at",
                    "ignored_at",
                    "taken_over",
                    "tenant",
                ],
                name="list_item_by_id",
            ),
        ),
        migrations.AddIndex(
            "listitem",
            models.Index(
                condition=models.Q(("scope_id", ""), _negated=True),
                fields=["connection", "kind", "scope_id"],
                name="list_item_by_scope",
            ),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: make_index(schema_editor.connection),
            lambda apps, schema_editor: remove_index(schema_editor.connection),
        ),
    ]
