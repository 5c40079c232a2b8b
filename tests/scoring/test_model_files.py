"""Model files: sealed data, refused with the line at fault when anything about them is wrong."""

import copy
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scoring import DEFAULT_MODEL, ModelFileError, load_model, model_from_document, seal
from scoring.modelfile import FOLDER, checksum, parse_model, shipped_models
from scoring.positions import line_of

SHIPPED = FOLDER / "aclf8-provisional-1.json"
Document = dict[str, Any]


@pytest.fixture
def document() -> Document:
    return copy.deepcopy(json.loads(SHIPPED.read_text(encoding="utf-8")))


def text_of(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)


def resealed(document: Document) -> str:
    """The text with the right checksum, whatever else is wrong with it."""
    return text_of({**document, "checksum": checksum(document)})


def test_the_shipped_file_is_sealed_and_says_that_it_is_provisional() -> None:
    assert DEFAULT_MODEL.status == "provisional"
    assert DEFAULT_MODEL.identifier == "aclf8-provisional-1"
    assert DEFAULT_MODEL.checksum == checksum(DEFAULT_MODEL.document)


def test_a_shipped_file_is_never_changed_but_followed_by_a_higher_version() -> None:
    assert {model.identifier: model.checksum for model in shipped_models()} == {
        "aclf8-provisional-1": "f6bc787a617caeb626a3f7dfdeecb5a38829c64acea112996e34d609a1cead67"
    }


def test_every_number_of_the_shipped_file_says_where_it_is_from_and_how_certain_it_is() -> None:
    for term in DEFAULT_MODEL.document["terms"]:
        assert term["certainty"] in ("published", "derived", "assumed", "calibrated")
        assert set(term["source"]) <= DEFAULT_MODEL.document["sources"].keys()
        assert term["note"]["en"] and term["note"]["zh-hans"]


def test_a_model_is_found_by_name_by_name_and_version_and_by_path() -> None:
    assert load_model("aclf8-provisional") == load_model("aclf8-provisional-1") == load_model(SHIPPED)


@pytest.mark.parametrize(
    "name", ["aclf8", "aclf8-provisional-2", "", "../models", "no/such.json", "/etc/passwd"]
)
def test_an_unknown_model_is_refused_by_name(name: str) -> None:
    with pytest.raises(ModelFileError):
        load_model(name)


def test_a_changed_coefficient_breaks_the_seal(document: Document) -> None:
    document["terms"][0]["coefficient"] = 0.033
    with pytest.raises(ModelFileError, match="changed after it was sealed") as caught:
        parse_model(text_of(document))
    assert caught.value.path == "checksum"
    assert text_of(document).splitlines()[caught.value.line - 1].strip().startswith('"checksum"')


def test_even_a_changed_word_breaks_the_seal(document: Document) -> None:
    document["summary"]["en"] = "Validated on everyone."
    with pytest.raises(ModelFileError, match="sealed"):
        parse_model(text_of(document))


def test_layout_and_number_form_do_not_break_the_seal(document: Document) -> None:
    assert parse_model(json.dumps(document, separators=(",", ":"))).checksum == DEFAULT_MODEL.checksum
    document["version"] = 1
    document["reference"]["bilirubin_umol_l"] = 95.0
    assert parse_model(text_of(document)).checksum == DEFAULT_MODEL.checksum


