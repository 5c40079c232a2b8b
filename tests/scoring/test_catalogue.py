"""What hospitals call the inputs, in which unit, and what only looks like one."""

import json
from pathlib import Path
from typing import Any

import pytest

from scoring import catalogue
from scoring.catalogue import TESTS_OF_INPUTS, column_of
from scoring.inputs import TYPED_INPUTS, UNIT_FIELDS


@pytest.mark.parametrize(
    ("heading", "name", "unit"),
    [
        ("TBIL(umol/L)", "bilirubin", "umol/L"),
        ("总胆红素（μmol/L）", "bilirubin", "umol/L"),
        ("总胆红素\n(umol/L)", "bilirubin", "umol/L"),
        ("TBIL μmol/L", "bilirubin", "umol/L"),
        ("TBIL_umol/L", "bilirubin", "umol/L"),
        ("总胆红素umol/L", "bilirubin", "umol/L"),
        ("总胆红素mg/dL", "bilirubin", "mg/dL"),
        ("总胆红素/μmol/L", "bilirubin", "umol/L"),
        ("尿素氮mmol/L", "urea", "mmol/L"),
        ("是否静脉曲张破裂出血", "variceal_bleeding", None),
        ("是否合并肝性脑病", "encephalopathy_grade", None),
        ("cirrhosis?", "cirrhosis", None),
        ("T-BIL [mg/dl]", "bilirubin", "mg/dL"),
        ("总胆红素TBIL(mg/dL)", "bilirubin", "mg/dL"),
        ("总胆红素 (TBIL, μmol/L)", "bilirubin", "umol/L"),
        ("bilirubin_mg_dl", "bilirubin", "mg/dL"),
        ("ＴＢＩＬ（ｕｍｏｌ／Ｌ）", "bilirubin", "umol/L"),
        ("胆红素单位", "bilirubin_unit", None),
        ("国际标准化比值", "inr", None),
        ("PT-INR", "inr", None),
        ("PT(INR)", "inr", None),
        ("尿素氮[mmol/L]", "urea", "mmol/L"),
        ("BUN(mg/dL)", "urea", "BUN mg/dL"),
        ("Na+(mmol/L)", "sodium_mmol_l", "mmol/L"),
        ("Sodium (mEq/L)", "sodium_mmol_l", "mmol/L"),
        ("肌酐(μmol/L)", "creatinine", "umol/L"),
        ("ALB(g/dl)", "albumin_g_l", "g/dL"),
        ("PLT(×10⁹/L)", "platelets_10e9_l", "10^9/L"),
        ("WBC(/uL)", "wbc_10e9_l", "/uL"),
        ("乳酸(mg/dL)", "lactate_mmol_l", "mg/dL"),
        ("FiO2(%)", "fio2", "%"),
        ("PaO2(kPa)", "pao2", "kPa"),
        ("年龄(岁)", "age_years", "years"),
        ("肝硬化(1=是,0=否)", "cirrhosis", None),
        ("食管胃底静脉曲张破裂出血(有/无)", "variceal_bleeding", None),
        ("肝性脑病(0-4级)", "encephalopathy_grade", None),
        ("HE分级", "encephalopathy_grade", None),
        ("Encephalopathy grade", "encephalopathy_grade", None),
        ("性别", "sex", None),
        ("住院号", "id", None),
        ("采样时间", "sampled_at", None),
        ("随访天数", "time_days", None),
        ("随访时间(天)", "time_days", None),
        ("结局", "event", None),
        ("PTA(%)", "pta_percent", "%"),
        ("PT%", "pta_percent", None),
        ("基线肌酐(μmol/L)", "baseline_creatinine", "umol/L"),
        ("既往失代偿", "earlier_decompensation", None),
    ],
)
def test_a_heading_is_understood_with_its_unit(heading: str, name: str, unit: str | None) -> None:
    column = column_of(heading)
    assert (column.name, column.unit, column.fault) == (name, unit, None)


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("DBIL(umol/L)", "direct bilirubin"),
        ("间接胆红素", "indirect bilirubin"),
        ("PT(s)", "seconds"),
        ("凝血酶原时间", "seconds"),
        ("INR(s)", "no unit"),
        ("尿钠", "urine"),
        ("尿酸", "uric acid"),
        ("前白蛋白", "not albumin"),
        ("中性粒细胞(%)", "share"),
        ("消化道出血", "any cause"),
        ("Na(mg/dL)", "mmol/L"),
        ("年龄(月)", "years"),
        ("尿素(mg/dL)", "urea or urea nitrogen"),
        ("随访时间(月)", "days"),
        ("肝硬化(1=无,2=有)", "codes"),
        ("肝硬化（有=1，无=2）", "codes"),
        ("肝性脑病(1=无,2=Ⅰ级)", "codes"),
        ("报告时间", "sampling"),
    ],
)
def test_what_only_looks_like_an_input_is_not_taken_for_one(heading: str, words: str) -> None:
    column = column_of(heading)
    assert words in str(column.fault)


@pytest.mark.parametrize(
    "heading", ["姓名", "备注", "总胆红素furlong", "是否", "bilirubin_furlong", "INR2", "", "科室(病区)"]
)
def test_an_unknown_heading_is_itself(heading: str) -> None:
    column = column_of(heading)
    assert (column.name, column.fault) == (heading.lower(), None)


def test_every_canonical_name_is_understood_as_itself() -> None:
    for name in (*TYPED_INPUTS, *UNIT_FIELDS):
        assert column_of(name).name == name
        assert column_of(name.upper()).name == name


def content() -> dict[str, Any]:
    values: dict[str, Any] = json.loads(
        Path(catalogue.__file__).with_suffix(".json").read_text(encoding="utf-8")
    )
    return values


def test_every_name_of_the_catalogue_means_one_thing_and_has_a_source() -> None:
    written = content()
    names = [
        name
        for section in ("tests", "answers", "others", "decoys")
        for entry in written[section]
        for name in {catalogue.fold(name) for name in entry["names"]}
    ]
    assert sorted(names) == sorted(set(names))
    assert {entry["source"] for entry in written["tests"]} <= written["sources"].keys()


def test_every_unit_of_the_catalogue_is_one_that_the_inputs_have() -> None:
    for name, test in TESTS_OF_INPUTS.items():
        spec = TYPED_INPUTS[name]
        assert set(test.units.values()) <= {*(spec.units or ()), spec.unit}, name


@pytest.mark.parametrize(
    ("code", "name", "unit"),
    [
        ("14631-6", "bilirubin", "umol/L"),
        ("1975-2", "bilirubin", "mg/dL"),
        ("6301-6", "inr", ""),
        ("34714-6", "inr", ""),
        ("22664-7", "urea", "mmol/L"),
        ("3091-6", "urea", "urea mg/dL"),
        ("3094-0", "urea", "BUN mg/dL"),
        ("2951-2", "sodium_mmol_l", "mmol/L"),
    ],
)
def test_a_laboratory_code_means_one_input_in_one_unit(code: str, name: str, unit: str) -> None:
    [entry] = [entry for entry in content()["tests"] if code in entry.get("loinc", {})]
    assert (entry["input"], entry["loinc"][code]) == (name, unit)


def test_a_code_and_the_units_of_its_test_do_not_contradict_each_other() -> None:
    for entry in content()["tests"]:
        assert set(entry.get("loinc", {}).values()) <= entry["units"].keys(), entry["input"]
