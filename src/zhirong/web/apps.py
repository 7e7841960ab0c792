"""The pages as a Django application."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Templates and template tags of the pages."""

    name = "zhirong.web"
    label = "web"
