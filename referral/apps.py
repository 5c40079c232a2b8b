from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralConfig(AppConfig):
    name = "referral"
    verbose_name = _("Pathway")

    def ready(self) -> None:
        import referral.verbs  # noqa: F401  (makes every effect known to `perform`)
        from notifications import hooks
        from referral import entitlement, rota_alerts, telling, wording

        for subject_type in (telling.CASE, telling.DEADLINE):
            hooks.register_subject(
                subject_type,
                render=wording.render,
                still_entitled=entitlement.still_entitled,
                next_recipients=entitlement.next_recipients,
                undeliverable=entitlement.undeliverable,
            )
        hooks.register_subject(telling.OPERATION, render=wording.render, still_entitled=entitlement.operate)
        hooks.register_subject(
            rota_alerts.WARD,
            render=rota_alerts.render,
            still_entitled=rota_alerts.still_entitled,
            next_recipients=rota_alerts.next_recipients,
        )
        hooks.register_topics(entitlement.topics_of)
