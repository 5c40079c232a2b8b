"""The verb of what the two sides say to each other: message."""

from referral.alerts import compose
from referral.models import Message
from referral.pathway.change import Change
from referral.pathway.perform import effect
from referral.pathway.vocabulary import Audience, Verb


@effect(Verb.MESSAGE)
def message(change: Change, *, text: str) -> None:
    """Say something to the other side. The text is encrypted and told to nobody outside the case."""
    written = Message.objects.create(case=change.case, author=change.person, text=text, sent_at=change.now)
    change.details["message"] = str(written.pk)
    change.also_notifies |= compose.other_side(change)
    if change.case.expecting_ward is not None:
        change.also_notifies.add(Audience.DUTY)
        change.further_wards.add(change.case.expecting_ward)
