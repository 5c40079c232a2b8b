"""The words for what became of an alert never claim more than somebody vouches for."""

from datetime import timedelta

import pytest

from accounts.models import User
from notifications.fates import ORDER, Fate, Knowledge, alerted_about, fate_of
from notifications.models import Delivery, Notification
from tests.notifications.conftest import NOW, new_notification, notice

pytestmark = pytest.mark.django_db


def delivery(state: str, channel: str = "email") -> Delivery:
    is_sent = state in ("sent", "delivered")
    return Delivery(
        channel=channel,
        state=state,
        sent_at=NOW if is_sent else None,
        delivered_at=NOW if state == "delivered" else None,
    )


@pytest.mark.parametrize(
    ("state", "fate"),
    [
        ("pending", Fate.WAITING),
        ("sending", Fate.WAITING),
        ("sent", Fate.HANDED_OVER),
        ("delivered", Fate.DELIVERED),
        ("failed", Fate.FAILED),
        ("undeliverable", Fate.FAILED),
        ("dropped", Fate.DROPPED),
    ],
)
def test_delivered_is_said_of_what_a_carrier_reports_only(state: str, fate: Fate) -> None:
    assert fate_of(delivery(state)).fate == fate


def test_what_lies_in_the_inbox_is_stored_and_not_delivered() -> None:
    assert fate_of(delivery("delivered", "inapp")).fate == Fate.STORED


@pytest.mark.parametrize("fate", [fate for fate in Fate if fate != Fate.DELIVERED])
def test_no_other_word_says_delivered(fate: Fate) -> None:
    assert "delivered" not in str(fate.label)


@pytest.mark.parametrize("knowledge", [one for one in Knowledge if one != Knowledge.ACKNOWLEDGED])
def test_nothing_less_than_an_acknowledgement_is_called_one(knowledge: Knowledge) -> None:
    assert str(knowledge.label) != str(Knowledge.ACKNOWLEDGED.label)
    assert ORDER.index(knowledge) < ORDER.index(Knowledge.ACKNOWLEDGED)


def knowledge_of(notification: Notification) -> Knowledge:
    return alerted_about(notification.alert.subject_type, [notification.alert.subject_id])[0].knowledge


def test_opening_is_not_acknowledging(user: User) -> None:
    row = new_notification(user)
    assert knowledge_of(row) == Knowledge.WAITING
    Notification.objects.filter(pk=row.pk).update(read_at=NOW + timedelta(minutes=2))
    assert knowledge_of(row) == Knowledge.OPENED
    Notification.objects.filter(pk=row.pk).update(acknowledged_at=NOW + timedelta(minutes=3))
    assert knowledge_of(row) == Knowledge.ACKNOWLEDGED


def test_what_lost_its_reason_is_not_counted(user: User) -> None:
    row = new_notification(user)
    Notification.objects.filter(pk=row.pk).update(withdrawn_at=NOW)
    assert alerted_about(row.alert.subject_type, [notice(user).subject_id]) == []
