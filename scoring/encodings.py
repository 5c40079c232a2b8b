"""The bytes of a hospital's file as UTF-8: nothing is guessed in silence, nothing becomes other characters.

UTF-8 (with or without byte order mark) stays as it is. UTF-16 and UTF-32 are read by their mark. Anything
else is read as GB18030, what Chinese Excel and hospital systems write as “CSV”, where charset-normalizer and
the frequency of the characters agree that it is; otherwise the file is refused.
"""

import codecs
import io
import re
from collections.abc import Callable, Iterator

import charset_normalizer

from scoring.issues import gettext_noop
from scoring.sentences import Readable, Sentence

Announce = Callable[[Sentence], None]

_READ_BYTES = 65_536
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = (
    (b"PK\x03\x04", "workbook", gettext_noop("This is an Excel workbook. Save it as “CSV UTF-8”.")),
    (
        b"\xd0\xcf\x11\xe0",
        "workbook",
        gettext_noop("This is an old Excel workbook. Save it as “CSV UTF-8”."),
    ),
    (b"%PDF", "binary", gettext_noop("This is a PDF, not a table. Export the table as “CSV UTF-8”.")),
)
_RIVALS = ["gb18030", "big5", "cp949", "cp932", "cp1251", "cp1252"]
"""Encodings that files of our readers come in; only the first is read."""

_CELLS = re.compile(r"[,;\t|\r\n\"]")
_ANSWERS = frozenset({"是", "否", "有", "无", "男", "女", "未查", "死亡", "存活"})
"""Whole cells that no other encoding of such a file has by chance, however rare the names beside them are."""
_COMMON_SHARE = 0.75
_SYMBOL_ROWS = range(0xA1, 0xAA)
_COMMON_ROWS = range(0xB0, 0xD8)
"""First bytes in GB 2312 of full-width signs, and of its level 1, the 3,755 common characters."""


Name = Callable[[str], None]
NOT_UTF8 = gettext_noop("The file is not UTF-8; it is read as %(encoding)s.")
NO_TEXT = gettext_noop("This is not text, or UTF-16 without its mark. Save the file as “CSV UTF-8”.")
AMBIGUOUS = gettext_noop(
    "The few signs that are not ASCII can be read as UTF-8 and as GB18030. Save the file as “CSV UTF-8” with "
    "its byte order mark."
)
UNKNOWN = gettext_noop("The file is neither UTF-8 nor GB18030. Save the file as “CSV UTF-8”.")
PERHAPS = gettext_noop(
    "The file is neither UTF-8 nor GB18030 (perhaps %(encoding)s). Save the file as “CSV UTF-8”."
)


class UnreadableFileError(ValueError):
    """The file as a whole cannot be used; `code` is stable, the sentence says what to do."""

    def __init__(self, code: str, sentence: Readable) -> None:
        super().__init__(str(sentence))
        self.code, self.sentence = code, sentence


def ignore(_: Sentence) -> None:
    """For callers who want no announcements."""


def as_utf8(stream: io.BufferedIOBase, announce: Announce = ignore) -> io.BufferedReader:
    """The stream as UTF-8 bytes without byte order mark, read no further ahead than needed.

    The encoding is settled by the first bytes that are not ASCII; `announce` hears of any but UTF-8. Single
    bytes that are no text are left as they are. Raises UnreadableFileError, at the read that meets it, for
    what is no text and for an encoding that is none of ours.
    """

    def name_encoding(encoding: str) -> None:
        announce(Sentence(NOT_UTF8, {"encoding": encoding}))

    return _transcoded(stream, name_encoding)


def decoded(raw: bytes) -> tuple[str, str]:
    """All of a small file as text, and the name of its encoding; bytes that are no text stay as surrogates.

    Raises as `as_utf8`.
    """
    encodings = ["UTF-8"]
    text = _transcoded(io.BytesIO(raw), encodings.append).read().decode("utf-8", "surrogateescape")
    return text, encodings[-1]


def _transcoded(stream: io.BufferedIOBase, name_encoding: Name) -> io.BufferedReader:
    return io.BufferedReader(_Utf8(_chunks(io.BufferedReader(stream), name_encoding)))  # type: ignore[arg-type]


def is_text(cell: str) -> bool:
    """False where bytes were no text, or were replaced because of that in this or an earlier program."""
    return cell.isascii() or not any(
        "\ud800" <= character <= "\udfff" or character == "\ufffd" for character in cell
    )