def test_a_byte_order_mark_is_no_reason_to_refuse(tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    file.write_bytes(b"\xef\xbb\xbf" + SHIPPED.read_bytes())
    assert load_model(file) == DEFAULT_MODEL


def test_a_file_without_a_checksum_is_refused(document: Document) -> None:
    del document["checksum"]
    with pytest.raises(ModelFileError, match="checksum: is missing"):
        parse_model(text_of(document))


def put(*path: str | int, value: Any) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def drop(*path: str | int) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


def spline(**inputs: Any) -> Callable[[Document], None]:
    """Bilirubin as a spline instead, with something wrong about it."""
    shape = {"kind": "spline", "knots": [2, 4, 6], "coefficients": [0.2, 0.4], "log_scale": True}

    def change(document: Document) -> None:
        del document["terms"][4]["coefficient"]
        document["terms"][4] |= shape | inputs

    return change


def another(**inputs: Any) -> Callable[[Document], None]:
    """A ninth term."""
    return lambda document: document["terms"].append({"coefficient": 1, "certainty": "assumed", **inputs})


MALFORMED: dict[str, Callable[[Document], None]] = {
    "format": put("format", value="risk-model/2"),
    "name": put("name", value="My Model"),
    "version": put("version", value=0),
    "status": put("status", value="experimental"),
    "summary": put("summary", value=""),
    "title.en": drop("title", "en"),
    "surprise": put("surprise", value=1),
    "terms": put("terms", value=[]),
    "terms[0].input": put("terms", 0, "input", value="shoe_size"),
    "terms[0].kind": put("terms", 0, "kind", value="cubic"),
    "terms[0].coefficient": put("terms", 0, "coefficient", value="0.032"),
    "terms[2].coefficient": drop("terms", 2, "coefficient"),
    "terms[1].kind": put("terms", 1, "kind", value="log"),
    "terms[3].kind": put("terms", 3, "kind", value="linear"),
    "terms[3].levels": put("terms", 3, "levels", value=[0, 1, 2]),
    "terms[4].unit": put("terms", 4, "unit", value="g/L"),
    "terms[4].source[0]": put("terms", 4, "source", value=["nowhere"]),
    "terms[4].certainty": put("terms", 4, "certainty", value="sure"),
    "terms[6].extra": put("terms", 6, "extra", value=1),
    "terms[7].upper": drop("terms", 7, "upper"),
    "baseline.horizons": put("baseline", "horizons", 0, "days", value=28),
    "baseline.horizons[0].survival": put("baseline", "horizons", 0, "survival", value=0.9),
    "reference.inr": put("reference", "inr", value=300),
    "reference.sodium_mmol_l": drop("reference", "sodium_mmol_l"),
    "validity.inr": put("validity", "inr", value=[8, 0.9]),
    "validity.cirrhosis": put("validity", "cirrhosis", value=[0, 1]),
    "population.age_years": put("population", "age_years", value=[18]),
    "version ": put("version", value=3_000_000_000),
    "name ": put("name", value="a" * 81),
    "sources.paper.doi": put("sources", "paper", "doi", value=5),
    "calibration": put("calibration", value="by hand"),
    "calibration.marginals": put("calibration", "marginals", value="normal"),
    "calibration.marginals.inr": put("calibration", "marginals", "inr", value=1.42),
    "calibration.targets.rate.en": put(
        "calibration", "targets", "rate", value={"zh-hans": "病死率", "en": ""}
    ),
    "fit": put("fit", value=[]),
    "terms[0].knots": put("terms", 0, "knots", value=[1, 2, 3]),
    "terms[0].log_scale": put("terms", 0, "log_scale", value=True),
    "terms[0].upper": put("terms", 0, "upper", value=70),
    "terms[3].lower": put("terms", 3, "lower", value=1),
    "terms[4].upper": put("terms", 4, "upper", value=-1),
    "terms[8].input": lambda document: document["terms"].append(document["terms"][0]),
    "baseline.horizons[1].days": lambda document: document["baseline"]["horizons"].append(
        {"days": 90, "survival": 0.5}
    ),
    "baseline.horizons[0]": lambda document: document["baseline"]["horizons"].append(
        {"days": 28, "log_cumulative_hazard": -0.5}
    ),
    "reference.cirrhosis": put("reference", "cirrhosis", value=2),
    "reference.encephalopathy_grade": put("reference", "encephalopathy_grade", value=0.5),
    "expected_load[0].share": put("expected_load", 0, "share", value=45),
    "limits[1]": put("limits", 1, value=""),
    "expected_load[0].extra": put("expected_load", 0, "extra", value=1),
    "population.intended": put("population", "intended", value=5),
    "sources.paper.extra": put("sources", "paper", "extra", value=1),
    "sources.paper.note": put("sources", "paper", "note", value=5),
    "terms[4].source": drop("terms", 4, "source"),
    "terms[2].source[0]": put("terms", 2, "source", value=["nowhere"]),
    "version  ": put("version", value=True),
    "version   ": put("version", value=1.5),
    "terms[0].coefficient ": put("terms", 0, "coefficient", value=True),
    "sources": put("sources", value=["paper"]),
    "population": put("population", value="adults"),
    "population.extra": put("population", "extra", value=1),
    "baseline": put("baseline", value=[]),
    "baseline.extra": put("baseline", "extra", value=1),
    "baseline.horizons[0].extra": put("baseline", "horizons", 0, "extra", value=1),
    "reference.extra": put("reference", "extra", value=1),
    "baseline.certainty": put("baseline", "certainty", value="sure"),
    "terms[1].note": put("terms", 1, "note", value=5),
    "reference": put("reference", value=[48.5]),
    "terms[0]": put("terms", 0, value="age_years"),
    "terms[8].input ": another(input="sex", kind="linear"),
    "terms[8].lower": another(input="lactate_mmol_l", kind="log", unit="mmol/L"),
    "terms[7].upper ": put("terms", 7, "lower", value=145),
    "terms[4].log_scale": spline(log_scale="yes"),
    "terms[4].knots": spline(knots=[2, 4], coefficients=[0.2]),
    "terms[4].knots ": spline(knots=[2, 4, 4]),
    "terms[4].coefficients": spline(coefficients=[0.2, 0.4, 0.1]),
    "terms[4].coefficient": spline(coefficient=0.2),
    "terms[3].levels ": put("terms", 3, "levels", value=[0, 1, 1, 2]),
    "terms[3].levels  ": put("terms", 3, "levels", value=[0, 1, 1, 2, 2, 2]),
    "terms[4].upper ": put("terms", 4, "upper", value=0),
    "terms[8].lower ": another(input="lactate_mmol_l", kind="log", unit="mmol/L", lower=0),
    "expected_load[0].threshold": put("expected_load", 0, "threshold", value=0),
    "expected_load[0].share ": put("expected_load", 0, "share", value=1),
    "validity.inr ": put("validity", "inr", value=[0.9, 0.9]),
    "validity.inr  ": put("validity", "inr", value=[0.9, 4, 8]),
    "reference.inr ": put("reference", "inr", value=0.49),
    "reference.inr  ": put("reference", "inr", value=30.1),
    "reference.encephalopathy_grade ": put("reference", "encephalopathy_grade", value=5),
    "reference.encephalopathy_grade  ": put("reference", "encephalopathy_grade", value=-1),
    "reference.variceal_bleeding": put("reference", "variceal_bleeding", value=-1),
    "baseline.horizons[0].survival ": put("baseline", "horizons", 0, value={"days": 90, "survival": 1}),
    "baseline.horizons[0].survival  ": put("baseline", "horizons", 0, value={"days": 90, "survival": 0}),
    "baseline.horizons[0].survival   ": put("baseline", "horizons", 0, value={"days": 90}),
}


def test_a_spline_without_anything_wrong_about_it_is_taken(document: Document) -> None:
    spline()(document)
    term = model_from_document(seal(document)).terms[4]
    assert (term.kind, term.knots, term.coefficients) == ("spline", (2, 4, 6), (0.2, 0.4))
    assert term.share(math.exp(1.5)) == pytest.approx(0.2 * 1.5), (
        "of the logarithm, straight below the first knot"
    )


def test_what_lies_exactly_at_a_limit_of_the_format_is_taken(document: Document) -> None:
    document["reference"] |= {"inr": 0.5, "sodium_mmol_l": 200, "encephalopathy_grade": 4}
    document["terms"].append(
        {"input": "lactate_mmol_l", "kind": "log", "unit": "mmol/L", "coefficient": 1, "certainty": "assumed"}
        | {"lower": 0.1, "upper": 0.2}
    )
    document["reference"]["lactate_mmol_l"], document["validity"]["lactate_mmol_l"] = 40, [0, 40]
    log_hazard = document["baseline"]["horizons"][0]["log_cumulative_hazard"]
    document["baseline"]["horizons"].append({"days": 1, "log_cumulative_hazard": log_hazard})
    model = model_from_document(seal(document))
    assert (model.reference["inr"], model.validity["lactate_mmol_l"]) == (0.5, (0, 40))
    assert model.risk(0.0, days=1) == model.risk(0.0)


def test_the_longest_name_and_the_highest_version_are_taken(document: Document) -> None:
    document.update(name="a" * 80, version=1_000_000)
    assert model_from_document(seal(document)).identifier == f"{'a' * 80}-1000000"


def test_a_term_may_be_held_from_one_side_only(document: Document) -> None:
    document["terms"][5]["upper"] = 3
    document["terms"][7] = {**document["terms"][7], "lower": 120}
    del document["terms"][7]["upper"]
    model = model_from_document(seal(document))
    assert model.terms[5].share(8.0) == model.terms[5].share(3.0)
    assert model.terms[7].share(100.0) == model.terms[7].share(120.0) > model.terms[7].share(150.0)


def test_a_text_may_be_in_one_language_only(document: Document) -> None:
    document.update(end_point="Death within 90 days", limits=["One cohort."])
    assert model_from_document(seal(document)).end_point == "Death within 90 days"


@pytest.mark.parametrize("path", MALFORMED)
def test_a_malformed_file_is_refused_at_its_path_and_line(path: str, document: Document) -> None:
    MALFORMED[path](document)
    text = resealed(document)
    with pytest.raises(ModelFileError) as caught:
        parse_model(text, source="site.json")
    path = path.strip()
    assert caught.value.path == path
    assert caught.value.line is not None and 1 <= caught.value.line <= len(text.splitlines())
    assert str(caught.value).startswith(f"site.json, line {caught.value.line}, {path}: ")


def test_the_line_named_is_the_line_at_fault(document: Document) -> None:
    document["terms"][5]["coefficient"] = "much"
    text = resealed(document)
    with pytest.raises(ModelFileError) as caught:
        parse_model(text)
    assert text.splitlines()[caught.value.line - 1].strip() == '"coefficient": "much",'


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{\n "name": "x",\n}', 3, "double quotes"),
        ('{\n "a": 1,\n "a": 2\n}', 3, "repeated"),
        ('{\n "a": NaN\n}', 2, "NaN"),
        ('{\n "a": [1,\n -Infinity]}', 3, "-Infinity"),
        ('{\n "a": {"b": 1,\n "b": 2},\n "c": {"b": 3}}', 3, "“b” is repeated"),
        ('{\n "a": "NaN",\n "b": NaN,\n "c": "NaN"\n}', 3, "NaN"),
        ('{\n "a": "x",\n "b": "\\ud800"\n}', 3, "half a character"),
        ('{\n "a":\n' + "[" * 100_000, 3, "nested deeper"),
        ('{\n "a":\n' + "[" * 60 + "]" * 60 + "}", 3, "nested deeper"),
        ("[]", 1, "one JSON object"),
        ("", 1, "Expecting value"),
    ],
)
def test_what_is_no_proper_json_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(ModelFileError, match=reason) as caught:
        parse_model(text)
    assert caught.value.line == line


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelFileError, match="cannot be read"):
        load_model(file)


