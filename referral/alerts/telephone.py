"""A request that is answered with the keys of the telephone that announced it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, ngettext

from accounts.models import User
from notifications import hooks
from notifications.calls.outcomes import CallOutcome
from notifications.models import Notification
from notifications.types import Rendered
from referral.alerts import compose
from referral.deadlines.next_rung import alert_next_rung
from referral.models import Deadline, Offer
from referral.pathway import timeline
from referral.pathway.locking import lock
from referral.pathway.notes import note
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Kind, Verb


def asks(notification: Notification) -> bool:
    """Whether its recipient is asked to acknowledge a request: a coordinator cannot."""
    payload = notification.alert.payload
    return payload.get("deadline") == Kind.ACKNOWLEDGE and not payload.get("coordinates")


def spoken(notification: Notification, code: str, now: datetime) -> Rendered:
    """What the voice says: hospital, number, time left, and which keys do what."""
    rendered = hooks.render(notification, notification.recipient.language)
    keys = gettext(", ").join(code)
    left = _time_left(datetime.fromisoformat(notification.alert.payload["due_at"]), now)
    ask = gettext("To acknowledge, press %(keys)s. To have the next person alerted now, press 0.")
    body = f"{rendered.title}{gettext('. ')}{left} {ask % {'keys': keys}}"
    parameters = {**rendered.parameters, "keys": keys, "left": left}
    return Rendered(rendered.title, body, rendered.url_path, parameters)


def _time_left(due_at: datetime, now: datetime) -> str:
    minutes = int((due_at - now).total_seconds() // 60)
    if minutes < 1:
        return gettext("The time to acknowledge it is over.")
    words = ngettext("%(count)s minute is left.", "%(count)s minutes are left.", minutes)
    return words % {"count": minutes}


@transaction.atomic
def acknowledge(notification: Notification, number_ending: str, now: datetime) -> CallOutcome:
    """Acknowledge the request for the recipient, as they would in the portal."""
    deadline = _locked(notification)
    offer = deadline.offer
    refusal = _refusal(deadline, notification.recipient)
    if refusal is not None or offer is None:
        return _refused(deadline, notification, refusal or CallOutcome.OVER, now)
    perform(
        deadline.case,
        Verb.ACKNOWLEDGE,
        actor=notification.recipient,
        now=now,
        offer=offer.pk,
        number_ending=number_ending,
    )
    return CallOutcome.ACKNOWLEDGED


@transaction.atomic
def alert_next(notification: Notification, number_ending: str, now: datetime) -> CallOutcome:
    """Alert whom the ladder would alert next, at once, because the recipient cannot answer."""
    deadline = _locked(notification)
    if refusal := _refusal(deadline, notification.recipient):
        return refusal
    alerted = alert_next_rung(deadline, by=notification.recipient_id, now=now)
    if not alerted:
        return CallOutcome.NOBODY_ELSE
    details = {"kind": deadline.kind, "number_ending": number_ending}
    note(deadline.case, timeline.NEXT_ALERTED, actor=notification.recipient, details=details, now=now)
    return CallOutcome.NEXT_ALERTED


def _locked(notification: Notification) -> Deadline:
    """The deadline that the notification is about, its case locked and its offer read after that."""
    case = lock(Deadline.objects.values_list("case", flat=True).get(pk=notification.alert.subject_id))
    deadline = Deadline.objects.select_related("offer__ward__hospital").get(pk=notification.alert.subject_id)
    deadline.case = case
    return deadline


def _refused(
    deadline: Deadline, notification: Notification, outcome: CallOutcome, now: datetime
) -> CallOutcome:
    """`outcome`; whose answer came too late is told, as the call may have ended without a word about it."""
    if outcome is CallOutcome.OVER:
        person = [notification.recipient_id]
        compose.notify_people(deadline.case, person, kind=compose.KEYS_TOO_LATE, severity="warning", now=now)
    return outcome


def _refusal(deadline: Deadline, person: User) -> CallOutcome | None:
    """Why the request cannot be answered by `person` any more."""
    offer = deadline.offer
    if offer is None or not person.is_active or offer.ward_id not in person.access.wards:
        return CallOutcome.NO_RIGHT
    if offer.state not in (Offer.State.OPEN, Offer.State.ACCEPTED):
        return CallOutcome.OVER
    return None if offer.acknowledged_at is None and offer.is_open else CallOutcome.ALREADY


TELEPHONE = hooks.Telephone(asks=asks, spoken=spoken, acknowledge=acknowledge, alert_next=alert_next)
