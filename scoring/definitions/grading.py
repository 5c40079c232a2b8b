"""All definitions at once: one table in, every grade out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scoring.definitions import china, kidney
from scoring.definitions.answers import Answer, Definition, answer
from scoring.definitions.apasl import APASL
from scoring.definitions.bedside import Bedside
from scoring.definitions.by_number import BY_NUMBER
from scoring.definitions.cards import CARDS
from scoring.definitions.cossh import COSSH
from scoring.definitions.easl_clif import EASL_CLIF
from scoring.definitions.nacseld import NACSELD
from scoring.inputs import BY_KEY
from scoring.issues import Issue
from scoring.organ_failure import ORGANS, Organ
from scoring.scores.aarc import aarc

DEFINITIONS: tuple[Definition, ...] = (china.CHINA, COSSH, EASL_CLIF, APASL, BY_NUMBER, NACSELD)
_RESULT_FIELD: Mapping[str, str] = {
    "china": "stage",
    "apasl": "aclf",
    "nacseld": "aclf",
    "kdigo": "stage",
    "ica_aki": "stage",
}
_YES_OR_NO: Mapping[str | None, bool] = {"yes": True, "no": False}
_CARDS = {card.name: card for card in CARDS}
_POINTED_BY: Mapping[str, str] = {"pta": "pta_percent"}
_RATIO = ("spo2_percent", "fio2")
_ASKED_FOR: Mapping[str, tuple[str, ...]] = {"spo2_fio2": _RATIO}


@dataclass(frozen=True, slots=True)
class Grading:
    """What every definition says of one table.

    `failing`: organs that fail by what is known; `unknown`: organs of which that cannot be said. `answers`:
    by the names of `scoring.definitions.CARDS`. `aclf_type`: A, B or C of the Chinese guideline. `pointers`:
    the Chinese stage by INR, PTA and complications. `aarc_grade`: I to III where lactate is known too.
    """

    bedside: Bedside
    failing: tuple[Organ, ...]
    unknown: tuple[Organ, ...]
    answers: Mapping[str, Answer]
    aclf_type: str | None
    pointers: Mapping[str, str]
    aarc_grade: str | None
    warnings: tuple[Issue, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON form, one object for each definition."""
        blocks = {name: _block(answer) for name, answer in self.answers.items()}
        for block in blocks.values():
            block["missing"] = self._lacking(block["missing"])
        blocks["china"]["type"] = self.aclf_type
        blocks["china"]["by"] = dict(self.pointers)
        if self.answers["china"].value != "none":
            blocks["china"]["missing"] += input_names(china.type_needs(self.bedside))
        blocks["apasl"]["aarc_grade"] = self.aarc_grade
        return {
            "organ_failures": list(self.failing),
            "organs_unknown": list(self.unknown),
            **blocks,
            "warnings": [issue.as_dict() for issue in self.warnings],
        }

    def _lacking(self, names: list[str]) -> list[str]:
        """The names without the half of a ratio of oxygen that is there."""
        there = {name for name in _RATIO if getattr(self.bedside, name) is not None}
        if self.bedside.pao2_mmhg is not None:
            there.add("spo2_percent")
        return [name for name in names if name not in there]


def grade_all(bedside: Bedside) -> Grading:
    """Every definition's answer to one table. Never raises for what is missing."""
    answers = {each.name: answer(each, bedside) for each in DEFINITIONS}
    answers |= {
        "china": china.stage(bedside),
        "kdigo": kidney.kdigo(bedside),
        "ica_aki": kidney.ica_aki(bedside),
    }
    failing, stage = bedside.failing, answers["china"]
    is_failure = stage.at_least not in ("none", "pre")
    return Grading(
        bedside=bedside,
        failing=tuple(organ for organ in ORGANS if organ in failing),
        unknown=tuple(organ for organ in ORGANS if organ not in failing and _OPEN[organ] & bedside.undecided),
        answers={card.name: answers[card.name] for card in CARDS},
        aclf_type=china.aclf_type(bedside) if stage.value != "none" else None,
        pointers=china.pointers(bedside) if is_failure else {},
        aarc_grade=_aarc_grade(bedside),
        warnings=tuple(_warnings(bedside, answers)),
    )