class _Utf8(io.RawIOBase):
    """Chunks of bytes as a raw stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._pending = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        if not self._pending:
            self._pending = next(self._chunks, b"")
        taken = self._pending[: len(buffer)]
        buffer[: len(taken)] = taken
        self._pending = self._pending[len(taken) :]
        return len(taken)


def _chunks(stream: io.BufferedReader, name_encoding: Name) -> Iterator[bytes]:
    start = stream.peek(4)[:4]
    for beginning, code, message in _BINARY:
        if start.startswith(beginning):
            raise UnreadableFileError(code, Sentence(message))
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    if start.startswith(codecs.BOM_UTF8):
        stream.read(len(codecs.BOM_UTF8))
    if marked:
        name_encoding(marked.upper())
        yield from _recoded(stream, stream.read1(_READ_BYTES), marked)
        return
    while chunk := stream.read1(_READ_BYTES):
        _refuse_binary(chunk)
        if not chunk.isascii():
            yield from _after_first_sign(stream, chunk, name_encoding)
            return
        yield chunk


def _after_first_sign(stream: io.BufferedReader, chunk: bytes, name_encoding: Name) -> Iterator[bytes]:
    """The rest of a file from the first chunk that is more than ASCII."""
    while _ends_inside_a_character(chunk) and (more := stream.read1(_READ_BYTES)):
        chunk += more
    encoding = encoding_of(chunk)
    if encoding != "utf-8":
        name_encoding(encoding.upper())
        yield from _recoded(stream, chunk, encoding)
        return
    while chunk:
        _refuse_binary(chunk)
        yield chunk
        chunk = stream.read1(_READ_BYTES)


def _recoded(stream: io.BufferedReader, chunk: bytes, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    while chunk:
        text = decoder.decode(chunk)
        if text:
            yield text.encode("utf-8", "surrogatepass")
        chunk = stream.read1(_READ_BYTES)
    yield decoder.decode(b"", True).encode("utf-8", "surrogatepass")


def _refuse_binary(chunk: bytes) -> None:
    if b"\0" in chunk:
        raise UnreadableFileError("binary", Sentence(NO_TEXT))


def _ends_inside_a_character(chunk: bytes) -> bool:
    return chunk[-1] >= 0x80


def encoding_of(sample: bytes) -> str:
    """`utf-8` or `gb18030`, by the bytes of a sample that are not ASCII. Raises UnreadableFileError.

    A sample of UTF-8 with stray bytes is UTF-8 as long as its first line has none.
    """
    text = _strictly(sample, "utf-8")
    if text is not None:
        if _is_chance(text) and _is_chinese(sample):
            raise UnreadableFileError("encoding_ambiguous", Sentence(AMBIGUOUS))
        return "utf-8"
    if _is_chinese(sample):
        return "gb18030"
    if _strictly(sample.partition(b"\n")[0], "utf-8") is not None:
        return "utf-8"
    best = charset_normalizer.from_bytes(sample, cp_isolation=_RIVALS).best()
    sentence = Sentence(PERHAPS, {"encoding": best.encoding}) if best else Sentence(UNKNOWN)
    raise UnreadableFileError("encoding_unknown", sentence)


def _strictly(sample: bytes, encoding: str) -> str | None:
    """The sample as text, a character cut at its end left out; None if it is not in this encoding."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return None


def _is_chance(text: str) -> bool:
    """True for few signs, all of scripts in which two Chinese characters of GB18030 may read as UTF-8."""
    signs = {character for character in text if not character.isascii()}
    return len(signs) <= 3 and all("\u0100" <= c <= "\u07ff" and not "\u0370" <= c <= "\u03ff" for c in signs)


def _is_chinese(sample: bytes) -> bool:
    """Whether a sample is Chinese in GB18030.

    A cell that answers in Chinese decides. On a few names the library finds other East Asian encodings as
    likely, so it only has to allow GB18030; that most characters are common ones decides.
    """
    text = _strictly(sample, "gb18030")
    if text is None:
        return False
    if any(cell.strip() in _ANSWERS for cell in _CELLS.split(text)):
        return True
    signs = [character for character in text if not character.isascii()]
    common = sum(_row(character) in _COMMON_ROWS for character in signs)
    usual = common + sum(_row(character) in _SYMBOL_ROWS for character in signs)
    if not common or usual < _COMMON_SHARE * len(signs):
        return False
    matches = charset_normalizer.from_bytes(sample, cp_isolation=_RIVALS)
    return any(match.encoding == "gb18030" for match in matches)


def _row(character: str) -> int:
    """The first byte of a character in GB 2312; 0 if it has none there."""
    try:
        return character.encode("gb2312")[0]
    except UnicodeEncodeError:
        return 0
