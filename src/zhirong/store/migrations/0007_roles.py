"""A duty is called a role. The log's snapshots keep the former name (``store.parties.RENAMED_COLUMNS``)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("store", "0006_file_imports")]
    operations = [
        migrations.RenameField("membership", "duties", "roles"),
        migrations.RenameField("invitation", "duties", "roles"),
        migrations.RenameField("approval", "duty", "role"),
    ]
