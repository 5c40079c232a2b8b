"""Text as machines need it, from text as people type it."""

import unicodedata


def narrowed(text: str) -> str:
    """`text` with full-width letters, digits and signs made narrow (NFKC), without blanks around it.

    For numbers and addresses, which an input method often writes half in full width; not for names.
    """
    return unicodedata.normalize("NFKC", text).strip()
