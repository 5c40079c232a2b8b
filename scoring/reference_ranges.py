"""The usual ranges of adults, to be seen beside a course; the range on the laboratory's own report counts.

Those of WS/T 404 (serum chemistry) and WS/T 405-2012 (blood count) and the usual ones of coagulation and gas
analysers. General knowledge, not read again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scoring.inputs import within
from scoring.issues import gettext_noop

CERTAINTY = gettext_noop(
    "Usual ranges of adults (WS/T 404, WS/T 405), general knowledge, not read again. The range on the "
    "laboratory's own report counts."
)


@dataclass(frozen=True, slots=True)
class Normal:
    """From `low` to `high` in the unit of the input; None where it is open on that side."""

    low: float | None
    high: float | None

    def holds(self, value: float) -> bool:
        """Whether `value` lies in the range; its limits do."""
        return within((self.low, self.high), value)


_BOTH: Mapping[str, Normal] = {
    "inr": Normal(0.8, 1.2),
    "prothrombin_time_s": Normal(11, 14.5),
    "pta_percent": Normal(70, 130),
    "fibrinogen_g_l": Normal(2, 4),
    "albumin_g_l": Normal(40, 55),
    "sodium_mmol_l": Normal(137, 147),
    "potassium_mmol_l": Normal(3.5, 5.3),
    "glucose_mmol_l": Normal(3.9, 6.1),
    "lactate_mmol_l": Normal(0.5, 1.6),
    "cystatin_c_mg_l": Normal(0.6, 1.1),
    "wbc_10e9_l": Normal(3.5, 9.5),
    "neutrophils_10e9_l": Normal(1.8, 6.3),
    "lymphocytes_10e9_l": Normal(1.1, 3.2),
    "platelets_10e9_l": Normal(125, 350),
    "crp_mg_l": Normal(None, 10),
    "pct_ng_ml": Normal(None, 0.05),
    "afp_ng_ml": Normal(None, 7),
    "arterial_ph": Normal(7.35, 7.45),
    "paco2": Normal(35, 45),
    "pao2": Normal(80, 100),
    "bicarbonate_mmol_l": Normal(22, 27),
    "map_mmhg": Normal(70, 105),
    "spo2_percent": Normal(95, 100),
}
_MEN: Mapping[str, Normal] = {
    "bilirubin": Normal(None, 26),
    "alt_u_l": Normal(9, 50),
    "ast_u_l": Normal(15, 40),
    "ggt_u_l": Normal(10, 60),
    "alp_u_l": Normal(45, 125),
    "urea": Normal(3.1, 8.0),
    "creatinine": Normal(57, 97),
}
_WOMEN: Mapping[str, Normal] = {
    "bilirubin": Normal(None, 21),
    "alt_u_l": Normal(7, 40),
    "ast_u_l": Normal(13, 35),
    "ggt_u_l": Normal(7, 45),
    "alp_u_l": Normal(35, 100),
    "urea": Normal(2.6, 7.5),
    "creatinine": Normal(41, 73),
}
NORMAL: Mapping[str, Mapping[str, Normal]] = MappingProxyType(
    {"male": {**_BOTH, **_MEN}, "female": {**_BOTH, **_WOMEN}}
)
"""By sex and input name."""


def normal_of(name: str, sex: str) -> Normal | None:
    """The usual range of an input for an adult; None where there is none that holds everywhere."""
    return NORMAL.get(sex, {}).get(name)
