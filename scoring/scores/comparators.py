"""Every score that a reading suffices for."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, cast

from scoring.inputs import BY_KEY
from scoring.organ_failure import AclfGrade, OrganInputs, aclf_grade
from scoring.parsing import Value
from scoring.reading import Reading
from scoring.scores.aarc import aarc, aarc_risks
from scoring.scores.albi import albi
from scoring.scores.apri import apri
from scoring.scores.clif_aclf import clif_c_aclf, clif_c_aclf_risks
from scoring.scores.clif_ad import clif_c_ad, clif_c_ad_risks
from scoring.scores.cossh2 import cossh_aclf_2
from scoring.scores.ctp import ctp
from scoring.scores.fib4 import fib_4
from scoring.scores.imeld import imeld
from scoring.scores.meld import meld
from scoring.scores.meld3 import meld_3
from scoring.scores.meld_na import meld_na
from scoring.units import albumin_g_dl, bilirubin_mg_dl, creatinine_mg_dl

ADULT_FROM_YEARS = 18
UNUSED_OF_CHILDREN = frozenset({"sex"})
"""Inputs that a score needs of adults only: MELD 3.0 has one constant for all children."""


@dataclass(frozen=True, slots=True)
class ScoreValue:
    """One score's answer. `risk`: mortality 0-1 by horizon (`28d`, `90d`, `365d`), where one is published.

    `assumed`: yes/no inputs that were not stated and taken as no. `applies`: whether the patient is of the
    kind the score is for, where the reading tells (CLIF-C ACLF with ACLF, CLIF-C AD without); None where it
    does not.
    """

    value: float
    grade: str | int | None = None
    risk: Mapping[str, float] | None = None
    assumed: tuple[str, ...] = ()
    applies: bool | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON form: value, and grade and risk where the score has them."""
        shown: dict[str, Any] = {"value": self.value}
        if self.grade is not None:
            shown["grade"] = self.grade
        if self.risk is not None:
            shown["risk"] = dict(self.risk)
        return shown


Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Score:
    """How one score is computed.

    `needs`: input names; "a|b" is met by a, by another number b, or by a yes/no input b that is yes.
    `optional`: what is assumed (no; an adult) when it is not stated.
    """

    needs: tuple[str, ...]
    compute: Callable[[Arguments], ScoreValue]
    optional: tuple[str, ...] = ()

    def gaps(self, usable: Set[str]) -> tuple[str, ...]:
        """The needs that no input among the usable ones meets, each by its first name."""
        unmet = [need for need in self.needs if need not in usable]
        alternatives = (need.split("|") for need in unmet)
        return tuple(names[0] for names in alternatives if usable.isdisjoint(names))


def _pick(arguments: Arguments, *names: str) -> dict[str, Any]:
    return {name: arguments[name] for name in names}


_MELD_LABS = ("bilirubin_mg_dl", "creatinine_mg_dl", "inr")


def _meld(a: Arguments) -> ScoreValue:
    return ScoreValue(meld(**_pick(a, *_MELD_LABS, "dialysis")))


def _meld_na(a: Arguments) -> ScoreValue:
    return ScoreValue(meld_na(**_pick(a, *_MELD_LABS, "sodium_mmol_l", "dialysis")))


def _meld_3(a: Arguments) -> ScoreValue:
    picked = _pick(a, *_MELD_LABS, "sodium_mmol_l", "albumin_g_dl", "dialysis")
    return ScoreValue(meld_3(**picked, sex=a.get("sex"), registered_before_18=_is_child(a)))


def _is_child(values: Mapping[str, Any]) -> bool:
    return bool(values.get("age_years", ADULT_FROM_YEARS) < ADULT_FROM_YEARS)


def _ctp(a: Arguments) -> ScoreValue:
    names = ("bilirubin_mg_dl", "albumin_g_dl", "inr", "ascites", "encephalopathy_grade")
    return ScoreValue(*ctp(**_pick(a, *names)))


