"""Why a report cannot be read at all."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


def gettext_noop(text: str) -> str:
    """Marks a text for translation; the core itself speaks English and knows no framework."""
    return text


REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "empty": gettext_noop("There is nothing to read. Paste the lines of a report, or choose a file."),
        "not_opened": gettext_noop("The file cannot be opened."),
        "file_too_large": gettext_noop(
            "The file is larger than %(limit)s MB. Take the picture again, smaller."
        ),
        "text_too_long": gettext_noop(
            "The text is longer than %(limit)s characters. Paste the lines of one report."
        ),
        "line_too_long": gettext_noop(
            "A line is longer than %(limit)s characters. Paste the report with its line breaks."
        ),
        "not_text": gettext_noop("The text is not in UTF-8 or GB18030. Save it as UTF-8."),
        "not_a_report": gettext_noop(
            "This is neither text nor a picture that can be read. Take JPEG, PNG, WebP or PDF."
        ),
        "picture_too_large": gettext_noop("The picture is too large. Take one of at most 60 megapixels."),
        "picture_damaged": gettext_noop("The picture is damaged or incomplete. Take or choose it again."),
        "pdf_locked": gettext_noop("The PDF asks for a password. Save it without one, or photograph it."),
        "pdf_damaged": gettext_noop("The PDF is damaged. Save it again, or photograph the page."),
        "too_many_pages": gettext_noop(
            "The PDF has more than %(limit)s pages. Keep the pages with the results."
        ),
        "pictures_not_installed": gettext_noop(
            "Pictures and PDF files cannot be read here: the extra “ocr” is not installed. Paste the text."
        ),
        "fhir_damaged": gettext_noop(
            "The FHIR message has no laboratory results, or is damaged. Paste the text of the report."
        ),
        "message_damaged": gettext_noop(
            "The HL7 message has no results, is damaged, or in an unknown character set. Paste the text."
        ),
        "no_words": gettext_noop("No text was found on the picture. Take it closer and in better light."),
        "too_many_waiting": gettext_noop(
            "%(limit)s of your reports wait for their reading. Wait for them, or type the values."
        ),
        "took_too_long": gettext_noop(
            "The picture could not be read in time. Take it again, or paste the text."
        ),
    }
)
"""English text of every code, with %(name)s placeholders."""


class UnreadableReportError(Exception):
    """A report that cannot be read at all; `code` is one of REFUSALS."""

    def __init__(self, code: str, params: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.params = dict(params or {})

    @property
    def text(self) -> str:
        """English text of the code, with its placeholders."""
        return REFUSALS[self.code]

    @property
    def message(self) -> str:
        """English text that says what is wrong and what to do."""
        return self.text % self.params
