from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from accounts.signals import security_event
        from notifications import account_security, hooks, trials, way_trouble
        from notifications.models import ACCOUNT

        hooks.register_subject(trials.WAY, render=trials.render, still_entitled=trials.still_entitled)
        hooks.register_subject(
            way_trouble.SUBJECT, render=way_trouble.render, still_entitled=way_trouble.still_entitled
        )
        hooks.register_subject(
            ACCOUNT,
            render=account_security.render,
            still_entitled=account_security.still_entitled,
        )
        security_event.connect(account_security.tell, dispatch_uid="account_security")