def _albi(a: Arguments) -> ScoreValue:
    return ScoreValue(*albi(**_pick(a, "bilirubin_umol_l", "albumin_g_l")))


def _clif_c_aclf(a: Arguments) -> ScoreValue:
    grade: AclfGrade = a["organs"]
    points = cast(int, grade.clif_c_of)
    score = clif_c_aclf(clif_c_of=points, **_pick(a, "age_years", "wbc_10e9_l"))
    return ScoreValue(score, risk=clif_c_aclf_risks(score), applies=grade.level > 0)


def _clif_c_ad(a: Arguments) -> ScoreValue:
    names = ("age_years", "creatinine_mg_dl", "inr", "wbc_10e9_l", "sodium_mmol_l")
    score, band = clif_c_ad(**_pick(a, *names))
    organs: AclfGrade = a["organs"]
    applies = False if organs.level else True if organs.complete else None
    return ScoreValue(score, band, clif_c_ad_risks(score), applies=applies)


def _cossh_aclf_2(a: Arguments) -> ScoreValue:
    names = (
        "inr",
        "encephalopathy_grade",
        "neutrophils_10e9_l",
        "bilirubin_umol_l",
        "urea_mmol_l",
        "age_years",
    )
    return ScoreValue(*cossh_aclf_2(**_pick(a, *names)))


def _aarc(a: Arguments) -> ScoreValue:
    points, grade = aarc(**_pick(a, *_MELD_LABS, "lactate_mmol_l", "encephalopathy_grade"))
    return ScoreValue(points, grade, aarc_risks(grade))


def _imeld(a: Arguments) -> ScoreValue:
    return ScoreValue(imeld(meld=_meld(a).value, **_pick(a, "age_years", "sodium_mmol_l")))


def _fib_4(a: Arguments) -> ScoreValue:
    return ScoreValue(fib_4(**_pick(a, "age_years", "ast_u_l", "alt_u_l", "platelets_10e9_l")))


def _apri(a: Arguments) -> ScoreValue:
    return ScoreValue(apri(**_pick(a, "ast_u_l", "ast_upper_limit_u_l", "platelets_10e9_l")))


_LABS = ("bilirubin", "creatinine", "inr")
_ORGANS = (
    *("bilirubin", "creatinine|dialysis", "inr", "encephalopathy_grade", "map_mmhg|vasopressors"),
    "pao2_fio2|spo2_fio2|mechanical_ventilation",
)
_ORGAN_FLAGS = ("dialysis", "vasopressors", "mechanical_ventilation")
_COSSH_NEEDS = ("age_years", "inr", "encephalopathy_grade", "neutrophils_10e9_l", "bilirubin", "urea")

SCORES: Mapping[str, Score] = MappingProxyType(
    {
        "MELD": Score(_LABS, _meld, ("dialysis",)),
        "MELD-Na": Score((*_LABS, "sodium_mmol_l"), _meld_na, ("dialysis",)),
        "MELD 3.0": Score(
            (*_LABS, "sodium_mmol_l", "albumin_g_l", "sex"), _meld_3, ("dialysis", "age_years")
        ),
        "CTP": Score(("bilirubin", "albumin_g_l", "inr", "ascites", "encephalopathy_grade"), _ctp),
        "ALBI": Score(("bilirubin", "albumin_g_l"), _albi),
        "CLIF-C OF": Score(_ORGANS, lambda a: ScoreValue(a["organs"].clif_c_of), _ORGAN_FLAGS),
        "CLIF-C ACLF": Score((*_ORGANS, "age_years", "wbc_10e9_l"), _clif_c_aclf, _ORGAN_FLAGS),
        "CLIF-C AD": Score(("age_years", "creatinine", "inr", "wbc_10e9_l", "sodium_mmol_l"), _clif_c_ad),
        "COSSH-ACLF II": Score(_COSSH_NEEDS, _cossh_aclf_2),
        "AARC": Score((*_LABS, "lactate_mmol_l", "encephalopathy_grade"), _aarc),
        "iMELD": Score((*_LABS, "age_years", "sodium_mmol_l"), _imeld, ("dialysis",)),
        "FIB-4": Score(("age_years", "ast_u_l", "alt_u_l", "platelets_10e9_l"), _fib_4),
        "APRI": Score(("ast_u_l", "ast_upper_limit_u_l", "platelets_10e9_l"), _apri),
    }
)
"""The scores by name, in the order they are shown."""

