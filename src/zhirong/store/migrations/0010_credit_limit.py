"""The line of a case is called its credit limit, who handed it up its proposer. The log's snapshots keep the former
names (``store.parties.RENAMED_COLUMNS``)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("store", "0009_concerns")]
    operations = [
        migrations.RenameField("case", "line", "credit_limit"),
        migrations.RenameField("case", "handed_up_by", "proposed_by"),
    ]
