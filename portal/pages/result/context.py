"""What an assessment says, in words and bars: for the page of a result and the page of a case."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referral.intake.drafts import draft_of
from referral.models import Assessment, Case
from referral.pathway.vocabulary import BEFORE_ADMISSION, State
from referral.queries.urgency import unanswered_red_flags
from scoring import DISPLAY_CAP, Reading, comparators, read_inputs, red_flags, texts
from scoring.disagreement import Opinion, opinions

Text = str | Promise
RED_FLAG: Text = gettext_lazy("Red flag: refer without waiting for a score")
RED_FLAG_REFERRED: Text = gettext_lazy("Red flag: the referral is under way")
HALF = 100
"""Half the width of a contribution's bar, in units of its drawing."""


@dataclass(frozen=True, slots=True)
class Bar:
    """How much one indicator drives the risk. `x` and `width` place the bar within its drawing."""

    label: str
    value: str
    reference: str
    sentence: str
    effect: str
    x: float
    width: float
    raises: bool


@dataclass(frozen=True, slots=True)
class Result:
    """`tone`: "alarm" where referral is called for, "calm" where not, "open" while nothing is known."""

    tone: str
    headline: str
    meaning: tuple[str, ...] = ()
    risk: str = ""
    band: str = ""
    band_code: str = ""
    threshold: str = ""
    red_flags: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    warnings: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    model_name: str = ""
    model_checksum: str = ""
    model_status: Text = ""
    is_provisional: bool = False
    beside: tuple[str, ...] = ()
    disagreement: str = ""
    cautions: tuple[Text, ...] = field(default=(texts.LOW_SCORE_CAUTION,))


def result_of(case: Case) -> Result:
    """What is known of how ill the patient of `case` is; a red flag stored since counts at once.

    After admission, and where the case has ended, it is what the first hospital saw and calls for nothing.
    """
    if case.assessment is None:
        return unassessed(case) if case.state in BEFORE_ADMISSION else _past(unassessed(case))
    result = assessed(case.assessment, case.chronic_liver_disease)
    if case.state not in BEFORE_ADMISSION:
        return _past(result)
    fresh = unanswered_red_flags(case)
    if not fresh:
        return replace(result, headline=_under_way(case.assessment)) if case.state in UNDER_WAY else result
    flags = dict.fromkeys((*result.red_flags, *(texts.red_flag_text(code) for code in fresh)))
    return replace(result, tone="alarm", headline=_red_flag_headline(case), red_flags=tuple(flags))


UNDER_WAY = BEFORE_ADMISSION - {State.REGISTERED, State.WATCHED}
"""A ward was asked: nobody has to be told any more that the patient should be referred."""


def _under_way(assessment: Assessment) -> str:
    if assessment.red_flags:
        return str(RED_FLAG_REFERRED)
    if assessment.risk_90d is None:
        return _("No score: the model does not apply")
    if assessment.high_risk:
        return _("High risk: the referral is under way")
    return _("Not flagged: referred on clinical judgement")


def _past(result: Result) -> Result:
    return replace(
        result,
        tone="past",
        headline=_("The assessment at the first hospital") if result.risk else _("No score"),
        meaning=(),
        missing=(),
        cautions=(),
    )


def unassessed(case: Case) -> Result:
    reading = read_inputs(draft_of(case))
    flags = red_flags(reading.values)
    if flags:
        headline = _red_flag_headline(case)
    elif case.state == State.REGISTERED:
        headline = _("Waiting for laboratory values")
    else:
        headline = _("Referred without a score")
    return Result(
        tone="alarm" if flags else "open",
        headline=headline,
        meaning=(_("There is a score as soon as all eight indicators are there."),),
        red_flags=tuple(texts.red_flag_text(code) for code in flags),
        missing=tuple(texts.label(name) for name in reading.missing),
    )


def _red_flag_headline(case: Case) -> str:
    return str(RED_FLAG_REFERRED if case.state in UNDER_WAY else RED_FLAG)


