"""Policies of organisations, in versions."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), ("store", "0007_roles")]

    operations = [
        migrations.CreateModel(
            name="Policy",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("version", models.IntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("number", models.IntegerField()),
                ("title", models.CharField(max_length=100)),
                ("region", models.CharField(max_length=6)),
                ("valid_from", models.DateField()),
                ("reason", models.TextField()),
                ("state", models.CharField(max_length=16)),
                ("files", models.JSONField(default=dict)),
                ("sha256", models.CharField(max_length=64)),
                ("begins_on", models.DateField(null=True)),
                ("ends_on", models.DateField(null=True)),
                ("effects", models.JSONField(default=dict)),
                ("opinion", models.TextField(blank=True)),
                (
                    "drafted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.organisation"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "begins_on"], name="policy_in_force"),
                    models.Index(fields=["organisation", "state"], name="policy_of_organisation"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["organisation", "number"], name="policy_number_once")
                ],
            },
        ),
    ]
