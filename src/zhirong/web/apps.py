"""The pages as a Django application."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Templates and template tags of the pages."""

    name = "zhirong.web"
    label = "web"

    def ready(self) -> None:
        """Count failed attempts to sign in."""
        from django.contrib.auth.signals import user_login_failed

        from zhirong.web.signing_up import count_wrong

        user_login_failed.connect(count_wrong, dispatch_uid="zhirong.sign_in")
