"""The model file's format: a parsed document to a RiskModel, or the first place that is wrong."""

import math
import re
from collections.abc import Iterator, Mapping, Set
from itertools import pairwise
from typing import Any

from scoring.inputs import INPUTS, Input, within
from scoring.issues import gettext_noop
from scoring.riskmodel import MAIN_HORIZON_DAYS, Horizon, RiskModel
from scoring.sentences import Listed, Readable, Sentence
from scoring.terms import Term

FORMAT = "risk-model/1"
STATUSES = ("provisional", "validated", "retired")
CERTAINTIES = ("published", "derived", "assumed", "calibrated", "fitted")

_DOCUMENT_KEYS = {
    *("format", "name", "version", "status", "title", "summary", "end_point", "population", "sources"),
    *("terms", "baseline", "reference", "validity", "limits", "expected_load", "calibration", "fit"),
    "checksum",
}
_TERM_KEYS = {"input", "kind", "unit", "source", "certainty", "note"}
_KEYS_OF_KIND: Mapping[str, Set[str]] = {
    "linear": {"coefficient"},
    "log": {"coefficient", "lower", "upper"},
    "capped": {"coefficient", "lower", "upper"},
    "level": {"coefficient", "levels"},
    "spline": {"coefficients", "knots", "log_scale", "lower", "upper"},
}
_REPEATABLE_KIND = "capped"
"""An input may have several capped terms, a line with bends; of any other kind one says all."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST_NAME = 80
_HIGHEST_VERSION = 1_000_000


class NodeFaultError(ValueError):
    """What is wrong with a document, and where."""

    def __init__(self, reason: Readable, path: tuple[str | int, ...]) -> None:
        super().__init__(str(reason))
        self.reason, self.path = reason, path

    @property
    def dotted(self) -> str:
        """The path as people write it: terms[3].coefficient."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return "".join(steps).removeprefix(".")


