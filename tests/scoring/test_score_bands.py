"""Where the bands, classes and grades of the scores begin and end."""

import pytest

import scoring


@pytest.mark.parametrize(("bilirubin", "points"), [(3.99, 5), (4, 6), (10, 6), (10.01, 7)])
def test_cholestatic_disease_has_limits_of_its_own_in_child_turcotte_pugh(
    bilirubin: float, points: int
) -> None:
    best = {"albumin_g_dl": 4, "inr": 1, "ascites": "none", "encephalopathy_grade": 0}
    assert scoring.ctp(bilirubin_mg_dl=bilirubin, cholestatic=True, **best)[0] == points


def test_the_mortality_of_an_aarc_grade_is_the_published_one() -> None:
    assert [scoring.aarc_risks(grade)["28d"] for grade in ("I", "II", "III")] == [0.127, 0.445, 0.859]


@pytest.mark.parametrize(
    ("age", "sodium", "score", "band"),
    [
        (30, 88, 45, "low"),
        (31, 88, 45.3, "intermediate"),
        (79, 88, 59.7, "intermediate"),
        (80, 88, 60, "high"),
    ],
)
def test_the_bands_of_clif_c_ad_end_at_45_and_begin_again_at_60(
    age: int, sodium: int, score: float, band: str
) -> None:
    result = scoring.clif_c_ad(age_years=age, creatinine_mg_dl=1, inr=1, wbc_10e9_l=1, sodium_mmol_l=sodium)
    assert result == (pytest.approx(score, abs=1e-12), band)


@pytest.mark.parametrize(
    ("age", "score", "band"), [(210.3939393939394, 7.4, "intermediate"), (240.6969696969697, 8.4, "high")]
)
def test_the_cut_offs_of_cossh_aclf_2_belong_to_the_higher_band(age: float, score: float, band: str) -> None:
    ones = {"inr": 1, "neutrophils_10e9_l": 1, "bilirubin_umol_l": 1, "urea_mmol_l": 1}
    assert scoring.cossh_aclf_2(**ones, encephalopathy_grade=0, age_years=age) == (score, band)


@pytest.mark.parametrize(
    ("albumin", "score", "grade"), [(30.588235294117645, -2.6, 1), (16.352941176470587, -1.39, 2)]
)
def test_the_limits_of_albi_belong_to_the_lower_grade(albumin: float, score: float, grade: int) -> None:
    assert scoring.albi(bilirubin_umol_l=1, albumin_g_l=albumin) == (score, grade)


def test_clif_c_aclf_is_held_to_0_and_100() -> None:
    assert scoring.clif_c_aclf(clif_c_of=6, age_years=18, wbc_10e9_l=0.1) == 0
    assert scoring.clif_c_aclf(clif_c_of=18, age_years=110, wbc_10e9_l=100) == 100
