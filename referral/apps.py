from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralConfig(AppConfig):
    name = "referral"
    verbose_name = _("Pathway")

    def ready(self) -> None:
        import referral.pathway.effects  # noqa: F401  (makes every effect known to `perform`)
        from files.signals import file_settled
        from notifications import hooks
        from referral.alerts import compose, delivery_hooks, morning, rota_gaps, telephone, templates
        from referral.queries import case_files

        for subject_type, telephones in ((compose.CASE, None), (compose.DEADLINE, telephone.TELEPHONE)):
            hooks.register_subject(
                subject_type,
                render=templates.render,
                still_entitled=delivery_hooks.still_entitled,
                next_recipients=delivery_hooks.next_recipients,
                undeliverable=delivery_hooks.undeliverable,
                fate_changed=delivery_hooks.show_fate,
                telephone=telephones,
            )
        hooks.register_subject(
            compose.OPERATION, render=templates.render, still_entitled=delivery_hooks.entitled_operators
        )
        hooks.register_subject(
            rota_gaps.WARD,
            render=rota_gaps.render,
            still_entitled=rota_gaps.still_entitled,
            next_recipients=rota_gaps.next_recipients,
        )
        hooks.register_subject(morning.NETWORK, render=morning.render, still_entitled=morning.still_entitled)
        hooks.register_topics(delivery_hooks.topics_of)
        file_settled.connect(case_files.let_pages_look_again, dispatch_uid="referral.case_files")
