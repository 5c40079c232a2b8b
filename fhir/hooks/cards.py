"""The card: what a person reads in the record. Risk, band, times, what is missing; never a drug."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.local_time import in_full
from fhir.datatypes import own_system
from fhir.hooks.advice import Advice
from labs.texts import doubt_text
from referral.pathway.vocabulary import State
from scoring import texts
from scoring.inputs import BY_KEY

LONGEST_SUMMARY = 139
OVERRIDE_REASONS = {
    "referred-otherwise": gettext_lazy("The patient is being referred in another way"),
    "values-not-current": gettext_lazy("The values are not the present ones"),
    "other-cause": gettext_lazy("The values have another cause than the liver disease"),
    "limits-of-care": gettext_lazy("Limits of care have been agreed"),
    "not-the-patient": gettext_lazy("The card is not about this patient's illness"),
}
"""Why somebody does not follow a card, by code."""
DOUBTS = {
    "several": gettext_lazy("more than one open case has this hospital number"),
    "name": gettext_lazy("an open case has this hospital number, but another name"),
    "sex": gettext_lazy("an open case has this hospital number, but another sex"),
    "birth_date": gettext_lazy("an open case has this hospital number, but another date of birth"),
}


def card_of(advice: Advice, *, pk: UUID) -> dict[str, Any]:
    """The card as CDS Hooks has it; `pk` is what feedback will name it by."""
    evaluation = advice.evaluation
    card: dict[str, Any] = {
        "uuid": str(pk),
        "summary": _summary(advice)[:LONGEST_SUMMARY],
        "detail": "\n".join(_detail(advice)),
        "indicator": advice.indicator,
        "source": {
            "label": _("ACLF referral platform, model %(model)s") % {"model": evaluation.model},
            "url": settings.BASE_URL + reverse("portal:model_card", args=[evaluation.model]),
        },
        "links": [_link(advice)],
    }
    if advice.indicator != "info":
        system = own_system("override-reason")
        card["overrideReasons"] = [
            {"code": code, "system": system, "display": str(text)} for code, text in OVERRIDE_REASONS.items()
        ]
    return card


def _link(advice: Advice) -> dict[str, str]:
    """To the case, or to a new one; launched where the system's record can, which fills the form."""
    case = advice.case
    label = _("Open case %(number)s") % {"number": case.number} if case else _("Open a new case")
    if advice.integration.smart_client_id and advice.integration.fhir_base:
        return {"label": label, "url": settings.BASE_URL + reverse("portal:launch"), "type": "smart"}
    url = reverse("portal:case", args=[case.pk]) if case else reverse("portal:new_case")
    return {"label": label, "url": settings.BASE_URL + url, "type": "absolute"}


def _summary(advice: Advice) -> str:
    evaluation = advice.evaluation
    if evaluation.red_flags:
        flags = _(", ").join(map(texts.red_flag_text, evaluation.red_flags))
        return _("ACLF red flag: %(flags)s") % {"flags": flags}
    if evaluation.risk_90d is not None and evaluation.band:
        words = {"risk": texts.risk_text(evaluation.risk_90d), "band": texts.band_text(evaluation.band)}
        if evaluation.model_status == "provisional":
            return _("ACLF: 90-day risk %(risk)s, %(band)s (provisional model)") % words
        return _("ACLF: 90-day risk %(risk)s, %(band)s") % words
    if evaluation.status == "incomplete":
        return _("ACLF: no risk yet, %(number)s of eight indicators are missing") % {
            "number": len(evaluation.missing)
        }
    return _("ACLF: an open referral")


def _detail(advice: Advice) -> Iterable[str]:
    evaluation = advice.evaluation
    if evaluation.risk_90d is not None and evaluation.band:
        risk, band = texts.risk_text(evaluation.risk_90d), texts.band_text(evaluation.band)
        yield _("- Death or liver transplant within 90 days: **%(risk)s** (%(band)s)") % {
            "risk": risk,
            "band": band,
        }
    if evaluation.red_flags:
        flags = _(", ").join(map(texts.red_flag_text, evaluation.red_flags))
        yield _("- Red flags: **%(flags)s**") % {"flags": flags}
    if evaluation.missing:
        missing = _(", ").join(map(texts.label, evaluation.missing))
        yield _("- Missing: %(missing)s") % {"missing": missing}
    yield from _of_values(advice)
    yield from _of_case(advice)
    status = texts.MODEL_STATUS.get(evaluation.model_status, evaluation.model_status)
    yield _("- Model %(model)s: %(status)s") % {"model": evaluation.model, "status": status}
    yield ""
    yield str(texts.LOW_SCORE_CAUTION)


def _of_values(advice: Advice) -> Iterable[str]:
    zone = advice.call.record.zone
    for key, value in advice.reading.values.items():
        name = BY_KEY[key].name
        line = {"label": texts.label(name), "value": texts.value_text(key, value)}
        moment = advice.reading.sampled_at.get(name)
        if moment:
            line["time"] = in_full(moment, zone.key)
            yield _("- %(label)s: %(value)s, sampled %(time)s") % line
        elif BY_KEY[key].laboratory:
            yield _("- %(label)s: %(value)s, time of sampling not known") % line
        else:
            yield _("- %(label)s: %(value)s") % line
    for row in advice.unused:
        why = " ".join(str(doubt_text(code)) for code in row.doubts)
        why = why or _("Its time of sampling is in the future.")
        yield _("- Not used: %(line)s. %(why)s") % {"line": _plain(row.text), "why": why}
    shown = [issue for issue in advice.evaluation.warnings if issue.code != "sampled_at_missing"]
    yield from (f"- {_plain(texts.issue_text(issue))}" for issue in shown)
    if advice.call.is_cut:
        yield _("- The record has more than it sent: the newest of it was read.")


def _of_case(advice: Advice) -> Iterable[str]:
    if advice.doubt:
        doubt = DOUBTS.get(advice.doubt, advice.doubt)
        yield _("- Compare before you register: %(doubt)s.") % {"doubt": doubt}
    if (case := advice.case) is None:
        return
    words = {"number": case.number, "state": State(case.state).label}
    yield _("- Case %(number)s: %(state)s") % words


def _plain(text: str) -> str:
    """The text of a record as one line without Markdown of its own."""
    return " ".join("".join(f"\\{sign}" if sign in "\\`*_[]<>#|!" else sign for sign in text).split())
