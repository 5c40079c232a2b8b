"""Messages that are about a way itself: its test, and the code that proves whose it is."""

from notifications.models import Notification

WAY = "way"
TEST, CODE = "test", "code"


def is_trial(notification: Notification) -> bool:
    """Whether it concerns one way only, so that no other way and no other person is told instead."""
    return notification.subject_type == WAY
