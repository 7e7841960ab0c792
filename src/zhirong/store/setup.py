"""Loading Django, once, with settings from the environment. Nothing that needs no database comes here."""

import os


def ready(settings: str = "zhirong.store.settings") -> None:
    """Make models and queries usable. A program with settings of its own (the web) has named them before."""
    import django
    from django.apps import apps

    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
        django.setup()


def migrate() -> None:
    """Bring the database's tables to the present form."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
