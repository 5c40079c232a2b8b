"""Brackets, colons and lists as the reader's language writes them: Chinese has full-width ones."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _

Text = str | Promise


def in_brackets(text: object) -> str:
    return _("(%(text)s)") % {"text": text}


def labelled(label: Text, text: object) -> str:
    """A label and what it names, with the colon between them."""
    return f"{label}{_(': ')}{text}"


def listed(parts: Iterable[object]) -> str:
    """Words one after the other, with commas."""
    return _(", ").join(str(part) for part in parts)


def joined(clauses: Iterable[object]) -> str:
    """Clauses that are more than words, with semicolons."""
    return _("; ").join(str(clause) for clause in clauses)
