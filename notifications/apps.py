from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import hooks, trials, way_trouble

        hooks.register_subject(trials.WAY, render=trials.render, still_entitled=trials.still_entitled)
        hooks.register_subject(
            way_trouble.SUBJECT, render=way_trouble.render, still_entitled=way_trouble.still_entitled
        )
