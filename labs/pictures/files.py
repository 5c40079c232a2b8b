"""Pages of pictures and PDF files as arrays; refuses what is too large, empty, damaged or locked."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pi_heif
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from labs.pictures import LARGEST_PAGES
from labs.refusals import UnreadableReportError

pi_heif.register_heif_opener(thumbnails=False)

Picture = NDArray[np.uint8]
"""Height x width x 3 (blue, green, red), 8 bit."""

LARGEST_PIXELS = 60_000_000
LONGEST_SIDE = 2000
"""Pixels: A4 at 170 dots per inch, where the smallest print of a sheet still has 12 of them."""
_PDF_SCALE = 2.6
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "BMP", "TIFF")


def pages_of(content: bytes) -> Iterator[Picture]:
    """The pages of a picture or PDF file, upright by what the camera noted. Raises UnreadableReportError."""
    if content[:1024].lstrip().startswith(b"%PDF-"):
        yield from _pdf_pages(content)
    else:
        yield _picture(content)


def jpeg(picture: Picture) -> bytes:
    """The picture as a JPEG file."""
    stored = io.BytesIO()
    Image.fromarray(picture[:, :, ::-1]).save(stored, "JPEG", quality=80)
    return stored.getvalue()


def _picture(content: bytes) -> Picture:
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > LARGEST_PIXELS:
                raise UnreadableReportError("picture_too_large")
            return _as_array(ImageOps.exif_transpose(image))
    except UnidentifiedImageError:
        raise UnreadableReportError("not_a_report") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise UnreadableReportError("picture_damaged") from None


def _as_array(image: Image.Image) -> Picture:
    if image.mode in ("RGBA", "LA", "P"):
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        image = Image.alpha_composite(paper, layer)
    image = image.convert("RGB")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def _pdf_pages(content: bytes) -> Iterator[Picture]:
    """Pages as a person sees them: a text layer may say something else than the picture, and is not read."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise UnreadableReportError("pdf_locked" if locked else "pdf_damaged") from None
    with document:
        if len(document) > LARGEST_PAGES:
            raise UnreadableReportError("too_many_pages", {"limit": LARGEST_PAGES})
        for number in range(len(document)):
            yield _pdf_page(document, number)


def _pdf_page(document: Any, number: int) -> Picture:
    try:
        page = document[number]
        width, height = page.get_size()
        scale = min(_PDF_SCALE, LONGEST_SIDE / max(width, height, 1))
        return _as_array(page.render(scale=scale).to_pil())
    except (pypdfium2.PdfiumError, ValueError, MemoryError):
        raise UnreadableReportError("pdf_damaged") from None
