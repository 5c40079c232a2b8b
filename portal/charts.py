"""Small charts of values over time as SVG, drawn on the server: the same on screen, paper and in a PDF."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from referral.pathway.refusals import Text
from referral.queries.course import Mark
from scoring.issues import plain_number
from scoring.reference_ranges import Normal

WIDTH, HEIGHT = 320.0, 130.0
LEFT, RIGHT, TOP, BOTTOM = 42.0, 8.0, 10.0, 20.0
MOST_DAYS = 5
LOGARITHMIC_FROM = 1000
"""From this ratio of the largest to the smallest value on the axis is logarithmic."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One value to draw: when it was so, how much, in words, and whether the first hospital measured it."""

    at: datetime
    value: float
    words: str
    is_first_hospital: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    words: str
    is_first_hospital: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A treatment mark: where it begins, how wide it is, and what it was."""

    x: float
    width: float
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Where everything lies, in the units of the picture. `band`: (top, height) of the usual range."""

    label: Text
    unit: str
    points: list[Point]
    rows: list[tuple[float, str]]
    days: list[tuple[float, str]]
    band: tuple[float, float] | None = None
    marks: list[Line] = field(default_factory=list)
    normal: str = ""
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM

    @property
    def plot(self) -> float:
        return self.right - self.left

    @property
    def plot_height(self) -> float:
        return self.bottom - self.top

    @property
    def path(self) -> str:
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.points)

    @property
    def first(self) -> str:
        return self.points[0].words

    @property
    def last(self) -> str:
        return self.points[-1].words


@dataclass(frozen=True, slots=True)
class Span:
    """The time from left to right."""

    begins: datetime
    ends: datetime
    zone: str

    def x(self, moment: datetime) -> float:
        share = (moment - self.begins) / (self.ends - self.begins)
        return round(LEFT + min(max(share, 0), 1) * (WIDTH - LEFT - RIGHT), 1)

    def days(self) -> list[tuple[float, str]]:
        """Midnights of the hospital, as many as have room."""
        zone = ZoneInfo(self.zone)
        day = self.begins.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        step = max(1, math.ceil((self.ends - self.begins) / timedelta(days=MOST_DAYS)))
        ticks = []
        while (day := day + timedelta(days=step)) <= self.ends:
            ticks.append((self.x(day), f"{day.month}-{day.day}"))
        return ticks


def span_of(moments: Sequence[datetime], zone: str) -> Span:
    """The time that all moments need, an hour at least."""
    begins, ends = min(moments), max(moments)
    return Span(begins, max(ends, begins + timedelta(hours=1)), zone)


def chart(
    label: Text,
    unit: str,
    values: Sequence[Measured],
    span: Span,
    *,
    normal: Normal | None = None,
    marks: Sequence[Mark] = (),
) -> Chart:
    """The chart of at least one value, the oldest first."""
    axis = _Axis.of([one.value for one in values])
    return Chart(
        label=label,
        unit=unit,
        points=[Point(span.x(one.at), axis.y(one.value), one.words, one.is_first_hospital) for one in values],
        rows=[(axis.y(tick), plain_number(tick)) for tick in axis.ticks],
        days=span.days(),
        band=axis.band(normal) if normal else None,
        marks=[_line(mark, span) for mark in marks],
        normal=range_text(normal),
    )


def range_text(normal: Normal | None) -> str:
    """A range in figures; empty where there is none."""
    if normal is None:
        return ""
    low, high = ("" if limit is None else plain_number(limit) for limit in (normal.low, normal.high))
    return f"{low}–{high}" if low and high else f"≤ {high}" if high else f"≥ {low}"


def _line(mark: Mark, span: Span) -> Line:
    begins = span.x(mark.at)
    ends = span.x(mark.until) if mark.until else begins
    words = f"{mark.kind.label} · {mark.what}" if mark.kind.label != mark.what else str(mark.what)
    return Line(begins, max(round(ends - begins, 1), 1.5), mark.kind.value, words)


@dataclass(frozen=True, slots=True)
class _Axis:
    """The value from bottom to top, in `scaled` numbers; `ticks` are values."""

    low: float
    high: float
    is_logarithmic: bool
    ticks: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> "_Axis":
        low, high = min(values), max(values)
        if low > 0 and high / low > LOGARITHMIC_FROM:
            ends = math.floor(math.log10(low)), math.ceil(math.log10(high))
            middle = (ends[0] + ends[1]) // 2
            return cls(*ends, True, tuple(10.0**power for power in dict.fromkeys((ends[0], middle, ends[1]))))
        step = _step((high - low) or abs(high) or 1)
        begins, ends_at = math.floor(low / step) * step, math.ceil(high / step) * step
        if begins == ends_at:
            ends_at = begins + step
        count = round((ends_at - begins) / step)
        every = max(1, math.ceil(count / 4))
        ticks = tuple(round(begins + step * place, 10) for place in range(0, count + 1, every))
        return cls(begins, ends_at, False, ticks)

    def y(self, value: float) -> float:
        scaled = math.log10(value) if self.is_logarithmic else value
        share = (scaled - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - min(max(share, 0), 1) * (HEIGHT - TOP - BOTTOM), 1)

    def band(self, normal: Normal) -> tuple[float, float] | None:
        """Top and height of the usual range; None where all of it lies outside."""
        lowest = 10.0**self.low if self.is_logarithmic else self.low
        highest = 10.0**self.high if self.is_logarithmic else self.high
        low = lowest if normal.low is None else normal.low
        high = highest if normal.high is None else normal.high
        if high <= lowest or low >= highest:
            return None
        top, bottom = self.y(min(high, highest)), self.y(max(low, lowest))
        return top, round(bottom - top, 1)


def _step(reach: float) -> float:
    """A round step of which about four make up `reach`."""
    power = 10.0 ** math.floor(math.log10(reach / 4))
    return next(power * times for times in (1, 2, 5, 10) if power * times * 4 >= reach)
