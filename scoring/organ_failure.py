"""Organ failures by the CLIF-C table, the EASL-CLIF grade of ACLF, and the simple grade by number of
failures.

CLIF-C OF: Jalan R, J Hepatol 2014;61:1038-1047. Grades: Moreau R, Gastroenterology 2013;144:1426-1437;
EF-CLIF. Simple grade: He K, Li H, J Clin Hepatol 2025;41:1025-1029, doi 10.12449/JCH250604.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from scoring.issues import gettext_noop
from scoring.measured import check_measured

Organ = Literal["liver", "kidney", "brain", "coagulation", "circulation", "respiration"]

ORGANS: Mapping[Organ, str] = {
    "liver": gettext_noop("Liver"),
    "kidney": gettext_noop("Kidney"),
    "brain": gettext_noop("Brain"),
    "coagulation": gettext_noop("Coagulation"),
    "circulation": gettext_noop("Circulation"),
    "respiration": gettext_noop("Respiration"),
}
"""English name of every organ of the table."""

FAILS_FROM: Mapping[Organ, int] = {organ: 2 if organ == "kidney" else 3 for organ in ORGANS}
"""The subscore from which an organ counts as failing: the kidney already at 2."""


@dataclass(frozen=True, slots=True)
class OrganInputs:
    """What the table is read from; None where it is not known. mg/dL, mmHg, West Haven grade 0-4.

    `mechanical_ventilation` is for another reason than encephalopathy; `ventilated_for_encephalopathy` counts
    for the brain. `dialysis` is any renal replacement. ValueError for what no measurement can be.
    """

    bilirubin_mg_dl: float | None = None
    creatinine_mg_dl: float | None = None
    encephalopathy_grade: int | None = None
    inr: float | None = None
    map_mmhg: float | None = None
    vasopressors: bool | None = None
    pao2_fio2: float | None = None
    spo2_fio2: float | None = None
    mechanical_ventilation: bool | None = None
    ventilated_for_encephalopathy: bool | None = None
    dialysis: bool | None = None

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if (value := getattr(self, name)) is not None:
                check_measured(name, value)


@dataclass(frozen=True, slots=True)
class AclfGrade:
    """Organ subscores 1-3 of the organs that are known, and what follows.

    `grade` (EASL-CLIF): `none`, `1a`, `1b`, `2`, `3a` (three failures), `3b` (four to six). `simple_grade`:
    I, II, III for one, two, three or more failures, None without. While `missing` organs remain, both are
    lower bounds.
    """

    subscores: Mapping[Organ, int]
    failures: tuple[Organ, ...]
    missing: tuple[Organ, ...]
    grade: Literal["none", "1a", "1b", "2", "3a", "3b"]
    simple_grade: Literal["I", "II", "III"] | None

    @property
    def complete(self) -> bool:
        """True when all six organs are known."""
        return not self.missing

    @property
    def clif_c_of(self) -> int | None:
        """CLIF-C OF, 6-18; None while an organ is missing."""
        return sum(self.subscores.values()) if self.complete else None

    @property
    def level(self) -> int:
        """The EASL-CLIF grade as a number, 0-3."""
        return 0 if self.grade == "none" else int(self.grade[0])

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "subscores": dict(self.subscores),
            "failures": list(self.failures),
            "missing": list(self.missing),
            "clif_c_of": self.clif_c_of,
            "grade": self.grade,
            "simple_grade": self.simple_grade,
        }


def aclf_grade(inputs: OrganInputs) -> AclfGrade:
    """Subscores, failing organs, EASL-CLIF grade and simple grade; never raises for missing values.

    One failure is grade 1a for the kidney; for liver, coagulation, circulation or respiration 1b with
    creatinine 1.5 to below 2 mg/dL or encephalopathy I-II, otherwise none; for the brain 1b with that
    creatinine, otherwise none. Meant for cirrhosis with acute decompensation.
    """
    subscores = organ_subscores(inputs)
    failures = tuple(organ for organ, score in subscores.items() if score >= FAILS_FROM[organ])
    return AclfGrade(
        subscores=subscores,
        failures=failures,
        missing=tuple(organ for organ in ORGANS if organ not in subscores),
        grade=_easl_clif(failures, inputs),
        simple_grade=(None, "I", "II", "III")[min(len(failures), 3)],
    )


def organ_subscores(inputs: OrganInputs) -> dict[Organ, int]:
    """CLIF-C subscores 1-3 of the organs whose inputs are known.

    Liver < 6 / 6-< 12 / >= 12 mg/dL (the table prints > 12, the definition of failure >= 12: 12.0 fails
    here); kidney < 2 / 2-< 3.5 / >= 3.5 mg/dL or dialysis; brain 0 / I-II / III-IV or ventilated for it;
    coagulation INR < 2 / 2-< 2.5 / >= 2.5; circulation MAP >= 70 / < 70 / vasopressors; respiration PaO2/FiO2
    > 300 / > 200 / <= 200 (else SpO2/FiO2 > 357 / > 214 / <= 214) or ventilated.
    """
    scores: dict[Organ, int | None] = {
        "liver": _rising(inputs.bilirubin_mg_dl, 6, 12),
        "kidney": 3 if inputs.dialysis else _rising(inputs.creatinine_mg_dl, 2, 3.5),
        "brain": 3 if inputs.ventilated_for_encephalopathy else _rising(inputs.encephalopathy_grade, 1, 3),
        "coagulation": _rising(inputs.inr, 2, 2.5),
        "circulation": _circulation(inputs),
        "respiration": _respiration(inputs),
    }
    return {organ: score for organ, score in scores.items() if score is not None}


def _rising(value: float | None, from_2: float, from_3: float) -> int | None:
    if value is None:
        return None
    return 3 if value >= from_3 else 2 if value >= from_2 else 1


def _circulation(inputs: OrganInputs) -> int | None:
    if inputs.vasopressors:
        return 3
    return None if inputs.map_mmhg is None else 1 if inputs.map_mmhg >= 70 else 2


def _respiration(inputs: OrganInputs) -> int | None:
    if inputs.mechanical_ventilation:
        return 3
    for ratio, above_1, above_2 in ((inputs.pao2_fio2, 300, 200), (inputs.spo2_fio2, 357, 214)):
        if ratio is not None:
            return 1 if ratio > above_1 else 2 if ratio > above_2 else 3
    return None


def _easl_clif(
    failures: tuple[Organ, ...], inputs: OrganInputs
) -> Literal["none", "1a", "1b", "2", "3a", "3b"]:
    if len(failures) >= 2:
        return "2" if len(failures) == 2 else "3a" if len(failures) == 3 else "3b"
    if not failures:
        return "none"
    if failures == ("kidney",):
        return "1a"
    kidney_dysfunction = inputs.creatinine_mg_dl is not None and inputs.creatinine_mg_dl >= 1.5
    brain_dysfunction = failures != ("brain",) and inputs.encephalopathy_grade in (1, 2)
    return "1b" if kidney_dysfunction or brain_dysfunction else "none"
