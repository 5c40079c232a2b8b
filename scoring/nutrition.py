"""The energy target of a patient in the ward.

Resting energy expenditure by Mifflin-St Jeor (Am J Clin Nutr 1990;51:241-247, doi 10.1093/ajcn/51.2.241;
general knowledge, not read again); the factor is that of He K, Li H, J Clin Hepatol 2025;41:1025-1029,
doi 10.12449/JCH250604. Made for people without oedema: with ascites, the dry weight belongs here.
"""

from dataclasses import dataclass
from typing import Literal

from scoring.issues import gettext_noop

Sex = Literal["male", "female"]

FACTOR = 1.3
EQUATION = "Mifflin-St Jeor"
FORMULA = gettext_noop("10 kg + 6.25 cm - 5 years + 5 (men) or - 161 (women)")
CITATION = "Mifflin MD, Am J Clin Nutr 1990;51:241-247"
DOI = "10.1093/ajcn/51.2.241"
FACTOR_CITATION = "He K, Li H, J Clin Hepatol 2025;41:1025-1029"
FACTOR_DOI = "10.12449/JCH250604"
CERTAINTY = gettext_noop(
    "The equation is general knowledge, not read again; the factor of 1.3 was read in its source."
)

ENERGY_PER_KG = (30, 35)
PROTEIN_PER_KG = (1.2, 1.5)
"""kcal and g per kg and day that a guideline aims at; general knowledge, not read again."""
RANGES_CITATION = "ESPEN, Plauth M, Clin Nutr 2019;38:485-521"
RANGES_DOI = "10.1016/j.clnu.2018.12.022"

HEIGHT_CM = (50.0, 250.0)
WEIGHT_KG = (10.0, 350.0)
"""Heights and weights that are possible; beyond them a value is refused."""


@dataclass(frozen=True, slots=True)
class EnergyTarget:
    """kcal per day, rounded to whole numbers."""

    resting_kcal: int
    target_kcal: int


def resting_energy(*, height_cm: float, weight_kg: float, age_years: int, sex: Sex) -> float:
    """Resting energy expenditure in kcal per day by Mifflin-St Jeor."""
    return 10 * weight_kg + 6.25 * height_cm - 5 * age_years + (5 if sex == "male" else -161)


def published_energy(weight_kg: float) -> tuple[int, int]:
    """kcal per day of the guideline's range."""
    return round(ENERGY_PER_KG[0] * weight_kg), round(ENERGY_PER_KG[1] * weight_kg)


def published_protein(weight_kg: float) -> tuple[int, int]:
    """g of protein per day of the guideline's range."""
    return round(PROTEIN_PER_KG[0] * weight_kg), round(PROTEIN_PER_KG[1] * weight_kg)


def energy_target(*, height_cm: float, weight_kg: float, age_years: int, sex: Sex) -> EnergyTarget:
    """What is aimed at: 1.3 times the resting energy expenditure."""
    resting = resting_energy(height_cm=height_cm, weight_kg=weight_kg, age_years=age_years, sex=sex)
    return EnergyTarget(round(resting), round(resting * FACTOR))
