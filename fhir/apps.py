from django.apps import AppConfig


class FhirConfig(AppConfig):
    name = "fhir"

    def ready(self) -> None:
        from fhir.subscriptions import events
        from referral.signals import case_changed

        case_changed.connect(events.write_events, dispatch_uid="fhir.subscriptions")
