"""Words and where they stand on a page, from whatever reads them."""

from dataclasses import dataclass

Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of print: its edges on a straight sheet in pixels, how certain its text is (0 to 1), and its
    `corners` on the page as photographed, from top left clockwise.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float = 1.0
    corners: Corners = ()

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return max(self.bottom - self.top, 1.0)
