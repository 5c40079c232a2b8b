"""Words and where they stand, from photographs and PDF files. Needs the extra `ocr`; nothing else does."""

from importlib.util import find_spec

__all__ = ["LARGEST_PAGES", "is_installed"]

LARGEST_PAGES = 5
"""Of one PDF: a report has one or two."""
_NEEDED = ("rapidocr", "onnxruntime", "pypdfium2", "PIL", "cv2")


def is_installed() -> bool:
    """True where pictures can be read; the rest of the product works the same where they cannot."""
    return all(find_spec(name) is not None for name in _NEEDED)
