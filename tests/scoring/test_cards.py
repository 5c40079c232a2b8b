"""Cards: what a reader should know before trusting a number."""

import json
import re

import pytest

from scoring import DEFAULT_MODEL, INPUTS, SCORES, Term
from scoring.cards import formula, model_card
from scoring.score_cards import SCORE_CARDS


def test_the_card_of_the_provisional_model_says_that_it_is_not_the_published_one() -> None:
    card = model_card(DEFAULT_MODEL)
    assert card.status == "provisional"
    assert "not the consortium's published model, not validated" in card.summary
    assert len(card.terms) == 8
    assert card.expected_load == {0.15: 0.45}
    assert any("18.4 %" in limit for limit in card.limits)


def test_the_card_comes_in_chinese_and_falls_back_to_english() -> None:
    assert model_card(DEFAULT_MODEL, language="zh-hans").title.startswith("八项指标")
    assert model_card(DEFAULT_MODEL, language="fr").title == model_card(DEFAULT_MODEL).title


def test_the_chinese_card_says_what_the_constants_were_calibrated_on_in_the_same_numbers() -> None:
    english = model_card(DEFAULT_MODEL).calibration["marginals"]
    chinese = model_card(DEFAULT_MODEL, language="zh-hans").calibration["marginals"]
    assert english.keys() == chinese.keys() == DEFAULT_MODEL.reference.keys()
    for key, words in chinese.items():
        assert key == "cirrhosis" or re.search("[\u4e00-\u9fff]", words), words
        if key != "encephalopathy_grade":  # graded in Roman numerals in English
            assert re.findall(r"[\d.]+", words) == re.findall(r"[\d.]+", english[key])


def test_every_term_names_its_sources_in_full() -> None:
    for term in model_card(DEFAULT_MODEL).terms:
        assert term.sources, term.input
        assert all(source.citation for source in term.sources)


def test_a_card_survives_json() -> None:
    card = json.loads(json.dumps(model_card(DEFAULT_MODEL).as_dict()))
    assert card["checksum"] == DEFAULT_MODEL.checksum
    assert card["calibration"]["seed"] == 20250604


@pytest.mark.parametrize(
    ("term", "written"),
    [
        (Term("age_years", "linear", (0.032,)), "0.032 × x"),
        (Term("inr", "log", (1.68,)), "1.68 × ln x"),
        (Term("sodium_mmol_l", "capped", (-0.051,), upper=145), "-0.051 × min(x, 145)"),
        (Term("inr", "log", (1.0,), lower=0.8), "1 × ln max(x, 0.8)"),
        (Term("encephalopathy_grade", "level", (0.5,), levels=(0, 1, 1, 2, 2)), "0.5 × (0, 1, 1, 2, 2)[x]"),
        (
            Term("inr", "spline", (0.5, -0.3), knots=(1, 2, 4), log_scale=True),
            "rcs(ln x; 1, 2, 4) × (0.5, -0.3)",
        ),
    ],
)
def test_a_term_is_written_out(term: Term, written: str) -> None:
    assert formula(term) == written


def test_every_score_has_a_card_with_formula_and_publication() -> None:
    assert [card.name for card in SCORE_CARDS] == list(SCORES)
    for card in SCORE_CARDS:
        assert card.title and card.population and card.formula and card.reading and card.citation
        assert set(card.inputs) <= INPUTS.keys()


def test_a_score_card_names_every_input_that_the_score_needs() -> None:
    for card in SCORE_CARDS:
        needed = {name for need in SCORES[card.name].needs for name in need.split("|")}
        if card.name != "CLIF-C ACLF":  # it counts the organ score, whose card lists the rest
            assert needed <= set(card.inputs), card.name


@pytest.mark.parametrize("name", ["COSSH-ACLF II", "AARC", "iMELD", "ALBI", "CLIF-C OF"])
def test_what_was_not_read_in_a_source_is_said(name: str) -> None:
    assert next(card for card in SCORE_CARDS if card.name == name).certainty


def test_what_a_source_is_worth_is_said_in_the_readers_language() -> None:
    notes = [source.note for source in model_card(DEFAULT_MODEL, language="zh-hans").sources]
    assert all(re.search("[\u4e00-\u9fff]", note) for note in notes)
    english = [source.note for source in model_card(DEFAULT_MODEL).sources]
    assert any("read at second hand" in note for note in english)
