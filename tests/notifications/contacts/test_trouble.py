"""Who hears of trouble: the person whose contact method ended, the operator of a channel, nobody for ever."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from accounts.models import User
from notifications import hooks
from notifications.channels.base import Fault, Message, Receipt
from notifications.channels.faults import error_of
from notifications.delivery.fallback import MOST_OF_UNKNOWN
from notifications.delivery.send import deliver
from notifications.models import ChannelBreaker, Delivery, Notification, Subscription
from tests.notifications.conftest import NOW, Case, PagerChannel, RecordingChannel, email_of, new_notification

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recording")]
SECOND = timedelta(seconds=1)


def refuses(fault: Fault, code: str = "X.1") -> Callable[[Message], Receipt]:
    def behave(message: Message) -> Receipt:
        raise error_of(fault, code, "said the provider")

    return behave


def pager(user: User) -> Subscription:
    return Subscription.objects.create(user=user, channel="pager", address="1")


@pytest.mark.parametrize(
    ("fault", "kind", "is_retired"),
    [(Fault.GONE, "contact_method_ended", True), (Fault.REFUSED_THERE, "contact_method_refused", False)],
)
def test_whose_way_ended_or_refuses_is_told_once_and_not_by_that_way_alone(
    user: User, case: Case, fault: Fault, kind: str, is_retired: bool
) -> None:
    subscription = pager(user)
    PagerChannel.behave = refuses(fault)
    new_notification(user)
    new_notification(user, key="second")

    for second in range(4):
        deliver(now=NOW + second * SECOND)

    [trouble] = Notification.objects.filter(alert__kind=kind)
    assert (trouble.recipient, trouble.alert.severity) == (user, "warning")
    subscription.refresh_from_db()
    assert (subscription.retired_at is not None) is is_retired
    assert email_of(trouble).state == "sent"
    assert hooks.render(trouble, "en").url_path == "/me/"
    assert hooks.render(trouble, "zh-hans").title


@pytest.mark.parametrize("fault", [Fault.MESSAGE, Fault.PASSING, Fault.ENOUGH, Fault.BUSY, Fault.UNKNOWN])
def test_a_person_is_not_told_of_what_they_cannot_mend(user: User, case: Case, fault: Fault) -> None:
    pager(user)
    PagerChannel.behave = refuses(fault)
    new_notification(user)
    deliver(now=NOW)
    assert Notification.objects.count() == 1


def test_trouble_that_reaches_nobody_is_no_alert_that_reached_nobody(user: User, case: Case) -> None:
    pager(user)
    PagerChannel.behave = refuses(Fault.GONE)
    RecordingChannel.behave = refuses(Fault.MESSAGE)
    new_notification(user)
    for second in range(4):
        deliver(now=NOW + second * SECOND)
    trouble = Notification.objects.get(alert__kind="contact_method_ended")
    assert {row.state for row in trouble.deliveries.all()} <= {"failed"}


@pytest.mark.parametrize("fault", [Fault.MISCONFIGURED, Fault.OUT_OF_SERVICE])
def test_what_the_operator_has_to_mend_rests_the_channel_at_once_and_is_logged(
    user: User, case: Case, fault: Fault, settings: Any
) -> None:
    settings.STORM_CONTROL = True
    pager(user)
    RecordingChannel.behave = refuses(fault, "isv.SMS_TEMPLATE_ILLEGAL")
    notification = new_notification(user, severity="critical")

    with capture_logs() as logs:
        deliver(now=NOW)

    breaker = ChannelBreaker.objects.get(channel="email")
    assert (breaker.state, "isv.SMS_TEMPLATE_ILLEGAL" in breaker.last_error) == ("open", True)
    assert {"channel_needs_its_operator", "channel_breaker_opened"} <= {line["event"] for line in logs}
    assert notification.deliveries.get(channel="pager").state == "sent"
    is_given_up = email_of(notification).state == "failed"
    assert is_given_up is (fault is Fault.MISCONFIGURED)


def test_an_unknown_code_is_tried_a_few_times_logged_by_its_code_and_given_up(user: User, case: Case) -> None:
    RecordingChannel.behave = refuses(Fault.UNKNOWN, "NEW.7")
    delivery = email_of(new_notification(user))

    with capture_logs() as logs:
        for minute in range(30):
            deliver(now=NOW + timedelta(minutes=2 * minute))

    row = Delivery.objects.get(pk=delivery.pk)
    assert (row.state, row.attempts) == ("undeliverable", MOST_OF_UNKNOWN)
    assert {line["code"] for line in logs if line["event"] == "delivery_failed"} == {"NEW.7"}