def assessed(assessment: Assessment, cause: str) -> Result:
    """`cause`: the chronic liver disease, of which some published scores are."""
    result = assessment.result
    flags = tuple(texts.red_flag_text(code) for code in assessment.red_flags)
    if assessment.risk_90d is None:
        return Result(
            tone="alarm" if assessment.red_flags else "open",
            headline=_("No score: the model does not apply"),
            meaning=(
                _("The model was made for patients with chronic liver disease."),
                _("You can refer this patient on your own judgement all the same."),
            ),
            red_flags=flags,
            warnings=warnings(assessment),
        )
    beside, disagreement = _beside(assessment, cause)
    return Result(
        beside=beside,
        disagreement=disagreement,
        tone="alarm" if assessment.high_risk else "calm",
        headline=_headline(assessment),
        meaning=_meaning(assessment.risk_90d, result["threshold"], assessment),
        risk=texts.risk_text(assessment.risk_90d),
        band=texts.band_text(assessment.band),
        band_code=assessment.band,
        threshold=texts.risk_text(result["threshold"]),
        bars=bars(result),
        model_name=assessment.model_name,
        model_checksum=assessment.model_checksum,
        model_status=texts.MODEL_STATUS.get(assessment.model_status, assessment.model_status),
        is_provisional=assessment.model_status == "provisional",
        red_flags=flags,
        warnings=warnings(assessment),
    )


def _beside(assessment: Assessment, cause: str) -> tuple[tuple[str, ...], str]:
    """What published scores of the same values say, where the figure of the model is beyond what is shown or
    one of them disagrees; and a sentence about the disagreement."""
    risk = assessment.risk_90d or 0
    scores = comparators(Reading(values=assessment.values, entered={}, missing=()))
    said = opinions(risk, scores, cause=cause)
    far = [one for one in said if one.is_far]
    if not far and risk <= DISPLAY_CAP:
        return (), ""
    words = _(
        "%(scores)s of the same values say otherwise by more than a band. Look at the patient, and check "
        "the values."
    )
    names = str(_(", ")).join(one.score for one in far)
    return tuple(_opinion(one) for one in said), words % {"scores": names} if far else ""


def _opinion(one: Opinion) -> str:
    risk = f" · {texts.risk_text(one.risk)}" if one.risk is not None else ""
    return f"{one.score} {one.value:.1f}{risk} · {texts.band_text(one.band)}"


def warnings(assessment: Assessment) -> tuple[str, ...]:
    """What to doubt: unknown times of sampling in one line, confirmed questions marked as such."""
    confirmed = assessment.entered.get("confirmed", ())
    dated, undated = [], []
    for warning in assessment.result["warnings"]:
        if warning["code"] == "sampled_at_missing":
            undated.append(texts.label(warning["field"]))
        else:
            confirmation = _("(Confirmed as right.)") if warning["field"] in confirmed else ""
            dated.append(f"{texts.stored_issue_text(warning)} {confirmation}".strip())
    if undated:
        names = str(_(", ")).join(undated)
        dated.append(_("The time of sampling is not known of: %(values)s.") % {"values": names})
    return tuple(dated)


def bars(result: Mapping[str, Any]) -> tuple[Bar, ...]:
    """The contributions of a stored result, the strongest first, on one scale."""
    rows = texts.explain(result["contributions"], values=result["values"], reference=result["reference"])
    longest = max((abs(row.share) for row in rows), default=0) or 1
    return tuple(_bar(row, HALF / longest) for row in rows)


def _bar(row: texts.ContributionText, scale: float) -> Bar:
    width = round(abs(row.share) * scale, 1)
    raises = row.share >= 0
    return Bar(
        label=row.label,
        value=row.value,
        reference=row.reference,
        sentence=row.sentence,
        effect=f"×{row.factor:.2g}",
        x=HALF if raises else round(HALF - width, 1),
        width=max(width, 0.5),
        raises=raises,
    )


def _headline(assessment: Assessment) -> str:
    if assessment.red_flags:
        return _("Red flag: this patient should be referred")
    if assessment.high_risk:
        return _("High risk: this patient should be referred")
    return _("Not flagged: keep watching")


def _meaning(risk: float, threshold: float, assessment: Assessment) -> tuple[str, ...]:
    expected = _(
        "Of 100 patients with such values, the model expects %(count)s to die or to need a liver transplant "
        "within 90 days."
    ) % {"count": _of_a_hundred(risk)}
    limit = {"threshold": texts.risk_text(threshold).replace(" ", "\u00a0")}
    if risk >= threshold:
        verdict = _("This network refers from %(threshold)s upwards.") % limit
    elif assessment.red_flags:
        verdict = (
            _("That is below the %(threshold)s from which this network refers, but a red flag outweighs it.")
            % limit
        )
    else:
        verdict = _("That is below the %(threshold)s from which this network refers.") % limit
    return expected, verdict


def _of_a_hundred(risk: float) -> str:
    if risk > DISPLAY_CAP:
        return _("more than %(count)s") % {"count": round(DISPLAY_CAP * 100)}
    if risk < 0.01:
        return _("fewer than 1")
    return _("about %(count)s") % {"count": round(risk * 100)}
