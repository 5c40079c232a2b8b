"""The ranges of adults that stand beside a course: those of the Chinese health standards, by sex."""

import pytest

from scoring.reference_ranges import normal_of


@pytest.mark.parametrize(
    ("name", "men", "women"),
    [
        ("alt_u_l", (9, 50), (7, 40)),
        ("ast_u_l", (15, 40), (13, 35)),
        ("ggt_u_l", (10, 60), (7, 45)),
        ("alp_u_l", (45, 125), (35, 100)),
        ("bilirubin", (None, 26), (None, 21)),
        ("urea", (3.1, 8.0), (2.6, 7.5)),
        ("creatinine", (57, 97), (41, 73)),
        ("albumin_g_l", (40, 55), (40, 55)),
        ("sodium_mmol_l", (137, 147), (137, 147)),
        ("potassium_mmol_l", (3.5, 5.3), (3.5, 5.3)),
        ("wbc_10e9_l", (3.5, 9.5), (3.5, 9.5)),
        ("neutrophils_10e9_l", (1.8, 6.3), (1.8, 6.3)),
        ("lymphocytes_10e9_l", (1.1, 3.2), (1.1, 3.2)),
        ("platelets_10e9_l", (125, 350), (125, 350)),
    ],
)
def test_a_range_is_that_of_the_standard(
    name: str, men: tuple[float | None, float], women: tuple[float | None, float]
) -> None:
    for sex, expected in (("male", men), ("female", women)):
        normal = normal_of(name, sex)
        assert normal is not None
        assert (normal.low, normal.high) == expected


def test_the_limits_of_a_range_lie_in_it() -> None:
    sodium = normal_of("sodium_mmol_l", "male")
    assert sodium is not None
    assert [sodium.holds(value) for value in (136.9, 137, 147, 147.1)] == [False, True, True, False]
