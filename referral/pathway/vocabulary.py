"""The words of the pathway: states, verbs, deadlines, parties, audiences, and groups of states."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    REGISTERED = "registered", _("registered")
    WATCHED = "watched", _("watched")
    OFFERED = "offered", _("offered")
    UNPLACED = "unplaced", _("no ward found")
    ACCEPTED = "accepted", _("accepted")
    IN_TRANSIT = "in_transit", _("in transit")
    ADMITTED = "admitted", _("admitted")
    DIAGNOSED = "diagnosed", _("diagnosed")
    FOLLOW_UP = "follow_up", _("follow-up")
    CLOSED = "closed", _("closed")
    CANCELLED = "cancelled", _("cancelled")


class Verb(TextChoices):
    REGISTER = "register", _("register the first visit")
    SAVE_INDICATORS = "save_indicators", _("save the indicators")
    STATE_BACKGROUND = "state_background", _("state the background")
    ASSESS = "assess", _("assess")
    REFER = "refer", _("refer")
    ASK_ADVICE = "ask_advice", _("ask for advice")
    ANSWER_ADVICE = "answer_advice", _("answer the question")
    ACKNOWLEDGE = "acknowledge", _("acknowledge")
    ACCEPT = "accept", _("accept")
    ASK_BACK = "ask_back", _("ask back")
    ANSWER_BACK = "answer_back", _("answer the ward")
    ACCEPT_WHEN_FREE = "accept_when_free", _("accept when a bed is free")
    DECLINE = "decline", _("decline")
    EXPIRE_OFFER = "expire_offer", _("let the offer expire")
    PASS_ON = "pass_on", _("pass the request of a closed ward on")
    REDIRECT = "redirect", _("redirect")
    WITHDRAW = "withdraw", _("withdraw")
    DEPART = "depart", _("depart")
    DESCRIBE_TRANSPORT = "describe_transport", _("say who brings the patient")
    CHANGE_ARRIVAL = "change_arrival", _("change the expected arrival")
    CORRECT_JOURNEY = "correct_journey", _("correct departure or arrival time")
    ARRIVE = "arrive", _("record the arrival")
    HAND_OVER = "hand_over", _("take the patient over")
    RELEASE = "release", _("release")
    DIVERT = "divert", _("divert")
    ADMIT = "admit", _("admit")
    UNDO_ADMISSION = "undo_admission", _("mark the admission as entered in error")
    CONFIRM_ADMISSION = "confirm_admission", _("let the admission stand")
    RECORD_KIT_RESULT = "record_kit_result", _("record the kit result")
    ASSESS_ORGAN_FAILURE = "assess_organ_failure", _("assess organ failure")
    RETRACT_RECORD = "retract_record", _("mark a record of the ward as entered in error")
    RECORD_PRECIPITANT = "record_precipitant", _("record a precipitant")
    RECORD_INTERVENTION = "record_intervention", _("record an intervention")
    RECORD_TREATMENT = "record_treatment", _("record an item of the treatment")
    RECORD_ARTIFICIAL_LIVER = "record_artificial_liver", _("record an artificial liver session")
    SET_NUTRITION_TARGET = "set_nutrition_target", _("set the nutrition target")
    RECORD_INTAKE = "record_intake", _("record the energy intake")
    RECORD_IMMUNE_STATUS = "record_immune_status", _("record immune markers")
    RECORD_PANEL = "record_panel", _("record the laboratory panel")
    TRANSFER = "transfer", _("transfer")
    DIAGNOSE = "diagnose", _("diagnose")
    DECIDE_TRANSPLANT = "decide_transplant", _("decide on transplant")
    BACK_REFER = "back_refer", _("refer back")
    DISCHARGE = "discharge", _("discharge")
    CORRECT_DIAGNOSIS = "correct_diagnosis", _("correct the diagnosis")
    CORRECT_BACK_REFERRAL = "correct_back_referral", _("correct the back-referral")
    CONFIRM_RETURN = "confirm_return", _("confirm the return")
    RECORD_OUTCOME = "record_outcome", _("record the outcome")
    SETTLE_OUTCOME = "settle_outcome", _("settle the outcome")
    CORRECT_OUTCOME = "correct_outcome", _("correct the outcome")
    RECORD_DEATH = "record_death", _("record the death")
    END_REFERRAL = "end_referral", _("end the referral")
    MESSAGE = "message", _("write a message")
    ADD_FILE = "add_file", _("add a picture or document")
    RETRACT_FILE = "retract_file", _("mark a file as entered in error")
    CORRECT_FIRST_VISIT = "correct_first_visit", _("correct the first visit")
    CORRECT_IDENTITY = "correct_identity", _("correct the identity")
    MARK_ENTERED_IN_ERROR = "mark_entered_in_error", _("mark as entered in error")
    EXTEND = "extend", _("extend a deadline")
    SNOOZE = "snooze", _("silence a deadline")
    EXPLAIN_DELAY = "explain_delay", _("give the reason for a delay")


class Kind(TextChoices):
    """What can be due on a case."""

    ASSESS = "assess", _("eight indicators")
    REASSESS = "reassess", _("re-assessment")
    ACKNOWLEDGE = "acknowledge", _("acknowledgement")
    DECIDE = "decide", _("decision of the ward")
    PLACE = "place", _("a ward that accepts")
    ADMIT = "admit", _("admission")
    ARRIVE = "arrive", _("arrival")
    DIAGNOSE = "diagnose", _("diagnosis")
    TREAT_PRECIPITANT = "treat_precipitant", _("treatment of the precipitant")
    TRANSPLANT = "transplant", _("transplant")
    ANSWER_ADVICE = "answer_advice", _("answer to a question")
    CONFIRM_RETURN = "confirm_return", _("confirmation of the return")
    FOLLOW_UP_28 = "follow_up_28", _("outcome at day 28")
    FOLLOW_UP_90 = "follow_up_90", _("outcome at day 90")


class Party(TextChoices):
    """Who a person is to one case. One person may be several."""

    ORIGIN = "origin", _("first hospital")
    OFFER_WARD = "offer_ward", _("ward that was asked")
    CARE_WARD = "care_ward", _("ward that has or expects the patient")
    ADVICE_WARD = "advice_ward", _("ward that was asked for advice")
    ANY_WARD = "any_ward", _("any ward of the network")
    EXPECTING_WARD = "expecting_ward", _("ward that expected a patient whom another admitted")
    COORDINATOR = "coordinator", _("coordinator")
    ENGINE = "engine", _("deadline engine")


class Audience(TextChoices):
    """Whom an alert looks for at the moment it fires."""

    DUTY = "duty", _("duty specialists")
    WARD = "ward", _("everyone of the ward")
    WARD_LEAD = "ward_lead", _("ward lead")
    CLINICIAN = "clinician", _("referring clinician")
    HOSPITAL = "hospital", _("the first hospital's clinicians")
    HOLDER = "holder", _("who has the patient: the ward, or the first hospital's clinicians")
    COORDINATOR = "coordinator", _("coordinator")


S, K = State, Kind

UNREGISTERED = ""
"""The state of a case that is about to begin. No row of the database has it."""
BEFORE_ADMISSION = frozenset({S.REGISTERED, S.WATCHED, S.OFFERED, S.UNPLACED, S.ACCEPTED, S.IN_TRANSIT})
IN_WARD = frozenset({S.ADMITTED, S.DIAGNOSED})
ACUTE = BEFORE_ADMISSION | IN_WARD
OPEN = ACUTE | {S.FOLLOW_UP}
ENDED = frozenset({S.CLOSED, S.CANCELLED})
AFTER_WARD = frozenset({S.FOLLOW_UP, S.CLOSED})
FOLLOW_UPS = frozenset({K.FOLLOW_UP_28, K.FOLLOW_UP_90})
