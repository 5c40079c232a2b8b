"""The inspection of one file, from its bytes to the pictures that are shown instead of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image

from files.inspection import pictures
from files.inspection.hidden import refuse_hidden
from files.inspection.kinds import MediaType, media_type_of
from files.inspection.pictures import Picture


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a file is, its pages in order, and a preview of the first."""

    media_type: MediaType
    pages: tuple[Picture, ...]
    preview: Picture


def inspect(content: bytes) -> Inspected:
    """Look at `content` and draw it anew. Raises Unfit."""
    media_type = media_type_of(content)
    refuse_hidden(content, media_type)
    pages, preview = [], None
    for picture in _drawn(content, media_type):
        preview = preview or pictures.preview(picture)
        pages.append(pictures.page(picture))
    assert preview is not None  # noqa: S101 - there is a first page, or Unfit was raised
    return Inspected(media_type, tuple(pages), preview)


def _drawn(content: bytes, media_type: MediaType) -> Iterable[Image.Image]:
    if media_type is not MediaType.PDF:
        return [pictures.redraw(content, media_type)]
    # The other half of what the process takes to start, which most files have no use for.
    from files.inspection import documents

    return documents.pages(content)
