"""What content is, by its first bytes and never by its name."""

from collections.abc import Callable, Mapping
from enum import StrEnum


class MediaType(StrEnum):
    """What is taken in."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"
    PDF = "application/pdf"


class Unfit(Exception):
    """Content that is not taken in. `code` is one of files.refusals.REASONS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
VIDEO_BRANDS = {b"isom", b"iso2", b"mp41", b"mp42", b"qt  ", b"avc1", b"M4V ", b"3gp4", b"3gp5"}
OTHER_PICTURES = (b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"\x00\x00\x01\x00", b"8BPS")
PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"#!", b"dex\n")
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OFFICE_FOLDERS = (b"word/", b"xl/", b"ppt/", b"[Content_Types].xml")
DICOM_AT = 128
MARKUP_WITHIN = 1024


def media_type_of(content: bytes) -> MediaType:
    """What `content` is. Raises Unfit with a code that says what it is instead."""
    if not content:
        raise Unfit("empty")
    for media_type, matches in ACCEPTED.items():
        if matches(content):
            return media_type
    for code, matches in REFUSED.items():
        if matches(content):
            raise Unfit(code)
    raise Unfit("not_accepted")


def _has_brand(content: bytes, brands: set[bytes]) -> bool:
    return content[4:8] == b"ftyp" and content[8:12] in brands


def _is_office(content: bytes) -> bool:
    is_zip = content.startswith(b"PK\x03\x04")
    return content.startswith(OLD_OFFICE) or is_zip and any(name in content for name in OFFICE_FOLDERS)


def _is_markup(content: bytes) -> bool:
    return content[:MARKUP_WITHIN].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<html", b"<!doctype"))


ACCEPTED: Mapping[MediaType, Callable[[bytes], bool]] = {
    MediaType.JPEG: lambda content: content.startswith(b"\xff\xd8\xff"),
    MediaType.PNG: lambda content: content.startswith(b"\x89PNG\r\n\x1a\n"),
    MediaType.WEBP: lambda content: content.startswith(b"RIFF") and content[8:12] == b"WEBP",
    MediaType.HEIC: lambda content: _has_brand(content, HEIC_BRANDS),
    MediaType.PDF: lambda content: content.startswith(b"%PDF-"),
}
REFUSED: Mapping[str, Callable[[bytes], bool]] = {
    "svg": lambda content: b"<svg" in content[:MARKUP_WITHIN].lower(),
    "web_page": _is_markup,
    "program": lambda content: content.startswith(PROGRAMS),
    "office": _is_office,
    "archive": lambda content: content.startswith(ARCHIVES),
    "dicom": lambda content: content[DICOM_AT : DICOM_AT + 4] == b"DICM",
    "video": lambda content: _has_brand(content, VIDEO_BRANDS) or content.startswith(b"\x1aE\xdf\xa3"),
    "other_picture": lambda content: content.startswith(OTHER_PICTURES) or _has_brand(content, {b"avif"}),
}
