"""Pictures drawn anew: upright, in sRGB, without anything but what can be seen."""

import io
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from files.inspection.kinds import MediaType, Unfit

MOST_PIXELS = 60_000_000
"""More than the cameras of telephones give in a document's picture; 180 MB of memory."""
LONGEST_SIDE = 4096
"""A sheet of A4 has 350 dots to the inch then: a letter of 8 pt is 38 dots high."""
PREVIEW_SIDE = 480
PAGE_QUALITY, PREVIEW_QUALITY = 88, 75
DECODERS = {
    MediaType.JPEG: "JPEG",
    MediaType.PNG: "PNG",
    MediaType.WEBP: "WEBP",
    MediaType.HEIC: "HEIF",
}

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of `width` times `height` pixels."""

    content: bytes
    width: int
    height: int


def redraw(content: bytes, media_type: MediaType) -> Image.Image:
    """The picture in `content`, upright, in sRGB, at most LONGEST_SIDE long. Raises Unfit."""
    if media_type is MediaType.HEIC:
        _read_heic()
    try:
        with Image.open(io.BytesIO(content), formats=[DECODERS[media_type]]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Unfit("too_many_pixels")
            opened.load()
            picture = ImageOps.exif_transpose(opened) or opened
            return fitted(_on_white(_in_srgb(picture)), LONGEST_SIDE)
    except Image.DecompressionBombError:
        raise Unfit("too_many_pixels") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, ImageCms.PyCMSError):
        raise Unfit("broken") from None


def _read_heic() -> None:
    # Takes as long to load as a picture to draw, and most are of other kinds.
    import pi_heif

    pi_heif.register_heif_opener(thumbnails=False)


def fitted(picture: Image.Image, side: int) -> Image.Image:
    """`picture`, made smaller where it is longer than `side`."""
    if max(picture.size) <= side:
        return picture
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def page(picture: Image.Image) -> Picture:
    """As it is looked at and printed. Colours keep their own resolution, so that a red stamp stays sharp."""
    return _encoded(picture, PAGE_QUALITY, "4:4:4")


def preview(picture: Image.Image) -> Picture:
    return _encoded(fitted(picture, PREVIEW_SIDE), PREVIEW_QUALITY, "4:2:0")


def _encoded(picture: Image.Image, quality: int, subsampling: str) -> Picture:
    plain = Image.new("RGB", picture.size)
    plain.paste(picture)  # without the metadata that a picture carries through every conversion
    written = io.BytesIO()
    plain.save(written, "JPEG", quality=quality, subsampling=subsampling, optimize=True)
    return Picture(written.getvalue(), *plain.size)


def _in_srgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        return _in_8_bits(picture)
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "CMYK", "L"):
        return picture
    try:
        return ImageCms.profileToProfile(  # type: ignore[return-value]
            picture,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture


def _in_8_bits(picture: Image.Image) -> Image.Image:
    """Grey of 16 bits, as X-ray pictures have, over the whole range that is used."""
    grey = picture.convert("F")
    low, high = (float(value) for value in grey.getextrema())  # type: ignore[arg-type]
    scale = 255 / (high - low) if high > low else 1.0
    return grey.point(lambda value: value * scale - low * scale).convert("L")


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layers = picture.convert("RGBA")
        white = Image.new("RGBA", layers.size, "white")
        return Image.alpha_composite(white, layers).convert("RGB")
    return picture.convert("RGB")
