"""The background of a patient in words, and as it was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.local_time import in_full
from portal.moments import local
from referral.models import Background
from referral.pathway.inputs import Shape, VerbInput
from referral.pathway.inputs.background import BACKGROUND, GROUPS
from referral.pathway.refusals import Text

AT_A_GLANCE = (
    *("allergies", "comorbidities", "gcs", "systolic_mmhg", "saturation_percent", "temperature_c"),
    *("infection", "transport_needs"),
)
"""What a row of the board shows of it: what decides about a bed and the way there."""
LONGEST_AT_A_GLANCE = 60


@dataclass(frozen=True, slots=True)
class Part:
    """A group of the background: its title, and what was said, as pairs of name and words."""

    title: Text
    rows: Sequence[tuple[str, str]]


def parts_of(background: Background | None, zone: str) -> list[Part]:
    """What was said, by group; groups of which nothing was said are left out."""
    if background is None:
        return []
    said = background.content
    parts = [
        Part(title, [(label(row), in_words(row, said[row.name], zone)) for row in rows if row.name in said])
        for title, rows in GROUPS.values()
    ]
    return [part for part in parts if part.rows]


@dataclass(frozen=True, slots=True)
class Earlier:
    """A version that another took the place of: what of it was changed or taken out, as pairs of name and
    words."""

    row: Background
    rows: Sequence[tuple[str, str]]


def earlier_of(versions: Sequence[Background], zone: str) -> list[Earlier]:
    """The versions before the one that stands, the newest first."""
    return [
        Earlier(
            before,
            [
                (label(row), in_words(row, before.content[row.name], zone))
                for row in BACKGROUND
                if row.name in before.content and before.content[row.name] != after.content.get(row.name)
            ],
        )
        for before, after in reversed(list(pairwise(versions)))
    ]


def at_a_glance(background: Background | None, zone: str, *, without: str = "") -> list[tuple[str, str]]:
    """What a row of the board has room for, as pairs of name and words; `without` the input of that name."""
    said = background.content if background else {}
    rows = {row.name: row for row in BACKGROUND}
    return [
        (label(rows[name]), _shortened(in_words(rows[name], said[name], zone)))
        for name in AT_A_GLANCE
        if name in said and name != without
    ]


def label(verb_input: VerbInput) -> str:
    return capfirst(str(verb_input.label))


def in_words(verb_input: VerbInput, value: Any, zone: str) -> str:
    """A stored value as people read it."""
    match verb_input.shape:
        case Shape.CHOICE:
            return str(verb_input.codes(value).label)
        case Shape.SEVERAL:
            return _(", ").join(str(verb_input.codes(code).label) for code in value)
        case Shape.DECIMAL:
            return f"{number_format(_plain(value))} {verb_input.unit}".strip()
        case Shape.MOMENT:
            return in_full(datetime.fromisoformat(value), zone)
        case Shape.DATE:
            return date_format(datetime.fromisoformat(value))
        case _:
            return str(value)


def as_typed(background: Background | None, zone: str) -> dict[str, str]:
    """What a form that says it anew starts with."""
    said = background.content if background else {}
    return {row.name: _typed(row, said[row.name], zone) for row in BACKGROUND if row.name in said}


def _typed(verb_input: VerbInput, value: Any, zone: str) -> str:
    match verb_input.shape:
        case Shape.SEVERAL:
            return ",".join(value)
        case Shape.MOMENT:
            return local(datetime.fromisoformat(value), zone)
        case Shape.DECIMAL:
            return str(_plain(value))
        case _:
            return str(value)


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_AT_A_GLANCE else f"{text[: LONGEST_AT_A_GLANCE - 1]}…"


def changed_names(names: Sequence[str]) -> list[str]:
    """The names of what was said anew, as a line of the timeline lists them."""
    labels: Mapping[str, Text] = {row.name: row.label for row in BACKGROUND}
    return [str(labels[name]) for name in names if name in labels]
