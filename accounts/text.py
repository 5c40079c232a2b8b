"""Text as it is kept, and as machines need it, from text as people type it."""

import unicodedata

import regex
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

CONTROLS = regex.compile(r"[\p{Cc}--\t\n\r]", regex.V1)
BREAKS = regex.compile(r"[\p{Cc}\p{Zl}\p{Zp}]")
INVISIBLE = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]")
BLANKS = regex.compile(r"\p{White_Space}+")
NEWLINES = regex.compile(r"\r\n?|[\p{Zl}\p{Zp}]")


def narrowed(text: str) -> str:
    """`text` with full-width letters, digits and signs made narrow (NFKC), without blanks around it.

    For numbers and addresses, which an input method often writes half in full width; not for names.
    """
    return unicodedata.normalize("NFKC", text).strip()


def folded_address(text: str) -> str:
    """An e-mail address as it is kept and compared, however an input method wrote it.

    Narrow, in small letters, the ideographic full stop a dot; without blanks and invisible characters, of
    which an address has none.
    """
    visible = BLANKS.sub("", INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))
    return visible.replace("\u3002", ".").lower()


def has_unprintable(text: str) -> bool:
    """Whether `text` holds a control character or a line break."""
    return bool(BREAKS.search(text))


def cleaned(text: str) -> str:
    """`text` as it is kept: composed, without invisible characters, with single blanks inside only."""
    return BLANKS.sub(" ", INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def read_line(text: str) -> str:
    """One line as it is kept; empty where nothing can be seen. Raises ValueError for what is no line."""
    if has_unprintable(text):
        raise ValueError(text)
    return cleaned(text)


def read_lines(text: str) -> str:
    """Lines as they are kept; empty where nothing can be seen. Raises ValueError for control characters."""
    plain = NEWLINES.sub("\n", text)
    if CONTROLS.search(plain):
        raise ValueError(text)
    return plain.strip() if cleaned(plain) else ""


def one_line(text: str) -> None:
    """A validator of forms: refuses line breaks, control characters and what nobody sees."""
    if has_unprintable(text) or not cleaned(text):
        raise ValidationError(NO_LINE, code="unprintable")


UNREADABLE = _("This holds a character that cannot be kept. Write it again.")
NO_LINE = _("This holds a line break or a character that cannot be seen. Type it again.")
