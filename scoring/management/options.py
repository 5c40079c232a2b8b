"""What the commands that read files of patients have in common."""

import os
from argparse import ArgumentParser
from collections.abc import Mapping

from django.core.management.base import OutputWrapper
from django.utils.translation import gettext

from scoring.encodings import Announce
from scoring.sentences import Sentence

CONFIRM_UNITS = "the units are right, however unusual the values of a whole column"
LANGUAGES = ("en", "zh-hans")
_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def add_language(parser: ArgumentParser) -> None:
    """The option that chooses the language of what is printed; the terminal's where it is left out."""
    parser.add_argument(
        "--language",
        choices=LANGUAGES,
        default=language_of(os.environ),
        help="of what is printed (the terminal's locale)",
    )


def language_of(environment: Mapping[str, str]) -> str:
    """Chinese where the first locale that is set is Chinese, otherwise English."""
    named = next((environment[name] for name in _LOCALE_VARIABLES if environment.get(name)), "")
    return "zh-hans" if named.lower().startswith("zh") else "en"


def announcer(stderr: OutputWrapper) -> Announce:
    """Says on stderr, in plain style, how a file was understood."""

    def announce(sentence: Sentence) -> None:
        stderr.write(sentence.read(gettext), str)

    return announce
