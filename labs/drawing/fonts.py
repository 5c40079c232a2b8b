"""The typefaces of drawn sheets: Noto Sans SC and Noto Serif SC (SIL Open Font License), from a package."""

from functools import lru_cache
from importlib.resources import files

from PIL import ImageFont

_FILES = {"sans": "NotoSansSC-Regular.otf", "serif": "NotoSerifSC-Regular.otf"}


@lru_cache(maxsize=64)
def font(face: str, size: int) -> ImageFont.FreeTypeFont:
    """A face, `sans` or `serif`, of `size` pixels. Raises ModuleNotFoundError without the package."""
    return ImageFont.truetype(str(files("pylopdf_fonts_zh_cn") / _FILES[face]), size)
