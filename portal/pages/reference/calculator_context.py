"""Every score, grade and risk that some values suffice for, with what is missing and where it is from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.grades import by_number, easl_clif
from referral.models import Case
from referral.queries.case_values import case_values, tables_of
from scoring import (
    INPUTS,
    SCORES,
    AclfGrade,
    Reading,
    RiskModel,
    ScoreValue,
    aclf_grade,
    comparator_gaps,
    comparators,
    evaluate,
    organ_inputs,
    texts,
)
from scoring.inputs import BY_KEY
from scoring.issues import plain_number
from scoring.parsing import Value
from scoring.score_cards import CITATION_CERTAINTY, GRADE_CARDS, SCORE_CARDS, ScoreCard

Text = str | Promise

LEVELS: Mapping[str, Text] = {
    "low": gettext_lazy("Low risk"),
    "intermediate": gettext_lazy("Intermediate risk"),
    "high": gettext_lazy("High risk"),
}
"""The bands of CLIF-C AD and COSSH-ACLF II."""


@dataclass(frozen=True, slots=True)
class Card:
    """Where a score is from, in the reader's language; `formula` and `citation` stay as published."""

    population: str
    formula: str
    reading: str
    citation: str
    doi: str
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One score: `value` is empty while inputs are missing, which `needs` names. `card` is None for the risk
    model, whose card is the page of `model`."""

    name: str
    title: str
    value: str = ""
    grade: str = ""
    risks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    card: Card | None = None
    model: str = ""
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class Comparators:
    """The scores of a case, and when the assessment and the table of organ failure behind them were."""

    rows: list[Row]
    assessed_at: datetime | None
    organs_at: datetime | None


def rows_of(reading: Reading) -> list[Row]:
    """The two grades of organ failure and every published score, those with missing inputs too."""
    gaps, scores = comparator_gaps(reading), comparators(reading)
    organs = aclf_grade(organ_inputs(reading))
    needs = {name: tuple(_need(name, gap) for gap in lacking) for name, lacking in gaps.items()}
    return [
        *(_grade_row(card, organs, reading, needs.get("CLIF-C OF", ())) for card in GRADE_CARDS),
        *(_score_row(card, scores.get(card.name), needs.get(card.name, ())) for card in SCORE_CARDS),
    ]


def comparators_of(case: Case) -> Comparators | None:
    """The scores of a case by the newest value of everything that either side entered; None without any."""
    measured, tables = case_values(case), tables_of(case)
    if not measured.values:
        return None
    values: dict[str, Value] = {"sex": case.patient.sex, "age_years": case.age, **measured.normalised}
    return Comparators(
        rows=rows_of(Reading(values=values, entered={}, missing=())),
        assessed_at=case.assessment.assessed_at if case.assessment else None,
        organs_at=tables[-1].occurred_at if tables else None,
    )


def model_row(reading: Reading, model: RiskModel) -> Row:
    """The risk of the model in force."""
    result = evaluate(reading, model=model)
    status = str(texts.MODEL_STATUS.get(model.status, model.status))
    flags = [texts.red_flag_text(code) for code in result.red_flags]
    scored = result.risk_90d is not None
    return Row(
        name=model.identifier,
        title=_("Death or liver transplant within 90 days"),
        value=texts.risk_text(result.risk_90d) if result.risk_90d is not None else "",
        grade=texts.band_text(result.band) if result.band else "",
        needs=() if scored else tuple(texts.label(name) for name in result.missing),
        notes=(
            status,
            *([_("Red flags: %(flags)s.") % {"flags": _listed(flags)}] if flags else []),
            str(texts.LOW_SCORE_CAUTION),
        ),
        model=model.identifier,
        is_provisional=model.status == "provisional",
    )


def warnings_of(reading: Reading, model: RiskModel) -> list[str]:
    """Soft limits, and values outside the range the model was made for."""
    return [texts.issue_text(issue) for issue in evaluate(reading, model=model).warnings]


def values_of(reading: Reading) -> list[tuple[str, str, str]]:
    """Name and normalised value of everything the scores were counted from, and what was typed in another
    unit.
    """
    named = ((BY_KEY[key].name, texts.value_text(key, value)) for key, value in reading.values.items())
    return [
        (texts.label(name), value, texts.typed_text(name, reading.entered.get(name, {})))
        for name, value in named
    ]


def _score_row(card: ScoreCard, value: ScoreValue | None, needs: tuple[str, ...]) -> Row:
    if value is None:
        return Row(card.name, _(card.title), needs=needs, card=card_of(card))
    return Row(
        name=card.name,
        title=_(card.title),
        value=plain_number(value.value),
        grade=_graded(card.name, value.grade),
        risks=tuple(_risk(at, risk) for at, risk in (value.risk or {}).items()),
        notes=tuple(_notes(card.name, value)),
        card=card_of(card),
    )


def _grade_row(card: ScoreCard, organs: AclfGrade, reading: Reading, needs: tuple[str, ...]) -> Row:
    simple = card.name == "simple grade"
    failing = _listed(texts.organ_text(organ) for organ in organs.failures)
    notes = [_("Failing: %(organs)s.") % {"organs": failing}] if failing else []
    if organs.subscores and organs.missing:
        missing = _listed(texts.organ_text(organ) for organ in organs.missing)
        notes.append(_("A lower bound: not known of %(organs)s.") % {"organs": missing})
    if not simple and reading.values.get("cirrhosis") is False:
        notes.append(_("Meant for cirrhosis; these values say there is none."))
    return Row(
        name=_("Simple grade") if simple else card.name,
        title=_(card.title),
        value=_grade_text(organs, simple=simple) if organs.subscores else "",
        needs=needs,
        notes=tuple(notes),
        card=card_of(card),
    )


def _grade_text(organs: AclfGrade, *, simple: bool) -> str:
    if simple:
        return by_number(organs.simple_grade or "", is_complete=organs.complete)
    return easl_clif(organs.grade, is_complete=organs.complete)


def _graded(name: str, grade: str | int | None) -> str:
    if grade is None:
        return ""
    if grade in LEVELS:
        return str(LEVELS[str(grade)])
    words = _("Class %(grade)s") if name == "CTP" else _("Grade %(grade)s")
    return words % {"grade": grade}


def _risk(at: str, risk: float) -> str:
    words = _("%(risk)s dead within %(days)s days")
    return words % {"risk": texts.risk_text(risk), "days": at.removesuffix("d")}


def _notes(name: str, value: ScoreValue) -> Iterable[str]:
    flags = [texts.label(given) for given in value.assumed if INPUTS[given].kind == "flag"]
    if flags:
        yield _("Not stated and counted as no: %(inputs)s.") % {"inputs": _listed(flags)}
    if "age_years" in value.assumed:
        yield _("Age is not stated; counted as an adult.")
    if name == "CLIF-C ACLF" and value.applies is False:
        yield _("Meant for patients with ACLF; by these values there is none.")
    if name == "CLIF-C AD" and value.applies is False:
        yield _("Meant for patients without ACLF; by these values there is ACLF.")
    if name == "CLIF-C AD" and value.applies is None:
        yield _("Meant for patients without ACLF; not all organs are known.")


def _need(score: str, gap: str) -> str:
    """An input that is missing, with the other measurement that would do as well."""
    need = next(need for need in SCORES[score].needs if need.split("|")[0] == gap)
    measured = [name for name in need.split("|") if INPUTS[name].kind != "flag"]
    return _(" or ").join(texts.label(name) for name in measured)


def card_of(card: ScoreCard) -> Card:
    """A score's card for a reader, with what of it was not read in a source."""
    doubts = (card.certainty, "" if card.citation_read else CITATION_CERTAINTY)
    return Card(
        population=_(card.population),
        formula=card.formula,
        reading=_(card.reading),
        citation=card.citation,
        doi=card.doi,
        doubts=tuple(_(doubt) for doubt in doubts if doubt),
    )


def _listed(names: Iterable[str]) -> str:
    return _(", ").join(names)
