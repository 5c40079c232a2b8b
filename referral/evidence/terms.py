"""The codes of the evidence library in words; what a file says beyond them is shown as it is."""

import re
from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from referral.models import Evidence
from referral.pathway.refusals import Text

CLASSES: Mapping[str, Text] = {
    "cytokine": _("cytokine"),
    "checkpoint": _("immune checkpoint"),
    "immunoactive": _("immunoactive substance"),
    "immunoglobulin": _("immunoglobulin"),
    "personalised": _("chosen by biomarker"),
    "cell_therapy": _("cell therapy"),
    "artificial_liver": _("artificial liver"),
}
LEVELS: Mapping[str, Text] = {
    "randomised": _("randomised trial in patients"),
    "meta_analysis": _("meta-analysis"),
    "human": _("study in patients"),
    "volunteers": _("study in healthy volunteers"),
    "case": _("single case"),
    "ex_vivo": _("blood of patients in the laboratory"),
    "animal": _("animals"),
    "ongoing": _("trial still running when reported"),
    "terminated": _("trial ended early"),
    "named": _("named in a review"),
}
CERTAINTY: Mapping[str, Text] = {
    "read": _("read in the source"),
    "general_knowledge": _("taken from a review, not read in the source"),
}


def in_words(code: str, words: Mapping[str, Text]) -> str:
    return str(words.get(code, code))


NUMBERS = re.compile(r"[\d;, -]+")


def reference_of(row: Evidence) -> str:
    """Where it was published; a bare number is one of the list of the review that the row was taken from."""
    if not NUMBERS.fullmatch(row.reference):
        return row.reference
    numbered = _("no. %(numbers)s in the reference list of the review it was taken from")
    return str(numbered) % {"numbers": row.reference}


def text_of(row: Evidence, name: str) -> str:
    """One of the texts of a row in the reader's language, or in the other where it has only that."""
    chinese, english = getattr(row, f"{name}_zh"), getattr(row, f"{name}_en")
    return str(chinese or english if (get_language() or "").startswith("zh") else english or chinese)
