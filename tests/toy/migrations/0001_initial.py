"""Makes the table of the toy document as its model is now, so that there is nothing to keep up with."""

from django.db import migrations
from django.db.migrations.state import ModelState

from tests.toy.models import ToyOrder

_made = ModelState.from_model(ToyOrder)


class Migration(migrations.Migration):
    initial = True
    dependencies = [("accounts", "0001_initial"), ("integrations", "0001_initial")]

    operations = [migrations.CreateModel(_made.name, list(_made.fields.items()), _made.options, _made.bases)]
