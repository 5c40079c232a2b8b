"""Sending what subscriptions wait for: in order, one at a time for each, as often as it takes."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from integrations import subscriptions
from integrations.models import EventSubscription
from integrations.subscriptions import Turn
from notifications.channels.base import ChannelError
from notifications.channels.http import as_json, post

MOST_IN_A_ROW = 200


def send_due(now: datetime, *, must_stop: Callable[[], bool] = lambda: False) -> int:
    """Send what is due for every subscription; returns how many notifications were accepted."""
    accepted = 0
    for pk in subscriptions.due(now):
        if must_stop():
            break
        accepted += send(pk, now)
    return accepted


def send(pk: UUID, now: datetime) -> int:
    """Send what waits for one subscription until it fails or nothing is left; returns how many."""
    for number in range(MOST_IN_A_ROW):
        turn = subscriptions.take_turn(pk, now)
        if turn is None or not _hand_over(turn, now):
            return number
    return MOST_IN_A_ROW


def _hand_over(turn: Turn, now: datetime) -> bool:
    # All resources, which a worker that finds nothing to send has no use for: 10 MB.
    from fhir.formats import MEDIA_TYPE
    from fhir.subscriptions.bundles import notification
    from fhir.subscriptions.matches import foci_of

    row = turn.subscription
    bundle = notification(row, turn.kind, turn.events, foci_of(row, turn.events), now)
    headers = {"Content-Type": MEDIA_TYPE, "Idempotency-Key": bundle["id"], **_chosen(row)}
    try:
        answer = post(row.endpoint, body=as_json(bundle), headers=headers, is_guarded=True)
    except ChannelError as error:
        subscriptions.record_failure(turn, str(error), now)
        return False
    if not answer.is_yes:
        subscriptions.record_failure(turn, f"HTTP {answer.status}", now, answer.retry_after)
        return False
    subscriptions.record_success(turn, now)
    return True


def _chosen(row: EventSubscription) -> dict[str, str]:
    """The headers that the program chose."""
    pairs = (line.partition(":") for line in row.headers)
    return {name: value.strip() for name, _colon, value in pairs}
