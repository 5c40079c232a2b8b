"""The stable codes of problems, and what each means for whoever is refused.

What lower floors refuse has its codes there, as types that the checker compares with every refusal; a test
compares those types with this list.
"""

from collections.abc import Mapping
from typing import Literal

from django.utils.translation import gettext_lazy as _

from referral.pathway.refusals import Text

ApiCode = Literal[
    "code_not_valid",
    "idempotency_key_reused",
    "invalid_idempotency_key",
    "malformed",
    "not_an_object",
    "not_coming",
    "refresh_refused",
    "second_proof_required",
    "too_large",
]
"""What the API itself refuses, beside what every status says."""

REQUESTS: Mapping[str, Text] = {
    "malformed": _("The body is not valid JSON."),
    "not_an_object": _("The body is not a JSON object."),
    "invalid_idempotency_key": _("The Idempotency-Key is not 1 to 200 plain characters."),
    "idempotency_key_reused": _("The Idempotency-Key was used for another request."),
    "too_large": _("The body is too large."),
    "not_json": _("The body is not sent as JSON."),
    "beyond_the_end": _("The content ends before the range that was asked for."),
    "method_not_allowed": _("The address does not take this method."),
    "not_found": _("Does not exist, or is not yours to see."),
    "too_many_requests": _("Too many requests in a short time."),
    "unavailable": _("The service is busy or restarting."),
    "internal_error": _("A fault of the service; nothing was changed."),
    "refused": _("The request was refused."),
}
ACCESS: Mapping[str, Text] = {
    "not_signed_in": _("Nobody is signed in."),
    "authentication_failed": _("The token is not valid, or no longer."),
    "not_permitted": _("The role does not allow this."),
    "mfa_required": _("A second factor has to be set up first."),
    "scope_missing": _("The access token lacks the scope."),
    "needs_a_person": _("An access token cannot do this, only a person who has signed in."),
    "refresh_refused": _("The device is signed out."),
    "too_many_tries": _("Too many wrong tries at a password or a code from there."),
    "second_proof_required": _("The person has to prove again who they are."),
    "csrf_failed": _("The header X-CSRFToken is missing or wrong."),
}
SIGN_IN: Mapping[str, Text] = {
    "second_factor_needed": _("The sign-in waits for the second factor."),
    "session_ended": _("The session of this token has ended."),
    "too_many_tries": _("Too many tries at a password or code."),
    "not_possible": _("Not possible as things stand."),
}
"""What sign-in refuses, beside the codes of access."""
INPUT_PROBLEMS: Mapping[str, Text] = {
    "invalid": _("Some fields need correction."),
    "needs_confirmation": _("Unusual values have to be confirmed by name."),
    "confirm_identity": _("A person has to say whether it is the same patient."),
}
PATHWAY: Mapping[str, Text] = {
    "verb_not_allowed": _("The state of the case does not allow this."),
    "offer_not_open": _("The referral request is no longer open."),
    "asked_back": _("The ward has asked its one question already."),
    "arrived_already": _("The arrival was recorded already."),
    "handed_over_already": _("The patient was taken over already."),
    "promised_already": _("The ward has named a time for a bed already."),
    "beds_changed": _("The number of free beds is another than the one that was seen."),
    "stale_version": _("The case has changed since it was read."),
    "open_case_exists": _("The patient has an open case already."),
    "code_not_valid": _("The code of the letter is not whole, or is too old."),
    "not_coming": _("The patient is not on the way to your ward any more."),
    "files_away": _("Where pictures and documents are kept cannot be reached."),
    "id_taken": _("The id that the client made is taken."),
    "no_policy": _("The network has no policy in force."),
    "no_question": _("There is no open question."),
    "question_open": _("A question is open already."),
    "not_diagnosed": _("No diagnosis is recorded."),
    "not_referred_back": _("The patient was not referred back."),
    "admission_stands": _("The time in which the admission could be undone is over."),
    "return_confirmed": _("The return was confirmed already."),
    "nothing_disputed": _("Nothing is disputed."),
    "too_many_tokens": _("There are as many access tokens as there can be."),
}
DEVICES: Mapping[str, Text] = {
    "too_many": _("There are as many devices as there can be."),
    "too_often": _("A code or test was asked for too often."),
    "too_soon": _("A code or test was asked for too soon again."),
    "wrong_code": _("The code is wrong or has expired."),
    "awaits_code": _("The code that was sent there has to be entered first."),
    "below_the_floor": _("Severe alerts cannot be switched off."),
    "last_of_floor": _("The last way for severe alerts cannot be removed."),
    "no_secret": _("This device has no signing secret."),
    "practice": _("In practice nothing is sent, so that no address can be added."),
    "of_account": _("The address belongs to the account."),
}
MEANINGS: Mapping[str, Text] = {**REQUESTS, **ACCESS, **SIGN_IN, **INPUT_PROBLEMS, **PATHWAY, **DEVICES}
