"""Long lists and statements that are read in the background."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("store", "0005_account_seals"),
    ]

    operations = [
        migrations.CreateModel(
            name="FileImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("version", models.IntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("kind", models.CharField(max_length=16)),
                ("state", models.CharField(db_index=True, max_length=16)),
                ("request", models.JSONField(default=dict)),
                ("about", models.JSONField(default=dict)),
                ("problems", models.JSONField(default=list)),
                ("report", models.CharField(blank=True, max_length=64)),
                ("parts", models.JSONField(default=list)),
                (
                    "agreed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.storedfile"),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.organisation"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "state"], name="import_of_organisation")],
            },
        ),
    ]
