from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from accounts.models import Membership
        from accounts.signals import access_ended, security_event, signed_in
        from notifications import access, account_security, hooks
        from notifications.contacts import contact_trouble, test_messages
        from notifications.models import ACCOUNT

        hooks.register_subject(
            test_messages.CONTACT_METHOD,
            render=test_messages.render,
            still_entitled=test_messages.still_entitled,
        )
        hooks.register_subject(
            contact_trouble.SUBJECT,
            render=contact_trouble.render,
            still_entitled=contact_trouble.still_entitled,
        )
        hooks.register_subject(
            ACCOUNT,
            render=account_security.render,
            still_entitled=account_security.still_entitled,
        )
        security_event.connect(account_security.notify_of, dispatch_uid="account_security")
        signed_in.connect(access.when_signed_in, dispatch_uid="access")
        access_ended.connect(access.when_access_ended, dispatch_uid="access")
        post_save.connect(access.when_role_changed, sender=Membership, dispatch_uid="access")
        post_delete.connect(access.when_role_changed, sender=Membership, dispatch_uid="access")
