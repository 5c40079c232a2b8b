from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import hooks, trials

        hooks.register_subject(trials.WAY, render=trials.render, still_entitled=trials.still_entitled)
