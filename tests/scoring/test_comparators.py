"""Every score from one reading, and what is said when inputs are lacking."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scoring
from scoring import SCORES, aclf_grade, comparator_gaps, comparators, organ_inputs, read_inputs
from scoring.scores.meld3 import meld_3_unrounded
from scoring.scores.meld_na import add_sodium
from scoring.scores.rounding import half_up
from tests.scoring.patients import LABS, everything, patient

NAMES = [
    "MELD",
    "MELD-Na",
    "MELD 3.0",
    "CTP",
    "ALBI",
    "CLIF-C OF",
    "CLIF-C ACLF",
    "CLIF-C AD",
    "COSSH-ACLF II",
    "AARC",
    "iMELD",
    "FIB-4",
    "APRI",
]


def test_a_patient_with_everything_gets_every_score() -> None:
    assert list(comparators(read_inputs(everything()))) == NAMES == list(SCORES)
    assert comparator_gaps(read_inputs(everything())) == {}


@given(tenths=st.integers(50, 700), child=st.booleans())
def test_albumin_in_g_dl_and_in_g_l_gives_every_score_the_same_answer(tenths: int, child: bool) -> None:
    age = 12 if child else 52
    si = read_inputs(everything(albumin_g_l=tenths / 10, age_years=age))
    conventional = read_inputs(everything(albumin_g_l=tenths / 100, albumin_unit="g/dL", age_years=age))
    assert conventional.values["albumin_g_l"] == pytest.approx(si.values["albumin_g_l"], rel=1e-12)
    for one, other in zip(comparators(si).values(), comparators(conventional).values(), strict=True):
        assert other == replace(one, value=pytest.approx(one.value, rel=1e-12))


def test_scores_come_with_grade_and_published_risk_where_there_are() -> None:
    shown = {name: score.as_dict() for name, score in comparators(read_inputs(everything())).items()}
    assert shown["MELD"] == {"value": 19}
    assert shown["CTP"]["grade"] in ("A", "B", "C")
    assert shown["ALBI"]["grade"] in (1, 2, 3)
    assert set(shown["CLIF-C ACLF"]["risk"]) == {"28d", "90d"}
    assert set(shown["CLIF-C AD"]["risk"]) == {"90d", "365d"}
    assert shown["AARC"]["risk"]["28d"] in (0.127, 0.445, 0.859)
    for score in shown.values():
        assert score.keys() <= {"value", "grade", "risk"}


@pytest.mark.parametrize(
    ("lacking", "scores"),
    [
        (
            "creatinine",
            {"MELD", "MELD-Na", "MELD 3.0", "CLIF-C OF", "CLIF-C ACLF", "CLIF-C AD", "AARC", "iMELD"},
        ),
        (
            "bilirubin",
            {
                *("MELD", "MELD-Na", "MELD 3.0", "CTP", "ALBI", "CLIF-C OF", "CLIF-C ACLF"),
                *("COSSH-ACLF II", "AARC", "iMELD"),
            },
        ),
        ("albumin_g_l", {"MELD 3.0", "CTP", "ALBI"}),
        ("ascites", {"CTP"}),
        ("sex", {"MELD 3.0"}),
        ("wbc_10e9_l", {"CLIF-C ACLF", "CLIF-C AD"}),
        ("neutrophils_10e9_l", {"COSSH-ACLF II"}),
        ("lactate_mmol_l", {"AARC"}),
        ("platelets_10e9_l", {"FIB-4", "APRI"}),
        ("ast_upper_limit_u_l", {"APRI"}),
        ("map_mmhg", {"CLIF-C OF", "CLIF-C ACLF"}),
        ("pao2_fio2", {"CLIF-C OF", "CLIF-C ACLF"}),
    ],
)
def test_without_an_input_just_its_scores_are_not_given_and_it_is_named(
    lacking: str, scores: set[str]
) -> None:
    reading = read_inputs(everything(**{lacking: None}))
    assert set(NAMES) - set(comparators(reading)) == scores
    assert all(comparator_gaps(reading)[score] == (lacking,) for score in scores)


def test_a_yes_or_no_that_is_not_stated_counts_as_no() -> None:
    flags = ("dialysis", "vasopressors", "mechanical_ventilation")
    stated = comparators(read_inputs(everything(**dict.fromkeys(flags, False))))
    unstated = comparators(read_inputs(everything(**dict.fromkeys(flags))))
    assert {name: replace(value, assumed=()) for name, value in unstated.items()} == stated
    assert unstated["MELD"].assumed == ("dialysis",)
    assert unstated["CLIF-C OF"].assumed == flags
    assert not any(value.assumed for value in stated.values())


def test_what_only_an_organ_table_knows_does_not_disturb_the_scores() -> None:
    reading = read_inputs(everything())
    kept = replace(reading, values={**reading.values, "ventilated_for_encephalopathy": True})
    assert comparators(kept)["CLIF-C OF"].value == comparators(reading)["CLIF-C OF"].value + 2
    assert comparators(kept)["MELD"] == comparators(reading)["MELD"]


def test_scores_are_given_though_the_eight_are_incomplete() -> None:
    assert "MELD" in comparators(read_inputs(everything(urea=None, age_years=None)))


def test_a_refused_value_gives_no_score() -> None:
    assert "MELD" not in comparators(read_inputs(everything(inr="x")))


def test_units_make_no_difference() -> None:
    si = read_inputs(everything(bilirubin=342, creatinine=176.8, creatinine_unit="umol/L"))
    conventional = read_inputs(
        everything(bilirubin=20, bilirubin_unit="mg/dL", creatinine=2.0, creatinine_unit="mg/dL")
    )
    for name, score in comparators(si).items():
        assert score.value == pytest.approx(comparators(conventional)[name].value, rel=1e-12)


def test_dialysis_sets_creatinine_to_its_cap() -> None:
    without, on = (comparators(read_inputs(everything(dialysis=dialysis))) for dialysis in (False, True))
    assert on["MELD"].value > without["MELD"].value
    assert on["CLIF-C OF"].value == without["CLIF-C OF"].value + 2


def test_what_was_not_stated_counts_as_no_and_is_named() -> None:
    silent = comparators(
        read_inputs({k: v for k, v in everything().items() if k not in ("dialysis", "vasopressors")})
    )
    assert silent["MELD"].assumed == ("dialysis",)
    assert silent["CLIF-C OF"].assumed == ("dialysis", "vasopressors")
    assert comparators(read_inputs(everything()))["MELD"].assumed == ()


def test_vasopressors_or_ventilation_stand_for_the_measurements() -> None:
    reading = read_inputs(
        everything(map_mmhg=None, vasopressors=True, pao2_fio2=None, mechanical_ventilation=True)
    )
    assert "CLIF-C OF" in comparators(reading)
    saying_no = read_inputs(everything(map_mmhg=None, vasopressors=False))
    assert comparator_gaps(saying_no)["CLIF-C OF"] == ("map_mmhg",)


def test_spo2_serves_where_pao2_is_not_known() -> None:
    assert "CLIF-C OF" in comparators(read_inputs(everything(pao2_fio2=None, spo2_fio2=440)))


def test_clif_scores_say_whom_they_are_for() -> None:
    decompensated = comparators(read_inputs(everything()))
    assert (decompensated["CLIF-C AD"].applies, decompensated["CLIF-C ACLF"].applies) == (True, False)
    failing = comparators(read_inputs(everything(creatinine=2.2)))
    assert (failing["CLIF-C AD"].applies, failing["CLIF-C ACLF"].applies) == (False, True)
    unknown = comparators(read_inputs(everything(map_mmhg=None, vasopressors=None)))
    assert unknown["CLIF-C AD"].applies is None


def test_a_child_gets_meld_3_with_the_constant_for_children() -> None:
    boy = comparators(read_inputs(everything(age_years=15, sex="male")))["MELD 3.0"].value
    girl = comparators(read_inputs(everything(age_years=15, sex="female")))["MELD 3.0"].value
    man = meld_3_unrounded(
        bilirubin_mg_dl=2, creatinine_mg_dl=1.2, inr=1.4, sodium_mmol_l=137, albumin_g_dl=3, sex="male"
    )
    child = meld_3_unrounded(
        bilirubin_mg_dl=2,
        creatinine_mg_dl=1.2,
        inr=1.4,
        sodium_mmol_l=137,
        albumin_g_dl=3,
        sex=None,
        registered_before_18=True,
    )
    unstated = comparators(read_inputs(everything(age_years=15, sex=None)))["MELD 3.0"].value
    assert boy == girl == unstated
    assert child - man == pytest.approx(1.33)


@pytest.mark.parametrize(("age", "given"), [(17.9, True), (18, False), (None, False)])
def test_only_who_is_known_to_be_under_18_needs_no_sex_for_meld_3(age: float | None, given: bool) -> None:
    assert ("MELD 3.0" in comparators(read_inputs(everything(age_years=age, sex=None)))) is given


def test_the_original_meld_leaves_its_constant_out_for_cholestatic_and_alcoholic_causes() -> None:
    labs = {"bilirubin_mg_dl": 2, "creatinine_mg_dl": 1, "inr": 1.5}
    other = scoring.meld_2001_unrounded(**labs, cause="other")
    assert other == scoring.meld_unrounded(**labs)
    assert scoring.meld_2001_unrounded(**labs, cause="cholestatic_or_alcoholic") == pytest.approx(
        other - 6.43
    )


def test_an_adult_without_a_known_sex_has_no_meld_3() -> None:
    with pytest.raises(ValueError, match="sex"):
        meld_3_unrounded(
            bilirubin_mg_dl=2, creatinine_mg_dl=1, inr=1, sodium_mmol_l=137, albumin_g_dl=3, sex=None
        )


@pytest.mark.parametrize("zero", ["platelets_10e9_l", "neutrophils_10e9_l"])
def test_a_count_of_zero_gives_no_score_and_no_error(zero: str) -> None:
    reading = read_inputs(everything(**{zero: 0}))
    assert reading.issues == ()
    assert any(zero in lacking for lacking in comparator_gaps(reading).values())


def test_the_organ_table_reads_the_same_values() -> None:
    organs = organ_inputs(read_inputs(everything(bilirubin=12, bilirubin_unit="mg/dL")))
    assert organs.bilirubin_mg_dl == 12.0
    assert aclf_grade(organs).failures == ("liver",)


def test_an_edge_typed_in_mg_dl_stays_on_its_side_after_conversion() -> None:
    for value in (x / 10 for x in range(1, 400)):
        typed = read_inputs(everything(bilirubin=value, bilirubin_unit="mg/dL", creatinine=value, sex=None))
        organs = organ_inputs(typed)
        if "bilirubin_umol_l" in typed.values:
            assert organs.bilirubin_mg_dl == value
        if "creatinine_umol_l" in typed.values:
            assert organs.creatinine_mg_dl == value


@pytest.mark.parametrize(
    ("number", "rounded"),
    [(0.5, 1), (1.5, 2), (2.5, 3), (2.4999, 2), (-0.5, 0), (22.49999999999999, 23), (14.5, 15)],
)
def test_halves_are_rounded_up_and_a_half_lost_to_floating_point_is_one(number: float, rounded: int) -> None:
    assert half_up(number) == rounded


def test_nothing_at_all_gives_no_score() -> None:
    assert comparators(read_inputs({})) == {}
    assert set(comparator_gaps(read_inputs({}))) == set(NAMES)


def test_the_eight_alone_give_no_score_that_needs_more() -> None:
    assert comparators(read_inputs(patient())) == {}
    assert "creatinine" in LABS


FUNCTIONS: list[tuple[Callable[..., object], dict[str, Any]]] = [
    (scoring.meld, {"bilirubin_mg_dl": 2, "creatinine_mg_dl": 1, "inr": 1.5}),
    (scoring.meld_unrounded, {"bilirubin_mg_dl": 2, "creatinine_mg_dl": 1, "inr": 1.5}),
    (
        scoring.meld_2001_unrounded,
        {"bilirubin_mg_dl": 2, "creatinine_mg_dl": 1, "inr": 1.5, "cause": "other"},
    ),
    (scoring.meld_na, {"bilirubin_mg_dl": 2, "creatinine_mg_dl": 1, "inr": 1.5, "sodium_mmol_l": 130}),
    (scoring.meld_na_kim_2008, {"meld": 20, "sodium_mmol_l": 130}),
    (scoring.meld_na_biggins_2006, {"meld": 20, "sodium_mmol_l": 130}),
    (
        scoring.meld_3,
        {
            **{"bilirubin_mg_dl": 2, "creatinine_mg_dl": 1, "inr": 1.5, "sodium_mmol_l": 130},
            **{"albumin_g_dl": 3, "sex": "female"},
        },
    ),
    (
        scoring.ctp,
        {
            **{"bilirubin_mg_dl": 2, "albumin_g_dl": 3, "inr": 1.5, "ascites": "none"},
            "encephalopathy_grade": 1,
        },
    ),
    (scoring.albi, {"bilirubin_umol_l": 20, "albumin_g_l": 30}),
    (scoring.clif_c_aclf, {"clif_c_of": 8, "age_years": 50, "wbc_10e9_l": 8}),
    (
        scoring.clif_c_ad,
        {"age_years": 50, "creatinine_mg_dl": 1, "inr": 1.5, "wbc_10e9_l": 8, "sodium_mmol_l": 130},
    ),
    (
        scoring.cossh_aclf_2,
        {
            **{"inr": 1.5, "encephalopathy_grade": 1, "neutrophils_10e9_l": 4, "bilirubin_umol_l": 200},
            **{"urea_mmol_l": 5, "age_years": 50},
        },
    ),
    (
        scoring.aarc,
        {
            **{"bilirubin_mg_dl": 2, "creatinine_mg_dl": 1, "inr": 1.5, "lactate_mmol_l": 1},
            "encephalopathy_grade": 1,
        },
    ),
    (scoring.imeld, {"meld": 20, "age_years": 50, "sodium_mmol_l": 130}),
    (scoring.fib_4, {"age_years": 50, "ast_u_l": 60, "alt_u_l": 60, "platelets_10e9_l": 100}),
    (scoring.apri, {"ast_u_l": 60, "ast_upper_limit_u_l": 40, "platelets_10e9_l": 100}),
    (scoring.OrganInputs, {"bilirubin_mg_dl": 2, "inr": 1.5, "encephalopathy_grade": 1, "map_mmhg": 80}),
]


@pytest.mark.parametrize(("function", "given"), FUNCTIONS, ids=[each.__name__ for each, _ in FUNCTIONS])
def test_a_function_called_by_itself_refuses_what_cannot_be_and_names_it(
    function: Callable[..., object], given: dict[str, Any]
) -> None:
    function(**given)
    for name in given:
        for impossible in (math.nan, math.inf, -1, "high"):
            with pytest.raises(ValueError, match=name):
                function(**{**given, name: impossible})
    assert "ValueError" in (function.__doc__ or "")


@pytest.mark.parametrize(
    "function",
    [scoring.meld, scoring.meld_unrounded, scoring.meld_na, scoring.meld_3, scoring.meld_3_unrounded],
)
def test_dialysis_that_is_not_stated_is_none(function: Callable[..., float]) -> None:
    name = function.__name__.removesuffix("_unrounded")
    given = next(given for each, given in FUNCTIONS if each.__name__ == name)
    assert function(**given) == function(**given, dialysis=False) < function(**given, dialysis=True)


def test_an_adult_is_meant_where_meld_3_is_not_told_otherwise() -> None:
    labs = {"bilirubin_mg_dl": 2, "creatinine_mg_dl": 1, "inr": 1.5, "sodium_mmol_l": 130, "albumin_g_dl": 3}
    adult, child = (scoring.meld_3_unrounded(**labs, sex="male", **said) for said in ({}, CHILD))
    assert child - adult == pytest.approx(1.33)


CHILD = {"registered_before_18": True}


@pytest.mark.parametrize(
    ("function", "low", "high"),
    [(scoring.meld_na_kim_2008, 125, 140), (scoring.meld_na_biggins_2006, 120, 135)],
)
def test_sodium_is_held_within_the_limits_of_the_older_formulas(
    function: Callable[..., float], low: float, high: float
) -> None:
    by_sodium = [
        function(meld=20, sodium_mmol_l=na) for na in (low - 9, low, low + 1, high - 1, high, high + 9)
    ]
    below, at_low, above_low, below_high, at_high, above = by_sodium
    assert below == at_low > above_low and below_high > at_high == above


@pytest.mark.parametrize(("meld_i", "with_sodium"), [(11, 11), (11.1, 11.1 + 1.32 * 12 - 0.033 * 11.1 * 12)])
def test_sodium_counts_above_a_meld_of_11(meld_i: float, with_sodium: float) -> None:
    assert add_sodium(meld_i, 125) == pytest.approx(with_sodium)


@pytest.mark.parametrize("function", [scoring.meld, scoring.meld_na, scoring.meld_3])
def test_the_healthiest_has_6_and_the_sickest_40(function: Callable[..., int]) -> None:
    more = next(given for each, given in FUNCTIONS if each is function)
    well = {"bilirubin_mg_dl": 0.5, "creatinine_mg_dl": 0.6, "inr": 0.9, "sodium_mmol_l": 140}
    ill = {"bilirubin_mg_dl": 50, "creatinine_mg_dl": 9, "inr": 9, "sodium_mmol_l": 120}
    rest = {"albumin_g_dl": 4, "sex": "male"}
    for expected, labs in ((6, well), (40, ill)):
        assert function(**{name: {**labs, **rest}[name] for name in more}) == expected