class Node:
    """A value of the document that knows its path, so that every complaint can point to it."""

    def __init__(self, value: Any, path: tuple[str | int, ...] = ()) -> None:
        self.value, self.path = value, path

    def fault(self, text: str, *steps: str | int, **filling: object) -> NodeFaultError:
        """The complaint to raise about this value, or about a part of it."""
        return NodeFaultError(Sentence(text, filling), (*self.path, *steps))

    def has(self, key: str) -> bool:
        """True if this object has the key."""
        return isinstance(self.value, Mapping) and key in self.value

    def get(self, key: str) -> "Node":
        """The member `key` of this object. Raises NodeFaultError."""
        if not isinstance(self.value, Mapping):
            raise self.fault(gettext_noop("must be an object"))
        if key not in self.value:
            raise self.fault(gettext_noop("is missing"), key)
        return Node(self.value[key], (*self.path, key))

    def only(self, allowed: Set[str]) -> None:
        """Raises NodeFaultError if this is no object or has a key that the format does not know."""
        if not isinstance(self.value, Mapping):
            raise self.fault(gettext_noop("must be an object"))
        for key in self.value:
            if key not in allowed:
                raise self.fault(gettext_noop("is not part of the format"), key)

    def text(self, key: str, *, one_of: tuple[str, ...] = ()) -> str:
        """The member `key`, a text that is not empty. Raises NodeFaultError."""
        node = self.get(key)
        if not isinstance(node.value, str) or not node.value.strip():
            raise node.fault(gettext_noop("must be a text"))
        if one_of and node.value not in one_of:
            raise node.fault(gettext_noop("must be one of: %(choices)s"), choices=Listed(one_of))
        return str(node.value)

    def words(self, key: str) -> str:
        """The English of the member `key`; see `as_words`. Raises NodeFaultError."""
        return self.get(key).as_words()

    def as_words(self) -> str:
        """The English of a text, or of texts by language with at least `en`. Raises NodeFaultError."""
        if isinstance(self.value, Mapping):
            for language in self.value:
                self.text(language)
            return self.text("en")
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.fault(gettext_noop("must be a text, or texts by language"))
        return self.value

    def members(self) -> Iterator[tuple[str, "Node"]]:
        """Name and value of each member of this object. Raises NodeFaultError if it is none."""
        if not isinstance(self.value, Mapping):
            raise self.fault(gettext_noop("must be an object"))
        return ((key, self.get(key)) for key in self.value)

    def number(self, key: str) -> float:
        """The member `key`, a finite number. Raises NodeFaultError."""
        return self.get(key).as_number()

    def as_number(self) -> float:
        """This value as a finite number. Raises NodeFaultError."""
        if (
            isinstance(self.value, bool)
            or not isinstance(self.value, int | float)
            or not math.isfinite(self.value)
        ):
            raise self.fault(gettext_noop("must be a number"))
        return float(self.value)

    def flag(self, key: str) -> bool:
        """The member `key`, true or false. Raises NodeFaultError."""
        node = self.get(key)
        if not isinstance(node.value, bool):
            raise node.fault(gettext_noop("must be true or false"))
        return node.value

    def whole(self, key: str) -> int:
        """The member `key`, an integer of at least 1. Raises NodeFaultError."""
        node = self.get(key)
        if isinstance(node.value, bool) or not isinstance(node.value, int) or node.value < 1:
            raise node.fault(gettext_noop("must be a whole number of at least 1"))
        return node.value

    def items(self, key: str) -> Iterator["Node"]:
        """The elements of the list `key`. Raises NodeFaultError if it is no list or empty."""
        node = self.get(key)
        if not isinstance(node.value, list) or not node.value:
            raise node.fault(gettext_noop("must be a list with at least one element"))
        return (Node(item, (*node.path, index)) for index, item in enumerate(node.value))

    def numbers(self, key: str) -> tuple[float, ...]:
        """The elements of the list `key`, all finite numbers. Raises NodeFaultError."""
        return tuple(item.as_number() for item in self.items(key))

    def interval(self, key: str) -> tuple[float, float]:
        """The member `key`, a list of a lower and a higher number. Raises NodeFaultError."""
        ends = self.numbers(key)
        if len(ends) != 2 or not ends[0] < ends[1]:
            raise self.get(key).fault(gettext_noop("must be a list of two numbers, the lower first"))
        return ends[0], ends[1]


def read_document(document: Mapping[str, Any]) -> RiskModel:
    """The model that a parsed document describes. Raises NodeFaultError at the first thing that is wrong."""
    root = Node(document)
    root.only(_DOCUMENT_KEYS)
    root.text("format", one_of=(FORMAT,))
    if not _NAME.fullmatch(root.text("name")) or len(root.text("name")) > _LONGEST_NAME:
        raise root.get("name").fault(
            gettext_noop("must be lower-case words joined by hyphens, %(most)s characters at most"),
            most=_LONGEST_NAME,
        )
    if root.whole("version") > _HIGHEST_VERSION:
        raise root.get("version").fault(gettext_noop("must be at most %(most)s"), most=_HIGHEST_VERSION)
    for key in ("title", "summary"):
        root.words(key)
    _check_card(root)
    terms = _terms(root)
    return RiskModel(
        name=root.text("name"),
        version=root.whole("version"),
        status=root.text("status", one_of=STATUSES),
        checksum=root.text("checksum"),
        end_point=root.words("end_point"),
        terms=terms,
        horizons=_horizons(root.get("baseline"), root.get("sources")),
        reference=_reference(root.get("reference"), terms),
        validity=_validity(root.get("validity"), terms),
        population_age=root.get("population").interval("age_years"),
        document=document,
    )


def _check_card(root: Node) -> None:
    population = root.get("population")
    population.only({"intended", "derivation", "age_years"})
    for key in ("intended", "derivation"):
        population.words(key)
    for item in root.items("limits"):
        item.as_words()
    _check_sources(root.get("sources"))
    _check_history(root)
    if root.has("expected_load"):
        for item in root.items("expected_load"):
            item.only({"threshold", "share"})
            _fraction(item, "threshold"), _fraction(item, "share")


