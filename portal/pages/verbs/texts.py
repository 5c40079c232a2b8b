"""What each verb of the pathway is called on a button, what it will do, and what is said when it is done."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from portal.pages.verbs.arrival_texts import ARRIVAL_TEXTS
from portal.pages.verbs.long_texts import (
    ADMISSION_EFFECT,
    BACKGROUND_EFFECT,
    CORRECTION_DONE,
    CORRECTION_EFFECT,
    END_DONE,
    END_EFFECT,
    IMMUNE_EFFECT,
    KIT_EFFECT,
    TRANSFER_EFFECT,
    TRANSPLANT_EFFECT,
    UNDO_DONE,
    UNDO_EFFECT,
)
from portal.pages.verbs.request_texts import REQUEST_TEXTS
from referral.models import Case
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import State, Verb


@dataclass(frozen=True, slots=True)
class VerbText:
    """`title` names the verb, `effect` says what it will do before it is confirmed, `done` what it did.

    `tone`: "primary" the expected step, "danger" what takes something away, "plain" the rest.
    """

    title: Text
    effect: Text
    button: Text
    done: Text
    tone: str = "plain"


TEXTS: dict[str, VerbText] = {
    **{verb: VerbText(*words) for verb, words in REQUEST_TEXTS.items()},
    Verb.ASSESS: VerbText(
        _("Enter the eight indicators"),
        _("The risk is shown within a second. A flagged case is offered to a specialist ward at once."),
        _("Enter indicators"),
        _("The case was assessed."),
        "primary",
    ),
    Verb.REFER: VerbText(
        _("Refer directly"),
        _(
            "The first open ward of your catchment is asked at once and its duty specialists are alerted. "
            "The time to admission counts from the first visit."
        ),
        _("Refer now"),
        _("The case was referred."),
        "primary",
    ),
    Verb.WITHDRAW: VerbText(
        _("Take the request back"),
        _("The ward is told, a promised bed is given up, and you go on watching the patient."),
        _("Take back"),
        _("The request was taken back. You are watching the patient."),
        "danger",
    ),
    Verb.DEPART: VerbText(
        _("Patient has left"),
        _("The ward is told that the patient is on the way and when to expect them."),
        _("Record departure"),
        _("The departure was recorded and the ward was told."),
        "primary",
    ),
    **{verb: VerbText(*words) for verb, words in ARRIVAL_TEXTS.items()},
    Verb.CORRECT_JOURNEY: VerbText(
        _("Correct departure or arrival time"),
        _("The ward is told at once and expects the patient by the new time. Both versions stay on record."),
        _("Correct the times"),
        _("The times were corrected. The ward was told."),
    ),
    Verb.DECLINE: VerbText(
        _("Decline"),
        _("The next ward is asked at once. Your ward cannot take the request back up by itself."),
        _("Decline"),
        _("Declined. The next ward was asked."),
        "danger",
    ),
    Verb.RELEASE: VerbText(
        _("Take back the promised bed"),
        _(
            "The next ward is asked at once; the first hospital and the coordinator are alerted. "
            "Call the first hospital as well."
        ),
        _("Take back the bed"),
        _("The bed was taken back and the next ward was asked."),
        "danger",
    ),
    Verb.DIVERT: VerbText(
        _("Send to another ward on the way"),
        _("The other ward counts as having agreed: call it first. Call the ambulance as well."),
        _("Divert"),
        _("The patient was diverted. Both sides were told."),
        "danger",
    ),
    Verb.ADMIT: VerbText(
        _("Patient has been admitted"),
        ADMISSION_EFFECT,
        _("Record admission"),
        _("The admission was recorded. The second window runs."),
        "primary",
    ),
    Verb.UNDO_ADMISSION: VerbText(
        _("Admission entered in error"),
        UNDO_EFFECT,
        _("Mark the admission as an error"),
        UNDO_DONE,
        "danger",
    ),
    Verb.ASK_ADVICE: VerbText(
        _("Ask a ward for advice"),
        _(
            "The ward sees this case until it has answered; a deadline runs for that. You go on watching the "
            "patient, and can refer at any time."
        ),
        _("Ask"),
        _("The ward was asked."),
    ),
    Verb.ANSWER_ADVICE: VerbText(
        _("Answer the question"),
        _("The first hospital is told. With your answer the case is closed to your ward again."),
        _("Answer"),
        _("Your answer was sent."),
        "primary",
    ),
    Verb.REDIRECT: VerbText(
        _("Ask another ward"),
        _("The ward you choose is asked at once. An open request to another ward ends."),
        _("Ask this ward"),
        _("The ward was asked to take the patient."),
        "primary",
    ),
    Verb.RECORD_PRECIPITANT: VerbText(
        _("Record a precipitant"),
        _("Adds to the case. “None found” ends the search and the deadline for its treatment."),
        _("Record"),
        _("The precipitant was recorded."),
    ),
    Verb.RECORD_INTERVENTION: VerbText(
        _("Record a treatment of the precipitant"),
        _("Adds to the case. The first one ends the deadline for the treatment of the precipitant."),
        _("Record"),
        _("The treatment was recorded."),
    ),
    Verb.RECORD_KIT_RESULT: VerbText(
        _("Record a kit result"),
        KIT_EFFECT,
        _("Record the result"),
        _("The kit result was recorded."),
    ),
    Verb.ASSESS_ORGAN_FAILURE: VerbText(
        _("Assess organ failure"),
        _(
            "Reads the table and keeps what every definition says of it. "
            "The first third failure starts the seven days to a transplant."
        ),
        _("Keep the assessment"),
        _("The organ failures were assessed."),
        "primary",
    ),
    Verb.RETRACT_RECORD: VerbText(
        _("Record entered in error"),
        _(
            "The record stays readable and is marked, but no longer counts: grade, checklist, deadlines and "
            "statistics follow from the others. Then enter what is right in its place, also after the stay."
        ),
        _("Mark as entered in error"),
        _("The record was marked as entered in error and no longer counts."),
        "danger",
    ),
    Verb.RECORD_TREATMENT: VerbText(
        _("Update the treatment checklist"),
        _("Says how one item stands. Earlier entries stay on record; the latest one counts."),
        _("Record"),
        _("The checklist was updated."),
    ),
    Verb.RECORD_ARTIFICIAL_LIVER: VerbText(
        _("Record an artificial liver session"),
        _("Adds a session that is over to the case."),
        _("Record the session"),
        _("The session was recorded."),
    ),
    Verb.SET_NUTRITION_TARGET: VerbText(
        _("Set the nutrition target"),
        _(
            "1.3 times the resting energy expenditure by Mifflin-St Jeor, "
            "from height and weight, and the patient's age and sex."
        ),
        _("Compute and keep"),
        _("The nutrition target was set."),
    ),
    Verb.RECORD_INTAKE: VerbText(
        _("Record the energy intake"),
        _("Adds one day. A second entry for the same day takes the place of the first."),
        _("Record"),
        _("The energy intake was recorded."),
    ),
    Verb.RECORD_IMMUNE_STATUS: VerbText(
        _("Record immune markers"),
        IMMUNE_EFFECT,
        _("Record"),
        _("The immune markers were recorded."),
    ),
    Verb.RECORD_PANEL: VerbText(
        _("Record the laboratory panel"),
        _("Adds the values of one sample. Fill in what the report has; nothing else is needed."),
        _("Save the values"),
        _("The laboratory values were saved."),
    ),
    Verb.TRANSFER: VerbText(
        _("Transfer to another ward"),
        TRANSFER_EFFECT,
        _("Transfer"),
        _("The patient was transferred. Both sides were told."),
        "danger",
    ),
    Verb.DECIDE_TRANSPLANT: VerbText(
        _("Record the decision on transplant"),
        TRANSPLANT_EFFECT,
        _("Record the decision"),
        _("The decision on transplant was recorded."),
    ),
    Verb.DIAGNOSE: VerbText(
        _("Record the diagnosis"),
        _("Ends the second window and its deadline. The first hospital is told."),
        _("Record diagnosis"),
        _("The diagnosis was recorded. The first hospital was told."),
        "primary",
    ),
    Verb.BACK_REFER: VerbText(
        _("Refer back with a plan"),
        _("The first hospital gets the plan and is asked to confirm the return; a deadline runs for that."),
        _("Refer back"),
        _("The patient was referred back."),
        "primary",
    ),
    Verb.DISCHARGE: VerbText(
        _("Discharge"),
        _("Acute care ends here. The patient is followed up to day 90."),
        _("Discharge"),
        _("The discharge was recorded."),
    ),
    Verb.CORRECT_DIAGNOSIS: VerbText(
        _("Correct the diagnosis"),
        _(
            "Takes the place of the diagnosis, which stays readable, struck through. The first hospital is "
            "told, and the letter carries the correction."
        ),
        _("Correct the diagnosis"),
        _("The diagnosis was corrected. The first hospital was told."),
    ),
    Verb.CORRECT_BACK_REFERRAL: VerbText(
        _("Correct the back-referral"),
        _(
            "Takes the place of the plan that was sent, which stays readable, struck through. "
            "The first hospital is told, and the letter carries the correction."
        ),
        _("Correct the back-referral"),
        _("The back-referral was corrected. The first hospital was told."),
    ),
    Verb.CONFIRM_RETURN: VerbText(
        _("Confirm the return"),
        _("Says that the patient is back in your care. The ward is told."),
        _("Confirm"),
        _("The return was confirmed."),
        "primary",
    ),
    Verb.RECORD_OUTCOME: VerbText(
        _("Record the outcome"),
        _(
            "The outcome at day 90, a death or a patient lost to follow-up closes the case. "
            "Where it contradicts the other side, both statements stay and the coordinator is told."
        ),
        _("Record outcome"),
        _("The outcome was recorded."),
        "primary",
    ),
    Verb.SETTLE_OUTCOME: VerbText(
        _("Settle the outcome"),
        _(
            "Says what holds where statements contradict each other. Call both sides first; "
            "all statements stay readable."
        ),
        _("Settle"),
        _("The outcome was settled. Both sides were told."),
        "primary",
    ),
    Verb.CORRECT_OUTCOME: VerbText(
        _("Correct the outcome"),
        _(
            "Adds a new statement; the old one stays readable. Where it contradicts the other side, "
            "the coordinator is told."
        ),
        _("Correct"),
        _("The correction was added."),
    ),
    Verb.RECORD_DEATH: VerbText(
        _("Record the death"),
        _("Closes the case and ends every deadline. Both sides are told. This cannot be undone here."),
        _("Record the death"),
        _("The death was recorded and the case was closed."),
        "danger",
    ),
    Verb.END_REFERRAL: VerbText(_("End the referral"), END_EFFECT, _("End the referral"), END_DONE, "danger"),
    Verb.MESSAGE: VerbText(
        _("Write a message"),
        _("Everyone who sees the case can read it. It cannot be changed or deleted."),
        _("Send"),
        _("The message was sent."),
    ),
    Verb.RETRACT_FILE: VerbText(
        _("Mark a file as entered in error"),
        _("The file is no longer shown with the others. It stays on record with the reason."),
        _("Mark as an error"),
        _("The file was marked as entered in error."),
        "danger",
    ),
    Verb.STATE_BACKGROUND: VerbText(
        _("Background of the patient"), BACKGROUND_EFFECT, _("Save"), _("The background was saved.")
    ),
    Verb.CORRECT_FIRST_VISIT: VerbText(
        _("Correct the time of the first visit"),
        _("Deadlines that count from the first visit are moved and judged again. Both times stay on record."),
        _("Correct"),
        _("The first visit was corrected."),
    ),
    Verb.CORRECT_IDENTITY: VerbText(
        _("Correct who the patient is"), CORRECTION_EFFECT, _("Correct"), CORRECTION_DONE
    ),
    Verb.MARK_ENTERED_IN_ERROR: VerbText(
        _("Mark as entered in error"),
        _(
            "An assessment no longer counts, or the whole case is cancelled. It stays readable. "
            "Never use this for a patient who really was ill: end the referral instead."
        ),
        _("Mark as an error"),
        _("It was marked as entered in error."),
        "danger",
    ),
    Verb.EXTEND: VerbText(
        _("Extend a deadline"),
        _("The first due time stays visible, and the statistics count by it."),
        _("Extend"),
        _("The deadline was extended."),
    ),
    Verb.SNOOZE: VerbText(
        _("Silence reminders"),
        _("Reminders stop until then, for 12 hours at most. The due time stays, and a miss is still told."),
        _("Silence"),
        _("The reminders are silent until then."),
    ),
    Verb.EXPLAIN_DELAY: VerbText(
        _("Give the reason for a delay"),
        _("Why deadlines are missed is what the network can act on."),
        _("Save the reason"),
        _("Thank you. The reason was saved."),
    ),
}

RED_FLAG_TEXT = replace(TEXTS[Verb.REFER], title=_("Red flag: refer now"))
"""How the direct referral is offered where a stored value is a red flag."""

WITHOUT_A_WARD: dict[str, Text] = {
    Verb.REFER: _(
        "The case was referred, but no ward can be asked now. The coordinator was alerted; call a ward."
    ),
    Verb.DECLINE: _("Declined. There is no other ward to ask: the coordinator was alerted."),
    Verb.RELEASE: _("The bed was taken back. There is no other ward to ask: the coordinator was alerted."),
}
"""What was done, where no ward is asked after it."""


def done_text(verb: Verb, case: Case) -> Text:
    """What `verb` has done to `case`, as it is now."""
    without = WITHOUT_A_WARD.get(verb) if case.state == State.UNPLACED else None
    return without or TEXTS[verb].done
