"""Letters that wait for the background to mail them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A table for them."""

    dependencies = [("store", "0002_file_columns")]

    operations = [
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("to", models.EmailField(db_index=True, max_length=254)),
                ("subject", models.CharField(max_length=300)),
                ("content", models.TextField()),
                ("made_at", models.DateTimeField(db_index=True)),
                ("mail_at", models.DateTimeField(db_index=True, null=True)),
                ("tries", models.IntegerField(default=0)),
                ("mailed_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
