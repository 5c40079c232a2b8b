"""Codes of the reading as translated text, for the faces; unknown to the core."""

from django.utils.translation import gettext

from labs.catalogue import TESTS
from labs.doubts import DOUBTS
from labs.refusals import UnreadableReportError


def doubt_text(code: str) -> str:
    """What is doubtful, in the reader's language."""
    return gettext(DOUBTS[code])


def refusal_text(error: UnreadableReportError) -> str:
    """Why a report cannot be read, and what to do, in the reader's language."""
    return gettext(error.text) % error.params


def test_text(code: str, language: str) -> str:
    """The name of a test."""
    test = TESTS[code]
    return test.zh if language.startswith("zh") else test.en
