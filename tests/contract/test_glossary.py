"""The glossary's terms are those of the vocabulary, of the code and of the screens, in both languages."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import TextChoices
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import Role
from config import catalogues
from referral.pathway.vocabulary import Audience, Kind, Party, State, Verb

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
SECTIONS = {"States": State, "Parties": Party, "Audiences": Audience, "Verbs": Verb, "Deadlines": Kind}
MODEL = re.compile(r"`([A-Z]\w+)(?:\.(\w+))?`")


def rows(section: str) -> list[list[str]]:
    """The cells of a section's table, without its two heading lines."""
    text = GLOSSARY.read_text().split(f"## {section} · ")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_word_of_the_vocabulary_has_its_row_in_both_languages(section: str) -> None:
    words: type[TextChoices] = SECTIONS[section]
    terms = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            terms[language] = [str(word.label) for word in words]
    expected = [
        [f"`{word.value}`", english, chinese]
        for word, english, chinese in zip(words, terms["en"], terms["zh-hans"], strict=True)
    ]
    assert [row[:3] for row in rows(section)] == expected


def test_things_are_called_on_the_screens_as_in_the_glossary() -> None:
    catalogue = catalogues.read("zh_Hans")
    for english, chinese, *_rest in rows("Things"):
        assert english in catalogue, english
        with translation.override("zh-hans"):
            assert gettext(english) == chinese


def test_things_have_the_name_in_code_that_the_glossary_gives() -> None:
    models = {model.__name__: model for model in apps.get_models()}
    for _english, _chinese, code, *_meanings in rows("Things"):
        match = MODEL.fullmatch(code)
        assert match, code
        if match[1] == "Role":
            assert match[2] in Role.__members__, code
        elif match[2]:
            models[match[1]]._meta.get_field(match[2])
        else:
            assert match[1] in models, code


def test_every_row_says_what_it_means_in_both_languages() -> None:
    for section in ("Things", "States", "Parties", "Audiences"):
        for row in rows(section):
            assert len(row) == 5 and all(row), row
