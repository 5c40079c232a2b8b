from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralConfig(AppConfig):
    name = "referral"
    verbose_name = _("Pathway")

    def ready(self) -> None:
        import referral.verbs  # noqa: F401  (makes every effect known to `perform`)
        from notifications import hooks
        from referral import entitlement, telling, wording

        for subject_type in (telling.CASE, telling.DEADLINE):
            hooks.register_subject(
                subject_type,
                render=wording.render,
                still_entitled=entitlement.still_entitled,
                next_recipients=entitlement.next_recipients,
                undeliverable=entitlement.undeliverable,
            )
        hooks.register_topics(entitlement.topics_of)
