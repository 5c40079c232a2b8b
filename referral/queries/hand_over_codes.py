"""The code on a printed letter: it leads whoever takes the patient over to the case.

It is signed and names the case alone, so that it cannot be guessed and says nothing of the patient; it gives
no right: what the reader may do is asked of the pathway.
"""

from uuid import UUID

from django.core import signing

from accounts.models import User
from referral.models import Case
from referral.pathway.perform import verbs_of
from referral.pathway.vocabulary import Verb
from referral.queries.cases import sides

GOOD_FOR_HOURS = 72
SALT = "referral.hand_over"
AT_THE_DOOR = (Verb.ARRIVE, Verb.HAND_OVER)
"""What is done with a code in hand; a patient whose departure nobody recorded is admitted."""


def make_code(case_id: UUID) -> str:
    """A code for a letter that is printed now."""
    return signing.dumps(case_id.hex, salt=SALT, compress=False)


def case_of(code: str) -> UUID | None:
    """The id of the case of a code; None for one that is malformed, forged, or older than 72 hours."""
    try:
        return UUID(signing.loads(code, salt=SALT, max_age=GOOD_FOR_HOURS * 3600))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None


def verbs_at_the_door(case: Case, user: User) -> list[Verb]:
    """What the reader of a code can do now about a case of `cases`: none unless it goes to their ward."""
    if case.ward_id not in user.access.wards:
        return []
    usable = verbs_of(sides(user, case), case)
    return [verb for verb in AT_THE_DOOR if verb in usable] or [verb for verb in usable if verb == Verb.ADMIT]