def test_a_coefficient_of_thousands_of_digits_is_refused_at_its_place(document: Document) -> None:
    text = text_of(document).replace("0.032", "1" + "0" * 5000, 1)
    with pytest.raises(ModelFileError, match="must be a number") as caught:
        parse_model(text)
    assert caught.value.path == "terms[0].coefficient"


def test_a_line_with_bends_is_made_of_several_capped_terms(document: Document) -> None:
    document["terms"][0].update(kind="capped", upper=60)
    document["terms"].append({**document["terms"][0], "lower": 60, "coefficient": 0.1, "upper": 120})
    age = model_from_document(seal(document)).contributions({**DEFAULT_MODEL.reference, "age_years": 70})
    assert age["age_years"] == pytest.approx(0.032 * (60 - 48.5) + 0.1 * (70 - 60))


def test_baseline_survival_and_log_hazard_say_the_same(document: Document) -> None:
    log_hazard = document["baseline"]["horizons"][0].pop("log_cumulative_hazard")
    document["baseline"]["horizons"][0]["survival"] = math.exp(-math.exp(log_hazard))
    model = model_from_document(seal(document))
    assert model.horizons[0].log_cumulative_hazard == pytest.approx(log_hazard)


def test_a_centred_baseline_is_the_hazard_at_that_linear_predictor(document: Document) -> None:
    document["baseline"]["centre"] = -1.2
    model = model_from_document(seal(document))
    at_centre = model.risk(-1.2)
    assert at_centre == pytest.approx(DEFAULT_MODEL.risk(0.0))


