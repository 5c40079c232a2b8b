"""Pictures and documents for the tests, drawn here; two that need other programs lie in samples/."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont

SAMPLES = Path(__file__).parent / "samples"
GPS = 0x8825
ORIENTATION = 0x0112


def sheet(width: int = 800, height: int = 1100, text: str = "TBIL 310 umol/L") -> Image.Image:
    """A white page with a line of text and a red mark in its upper left corner."""
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 8, height // 8), fill=(200, 20, 20))
    draw.text(
        (width // 6, height // 2), text, fill="black", font=ImageFont.load_default(max(12, width // 30))
    )
    return picture


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def jpeg(picture: Image.Image | None = None) -> bytes:
    return saved(picture or sheet(), "JPEG")


def png() -> bytes:
    return saved(sheet(), "PNG")


def webp() -> bytes:
    return saved(sheet(), "WEBP")


def heic() -> bytes:
    return (SAMPLES / "telephone.heic").read_bytes()


def pdf(pages: int = 2, width: int = 800, height: int = 1100) -> bytes:
    first, *others = [sheet(width, height, f"page {number}") for number in range(1, pages + 1)]
    return saved(first, "PDF", save_all=True, append_images=others)


def encrypted_pdf() -> bytes:
    return (SAMPLES / "encrypted.pdf").read_bytes()


def pdf_with_attachment() -> bytes:
    document = pdfium.PdfDocument.new()
    document.new_page(200, 200)
    document.new_attachment("other.txt").set_data(b"other")
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def from_a_telephone() -> bytes:
    """Lying on its side, as cameras write it, with the place where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x010F] = "A telephone"
    place = exif.get_ifd(GPS)
    place[1], place[2], place[3], place[4] = "N", (30.0, 15.0, 0.0), "E", (120.0, 10.0, 0.0)
    upright = sheet()
    return saved(upright.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif, comment=b"ward 3, bed 7")


def archive() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        packed.writestr("program.exe", b"MZ")
    return written.getvalue()


def bomb() -> bytes:
    """400 megapixels in some kilobytes."""
    return saved(Image.new("1", (20_000, 20_000)), "PNG", optimize=False)


GOOD: dict[str, Callable[[], bytes]] = {"jpeg": jpeg, "png": png, "webp": webp, "heic": heic, "pdf": pdf}
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
BAD_AT_ONCE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "empty"),
    "too large": (lambda: b"\xff\xd8\xff" + bytes(20 * 1024 * 1024), "too_large"),
    "text": (lambda: b"TBIL 310", "not_accepted"),
    "the test virus": (lambda: EICAR, "not_accepted"),
    "svg": (lambda: b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "svg"),
    "a web page": (lambda: b"<!DOCTYPE html><title>x</title>", "web_page"),
    "a program of windows": (lambda: b"MZ\x90\x00" + bytes(100), "program"),
    "a program of linux": (lambda: b"\x7fELF" + bytes(100), "program"),
    "a script": (lambda: b"#!/bin/sh\nrm -rf /", "program"),
    "an archive": (archive, "archive"),
    "an office document": (lambda: b"PK\x03\x04" + bytes(26) + b"word/document.xml", "office"),
    "dicom": (lambda: bytes(128) + b"DICM" + bytes(50), "dicom"),
    "a video": (lambda: b"\x00\x00\x00\x20ftypisom" + bytes(50), "video"),
    "a gif": (lambda: saved(sheet(), "GIF"), "other_picture"),
    "a tiff": (lambda: saved(sheet(), "TIFF"), "other_picture"),
}
BAD_INSIDE: dict[str, tuple[Callable[[], bytes], str]] = {
    "half a jpeg": (lambda: jpeg()[:4000], "broken"),
    "half a png": (lambda: png()[: len(png()) // 2], "broken"),
    "half a heic": (lambda: heic()[:600], "broken"),
    "a jpeg's head alone": (lambda: b"\xff\xd8\xff\xe0", "broken"),
    "a bomb": (bomb, "too_many_pixels"),
    "an encrypted pdf": (encrypted_pdf, "encrypted"),
    "half a pdf": (lambda: b"%PDF-1.7\n1 0 obj", "broken"),
    "a pdf of 31 pages": (lambda: pdf(31, 80, 110), "too_many_pages"),
    "a pdf with a file in it": (pdf_with_attachment, "two_things"),
    "a jpeg and an archive": (lambda: jpeg() + archive(), "two_things"),
    "a pdf and an archive": (lambda: pdf() + archive(), "two_things"),
    "a jpeg and a page": (lambda: jpeg() + b"<html><script>alert(1)</script>", "two_things"),
    "a png and a pdf": (lambda: png() + pdf(), "two_things"),
    "a jpeg with the test virus": (lambda: jpeg() + EICAR, "virus"),
    "a pdf with the test virus": (lambda: pdf() + b"\n%" + EICAR, "virus"),
}
