import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0001_register"),
    ]

    operations = [
        migrations.CreateModel(
            name="RightIdentity",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="store.event",
                    ),
                ),
                ("code", models.CharField(max_length=64)),
                ("version", models.IntegerField()),
                ("right_key", models.CharField(db_index=True, max_length=120)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("code", "version"), name="identity_version_once")],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("period", models.CharField(max_length=40)),
                ("fingerprint", models.CharField(max_length=64)),
                ("institution", models.CharField(max_length=300)),
                ("reference", models.CharField(blank=True, max_length=200)),
                (
                    "event",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.event"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("period", "fingerprint", "institution"), name="reported_once")
                ],
            },
        ),
    ]
