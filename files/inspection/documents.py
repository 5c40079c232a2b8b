"""The pages of a PDF, drawn as pictures."""

from collections.abc import Iterator

import pypdfium2 as pdfium
from PIL import Image

from files.inspection.kinds import Unfit
from files.inspection.pictures import LONGEST_SIDE

MOST_PAGES = 30
DOTS_PER_POINT = 200 / 72
WRONG_PASSWORD = 4  # FPDF_ERR_PASSWORD


def pages(content: bytes) -> Iterator[Image.Image]:
    """Each page at 200 dots to the inch, or smaller to be no longer than LONGEST_SIDE. Raises Unfit."""
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise Unfit("encrypted" if error.err_code == WRONG_PASSWORD else "broken") from None
    with document:
        if not len(document):
            raise Unfit("broken")
        if len(document) > MOST_PAGES:
            raise Unfit("too_many_pages")
        if document.count_attachments():
            raise Unfit("two_things")
        document.init_forms()
        for number in range(len(document)):
            yield _drawn(document, number)


def _drawn(document: pdfium.PdfDocument, number: int) -> Image.Image:
    try:
        page = document[number]
        longest = max(page.get_size())
        if longest <= 0:
            raise Unfit("broken")
        scale = min(DOTS_PER_POINT, LONGEST_SIDE / longest)
        return page.render(scale=scale).to_pil().convert("RGB")
    except pdfium.PdfiumError:
        raise Unfit("broken") from None