_OPEN: Mapping[Organ, frozenset[str]] = {
    "liver": frozenset({"bilirubin_umol_l"}),
    "kidney": frozenset({"creatinine_umol_l"}),
    "brain": frozenset({"encephalopathy_grade"}),
    "coagulation": frozenset({"inr"}),
    "circulation": frozenset({"vasopressors"}),
    "respiration": frozenset({"spo2_fio2"}),
}
"""The lack of which leaves an organ unknown."""


def input_names(keys: tuple[str, ...]) -> list[str]:
    """Names as they are typed, of values by their normalised names."""
    return [name for key in keys for name in _ASKED_FOR.get(key, (BY_KEY[key].name,))]


def is_decided(block: Mapping[str, Any]) -> bool:
    """Whether a definition's JSON form gives an answer."""
    return any(block.get(field) is not None for field in ("grade", "stage", "aclf"))


def _block(answer: Answer) -> dict[str, Any]:
    field = _RESULT_FIELD.get(answer.definition, "grade")
    value: Any = _YES_OR_NO.get(answer.value) if field == "aclf" else answer.value
    least: Any = _YES_OR_NO[answer.at_least] if field == "aclf" else answer.at_least
    block: dict[str, Any] = {field: value, "at_least": least, "why": list(answer.why)}
    block |= {"missing": input_names(answer.missing), "certainty": _CARDS[answer.definition].certainty}
    return block


def _aarc_grade(bedside: Bedside) -> str | None:
    values = (bedside.bilirubin_mg_dl, bedside.creatinine_mg_dl, bedside.inr, bedside.lactate_mmol_l)
    bilirubin, creatinine, inr, lactate = values
    grade = bedside.encephalopathy_grade
    if bilirubin is None or creatinine is None or inr is None or lactate is None or grade is None:
        return None
    return aarc(
        bilirubin_mg_dl=bilirubin,
        creatinine_mg_dl=creatinine,
        inr=inr,
        lactate_mmol_l=lactate,
        encephalopathy_grade=grade,
    )[1]


def _warnings(bedside: Bedside, answers: Mapping[str, Answer]) -> list[Issue]:
    """What was assumed, and where a definition's answer needs a word."""
    issues = [Issue(name, "counts_as_no") for name in _counted_as_no(bedside)]
    if bedside.cause is None and bedside.cirrhosis is not True:
        issues.append(Issue("cause", "counts_as_known"))
    issues += _warnings_of_stage(bedside, answers["china"])
    if answers["apasl"].value == "yes" and bedside.earlier_decompensation:
        issues.append(Issue("earlier_decompensation", "decompensated_before"))
    if kidney.rests_on_rise_alone(bedside) and not bedside.dialysis:
        issues.append(Issue("creatinine", "rise_of_unknown_time", {"value": kidney.rise_umol_l(bedside)}))
    return issues


def _counted_as_no(bedside: Bedside) -> list[str]:
    """Yes-or-no values that are not stated although their organ is measured."""
    measured = {
        "dialysis": bedside.creatinine_umol_l is not None,
        "vasopressors": bedside.map_mmhg is not None,
        "mechanical_ventilation": bedside.pao2_fio2 is not None or bedside.spo2_fio2 is not None,
    }
    return [name for name, is_measured in measured.items() if is_measured and getattr(bedside, name) is None]


def _warnings_of_stage(bedside: Bedside, stage: Answer) -> list[Issue]:
    issues = []
    shown, stated = china.shown_complications(bedside), bedside.complications
    if stage.at_least not in ("none", "pre"):
        if not china.has_counted_complications(bedside):
            issues.append(Issue("complications", "complications_from_values", {"count": shown}))
        elif stated is not None and stated < shown:
            issues.append(
                Issue("complications", "fewer_than_values_show", {"stated": stated, "count": shown})
            )
        pointers = china.pointers(bedside)
        if len(set(pointers.values())) > 1:
            named = [f"{_POINTED_BY.get(by, by)}: {where}" for by, where in pointers.items()]
            issues.append(Issue("complications", "stages_differ", {"stages": named}))
    if china.rests_on_no_rise(bedside):
        issues.append(Issue("bilirubin_rise_umol_l_day", "counts_as_no"))
    if "between_stages" in stage.why:
        issues.append(Issue("bilirubin", "between_stages"))
    return issues
