"""The shared vocabulary: every input the scores know, its unit, and what values are possible or unusual.

A hard limit refuses a value, a soft limit asks to confirm it. Both are our judgement, anchored on the
extremes seen in SUPPORT2 and RHC (14,840 patients) and on the ranges of public calculators. Limits are in the
SI unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from scoring.units import (
    ALBUMIN_UNITS,
    AMMONIA_UNITS,
    BILIRUBIN_UNITS,
    COUNT_UNITS,
    CREATININE_UNITS,
    CRP_UNITS,
    FIBRINOGEN_UNITS,
    FRACTION_UNITS,
    GLUCOSE_UNITS,
    LACTATE_UNITS,
    PRESSURE_UNITS,
    UREA_UNITS,
)

Kind = Literal["number", "grade", "count", "flag", "choice"]
Range = tuple[float | None, float | None]

NO_RANGE: Range = (None, None)


def within(limits: Range, value: float) -> bool:
    """Whether a value lies between two limits, which are within; None is no limit."""
    low, high = limits
    return (low is None or value >= low) and (high is None or value <= high)


@dataclass(frozen=True, slots=True)
class Input:
    """One input: `name` for what is typed, `key` for the normalised value, with its unit.

    `unit_field`: name of the input that says in which of `units` this one was typed; None where the unit is
    fixed. `unit_in_name`: where that is left out, the unit is the one in the name. Units without a
    `unit_field` are told apart by the size of the number. `likely`: where a value typed in the wrong one of
    several units would lie in the right one; the soft limits where nothing is said.
    """

    name: str
    key: str
    kind: Kind
    unit: str = ""
    units: Mapping[str, float] | None = None
    hard: Range = NO_RANGE
    soft: Range = NO_RANGE
    choices: tuple[str, ...] = ()
    laboratory: bool = False
    unit_field: str | None = None
    unit_in_name: bool = False
    likely: Range = NO_RANGE


def _number(name: str, unit: str, hard: Range, soft: Range, *, laboratory: bool = True) -> Input:
    return Input(name, name, "number", unit, hard=hard, soft=soft, laboratory=laboratory)


def _switchable(
    key: str,
    unit: str,
    units: Mapping[str, float],
    hard: Range,
    soft: Range,
    *,
    unit_in_name: bool = False,
    likely: Range = NO_RANGE,
) -> Input:
    """A laboratory value that may be typed in several units; `key` is the analyte and its normal unit."""
    analyte = key.partition("_")[0]
    return Input(
        key if unit_in_name else analyte,
        key,
        "number",
        unit,
        units,
        hard=hard,
        soft=soft,
        laboratory=True,
        unit_field=f"{analyte}_unit",
        unit_in_name=unit_in_name,
        likely=likely,
    )


def _count(key: str, hard: Range, soft: Range, likely: Range = NO_RANGE) -> Input:
    """Blood cells: in 10^9/L unless /uL is said."""
    return _switchable(key, "10^9/L", COUNT_UNITS, hard, soft, unit_in_name=True, likely=likely)


def _flag(name: str) -> Input:
    return Input(name, name, "flag")


_EIGHT = (
    _number("age_years", "years", (0, 120), (18, 80), laboratory=False),
    _flag("cirrhosis"),
    _flag("variceal_bleeding"),
    Input("encephalopathy_grade", "encephalopathy_grade", "grade", hard=(0, 4)),
    _switchable("bilirubin_umol_l", "umol/L", BILIRUBIN_UNITS, (0.5, 1500), (40, 860)),
    _number("inr", "", (0.5, 30), (0.8, 10)),
    _switchable("urea_mmol_l", "mmol/L", UREA_UNITS, (0.1, 120), (1, 20), likely=(1, 50)),
    _number("sodium_mmol_l", "mmol/L", (90, 200), (115, 160)),
)

_OXYGEN = (
    _number("spo2_percent", "%", (10, 100), (70, 100), laboratory=False),
    Input("fio2", "fio2", "number", "", FRACTION_UNITS, hard=(0.21, 1), soft=(0.21, 0.9)),
    _switchable("pao2_mmhg", "mmHg", PRESSURE_UNITS, (10, 760), (40, 500)),
    _number("pao2_fio2", "mmHg", (20, 800), (100, 600), laboratory=False),
    _number("spo2_fio2", "", (101, 480), (101, 477), laboratory=False),
)
"""Two numbers that give a ratio, and the ratios; a SpO2/FiO2 of 100 or less is a saturation."""

_COMPARATOR_INPUTS = (
    _switchable("creatinine_umol_l", "umol/L", CREATININE_UNITS, (5, 3000), (20, 1300)),
    _switchable("albumin_g_l", "g/L", ALBUMIN_UNITS, (5, 70), (15, 55), unit_in_name=True, likely=(15, 65)),
    _count("wbc_10e9_l", (0.01, 500), (0.5, 60)),
    _count("neutrophils_10e9_l", (0, 400), (None, 30), likely=(0.5, 30)),
    _count("platelets_10e9_l", (0, 3000), (10, 1000)),
    _number("alt_u_l", "U/L", (1, 50_000), (None, 10_000)),
    _number("ast_u_l", "U/L", (1, 50_000), (None, 10_000)),
    _number("ast_upper_limit_u_l", "U/L", (5, 500), (15, 100), laboratory=False),
    _switchable(
        "lactate_mmol_l", "mmol/L", LACTATE_UNITS, (0, 40), (None, 10), unit_in_name=True, likely=(0.4, 10)
    ),
    Input("ascites", "ascites", "choice", choices=("none", "mild", "moderate_severe")),
    Input("sex", "sex", "choice", choices=("male", "female")),
    _number("map_mmhg", "mmHg", (10, 250), (40, 110), laboratory=False),
    _flag("vasopressors"),
    *_OXYGEN,
    _flag("mechanical_ventilation"),
    _flag("dialysis"),
)

_IMMUNE_AND_VIRAL = (
    _number("lymphocytes_10e9_l", "10^9/L", (0, 400), (None, 20)),
    _number("hbv_dna_iu_ml", "IU/mL", (0, 1e12), (None, 1e10)),
    _number("afp_ng_ml", "ng/mL", (0, 1e7), (None, 1e5)),
    _number("ferritin_ng_ml", "ng/mL", (0, 500_000), (None, 100_000)),
    _number("igm_g_l", "g/L", (0, 100), (None, 20)),
    _number("il6_pg_ml", "pg/mL", (0, 1e6), (None, 5_000)),
    _number("pct_ng_ml", "ng/mL", (0, 2_000), (None, 100)),
    _number("mhladr_per_cell", "receptors/cell", (0, 300_000), (2_000, 60_000)),
    _number("mhladr_percent", "%", (0, 100), (5, None)),
)

_VIRAL = ("negative", "positive")

_ROUTINE = (
    _number("ggt_u_l", "U/L", (1, 20_000), (None, 3_000)),
    _number("alp_u_l", "U/L", (1, 20_000), (None, 2_000)),
    _number("cystatin_c_mg_l", "mg/L", (0.1, 20), (0.3, 8)),
    _number("potassium_mmol_l", "mmol/L", (1, 12), (2, 7)),
    _switchable("glucose_mmol_l", "mmol/L", GLUCOSE_UNITS, (0.1, 100), (2, 33), unit_in_name=True),
    _switchable("ammonia_umol_l", "umol/L", AMMONIA_UNITS, (1, 2_000), (5, 400), unit_in_name=True),
    _switchable("crp_mg_l", "mg/L", CRP_UNITS, (0, 1_000), (None, 400), unit_in_name=True),
    _number("prothrombin_time_s", "s", (5, 300), (9, 100)),
    _switchable(
        "fibrinogen_g_l", "g/L", FIBRINOGEN_UNITS, (0.05, 20), (0.4, 10), unit_in_name=True, likely=(0.5, 8)
    ),
    _number("arterial_ph", "", (6.5, 8), (7, 7.7)),
    _switchable("paco2_mmhg", "mmHg", PRESSURE_UNITS, (5, 200), (15, 100)),
    _number("bicarbonate_mmol_l", "mmol/L", (1, 80), (8, 45)),
    *(Input(name, name, "choice", choices=_VIRAL) for name in ("hbsag", "hbeag", "anti_hdv", "hev_igm")),
)


INPUTS: Mapping[str, Input] = MappingProxyType({spec.name: spec for spec in _EIGHT + _COMPARATOR_INPUTS})
"""What `read_inputs` accepts, by input name."""

OTHER_LABORATORY: Mapping[str, Input] = MappingProxyType({spec.name: spec for spec in _IMMUNE_AND_VIRAL})
"""Laboratory values of the second window that no score uses; `check_value` knows their limits."""

CAUSES = (
    *("hepatitis_b", "hepatitis_c", "alcohol", "masld", "autoimmune", "cholestatic", "wilson", "drug"),
    *("other", "unknown", "none"),
)
"""Codes of the chronic liver disease; `none` says that there is none."""

_BESIDE_THE_SCORES = (
    _flag("ventilated_for_encephalopathy"),
    _number("pta_percent", "%", (1, 200), (5, 150)),
    _number("bilirubin_rise_umol_l_day", "umol/L/d", (-1500, 1500), (-200, 200), laboratory=False),
    Input(
        "baseline_creatinine",
        "baseline_creatinine_umol_l",
        "number",
        "umol/L",
        CREATININE_UNITS,
        hard=(5, 3000),
        soft=(20, 1300),
        unit_field="creatinine_unit",
    ),
    Input("cause", "cause", "choice", choices=CAUSES),
    _flag("earlier_decompensation"),
    Input("complications", "complications", "count", hard=(0, 9)),
    _number("urine_ml", "mL", (0, 30_000), (20, 10_000), laboratory=False),
    _number("urine_hours", "h", (1, 72), (6, 24), laboratory=False),
    _number("weight_kg", "kg", (20, 300), (30, 200), laboratory=False),
    _number("urine_ml_kg_h", "mL/kg/h", (0, 60), (None, 8), laboratory=False),
)

AT_THE_BEDSIDE: Mapping[str, Input] = MappingProxyType({spec.name: spec for spec in _BESIDE_THE_SCORES})
"""What the organ table and the definitions of ACLF take beside `INPUTS`. `complications`: how many of those
that the Chinese staging counts; `baseline_creatinine` is in the unit of `creatinine`; `urine_ml` is what was
passed in `urine_hours`, and `urine_ml_kg_h` what that makes with the weight.
"""

TYPED_INPUTS: Mapping[str, Input] = MappingProxyType({**INPUTS, **AT_THE_BEDSIDE})
"""Every value that a file or a bedside table can bring, by input name."""

ROUTINE: Mapping[str, Input] = MappingProxyType({spec.name: spec for spec in _ROUTINE})
"""What only the routine laboratory panel of the ward asks for."""

ANY_INPUT: Mapping[str, Input] = MappingProxyType({**INPUTS, **AT_THE_BEDSIDE, **OTHER_LABORATORY, **ROUTINE})
"""Every value that a case can have, by input name, in the order to show them."""

EIGHT: tuple[str, ...] = tuple(spec.name for spec in _EIGHT)
"""The eight indicators of the risk model, by input name."""

UNIT_FIELDS: Mapping[str, Input] = MappingProxyType(
    {spec.unit_field: spec for spec in INPUTS.values() if spec.unit_field}
)
"""The inputs that may be typed in several units, by the name of the input that says in which."""

UNIT_FIELDS_OF_ANY: Mapping[str, Input] = MappingProxyType(
    {**UNIT_FIELDS, **{spec.unit_field: spec for spec in ROUTINE.values() if spec.unit_field}}
)
"""Those of every value that a case can have."""

BY_KEY: Mapping[str, Input] = MappingProxyType({spec.key: spec for spec in ANY_INPUT.values()})
"""Every value by the name of its normalised value."""
