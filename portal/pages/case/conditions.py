"""What a situation says of a ward that answers "yes, if": its question, its promise of a bed."""

from django.utils.translation import gettext as _

from portal.pages.case.scene import Scene
from referral.models import Offer


def condition(offer: Offer, *, own: bool) -> str:
    """The headline of a request that the ward has answered with "yes, if"; empty where it has not."""
    if offer.bed_promised_until is not None:
        if own:
            return _(
                "Your ward accepts when a bed is free: %(left)s left, until %(due)s. Accept as soon as it is."
            )
        return _(
            "%(ward)s accepts when a bed is free, by %(due)s at the latest (%(left)s). Then the next ward is "
            "asked."
        )
    if offer.awaits_answer and not own:
        return _(
            "%(ward)s has a question before it decides. Answer it: the ward has %(left)s to decide, until "
            "%(due)s."
        )
    return ""


def asked_back(offer: Offer, scene: Scene) -> list[str]:
    """What the ward asked before it decides, and what was answered."""
    if offer.question is None:
        return []
    words = {"time": scene.time(offer.question.sent_at), "text": offer.question.text}
    lines = [_("Question of the ward at %(time)s: “%(text)s”") % words]
    if offer.answer is not None:
        words = {"time": scene.time(offer.answer.sent_at), "text": offer.answer.text}
        lines.append(_("Answer of the first hospital at %(time)s: “%(text)s”") % words)
    return lines
