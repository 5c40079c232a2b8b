"""What a new verb needs, step by step as CONTRIBUTING.md says it; each failure says what is missing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import translation

from api.v1.docs import document
from fhir.mapping import TASK_AFTER
from portal.pages.verbs.slugs import slug
from portal.pages.verbs.texts import TEXTS
from referral.pathway import inputs, timeline
from referral.pathway.perform import EFFECTS
from referral.pathway.table import TABLE
from referral.pathway.vocabulary import Party, Verb

OF_PEOPLE = tuple(
    verb for verb in Verb if any(row.verb == verb and row.by != {Party.ENGINE} for row in TABLE)
)
"""Verbs that a person uses; the others are the engine's alone and need no words for a form."""

OTHER_ADDRESSES = {
    Verb.REGISTER: "/api/v1/cases",
    Verb.SAVE_INDICATORS: "/api/v1/cases/{case_id}/indicators",
    Verb.ADD_FILE: "/api/v1/cases/{case_id}/files",
}
"""Of verbs with a page and an address of their own."""

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"


def words(verb: Verb, language: str) -> list[str]:
    """Everything a person reads of a verb: its label, the line on the timeline, and the texts of its form."""
    with translation.override(language):
        form = TEXTS.get(verb)
        of_form = (form.title, form.effect, form.button, form.done) if form else ()
        return [str(text) for text in (verb.label, timeline.LABELS.get(verb, verb.label), *of_form)]


def is_in_both_languages(verb: Verb) -> bool:
    return all(
        english and chinese and english != chinese
        for english, chinese in zip(words(verb, "en"), words(verb, "zh-hans"), strict=True)
    )


def has_label(verb: Verb) -> bool:
    """Whether it was given one: Django makes one of the name where there is none."""
    return str(verb.label) != verb.name.replace("_", " ").title()


STEPS: dict[str, tuple[tuple[Verb, ...], Callable[[Verb], bool]]] = {
    "has no row: say in referral/pathway/table.py who may use it, when, and what follows": (
        tuple(Verb),
        lambda verb: any(row.verb == verb for row in TABLE),
    ),
    "has no label: name it beside its code in referral/pathway/vocabulary.py": (tuple(Verb), has_label),
    "has no row for FHIR: say in fhir/mapping.py what the Task is after it": (
        tuple(Verb),
        lambda verb: verb in TASK_AFTER,
    ),
    "has no effect: write one in referral/pathway/effects/, marked with @effect": (
        tuple(Verb),
        lambda verb: verb in EFFECTS,
    ),
    "has no inputs: list them in referral/pathway/inputs/, an empty tuple if it takes none": (
        OF_PEOPLE,
        lambda verb: verb in inputs.VERB_INPUTS or verb == Verb.REGISTER,
    ),
    "has no line on the timeline: write one in referral/pathway/timeline.py": (
        tuple(Verb),
        lambda verb: verb in timeline.LABELS,
    ),
    "has no texts for its form: write them in portal/pages/verbs/texts.py": (
        OF_PEOPLE,
        lambda verb: verb in TEXTS or verb in OTHER_ADDRESSES,
    ),
    "has a text in one language only: make catalogues, then the Chinese": (tuple(Verb), is_in_both_languages),
    "has no row in the glossary: write it in docs/glossary.md, as code and label are": (
        tuple(Verb),
        lambda verb: f"| `{verb.value}` | " in GLOSSARY.read_text(),
    ),
    "is not in the API file: manage.py spectacular --file api/openapi.yaml": (
        OF_PEOPLE,
        lambda verb: (
            OTHER_ADDRESSES.get(verb, f"/api/v1/cases/{{case_id}}/{slug(verb)}") in document()["paths"]
        ),
    ),
}


@pytest.mark.parametrize("missing", STEPS)
def test_every_verb_is_complete(missing: str) -> None:
    verbs, is_there = STEPS[missing]
    assert not [f"{verb.value} {missing}" for verb in verbs if not is_there(verb)]
