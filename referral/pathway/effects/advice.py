"""The verbs of advice without a referral: ask a ward about a watched case, and answer."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Ward
from referral.intake.routing import catchment
from referral.pathway.case_roles import open_question
from referral.pathway.change import Change
from referral.pathway.perform import effect
from referral.pathway.refusals import InputError, PathwayError
from referral.pathway.vocabulary import Kind, Verb


@effect(Verb.ASK_ADVICE)
def ask_advice(change: Change, *, text: str, ward: Ward | None = None) -> None:
    """Ask the first open ward of the catchment, or `ward` of it. The ward sees the case until it answers."""
    case = change.case
    if open_question(case) is not None:
        raise PathwayError(
            "question_open",
            _("The ward has not answered your last question yet. Wait for it, call the ward, or refer."),
        )
    asked = ward or catchment(case).first()
    if asked is None or not catchment(case).filter(pk=asked.pk).exists():
        raise InputError(
            ("ward", "not_in_catchment", _("Ask an open ward of your catchment, or call one by phone."))
        )
    question = case.questions.create(ward=asked, text=text, asked_at=change.now, asked_by=change.person)
    change.details.update(question=str(question.pk), ward=str(asked.pk))
    change.ward_before = asked
    change.also_opens.add(Kind.ANSWER_ADVICE)


@effect(Verb.ANSWER_ADVICE)
def answer_advice(change: Change, *, text: str, advice: str = "") -> None:
    """Answer the open question; with that the case closes to the ward again."""
    question = open_question(change.case)
    if question is None:
        raise PathwayError("no_question", _("No question waits for an answer. Reload the case."))
    change.not_before(question.asked_at, _("the question"))
    question.answer, question.advice = text, advice
    question.answered_at, question.answered_by = change.occurred_at, change.person
    question.closed_at = change.now
    question.save()
    change.details.update(question=str(question.pk), ward=str(question.ward_id), advice=advice)
    change.ward_before = question.ward