def test_a_model_may_have_more_horizons_than_one(document: Document) -> None:
    document["baseline"]["horizons"].append({"days": 28, "log_cumulative_hazard": -1.4})
    model = model_from_document(seal(document))
    assert model.risk(-1.0, days=28) < model.risk(-1.0)
    with pytest.raises(KeyError):
        model.risk(-1.0, days=365)


def test_coefficients_may_be_in_another_unit(document: Document) -> None:
    """A consortium that counts urea as BUN in mg/dL writes its own knots and caps, and its own unit."""
    document["terms"][6].update(unit="BUN mg/dL", kind="capped", upper=60, coefficient=0.02)
    model = model_from_document(seal(document))
    urea = next(term for term in model.terms if term.input == "urea")
    assert urea.share(10.0) == pytest.approx(0.02 * 28)
    assert urea.share(100.0) == pytest.approx(0.02 * 60)


def test_the_example_in_the_documentation_is_a_model() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "scoring.md").read_text(encoding="utf-8")
    example = next(part for part in page.split("```") if '"risk-model/1"' in part).removeprefix("json")
    assert 0 < model_from_document(seal(json.loads(example))).risk(0.0) < 1


def test_sealing_refuses_what_could_not_be_loaded(document: Document) -> None:
    document["terms"][0]["kind"] = "magic"
    with pytest.raises(ModelFileError, match=r"terms\[0\].kind"):
        seal(document)


def test_a_line_is_found_for_every_kind_of_place() -> None:
    text = '{\n "a": [1, {\n  "b": "x,]}",\n  "c": []\n }],\n "d": null}'
    assert line_of(text, ("a",)) == 2
    assert line_of(text, ("a", 1, "b")) == 3
    assert line_of(text, ("a", 1, "c")) == 4
    assert line_of(text, ("d",)) == 6
    assert line_of(text, ("a", 1, "nothing")) == 2
    assert line_of(text, ("nothing",)) == 1
