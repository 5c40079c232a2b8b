"""How a call ends, and what a gateway that can still speak may say about it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CallOutcome(TextChoices):
    """What became of the keys of one call."""

    UNFINISHED = "unfinished", _("not all keys yet")
    WRONG = "wrong", _("not the code")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    NEXT_ALERTED = "next_alerted", _("the next were alerted")
    NOBODY_ELSE = "nobody_else", _("there is nobody else to alert")
    ALREADY = "already", _("acknowledged by somebody else before")
    OVER = "over", _("the request was no longer open")
    NO_RIGHT = "no_right", _("the person may not answer")


SENTENCES = {
    CallOutcome.UNFINISHED: _("Please press the second digit."),
    CallOutcome.WRONG: _("That was not the code. Nothing was acknowledged. Please open the platform."),
    CallOutcome.ACKNOWLEDGED: _("Thank you. The request is acknowledged."),
    CallOutcome.NEXT_ALERTED: _("The next person is being alerted now."),
    CallOutcome.NOBODY_ELSE: _("There is nobody else to alert. Please acknowledge the request, or call."),
    CallOutcome.ALREADY: _("Somebody else has acknowledged the request already. Nothing is left to do."),
    CallOutcome.OVER: _("Too late: the request is no longer open for your ward. Nothing was acknowledged."),
    CallOutcome.NO_RIGHT: _("You can no longer answer this request. Nothing was acknowledged."),
}