_DIVISORS = frozenset({"platelets_10e9_l", "neutrophils_10e9_l"})
"""Counts that are divided by or put into a logarithm: a zero is possible, but no score comes of it."""


def comparators(reading: Reading, organs: AclfGrade | None = None) -> dict[str, ScoreValue]:
    """Every score whose inputs the reading has, by name.

    A yes/no input that is not stated (dialysis, vasopressors, ventilation) counts as no and is named in
    `assumed`. `organs`: what the organ table says of the reading, where the caller has it.
    """
    usable = _usable(reading.values)
    possible = [name for name, lacking in _all_gaps(usable).items() if not lacking]
    if not possible:
        return {}
    arguments = _arguments(reading, organs or aclf_grade(organ_inputs(reading)))
    computed = {name: SCORES[name].compute(arguments) for name in possible}
    for name, value in computed.items():
        assumed = tuple(given for given in SCORES[name].optional if given not in reading.values)
        if assumed:
            computed[name] = replace(value, assumed=assumed)
    return computed


def comparator_gaps(reading: Reading) -> dict[str, tuple[str, ...]]:
    """For each score that cannot be given, the names of the inputs it lacks."""
    usable = _usable(reading.values)
    return {name: lacking for name, lacking in _all_gaps(usable).items() if lacking}


def organ_inputs(reading: Reading) -> OrganInputs:
    """The reading's values as the organ table wants them; `ventilated_for_encephalopathy` too, where a table
    that was kept has it.
    """
    values: Mapping[str, Any] = reading.values
    bilirubin, creatinine = values.get("bilirubin_umol_l"), values.get("creatinine_umol_l")
    same = (
        *("encephalopathy_grade", "inr", "map_mmhg", "vasopressors", "pao2_fio2", "spo2_fio2"),
        *("mechanical_ventilation", "ventilated_for_encephalopathy", "dialysis"),
    )
    return OrganInputs(
        bilirubin_mg_dl=None if bilirubin is None else bilirubin_mg_dl(bilirubin),
        creatinine_mg_dl=None if creatinine is None else creatinine_mg_dl(creatinine),
        **{name: values.get(name) for name in same},
    )


def _arguments(reading: Reading, organs: AclfGrade) -> Arguments:
    """Normalised values and their conventional units, the organ table, and no for what was not stated."""
    values: Mapping[str, Any] = reading.values
    arguments = {**dict.fromkeys(_ORGAN_FLAGS, False), **values, "organs": organs}
    conversions: tuple[tuple[str, str, Callable[[float], float]], ...] = (
        ("bilirubin_umol_l", "bilirubin_mg_dl", bilirubin_mg_dl),
        ("creatinine_umol_l", "creatinine_mg_dl", creatinine_mg_dl),
        ("albumin_g_l", "albumin_g_dl", albumin_g_dl),
    )
    for key, converted_key, convert in conversions:
        if key in values:
            arguments[converted_key] = convert(values[key])
    return arguments


@lru_cache(maxsize=256)
def _all_gaps(usable: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """Remembered, because the patients of one file mostly have the same inputs."""
    return {name: score.gaps(usable) for name, score in SCORES.items()}


def _usable(values: Mapping[str, Value]) -> frozenset[str]:
    """Names of the inputs that meet a need: neither a no nor a zero count; of a child also the unused."""
    stated = frozenset(
        BY_KEY[key].name
        for key, value in values.items()
        if key in BY_KEY and value is not False and not (value == 0 and key in _DIVISORS)
    )
    return stated | UNUSED_OF_CHILDREN if _is_child(values) else stated
