"""What the commands that read files of patients have in common."""

from django.core.management.base import OutputWrapper

from scoring.encodings import Announce

CONFIRM_UNITS = "the units are right, however unusual the values of a whole column"


def announcer(stderr: OutputWrapper) -> Announce:
    """Says on stderr, in plain style, how a file was understood."""

    def announce(sentence: str) -> None:
        stderr.write(sentence, str)

    return announce
