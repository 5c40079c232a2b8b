"""The inspection of one file, from its bytes to the pictures that are shown instead of it."""

from dataclasses import dataclass

from files.inspection import documents, pictures
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
    drawn = (
        documents.pages(content) if media_type is MediaType.PDF else [pictures.redraw(content, media_type)]
    )
    pages, preview = [], None
    for picture in drawn:
        preview = preview or pictures.preview(picture)
        pages.append(pictures.page(picture))
    assert preview is not None  # noqa: S101 - there is a first page, or Unfit was raised
    return Inspected(media_type, tuple(pages), preview)
