"""Messages of HL7 version 2: bytes into segments and fields, whatever sign separates them.

Read is what laboratories send as results (`ORU^R01`, 2.3 to 2.5.1). Nothing here judges what it says.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

_YEARS = ("-2000", "-2005", "-2022")
CHARSETS: Mapping[str, str] = MappingProxyType(
    {
        "": "",
        "ASCII": "",
        "UNICODE": "utf-8",
        "UNICODE UTF-8": "utf-8",
        "UTF-8": "utf-8",
        "UTF8": "utf-8",
        **dict.fromkeys(("GBK", "GB2312", "GB 2312", "CP936", "MS936"), "gb18030"),
        **{f"GB{gap}18030{year}": "gb18030" for gap in ("", " ") for year in ("", *_YEARS)},
        "8859/1": "latin-1",
        "ISO IR87": "",
    }
)
"""Python's name for what MSH-18 says; empty: UTF-8 if it is that, else GB18030.

Analysers say ASCII by default, whatever they send.
"""
MOST_SEGMENTS = 2000
_BOM = b"\xef\xbb\xbf"
_AROUND = b"\x0b\x1c\r\n \t"


class NotHL7(ValueError):
    """The bytes are no message that can be read. `code` says why, for the engineer of the laboratory."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Separators:
    """The signs between fields, components, repetitions, and that of an escape."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"


@dataclass(frozen=True, slots=True)
class Segment:
    """`name` and the fields behind it, as they came; of MSH the first is the sign that separates fields."""

    name: str
    fields: Sequence[str]
    separators: Separators

    def text(self, number: int, component: int = 1) -> str:
        """A component of the first repetition of a field, counted from 1 as the standard does; else ""."""
        parts = self.components(number)
        return parts[component - 1] if component <= len(parts) else ""

    def components(self, number: int) -> list[str]:
        rows = self.repetitions(number)
        return rows[0] if rows else []

    def repetitions(self, number: int) -> list[list[str]]:
        """The repetitions of a field, each as its components without escapes."""
        if not 1 <= number <= len(self.fields) or not self.fields[number - 1]:
            return []
        rows = self.fields[number - 1].split(self.separators.repetition)
        return [[self._plain(part) for part in row.split(self.separators.component)] for row in rows]

    def _plain(self, text: str) -> str:
        return unescaped(text.split(self.separators.subcomponent)[0], self.separators).strip().strip('"')


@dataclass(frozen=True, slots=True)
class Message:
    segments: Sequence[Segment]

    @property
    def header(self) -> Segment:
        return self.segments[0]

    @property
    def control_id(self) -> str:
        return self.header.text(10)

    @property
    def kind(self) -> str:
        """Type and event, such as `ORU^R01`."""
        return "^".join(self.header.components(9)[:2])

    @property
    def sender(self) -> tuple[str, str]:
        """Application and facility that sent it."""
        return self.header.text(3), self.header.text(4)

    @property
    def is_several(self) -> bool:
        """Whether another message begins in it, as where a sender left out the end of the first."""
        return len(self.of("MSH")) > 1

    @property
    def has_several_patients(self) -> bool:
        """Whether its PID segments have other numbers or other names."""
        whose = {(tuple(row.fields[1:3]), row.text(5)) for row in self.of("PID")}
        return len(whose) > 1

    def of(self, name: str) -> list[Segment]:
        return [segment for segment in self.segments if segment.name == name]


def read_message(content: bytes) -> Message:
    """The message in `content`. Raises NotHL7: `no_msh`, `charset`, `too_many_segments`, `separators`."""
    raw = content.strip(_AROUND).removeprefix(_BOM).lstrip(_AROUND)
    if not raw.startswith(b"MSH") or len(raw) < 8:
        raise NotHL7("no_msh")
    text = _decoded(raw)
    if "\x00" in text:
        raise NotHL7("charset")
    lines = re.split("[\r\n]+", text)
    if len(lines) > MOST_SEGMENTS:
        raise NotHL7("too_many_segments")
    separators = _separators(lines[0])
    return Message([_segment(line, separators) for line in _whole(lines, separators)])


def read_header(content: bytes) -> Message:
    """The header alone, of what cannot be read whole; so its sender is told which message is meant.

    Raises NotHL7: `no_msh`, `separators`.
    """
    line = _first_line(content[:4096].strip(_AROUND).removeprefix(_BOM))
    if not line.startswith("MSH") or len(line) < 8:
        raise NotHL7("no_msh")
    return Message([_segment(line, _separators(line))])


def _first_line(raw: bytes) -> str:
    line = re.split(b"[\r\n]", raw, maxsplit=1)[0]
    return _read_as(line, "utf-8", "gb18030") or line.decode("latin-1")


def _decoded(raw: bytes) -> str:
    """The text by what MSH-18 says; without it UTF-8 if it is that, else GB18030, which hospitals send."""
    header = _first_line(raw).split(chr(raw[3]))
    named = header[17].split("~")[0].strip().upper() if len(header) > 17 else ""
    if named not in CHARSETS:
        raise NotHL7("charset")
    text = _read_as(raw, *([CHARSETS[named]] if CHARSETS[named] else ["utf-8", "gb18030"]))
    if text is None:
        raise NotHL7("charset")
    return text


def _read_as(raw: bytes, *charsets: str) -> str | None:
    """The text in the first of `charsets` that can be; None where it is in none of them."""
    for charset in charsets:
        try:
            return raw.decode(charset)
        except UnicodeDecodeError:
            continue
    return None


def _whole(lines: Sequence[str], separators: Separators) -> list[str]:
    """Each segment in one line: where an end of line stood within a segment, and where the standard's ADD
    goes on with the one before, what follows belongs to it, status included.
    """
    begins = re.compile(rf"[A-Z][A-Z0-9]{{2}}(?:{re.escape(separators.field)}|$)")
    rows: list[str] = []
    for line in lines:
        text = line.lstrip()
        if rows and text.startswith(f"ADD{separators.field}"):
            rows[-1] += text[4:]
        elif begins.match(text):
            rows.append(text)
        elif rows and text:
            rows[-1] += f"\n{line}"
    return rows


def _separators(header: str) -> Separators:
    field, signs = header[3], header[4:].split(header[3])[0]
    if field.isalnum() or len(signs) < 3 or len(set(signs) | {field}) != len(signs) + 1:
        raise NotHL7("separators")
    return Separators(field, *signs[:4])


def _segment(line: str, separators: Separators) -> Segment:
    parts = line.split(separators.field)
    fields = [separators.field, *parts[1:]] if parts[0] == "MSH" else parts[1:]
    return Segment(parts[0], fields, separators)


def unescaped(text: str, separators: Separators) -> str:
    """`text` with its escape sequences as the signs that they mean; what is none stays as it is."""
    if separators.escape not in text:
        return text
    sign = re.escape(separators.escape)
    meant = {
        "F": separators.field,
        "S": separators.component,
        "T": separators.subcomponent,
        "R": separators.repetition,
        "E": separators.escape,
        ".br": "\n",
    }

    def plain(match: re.Match[str]) -> str:
        if match[1]:
            return _from_hex("".join(re.findall(rf"{sign}X([^{sign}]+){sign}", match[1])))
        code = match[2]
        return meant[code] if code in meant else "" if code in ("H", "N") else match[0]

    return re.sub(rf"((?:{sign}X[0-9A-Fa-f]+{sign})+)|{sign}([^{sign}]{{1,80}}){sign}", plain, text)


def _from_hex(digits: str) -> str:
    """The signs of bytes, of which a long one may have come in an escape of its own for each byte."""
    try:
        raw = bytes.fromhex(digits)
    except ValueError:
        return ""
    text = _read_as(raw, "utf-8", "gb18030") or ""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\r\n\t")
