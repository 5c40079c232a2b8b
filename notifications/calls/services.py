"""What keys that were pressed in a call change. A call has one outcome; what comes later changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import translation

from notifications import hooks, services
from notifications.calls.codes import Meaning, code_of, joined, meaning_of
from notifications.calls.outcomes import SENTENCES, CallOutcome
from notifications.models import CallAnswer, Delivery
from notifications.reports.formats import KeysPressed
from notifications.reports.naming import deliveries_named

log = structlog.get_logger(__name__)

OF_MEANING = {Meaning.UNFINISHED: CallOutcome.UNFINISHED, Meaning.WRONG: CallOutcome.WRONG}
MOST_KEYS = 32


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a call's keys, and the sentence that a gateway may say in the person's language."""

    delivery: UUID
    outcome: CallOutcome
    sentence: str


def take(pressed: Iterable[KeysPressed], *, now: datetime) -> list[Reply]:
    """Let the keys of calls acknowledge, or alert the next; one reply for each call that asked for keys."""
    return [reply for one in pressed if (reply := _take(one, now)) is not None]


def _take(pressed: KeysPressed, now: datetime) -> Reply | None:
    delivery = deliveries_named(pressed.reference, pressed.delivery, "voice").first()
    if delivery is None or not _asked_for_keys(delivery):
        log.info("keys_of_nothing")
        return None
    outcome = _settle(delivery, pressed, now)
    log.info("keys_pressed", delivery=str(delivery.pk), outcome=outcome.value)
    with translation.override(delivery.notification.recipient.language):
        return Reply(delivery.pk, outcome, str(SENTENCES[outcome]))


def _asked_for_keys(delivery: Delivery) -> bool:
    """Whether the voice said a code: a message that tells several things at once says none."""
    notification = delivery.notification
    telephone = hooks.subject(notification.alert.subject_type).telephone
    is_alone = delivery.carried_by_id is None and not delivery.carries.exists()
    return telephone is not None and is_alone and telephone.asks(notification)


@transaction.atomic
def _settle(delivery: Delivery, pressed: KeysPressed, now: datetime) -> CallOutcome:
    """The outcome of the call after `pressed`, decided by one of those who report at the same moment."""
    CallAnswer.objects.bulk_create([CallAnswer(delivery=delivery)], ignore_conflicts=True)
    answer = CallAnswer.objects.select_for_update().get(delivery=delivery)
    if not answer.may_become(is_all=pressed.is_all):
        return CallOutcome(answer.outcome)
    keys = pressed.keys if pressed.is_all else joined(answer.keys, pressed.keys)
    answer.keys, answer.at, answer.was_joined = keys[:MOST_KEYS], now, not pressed.is_all
    outcome = _outcome(delivery, meaning_of(keys, code_of(delivery.pk)), now)
    answer.outcome = outcome
    answer.save()
    return outcome


def _outcome(delivery: Delivery, meaning: Meaning, now: datetime) -> CallOutcome:
    notification = delivery.notification
    telephone = hooks.subject(notification.alert.subject_type).telephone
    if meaning in OF_MEANING or telephone is None:
        return OF_MEANING[meaning]
    ending = delivery.subscription.address[-4:] if delivery.subscription else ""
    if meaning is Meaning.NEXT:
        return telephone.alert_next(notification, ending, now)
    outcome = telephone.acknowledge(notification, ending, now)
    if outcome in (CallOutcome.ACKNOWLEDGED, CallOutcome.ALREADY):
        services.acknowledge(notification=notification, user=notification.recipient, now=now)
    return outcome
