import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0015_pools_deals_write_offs"),
    ]

    operations = [
        migrations.AddField(
            model_name="disposalproject",
            name="operator",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
            ),
        ),
        migrations.AddField(
            model_name="disposalproject",
            name="mandated_until",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="disposalproject",
            name="mandate",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="disposalproject",
            name="bids",
            field=models.JSONField(default=list),
        ),
    ]
