from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from accounts.models import Membership
        from accounts.signals import access_ended, security_event, signed_in
        from notifications import access, account_security, hooks, trials, way_trouble
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
        signed_in.connect(access.when_signed_in, dispatch_uid="access")
        access_ended.connect(access.when_access_ended, dispatch_uid="access")
        post_save.connect(access.when_role_changed, sender=Membership, dispatch_uid="access")
        post_delete.connect(access.when_role_changed, sender=Membership, dispatch_uid="access")
