"""What a bedside table says, in SI units, and which organs fail by it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from scoring.organ_failure import FAILS_FROM, Organ, OrganInputs, organ_subscores
from scoring.units import bilirubin_mg_dl, creatinine_mg_dl

HEPATITIS_B = "hepatitis_b"
NO_LIVER_DISEASE = "none"
CAUSE_UNKNOWN = "unknown"


def reaches(value: float | None, edge: float) -> bool:
    """Whether a value is known, and at the edge or above."""
    return value is not None and value >= edge


@dataclass(frozen=True, slots=True)
class Bedside:
    """One table of values by their normalised names; None for what is not known.

    Bilirubin and creatinine in umol/L, PTA in %, pressures in mmHg, encephalopathy by West Haven (0-4).
    `cause` is one of `scoring.inputs.CAUSES`. `complications` is how many the Chinese staging counts.
    `mechanical_ventilation` is for another reason than encephalopathy. `urine_ml_kg_h`: over the last
    `urine_hours`.
    """

    bilirubin_umol_l: float | None = None
    bilirubin_rise_umol_l_day: float | None = None
    inr: float | None = None
    pta_percent: float | None = None
    creatinine_umol_l: float | None = None
    baseline_creatinine_umol_l: float | None = None
    dialysis: bool | None = None
    encephalopathy_grade: int | None = None
    ventilated_for_encephalopathy: bool | None = None
    map_mmhg: float | None = None
    vasopressors: bool | None = None
    spo2_percent: float | None = None
    pao2_mmhg: float | None = None
    fio2: float | None = None
    pao2_fio2: float | None = None
    spo2_fio2: float | None = None
    mechanical_ventilation: bool | None = None
    lactate_mmol_l: float | None = None
    ascites: str | None = None
    cirrhosis: bool | None = None
    earlier_decompensation: bool | None = None
    cause: str | None = None
    complications: int | None = None
    urine_ml_kg_h: float | None = None
    urine_hours: float | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Bedside":
        """The table of a reading's `values`; others than these are left out."""
        return cls(**{name: values[name] for name in _NAMES if name in values})

    @property
    def bilirubin_mg_dl(self) -> float | None:
        """Bilirubin in mg/dL."""
        return None if self.bilirubin_umol_l is None else bilirubin_mg_dl(self.bilirubin_umol_l)

    @property
    def creatinine_mg_dl(self) -> float | None:
        """Creatinine in mg/dL."""
        return None if self.creatinine_umol_l is None else creatinine_mg_dl(self.creatinine_umol_l)

    @property
    def has_encephalopathy(self) -> bool:
        """Any grade of encephalopathy, or ventilation for it."""
        return bool(self.encephalopathy_grade) or bool(self.ventilated_for_encephalopathy)

    @property
    def failing(self) -> frozenset[Organ]:
        """Organs that fail by what is known, as EASL-CLIF and COSSH count them alike."""
        scores = organ_subscores(self._organ_inputs())
        return frozenset(organ for organ, score in scores.items() if score >= FAILS_FROM[organ])

    @property
    def undecided(self) -> frozenset[str]:
        """Names of the values whose lack leaves an organ, or a criterion, open.

        Dialysis, vasopressors and ventilation that are not stated count as no where the organ is measured.
        """
        lacking = {name for name in _MEASURED if getattr(self, name) in (None, CAUSE_UNKNOWN)}
        if self.vasopressors is None and self.map_mmhg is None:
            lacking.add("vasopressors")
        ratio_known = self.pao2_fio2 is not None or self.spo2_fio2 is not None
        if not ratio_known and not self.mechanical_ventilation:
            lacking.add("spo2_fio2")
        if self.ventilated_for_encephalopathy:
            lacking.discard("encephalopathy_grade")
        return frozenset(lacking)

    def having(self, **values: Any) -> "Bedside":
        """A copy of this table with some values set."""
        return replace(self, **values)

    def _organ_inputs(self) -> OrganInputs:
        same = (
            *("encephalopathy_grade", "inr", "map_mmhg", "vasopressors", "pao2_fio2", "spo2_fio2"),
            *("mechanical_ventilation", "ventilated_for_encephalopathy", "dialysis"),
        )
        return OrganInputs(
            bilirubin_mg_dl=self.bilirubin_mg_dl,
            creatinine_mg_dl=self.creatinine_mg_dl,
            **{name: getattr(self, name) for name in same},
        )


_NAMES = tuple(field.name for field in fields(Bedside))
_MEASURED = (
    *("bilirubin_umol_l", "inr", "creatinine_umol_l", "encephalopathy_grade", "cirrhosis", "cause"),
    *("ascites", "earlier_decompensation", "complications"),
)
