"""Draws a sheet of a layout, and says what stands on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from PIL import Image, ImageDraw

from labs.drawing.distortions import distorted
from labs.drawing.fonts import font
from labs.drawing.layouts import LAYOUTS, Layout
from labs.drawing.panels import PANELS, Printed, drawn_lines

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英"
_HOSPITALS = ("某某县人民医院", "某某市中心医院", "某某县中医院", "某某大学附属医院")
_MARGIN = 0.06


@dataclass(frozen=True, slots=True)
class DrawnSheet:
    """A picture, `layout` by name, and what it says: `patient`, the two times, and its `lines`."""

    picture: Image.Image
    layout: str
    patient: Mapping[str, Any]
    sampled_at: datetime
    reported_at: datetime
    lines: Sequence[Printed] = field(default_factory=list)

    def truth(self) -> dict[str, Any]:
        """What a perfect reader would say, as JSON values."""
        return {
            "layout": self.layout,
            "patient": dict(self.patient),
            "sampled_at": self.sampled_at.strftime("%Y-%m-%dT%H:%M"),
            "reported_at": self.reported_at.strftime("%Y-%m-%dT%H:%M"),
            "findings": [
                {"input": line.input, "value": line.value, "comparator": line.comparator, "unit": line.unit}
                for line in self.lines
                if line.input and line.value is not None
            ],
        }


def draw_sheet(
    seed: int,
    layout: str | None = None,
    *,
    distort: bool = True,
    patient: Mapping[str, Any] | None = None,
) -> DrawnSheet:
    """A sheet, the same for the same `seed`; without a `layout` the seed chooses one too. What `patient` says
    stands there instead of what the seed makes up."""
    dice = Random(seed)  # noqa: S311 - the same sheet again, not a secret
    name = layout or sorted(LAYOUTS)[seed % len(LAYOUTS)]
    look = LAYOUTS[name]
    lines = [line for panel in look.panels for line in drawn_lines(PANELS[panel], dice, look.flags)]
    made_up = {
        "name": dice.choice(_SURNAMES) + "".join(dice.sample(_GIVEN, dice.randint(1, 2))),
        "sex": dice.choice(("male", "female")),
        "age_years": dice.randint(19, 83),
        "number": f"{dice.randint(10_000, 9_999_999)}",
    }
    patient = {**made_up, **(patient or {})}
    sampled = datetime(2026, 3, 1) + timedelta(minutes=dice.randint(0, 300_000))
    reported = sampled + timedelta(minutes=dice.randint(25, 240))
    picture = _Page(look, dice).drawn(lines, patient, (sampled, reported))
    if distort:
        picture = distorted(picture, look.quality, dice)
    return DrawnSheet(picture, name, patient, sampled, reported, lines)


class _Page:
    """The canvas of one sheet."""

    def __init__(self, look: Layout, dice: Random) -> None:
        self.look, self.dice = look, dice
        self.left = int(look.width * _MARGIN)
        self.step = int(look.size * 1.75)
        self.font = font(look.face, look.size)

    def drawn(
        self, lines: Sequence[Printed], patient: Mapping[str, Any], times: tuple[datetime, datetime]
    ) -> Image.Image:
        per_table = -(-len(lines) // self.look.side_by_side)
        height = self.step * (per_table + 9) + self.look.size * 3
        image = Image.new("L", (self.look.width, height), self.look.paper)
        self.pen = ImageDraw.Draw(image)
        top = self._head(patient, times[0])
        inner = self.look.width - 2 * self.left
        for number in range(self.look.side_by_side):
            part = lines[number * per_table : (number + 1) * per_table]
            width = inner / self.look.side_by_side
            self._table(part, self.left + int(number * width), int(width * 0.98), top, number * per_table)
        self._foot(times[1], top + self.step * (per_table + 1) + self.look.size)
        return image.convert("RGB")

    def _write(self, x: float, y: float, text: str) -> None:
        self.pen.text((x, y), text, font=self.font, fill=self.look.ink)

    def _head(self, patient: Mapping[str, Any], sampled: datetime) -> int:
        title = self.dice.choice(_HOSPITALS) + self.look.title
        big = font(self.look.face, int(self.look.size * 1.35))
        at = max(self.left, (self.look.width - big.getlength(title)) / 2)
        self.pen.text((at, self.look.size), title, font=big, fill=self.look.ink)
        sex = {"male": "男", "female": "女"}[patient["sex"]]
        remarks = [
            f"姓名：{patient['name']}",
            f"性别：{sex}",
            f"年龄：{patient['age_years']}岁",
            f"住院号：{patient['number']}",
            f"{self.look.labels[0]}：{sampled:%Y-%m-%d %H:%M}",
        ]
        y, x = self.look.size * 3.2, float(self.left)
        for remark in remarks:
            length = self.font.getlength(remark)
            if x + length > self.look.width - self.left:
                y, x = y + self.step, float(self.left)
            self._write(x, y, remark)
            x += length + self.look.size * 2
        return int(y + self.step * 1.4)

    def _table(self, lines: Sequence[Printed], left: int, width: int, top: int, first: int) -> None:
        rows = [{column.shows: column.heading for column in self.look.columns}]
        rows += [self._cells(line, first + number) for number, line in enumerate(lines, 1)]
        for number, row in enumerate(rows):
            y = top + number * self.step
            for column in self.look.columns:
                self._write(left + column.at * width, y, row[column.shows])
            if self.look.rules == "grid" or (self.look.rules == "lines" and number in (0, len(rows) - 1)):
                below = y + self.step - int(self.look.size * 0.3)
                self.pen.line((left, below, left + width, below), fill=self.look.ink + 90)

    def _cells(self, line: Printed, number: int) -> dict[str, str]:
        return {
            "no": str(number),
            "short": line.short,
            "name": line.name,
            "both": f"{line.name}({line.short})",
            "result": f"{line.text} {line.flag}".strip(),
            "value": line.text,
            "flag": line.flag,
            "unit": line.unit_text,
            "normal": line.normal,
        }

    def _foot(self, reported: datetime, y: int) -> None:
        self._write(
            self.left, y, f"{self.look.labels[1]}：{reported:%Y-%m-%d %H:%M}   本结果仅对所检标本负责"
        )
