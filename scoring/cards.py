"""Model cards as structured data, for pages and programs to render."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from scoring.riskmodel import RiskModel
from scoring.terms import Term


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number is from."""

    citation: str
    doi: str
    note: str


@dataclass(frozen=True, slots=True)
class TermCard:
    """One term: its input, itself written out with x for the value in `unit`, certainty, sources."""

    input: str
    unit: str
    formula: str
    certainty: str
    note: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Everything a reader should know before trusting a model. `certainty` and `status` are codes (see
    `texts`).

    `baseline`: log cumulative hazard by days. `reference` and `validity`: normalised, by key.
    `expected_load`: share of the calibration cohort flagged, by threshold.
    """

    name: str
    version: int
    status: str
    checksum: str
    title: str
    summary: str
    end_point: str
    intended: str
    derivation: str
    population_age: tuple[float, float]
    terms: tuple[TermCard, ...]
    baseline: Mapping[int, float]
    baseline_certainty: str
    baseline_note: str
    reference: Mapping[str, float]
    validity: Mapping[str, tuple[float, float]]
    limits: tuple[str, ...]
    expected_load: Mapping[float, float]
    sources: tuple[Source, ...]
    calibration: Mapping[str, Any]
    fit: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return asdict(self)


def model_card(model: RiskModel, *, language: str = "en") -> ModelCard:
    """The card of a model in a language (`en`, `zh-hans`) as far as its file has it, else in English."""
    document = model.document
    population = document["population"]
    sources = {key: _source(entry, language) for key, entry in document["sources"].items()}
    return ModelCard(
        name=model.name,
        version=model.version,
        status=model.status,
        checksum=model.checksum,
        title=_words(document["title"], language),
        summary=_words(document["summary"], language),
        end_point=_words(document["end_point"], language),
        intended=_words(population["intended"], language),
        derivation=_words(population["derivation"], language),
        population_age=model.population_age,
        terms=tuple(
            _term_card(term, entry, sources, language)
            for term, entry in zip(model.terms, document["terms"], strict=True)
        ),
        baseline={horizon.days: horizon.log_cumulative_hazard for horizon in model.horizons},
        baseline_certainty=document["baseline"]["certainty"],
        baseline_note=_words(document["baseline"].get("note", ""), language),
        reference=model.reference,
        validity=model.validity,
        limits=tuple(_words(limit, language) for limit in document["limits"]),
        expected_load={entry["threshold"]: entry["share"] for entry in document.get("expected_load", ())},
        sources=tuple(sources.values()),
        calibration=_in_language(document.get("calibration", {}), language),
        fit=document.get("fit", {}),
    )


def formula(term: Term) -> str:
    """A term written out, with x for the value in the term's unit; rcs is a restricted cubic spline with its
    knots.
    """
    x = "x"
    if term.lower is not None:
        x = f"max({x}, {term.lower:g})"
    if term.upper is not None:
        x = f"min({x}, {term.upper:g})"
    if term.kind == "log" or term.log_scale:
        x = f"ln {x}"
    if term.kind == "spline":
        return f"rcs({x}; {_listed(term.knots)}) × ({_listed(term.coefficients)})"
    if term.kind == "level":
        x = f"({_listed(term.levels)})[x]"
    return f"{term.coefficients[0]:g} × {x}"


def _listed(numbers: tuple[float, ...]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)


def _term_card(
    term: Term, entry: Mapping[str, Any], sources: Mapping[str, Source], language: str
) -> TermCard:
    return TermCard(
        input=term.input,
        unit=term.unit,
        formula=formula(term),
        certainty=entry["certainty"],
        note=_words(entry.get("note", ""), language),
        sources=tuple(sources[key] for key in entry.get("source", ())),
    )


def _source(entry: Mapping[str, Any], language: str) -> Source:
    return Source(entry["citation"], entry.get("doi", ""), _words(entry.get("note", ""), language))


def _in_language(value: Any, language: str) -> Any:
    """A part of the document whose texts, wherever they stand, are in one language."""
    if not isinstance(value, Mapping):
        return value
    if all(isinstance(words, str) for words in value.values()) and "en" in value:
        return _words(value, language)
    return {key: _in_language(part, language) for key, part in value.items()}


def _words(value: str | Mapping[str, str], language: str) -> str:
    return value if isinstance(value, str) else value.get(language, value["en"])
