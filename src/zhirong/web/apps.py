"""The Django application of the pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The Django application with the templates and template tags of the pages."""

    name = "zhirong.web"
    label = "web"

    def ready(self) -> None:
        """Connect the signals: count failed sign-ins, act on new passwords, seal the sign-in data of accounts."""
        from allauth.account.signals import password_changed, password_reset, password_set
        from django.contrib.auth.signals import user_login_failed

        from zhirong.web import seals
        from zhirong.web.sign_up import count_wrong, note_new_password

        for changed in (password_changed, password_reset, password_set):
            changed.connect(note_new_password, dispatch_uid="zhirong.new_password")

        seals.connect()
        user_login_failed.connect(count_wrong, dispatch_uid="zhirong.sign_in")
