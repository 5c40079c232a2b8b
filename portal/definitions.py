"""What every definition of ACLF says of one table, in words, with source and certainty."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referral.pathway.refusals import Text
from scoring import texts
from scoring.definitions import CARDS, CERTAINTIES, NOT_READ, REASONS, DefinitionCard

_ACLF: Mapping[Any, Text] = {
    "none": gettext_lazy("No ACLF"),
    "1": gettext_lazy("ACLF grade 1"),
    "2": gettext_lazy("ACLF grade 2"),
    "3": gettext_lazy("ACLF grade 3"),
}
_YES_OR_NO: Mapping[Any, Text] = {True: gettext_lazy("ACLF"), False: gettext_lazy("No ACLF")}
_KIDNEY_STAGES = ("1", "1a", "1b", "2", "3")
_KIDNEY: Mapping[Any, Text] = {
    "none": gettext_lazy("No acute kidney injury"),
    **{stage: format_lazy(gettext_lazy("Stage {stage}"), stage=stage) for stage in _KIDNEY_STAGES},
}

ANSWERS: Mapping[str, Mapping[Any, Text]] = {
    "china": texts.CHINESE_STAGE,
    "cossh": _ACLF,
    "easl_clif": texts.ACLF_GRADE,
    "apasl": _YES_OR_NO,
    "by_number": {
        "none": gettext_lazy("no failing organ"),
        **{grade: format_lazy(gettext_lazy("grade {grade}"), grade=grade) for grade in ("I", "II", "III")},
    },
    "nacseld": _YES_OR_NO,
    "kdigo": _KIDNEY,
    "ica_aki": _KIDNEY,
}
"""Each definition's answers in words."""

_RESULT_FIELDS = ("grade", "stage", "aclf")


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """One definition. `answer` is in words, a least one while something is missing; `why` says what it rests
    on, `missing` what can change it. `fails`: whether it says ACLF, or kidney injury."""

    name: str
    title: str
    answer: str
    fails: bool
    why: str
    missing: str
    population: str
    criteria: str
    source: str
    certainty: str
    caution: str
    is_read: bool


def rows_of(definitions: Mapping[str, Any]) -> list[DefinitionRow]:
    """Every definition of a table in its JSON form (`Grading.as_dict`), in the order to show them."""
    return [_row(card, definitions[card.name]) for card in CARDS if card.name in definitions]


def not_applied() -> list[DefinitionRow]:
    """Definitions that exist and by which nothing is graded."""
    return [_described(card, answer="–", fails=False, why="", missing="") for card in NOT_READ]


def title_of(name: str) -> str:
    """A definition's name for people."""
    return next(_(card.title) for card in CARDS if card.name == name)


def leading_of(definitions: Mapping[str, Any]) -> DefinitionRow:
    """The definition that leads, where the table was read by the rules of a network."""
    name = definitions["leading"]
    return _row(next(card for card in CARDS if card.name == name), definitions[name])


def leading_words(leading: Mapping[str, Any]) -> str:
    """The leading definition's answer with its name, from what a line of the timeline keeps of it."""
    name, codes = leading["definition"], {"yes": True, "no": False}
    value, least = (codes.get(leading[part], leading[part]) for part in ("value", "at_least"))
    block = {"grade": value, "at_least": least, "type": leading["aclf_type"]}
    return f"{title_of(name)}{_(': ')}{_answer(name, block)}"


def warnings_of(definitions: Mapping[str, Any]) -> list[str]:
    """What was assumed, and where an answer needs a word."""
    return [texts.stored_issue_text(issue) for issue in definitions.get("warnings", ())]


def _row(card: DefinitionCard, block: Mapping[str, Any]) -> DefinitionRow:
    return _described(
        card,
        answer=_answer(card.name, block),
        fails=_least(block) not in ("none", "pre", False),
        why=" ".join(_(REASONS[code]) for code in block["why"]),
        missing=_listed(texts.label(name) for name in block["missing"]),
    )


def _described(card: DefinitionCard, *, answer: str, fails: bool, why: str, missing: str) -> DefinitionRow:
    return DefinitionRow(
        name=card.name,
        title=_(card.title),
        answer=answer,
        fails=fails,
        why=why,
        missing=missing,
        population=_(card.population),
        criteria=_(card.criteria) if card.criteria else "",
        source=", ".join(filter(None, (card.citation, card.doi and f"doi {card.doi}"))),
        certainty=_(CERTAINTIES[card.certainty]),
        caution=_(card.caution) if card.caution else "",
        is_read=card.certainty == "read",
    )


def _answer(name: str, block: Mapping[str, Any]) -> str:
    value = next((block[field] for field in _RESULT_FIELDS if block.get(field) is not None), None)
    words = str(ANSWERS[name][_least(block) if value is None else value])
    kind = block.get("type")
    if kind and _least(block) != "pre":
        words = _("type %(kind)s, %(stage)s") % {"kind": kind, "stage": words}
    if value is not None:
        return words
    if _least(block) in ("none", False):
        return _("cannot be said yet")
    return _("at least %(grade)s") % {"grade": words}


def _least(block: Mapping[str, Any]) -> Any:
    return block["at_least"]


def _listed(names: Iterable[str]) -> str:
    return _(", ").join(names)