def _check_history(root: Node) -> None:
    """How the numbers were found: free in form but for the texts that the card shows."""
    for key in ("calibration", "fit"):
        if root.has(key):
            root.get(key).members()
    for key in ("marginals", "targets"):
        if root.has("calibration") and root.get("calibration").has(key):
            for _, words in root.get("calibration").get(key).members():
                words.as_words()


def _check_sources(sources: Node) -> None:
    for _, source in sources.members():
        source.only({"citation", "doi", "note"})
        for part in ("citation", *(["doi"] if source.has("doi") else [])):
            source.text(part)
        if source.has("note"):
            source.words("note")


def _terms(root: Node) -> tuple[Term, ...]:
    terms: list[Term] = []
    for node in root.items("terms"):
        term = _term(node, root.get("sources"))
        if term.kind != _REPEATABLE_KIND and any((t.input, t.kind) == (term.input, term.kind) for t in terms):
            raise node.get("input").fault(gettext_noop("has a %(kind)s term already"), kind=term.kind)
        terms.append(term)
    return tuple(terms)


def _fraction(node: Node, key: str) -> float:
    value = node.number(key)
    if not 0 < value < 1:
        raise node.get(key).fault(gettext_noop("must lie between 0 and 1"))
    return value


def _origin(node: Node, sources: Node) -> None:
    """Every number says how certain it is and where it is from."""
    certainty = node.text("certainty", one_of=CERTAINTIES)
    if certainty in ("published", "derived") or node.has("source"):
        for item in node.items("source"):
            if not isinstance(item.value, str) or not sources.has(item.value):
                raise item.fault(gettext_noop("must name an entry of sources"))
    if node.has("note"):
        node.words("note")


def _term(node: Node, sources: Node) -> Term:
    name = node.text("input", one_of=tuple(INPUTS))
    spec = INPUTS[name]
    kind = _kind(node, spec)
    node.only({*_TERM_KEYS, *_KEYS_OF_KIND[kind]})
    _origin(node, sources)
    unit = _unit(node, spec)
    term = Term(
        input=name,
        kind=kind,  # type: ignore[arg-type]  # narrowed by one_of
        coefficients=node.numbers("coefficients") if kind == "spline" else (node.number("coefficient"),),
        unit=unit,
        scale=1 / spec.units[unit] if spec.units else 1.0,
        lower=node.number("lower") if node.has("lower") else None,
        upper=node.number("upper") if node.has("upper") else None,
        levels=node.numbers("levels") if kind == "level" else (),
        knots=node.numbers("knots") if kind == "spline" else (),
        log_scale=node.has("log_scale") and node.flag("log_scale"),
    )
    _check_term(node, term, spec)
    return term


def _unit(node: Node, spec: Input) -> str:
    units = tuple(spec.units) if spec.units else (spec.unit,) if spec.unit else ()
    return node.text("unit", one_of=units) if units else ""


def _kind(node: Node, spec: Input) -> str:
    """The kind of a term, one that suits its input."""
    kind = node.text("kind", one_of=tuple(_KEYS_OF_KIND))
    if spec.kind == "choice":
        raise node.get("input").fault(gettext_noop("has no numeric value"))
    if (kind == "level") != (spec.kind == "grade"):
        raise node.get("kind").fault(gettext_noop("level terms are for grades, and grades need level terms"))
    if spec.kind == "flag" and kind != "linear":
        raise node.get("kind").fault(gettext_noop("a yes/no input needs a linear term"))
    return kind


