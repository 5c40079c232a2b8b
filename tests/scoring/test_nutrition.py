"""The energy target: the equation recomputed by hand, and where it is from."""

import pytest

from scoring import nutrition
from scoring.nutrition import energy_target, published_energy, published_protein, resting_energy


@pytest.mark.parametrize(
    ("height", "weight", "age", "sex", "resting"),
    [
        (170, 60, 56, "male", 600 + 1062.5 - 280 + 5),
        (170, 60, 56, "female", 600 + 1062.5 - 280 - 161),
        (158.5, 48.2, 71, "female", 482 + 990.625 - 355 - 161),
        (183, 90, 20, "male", 900 + 1143.75 - 100 + 5),
    ],
)
def test_the_resting_expenditure_follows_the_equation(
    height: float, weight: float, age: int, sex: nutrition.Sex, resting: float
) -> None:
    result = resting_energy(height_cm=height, weight_kg=weight, age_years=age, sex=sex)
    assert result == pytest.approx(resting)
    target = energy_target(height_cm=height, weight_kg=weight, age_years=age, sex=sex)
    assert target.resting_kcal == round(resting)
    assert target.target_kcal == round(1.3 * resting)


def test_the_range_of_the_guideline_is_30_to_35_kcal_and_1_2_to_1_5_g_of_protein_for_each_kg() -> None:
    assert published_energy(60) == (1800, 2100)
    assert published_protein(60) == (72, 90)


def test_the_equation_and_the_factor_name_their_sources_and_how_sure_they_are() -> None:
    assert nutrition.EQUATION == "Mifflin-St Jeor"
    assert "1990" in nutrition.CITATION
    assert nutrition.FACTOR_DOI == "10.12449/JCH250604"
    assert "general knowledge" in nutrition.CERTAINTY
