"""Eight ways in which county and tertiary hospitals lay out a sheet, as columns and panels."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what of a line it shows (`no`, `short`, `name`, `both`, `result`, `value`, `flag`, `unit`,
    `normal`), its heading, and where it begins as a share of the width of the table.
    """

    shows: str
    heading: str
    at: float


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet looks. `side_by_side`: how many tables stand next to each other.

    `rules`: `lines` above and below, `grid` around every cell, `none`. `ink` and `paper` are grey values.
    `flags`: what marks a high and a low value. `quality`: how it is distorted, see `distortions`.
    """

    panels: tuple[str, ...]
    columns: tuple[Column, ...]
    width: int
    size: int
    face: str = "sans"
    side_by_side: int = 1
    rules: str = "lines"
    ink: int = 20
    paper: int = 255
    flags: tuple[str, str] = ("↑", "↓")
    title: str = "检验报告单"
    labels: tuple[str, str] = ("采样时间", "报告时间")
    quality: str = "photo"


def _columns(*columns: tuple[str, str, float]) -> tuple[Column, ...]:
    return tuple(Column(*column) for column in columns)


LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {
        "county": Layout(
            ("liver", "kidney"),
            _columns(
                ("no", "序号", 0),
                ("short", "代号", 0.07),
                ("name", "项目名称", 0.2),
                ("result", "结果", 0.5),
                ("unit", "单位", 0.68),
                ("normal", "参考值", 0.83),
            ),
            width=1240,
            size=26,
            face="serif",
        ),
        "two_columns": Layout(
            ("liver", "kidney"),
            _columns(
                ("both", "检验项目", 0),
                ("result", "结果", 0.47),
                ("unit", "单位", 0.66),
                ("normal", "参考范围", 0.81),
            ),
            width=1700,
            size=25,
            side_by_side=2,
            labels=("采集时间", "报告时间"),
        ),
        "coagulation": Layout(
            ("coagulation",),
            _columns(
                ("name", "项目", 0),
                ("short", "英文缩写", 0.3),
                ("value", "结果", 0.46),
                ("flag", "提示", 0.58),
                ("normal", "参考区间", 0.68),
                ("unit", "单位", 0.87),
            ),
            width=1150,
            size=27,
            flags=("H", "L"),
            title="凝血功能检验报告单",
        ),
        "blood_count": Layout(
            ("blood_count",),
            _columns(
                ("no", "No", 0),
                ("both", "项目", 0.06),
                ("result", "检验结果", 0.5),
                ("normal", "参考值", 0.67),
                ("unit", "单位", 0.84),
            ),
            width=1180,
            size=26,
            title="血常规检验报告",
            rules="grid",
        ),
        "thermal": Layout(
            ("blood_gas",),
            _columns(
                ("short", "项目", 0),
                ("value", "结果", 0.3),
                ("unit", "单位", 0.52),
                ("flag", "", 0.7),
                ("normal", "参考", 0.77),
            ),
            width=640,
            size=26,
            rules="none",
            ink=95,
            paper=232,
            title="血气分析",
            labels=("采血时间", "打印时间"),
            quality="thermal",
        ),
        "screen": Layout(
            ("liver", "coagulation"),
            _columns(
                ("short", "缩写", 0),
                ("name", "项目名称", 0.13),
                ("value", "结果", 0.46),
                ("flag", "高低", 0.59),
                ("unit", "单位", 0.67),
                ("normal", "参考值", 0.82),
            ),
            width=1320,
            size=24,
            rules="grid",
            ink=30,
            paper=244,
            title="检验结果查询",
            labels=("采集时间", "审核时间"),
            quality="screen",
        ),
        "pdf": Layout(
            ("kidney", "coagulation"),
            _columns(
                ("short", "编码", 0),
                ("name", "检验项目", 0.15),
                ("value", "检验结果", 0.45),
                ("flag", "标志", 0.58),
                ("unit", "计量单位", 0.67),
                ("normal", "生物参考区间", 0.82),
            ),
            width=1654,
            size=32,
            quality="pdf",
        ),
        "tertiary": Layout(
            ("liver", "kidney", "blood_count"),
            _columns(
                ("name", "项目 Item", 0),
                ("short", "缩写", 0.29),
                ("result", "结果 Result", 0.43),
                ("unit", "单位 Unit", 0.62),
                ("normal", "参考区间 Reference", 0.78),
            ),
            width=1360,
            size=23,
            title="医学检验中心检验报告单",
        ),
    }
)
