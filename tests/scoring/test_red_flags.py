"""What calls for referral whatever the score says, from which value on."""

import pytest

from scoring.red_flags import RED_FLAGS, red_flags


@pytest.mark.parametrize(
    ("key", "below", "at", "flag"),
    [
        ("encephalopathy_grade", 2, 3, "encephalopathy_grade_3_4"),
        ("inr", 2.49, 2.5, "inr_ge_2_5"),
        ("bilirubin_umol_l", 204.9, 205, "bilirubin_ge_12_mg_dl"),
        ("creatinine_umol_l", 176.7, 176.8, "creatinine_ge_2_mg_dl"),
        ("variceal_bleeding", False, True, "variceal_bleeding"),
    ],
)
def test_a_value_is_a_red_flag_exactly_from_its_edge(key: str, below: float, at: float, flag: str) -> None:
    assert red_flags({key: below}) == ()
    assert red_flags({key: at}) == (flag,)


def test_what_is_not_known_is_no_red_flag_and_several_stand_in_their_order() -> None:
    assert red_flags({}) == ()
    worst = {
        **{"encephalopathy_grade": 4, "inr": 9.0, "bilirubin_umol_l": 900.0, "creatinine_umol_l": 900.0},
        "variceal_bleeding": True,
    }
    assert red_flags(worst) == tuple(RED_FLAGS)
