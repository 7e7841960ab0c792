"""Which notices ask something of their reader. Those from before are for information: their cases are in the work lists."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0011_recovery")]

    operations = [
        migrations.AddField(model_name="notice", name="asks", field=models.BooleanField(default=False)),
    ]
