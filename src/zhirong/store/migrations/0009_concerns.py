"""Which events concern which organisation: the feed of events. Events that were sent to webhooks are known already."""

import django.db.models.deletion
from django.db import migrations, models


def from_deliveries(apps, schema_editor):  # type: ignore[no-untyped-def]
    """What an organisation's webhooks were sent concerned it."""
    delivered = apps.get_model("store", "Delivery").objects.values_list("webhook__organisation", "event").distinct()
    concern = apps.get_model("store", "Concern")
    concern.objects.bulk_create(
        (concern(organisation_id=organisation, event_id=event) for organisation, event in delivered.iterator()),
        batch_size=1000,
    )


class Migration(migrations.Migration):
    dependencies = [("store", "0008_policies")]

    operations = [
        migrations.CreateModel(
            name="Concern",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "event",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.event"),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.organisation"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organisation", "event"), name="concerned_once")],
            },
        ),
        migrations.RunPython(from_deliveries, migrations.RunPython.noop),
    ]
