"""The store as a Django application."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Its models live in ``zhirong.store.models``, its tables begin with ``store_``."""

    name = "zhirong.store"
    label = "store"
