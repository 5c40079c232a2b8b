"""Why a file is not taken, in words that say what to do."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: Mapping[str, Promise] = {
    "empty": _("This file is empty. Choose it again, or take the picture again."),
    "too_large": _("This file is larger than 20 MB. Take a picture of it, or save it in a smaller size."),
    "not_accepted": _(
        "This is neither a picture (JPEG, PNG, WebP, HEIC) nor a PDF. "
        "Take a picture of it, or save it as PDF."
    ),
    "other_picture": _("Pictures of this kind are not taken. Save it as JPEG or PNG and add that."),
    "svg": _(
        "SVG drawings are not taken, because they can run programs. Save it as PNG or PDF and add that."
    ),
    "web_page": _("This is a web page. Print it to a PDF, or take a picture of the screen, and add that."),
    "program": _("This is a program, not a picture or a document. It was not taken."),
    "office": _("This is an office document. Save it as PDF and add that."),
    "archive": _("This is an archive. Unpack it and add the pictures or PDFs that are in it."),
    "dicom": _("This is a DICOM file. Export the picture as JPEG or PNG, or take a picture of the screen."),
    "video": _("Videos are not taken. Add a picture, or a PDF."),
    "virus": _("The virus scanner found harmful content. The file was not kept."),
    "two_things": _(
        "This file holds something else inside it. Take a picture of it, or print it to a new PDF, "
        "and add that."
    ),
    "too_many_pixels": _("This picture has more than 60 megapixels. Save it in a smaller size and add that."),
    "too_many_pages": _("This document has more than 30 pages. Add the pages that matter."),
    "too_complex": _("This file takes too much to open. Take a picture of it, or print it to a new PDF."),
    "encrypted": _("This PDF is protected by a password. Save it without one, or take a picture of it."),
    "broken": _("This file cannot be opened, or is not whole. Add it again, or take the picture again."),
}
"""By code, which is stable."""


class FileRefused(Exception):
    """A file that is not taken. `code` is one of REASONS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = REASONS[code]


class AnotherFile(Exception):
    """The id of a file was used for other content, or by somebody else."""


class StoreAway(Exception):
    """The store cannot be reached, is full, or fails. Nothing of the file was kept."""

    message = _(
        "The file could not be kept just now. Nothing else is affected: go on, and add it again later."
    )


class ContentMissing(Exception):
    """The store answers, and what should be there is not, or is not what was written."""

    message = _("The content of this file cannot be read at the moment. The people who run this are told.")
