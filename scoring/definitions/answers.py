"""What a definition says of a table that may be incomplete."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from types import MappingProxyType
from typing import Any

from scoring.definitions.bedside import HEPATITIS_B, Bedside

_POSSIBLE: Mapping[str, tuple[Any, ...]] = MappingProxyType(
    {
        "bilirubin_umol_l": (50.0, 100.0, 180.0, 300.0),
        "inr": (1.0, 1.6, 2.0, 2.55, 3.0),
        "complications": (0, 1, 2),
        "creatinine_umol_l": (80.0, 150.0, 200.0),
        "encephalopathy_grade": (0, 1, 3),
        "vasopressors": (False, True),
        "spo2_fio2": (450.0, 200.0),
        "cirrhosis": (False, True),
        "cause": ("other", HEPATITIS_B),
        "ascites": ("none", "mild"),
        "earlier_decompensation": (False, True),
    }
)
"""One value from each span between two edges of the definitions, by the value that may be unknown."""


@dataclass(frozen=True, slots=True)
class Definition:
    """How one definition reads a complete table.

    `scale`: its answers, the least severe first. `needs`: the values it asks for beside those that are there.
    `decide` takes what is None as absent or normal. `explain` says why, as codes of
    `scoring.definitions.cards.REASONS`.
    """

    name: str
    scale: tuple[str, ...]
    needs: Callable[[Bedside], frozenset[str]]
    decide: Callable[[Bedside], str]
    explain: Callable[[Bedside], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Answer:
    """One definition's answer. `value` is None while what is missing can change it; then `at_least` is the
    least it can be and `missing` names what can change it, by normalised name. `why`: codes of reasons of
    the value, or of the least one where that is not the mildest.
    """

    definition: str
    value: str | None
    at_least: str
    missing: tuple[str, ...] = ()
    why: tuple[str, ...] = field(default_factory=tuple)


def answer(definition: Definition, bedside: Bedside) -> Answer:
    """What the definition says, decided only where every possible value of what is missing agrees."""
    lacking = bedside.undecided & definition.needs(bedside)
    outcomes = dict(_outcomes(definition, bedside, sorted(lacking)))
    least = min(outcomes.values(), key=definition.scale.index)
    decided = len(set(outcomes.values())) == 1
    return Answer(
        definition.name,
        least if decided else None,
        least,
        () if decided else _deciding(outcomes, sorted(lacking)),
        definition.explain(bedside) if decided or least != definition.scale[0] else (),
    )


def _outcomes(
    definition: Definition, bedside: Bedside, lacking: list[str]
) -> Iterator[tuple[tuple[Any, ...], str]]:
    """The answer for every combination of possible values of what is lacking."""
    for values in product(*(_POSSIBLE[name] for name in lacking)):
        yield values, definition.decide(bedside.having(**dict(zip(lacking, values, strict=True))))


def _deciding(outcomes: Mapping[tuple[Any, ...], str], lacking: list[str]) -> tuple[str, ...]:
    """Those of the lacking values that change the answer while all others stay as they are."""
    deciding = []
    for place, name in enumerate(lacking):
        others: dict[tuple[Any, ...], set[str]] = {}
        for values, outcome in outcomes.items():
            others.setdefault(values[:place] + values[place + 1 :], set()).add(outcome)
        if any(len(answers) > 1 for answers in others.values()):
            deciding.append(name)
    return tuple(deciding)
