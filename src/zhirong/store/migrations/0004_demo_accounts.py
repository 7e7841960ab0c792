"""Accounts of a training region are marked as such."""

from django.db import migrations, models


def mark(apps: object, schema_editor: object) -> None:
    """Regions that were made before: their addresses are in a domain that nobody can have (RFC 2606)."""
    accounts = apps.get_model("store", "Account")  # type: ignore[attr-defined]
    accounts.objects.filter(email__endswith="@demo.zhirong.example").update(is_demo=True)


class Migration(migrations.Migration):
    """A column for it."""

    dependencies = [("store", "0003_letters")]

    operations = [
        migrations.AddField("account", "is_demo", models.BooleanField(default=False)),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
