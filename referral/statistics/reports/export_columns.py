"""The data dictionary of the research export: what every column is, in the reader's language."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referral.models.statistics import KINDS
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Kind
from referral.statistics.reports.export import HEADER, INDICATORS, KNOWN_BY
from scoring import FIELD_LABELS
from scoring.inputs import BY_KEY

MEANINGS: Mapping[str, Text] = {
    "case": gettext_lazy("code of the case in this file"),
    "patient": gettext_lazy("code of the patient in this file, who may have several episodes"),
    "rows_alike": gettext_lazy("how many lines look like this one in all by which a person is known"),
    "hospital": gettext_lazy("code of the hospital of the first visit"),
    "hospital_level": gettext_lazy("its level: primary, secondary, tertiary"),
    "ward": gettext_lazy("code of the ward that expects or has had the patient"),
    "age_years": gettext_lazy("completed years at the first visit, 90 for all over 89"),
    "sex": gettext_lazy("sex: male, female"),
    "chronic_liver_disease": gettext_lazy("cause of the chronic liver disease, code"),
    "presentation": gettext_lazy("how the disease worsened, code"),
    "indicators_day": gettext_lazy("first assessment that stands"),
    "flagged_day": gettext_lazy("last flag, or the referral on judgement"),
    "offered_day": gettext_lazy("first referral request"),
    "acknowledged_day": gettext_lazy("first acknowledgement or answer of a ward"),
    "accepted_day": gettext_lazy("acceptance that holds"),
    "departed_day": gettext_lazy("departure to the ward"),
    "admitted_day": gettext_lazy("admission"),
    "diagnosed_day": gettext_lazy("diagnosis"),
    "intervened_day": gettext_lazy("first intervention against a precipitant"),
    "back_referred_day": gettext_lazy("referral back"),
    "died_day": gettext_lazy("death"),
    "age_is_estimated": gettext_lazy("whether only a year of birth or an age was known"),
    "state": gettext_lazy("where the case stands"),
    "reached": gettext_lazy("what there was of the journey, as the columns of days are called"),
    "flagged_late": gettext_lazy("whether it was flagged too late for the window"),
    "offers": gettext_lazy("referral requests"),
    "declines": gettext_lazy("requests that were declined"),
    "expiries": gettext_lazy("requests that nobody answered"),
    "model": gettext_lazy("risk model of the first assessment that stands"),
    "band": gettext_lazy("band of its risk: low, moderate, high, very_high"),
    "red_flags": gettext_lazy("its red flags, codes"),
    "organ_tables": gettext_lazy("tables of organ failure that count"),
    "leading_definition": gettext_lazy("definition of ACLF that led, code"),
    "first_grade": gettext_lazy("what it said of the first table"),
    "last_grade": gettext_lazy("what it said of the last table"),
    "most_failures": gettext_lazy("most organs that failed in one table"),
    "diagnosis": gettext_lazy("diagnosis that stands, code"),
    "precipitants": gettext_lazy("precipitants, codes"),
    "artificial_liver_sessions": gettext_lazy("number of artificial liver sessions"),
    "artificial_liver_modes": gettext_lazy("their modes, codes"),
    "artificial_liver_first": gettext_lazy("mode of the first session, code; none without one"),
    "artificial_liver_begun": gettext_lazy("when the first session was after the admission, code"),
    "stay_end": gettext_lazy("what came first: death, transplant, or neither so far"),
    "kit": gettext_lazy("first answer of the six-metabolite kit"),
    "kit_counted": gettext_lazy("answer of the result that counts against what came: positive, negative"),
    "kit_then": gettext_lazy(
        "what came within 28 days of its sampling: none, failure, failure_within_24_h, which counts apart"
    ),
    "transplant": gettext_lazy("last decision on a transplant"),
    "first_china": gettext_lazy("first table by the Chinese guideline"),
    "first_cossh": gettext_lazy("first table by COSSH"),
    "first_easl_clif": gettext_lazy("first table by EASL-CLIF"),
    "first_by_number": gettext_lazy("first table by the number of failing organs"),
    "outcome_28": gettext_lazy("outcome at day 28: alive, dead, transplanted, lost"),
    "outcome_90": gettext_lazy("outcome at day 90: alive, dead, transplanted, lost"),
}
"""What a column is, beside the indicators and the deadlines, which have names of their own."""


def dictionary() -> Iterator[tuple[str, str, bool]]:
    """Each column with what it is, and whether it is given only as exactly as five lines are alike."""
    for name in HEADER:
        yield name, _meaning(name), name in KNOWN_BY


def _meaning(name: str) -> str:
    if name in INDICATORS:
        spec = BY_KEY[name]
        return f"{_(FIELD_LABELS[spec.name])} {spec.unit}".strip()
    if name in MEANINGS:
        days = _("day after the first visit: %(what)s") if name.endswith("_day") else "%(what)s"
        return days % {"what": MEANINGS[name]}
    kind = next(kind for kind in KINDS if name == f"{kind}_in_time")
    return _("deadline met: %(kind)s") % {"kind": Kind(kind).label}
