"""The icons of the installed app, drawn from `icon.svg`: `python -m config.icons` after changing that.

Android and iOS take bitmaps only. A maskable icon fills its whole square, since the system cuts its shape
from it; the mark of `icon.svg` keeps within the circle that every shape leaves.
"""

from pathlib import Path

import resvg_py

FOLDER = Path(__file__).resolve().parent.parent / "portal" / "static" / "portal"
ROUNDED = ' rx="14"'
SIZES = {"icon-192.png": 192, "icon-512.png": 512, "icon-maskable-192.png": 192, "icon-maskable-512.png": 512}


def draw(name: str) -> bytes:
    """The PNG file of one of SIZES."""
    drawing = (FOLDER / "icon.svg").read_text()
    if "maskable" in name:
        drawing = drawing.replace(ROUNDED, "")
    size = SIZES[name]
    return bytes(resvg_py.svg_to_bytes(svg_string=drawing, width=size, height=size, skip_system_fonts=True))


def main() -> None:
    for name in SIZES:
        (FOLDER / name).write_bytes(draw(name))


if __name__ == "__main__":
    main()
