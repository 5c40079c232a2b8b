"""Pages as PDF, by WeasyPrint with the Pango of the operating system; the faces are embedded, subset.

It needs the extra `pdf` and libpango; where either is missing, letters are printed by the browser instead.
"""

from functools import lru_cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from PIL import ImageFile

from referral.pathway.refusals import FilesAway

FACE = "NotoSansSC-Regular.otf"
MISSING = _("PDF files cannot be made here: the extra “pdf” or the library Pango is missing. Print the page.")


class PdfUnavailable(FilesAway):
    """This installation cannot make PDF files."""


def is_installed() -> bool:
    """Whether PDF files can be made here."""
    return find_spec("pylopdf_fonts_zh_cn") is not None and _library() is not None


def pdf_of(template: str, context: dict[str, Any]) -> bytes:
    """The page of a template as PDF, its text embedded with the glyphs that it needs.

    Raises PdfUnavailable where it cannot be made.
    """
    library = _library()
    if library is None or not is_installed():
        raise PdfUnavailable(MISSING)
    html = render_to_string(template, {**context, "paper": "portal/case/_paper_pdf.html"})
    fonts, fetcher = library.text.fonts.FontConfiguration(), _fetcher(library)
    style = library.CSS(string=_style(), font_config=fonts, url_fetcher=fetcher)
    page = library.HTML(string=html, url_fetcher=fetcher)
    document: bytes = page.write_pdf(stylesheets=[style], font_config=fonts)
    return document


@lru_cache(maxsize=1)
def _library() -> Any:
    """WeasyPrint; None where it or a library that it loads is missing."""
    try:
        import weasyprint
        import weasyprint.text.fonts
        import weasyprint.urls
    except (ImportError, OSError):
        return None
    # It lets the whole process take a picture that breaks off for one; those that people send must not be.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return weasyprint


@lru_cache(maxsize=1)
def _style() -> str:
    face = _face().as_uri()
    sheet = Path(str(finders.find("portal/pdf.css"))).read_text(encoding="utf-8")
    return f'@font-face {{ font-family: "Letter"; src: url("{face}"); }}\n{sheet}'


def _face() -> Path:
    return Path(str(files("pylopdf_fonts_zh_cn") / FACE))


def _fetcher(library: Any) -> Any:
    """What loads resources: the face and nothing else, so that no letter makes the server read anything."""

    class FaceOnly(library.urls.URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url != _face().as_uri():
                raise ValueError(f"A letter loads nothing: {url}")
            return library.urls.URLFetcherResponse(url, _face().read_bytes())

    return FaceOnly()
