from django.apps import AppConfig


class ReferralConfig(AppConfig):
    name = "referral"

    def ready(self) -> None:
        from notifications import hooks
        from referral import entitlement, telling, verbs, wording

        assert verbs
        for subject_type in (telling.CASE, telling.DEADLINE):
            hooks.register_subject(
                subject_type,
                render=wording.render,
                still_entitled=entitlement.still_entitled,
                next_recipients=entitlement.next_recipients,
                undeliverable=entitlement.undeliverable,
            )
        hooks.register_topics(entitlement.topics_of)