def _check_term(node: Node, term: Term, spec: Input) -> None:
    if term.kind == "level" and len(term.levels) != len(
        range(int(spec.hard[0] or 0), int(spec.hard[1] or 0) + 1)
    ):
        raise node.get("levels").fault(
            gettext_noop("needs one level per grade, %(low)s to %(high)s"),
            low=spec.hard[0],
            high=spec.hard[1],
        )
    if term.kind == "capped" and term.lower is None and term.upper is None:
        raise node.fault(gettext_noop("needs lower or upper"), "upper")
    if term.lower is not None and term.upper is not None and not term.lower < term.upper:
        raise node.get("upper").fault(gettext_noop("must be above lower"))
    if (term.kind == "log" or term.log_scale) and not (term.lower or spec.hard[0] or 0) > 0:
        raise node.fault(gettext_noop("a logarithm needs a lower bound above 0"), "lower")
    if (term.kind == "log" or term.log_scale) and term.upper is not None and term.upper <= 0:
        raise node.get("upper").fault(gettext_noop("must be above 0 for a logarithm"))
    if term.kind == "spline":
        _check_spline(node, term)


def _check_spline(node: Node, term: Term) -> None:
    if len(term.knots) < 3 or any(b <= a for a, b in zip(term.knots, term.knots[1:], strict=False)):
        raise node.get("knots").fault(gettext_noop("needs at least three knots, each above the one before"))
    if len(term.coefficients) != len(term.knots) - 1:
        raise node.get("coefficients").fault(gettext_noop("needs one coefficient fewer than knots"))


def _horizons(node: Node, sources: Node) -> tuple[Horizon, ...]:
    node.only({"centre", "horizons", "source", "certainty", "note"})
    _origin(node, sources)
    centre = node.number("centre")
    horizons = tuple(_horizon(item, centre) for item in node.items("horizons"))
    by_days = sorted(enumerate(horizons), key=lambda placed: placed[1].days)
    for (_, earlier), (place, later) in pairwise(by_days):
        if later.days == earlier.days:
            raise node.fault(gettext_noop("is the baseline of the same day twice"), "horizons", place, "days")
        if later.log_cumulative_hazard < earlier.log_cumulative_hazard:
            raise node.fault(gettext_noop("has a lower hazard than an earlier day"), "horizons", place)
    if MAIN_HORIZON_DAYS not in {horizon.days for horizon in horizons}:
        raise node.get("horizons").fault(
            gettext_noop("needs a horizon of %(days)s days"), days=MAIN_HORIZON_DAYS
        )
    return horizons


def _horizon(node: Node, centre: float) -> Horizon:
    node.only({"days", "survival", "log_cumulative_hazard"})
    if node.has("survival") == node.has("log_cumulative_hazard"):
        raise node.fault(gettext_noop("needs either survival or log_cumulative_hazard"), "survival")
    if node.has("survival"):
        log_hazard = math.log(-math.log(_fraction(node, "survival")))
    else:
        log_hazard = node.number("log_cumulative_hazard")
    return Horizon(node.whole("days"), log_hazard - centre)


def _reference(node: Node, terms: tuple[Term, ...]) -> dict[str, float]:
    """The median patient's normalised values, each possible by the hard limits."""
    node.only({term.key for term in terms})
    values = {}
    for term in terms:
        value, (low, high) = node.number(term.key), INPUTS[term.input].hard
        if not within((low, high), value):
            raise node.get(term.key).fault(
                gettext_noop("is not a possible value (%(low)s to %(high)s)"), low=low, high=high
            )
        if INPUTS[term.input].kind in ("flag", "grade") and not value.is_integer():
            raise node.get(term.key).fault(gettext_noop("must be a whole number"))
        if INPUTS[term.input].kind == "flag" and value not in (0, 1):
            raise node.get(term.key).fault(gettext_noop("must be 0 or 1"))
        values[term.key] = value
    return values


def _validity(node: Node, terms: tuple[Term, ...]) -> dict[str, tuple[float, float]]:
    numeric = {term.key for term in terms if INPUTS[term.input].kind == "number"}
    node.only(numeric)
    return {key: node.interval(key) for key in sorted(numeric)}
