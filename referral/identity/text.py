"""Names and numbers as they are kept, and as they are compared.

Kept is what was typed, without characters that nobody sees (`accounts.text.cleaned`). Compared is a folded
form: Unicode NFKC (full and half width, composed and decomposed), no difference of case, no invisible
characters; of a name letters, marks and digits only, traditional characters as simplified ones; of a number
no blanks and one kind of hyphen.
"""

import unicodedata
from functools import cache

import regex
from opencc import OpenCC

from accounts.text import BLANKS, INVISIBLE

LETTER = regex.compile(r"[\p{L}\p{Co}]")
NOT_OF_A_NAME = regex.compile(r"[^\p{L}\p{M}\p{N}\p{Co}]|[\u02B0-\u02FF\u119E\u1427\uA78F]")
"""What a name is compared without: blanks, dots, hyphens, and the letters that serve as dots or apostrophes
(U+318D is U+119E after NFKC)."""
HYPHENS = regex.compile(r"[\p{Pd}\u2212]")
SIGNS = regex.compile(r"[\p{P}\p{S}\p{Z}\p{C}\p{M}]")


def has_letter(name: str) -> bool:
    """Whether anything of a name can be seen and read; private characters stand for rare ideographs."""
    return bool(LETTER.search(INVISIBLE.sub("", name)))


def folded_name(name: str) -> str:
    """A name as it is compared."""
    return _to_simplified().convert(NOT_OF_A_NAME.sub("", _folded(name)))


def folded_number(number: str) -> str:
    """A hospital's own number as it is compared; `A-1024` and `A1024` stay apart."""
    return HYPHENS.sub("-", BLANKS.sub("", _folded(number))).upper()


def without_signs(text: str) -> str:
    """Letters and digits of `text` only, folded, in capitals."""
    return SIGNS.sub("", _folded(text)).upper()


def _folded(text: str) -> str:
    visible = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return unicodedata.normalize("NFKC", visible.casefold())


@cache
def _to_simplified() -> OpenCC:
    """Reads its tables once, when the first name is compared."""
    return OpenCC("t2s")
