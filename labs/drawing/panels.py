"""What stands on drawn sheets: tests as laboratories name them, with values of a failing liver.

`Printed.input` is what the line ought to be read as, None for a line that only looks like one of ours.
"""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Drawable:
    """A test to draw: `names` in Chinese, `short` forms, `units` as printed by the unit they mean.

    `low` and `high` bound the drawn value, `normal` is the reference range that is printed beside it. A test
    without an `input` of its own is a decoy; `of_input` is what it is an input for all the same.
    """

    input: str | None
    names: tuple[str, ...]
    short: tuple[str, ...]
    units: tuple[tuple[str, str | None], ...]
    normal: tuple[float, float]
    low: float
    high: float
    decimals: int
    of_input: str | None = None

    @property
    def is_left_out_at_times(self) -> bool:
        """True for a line that not every laboratory prints, or prints empty."""
        return self.input is None


@dataclass(frozen=True, slots=True)
class Printed:
    """A line as drawn, and what it means: `value` None for a line without a number, `unit` canonical."""

    input: str | None
    name: str
    short: str
    text: str
    flag: str
    unit_text: str
    normal: str
    value: float | None
    comparator: str | None
    unit: str | None


_UMOL = (("umol/L", "umol/L"), ("μmol/L", "umol/L"), ("µmol/l", "umol/L"))
_COUNT = (("10^9/L", None), ("×10^9/L", None), ("10*9/L", None))
_U_L = (("U/L", None), ("IU/L", None))
_MMOL = (("mmol/L", None),)
_UREA = (("mmol/L", "mmol/L"),)
_ALBUMIN = (("g/L", "g/L"),)
_SECONDS = (("s", None), ("秒", None), ("sec", None))
_SHARE = (("%", None),)
_NO_UNIT = (("", None),)

LIVER = (
    Drawable("alt_u_l", ("丙氨酸氨基转移酶", "谷丙转氨酶"), ("ALT", "GPT"), _U_L, (9, 50), 30, 2600, 0),
    Drawable("ast_u_l", ("天门冬氨酸氨基转移酶", "谷草转氨酶"), ("AST", "GOT"), _U_L, (15, 40), 35, 2400, 0),
    Drawable("bilirubin", ("总胆红素",), ("TBIL", "T-BIL", "STB", "TBil"), _UMOL, (0, 26), 90, 680, 1),
    Drawable(None, ("直接胆红素", "结合胆红素"), ("DBIL", "D-BIL", "DB"), _UMOL, (0, 8), 50, 400, 1),
    Drawable(None, ("间接胆红素", "非结合胆红素"), ("IBIL", "I-BIL"), _UMOL, (0, 18), 30, 250, 1),
    Drawable(None, ("总蛋白",), ("TP",), (("g/L", None),), (65, 85), 48, 80, 1),
    Drawable("albumin_g_l", ("白蛋白",), ("ALB",), _ALBUMIN, (40, 55), 19, 39, 1),
    Drawable(None, ("球蛋白",), ("GLB", "GLO"), (("g/L", None),), (20, 40), 22, 45, 1),
    Drawable(None, ("白球比",), ("A/G",), _NO_UNIT, (1.2, 2.4), 0.5, 1.6, 2),
    Drawable(None, ("γ-谷氨酰转移酶",), ("GGT",), _U_L, (10, 60), 20, 300, 0),
    Drawable(None, ("碱性磷酸酶",), ("ALP",), _U_L, (45, 125), 60, 260, 0),
    Drawable(None, ("总胆汁酸",), ("TBA",), (("μmol/L", None),), (0, 10), 20, 380, 1),
    Drawable(None, ("前白蛋白",), ("PA", "PAB"), (("mg/L", None),), (200, 430), 30, 180, 0),
)
KIDNEY = (
    Drawable("urea", ("尿素", "尿素氮"), ("UREA", "BUN"), _UREA, (3.1, 8.0), 2.4, 28, 2),
    Drawable("creatinine", ("肌酐", "血肌酐"), ("CREA", "Cr", "CRE"), _UMOL, (57, 97), 45, 380, 0),
    Drawable(None, ("尿酸",), ("UA",), (("μmol/L", None),), (208, 428), 100, 520, 0),
    Drawable("sodium_mmol_l", ("钠", "血清钠"), ("Na", "Na+"), _MMOL, (137, 147), 118, 146, 1),
    Drawable(None, ("钾",), ("K", "K+"), _MMOL, (3.5, 5.3), 2.9, 5.8, 2),
    Drawable(None, ("氯",), ("Cl", "Cl-"), _MMOL, (99, 110), 86, 112, 1),
    Drawable(None, ("钙",), ("Ca",), _MMOL, (2.11, 2.52), 1.8, 2.5, 2),
    Drawable(None, ("葡萄糖",), ("GLU",), _MMOL, (3.9, 6.1), 2.8, 12, 2),
    Drawable(None, ("胱抑素C",), ("CysC",), (("mg/L", None),), (0.6, 1.1), 0.7, 2.8, 2),
)
COAGULATION = (
    Drawable(None, ("凝血酶原时间",), ("PT",), _SECONDS, (11, 14.5), 15, 42, 1),
    Drawable(None, ("凝血酶原活动度",), ("PTA", "PT%"), _SHARE, (70, 130), 14, 62, 1, "pta_percent"),
    Drawable("inr", ("国际标准化比值",), ("INR", "PT-INR"), _NO_UNIT, (0.8, 1.2), 1.3, 4.8, 2),
    Drawable(None, ("活化部分凝血活酶时间",), ("APTT",), _SECONDS, (28, 43.5), 35, 95, 1),
    Drawable(None, ("凝血酶时间",), ("TT",), _SECONDS, (14, 21), 16, 32, 1),
    Drawable(None, ("纤维蛋白原",), ("FIB", "Fbg"), (("g/L", None),), (2, 4), 0.6, 3.2, 2),
    Drawable(None, ("D-二聚体",), ("D-D", "DDi"), (("mg/L", None),), (0, 0.55), 0.4, 9, 2),
)
BLOOD_COUNT = (
    Drawable("wbc_10e9_l", ("白细胞计数", "白细胞"), ("WBC",), _COUNT, (3.5, 9.5), 2.1, 24, 2),
    Drawable(
        "neutrophils_10e9_l",
        ("中性粒细胞绝对值", "中性粒细胞数"),
        ("NEUT#", "NE#"),
        _COUNT,
        (1.8, 6.3),
        1.1,
        19,
        2,
    ),
    Drawable(None, ("中性粒细胞百分比",), ("NEUT%", "NE%"), _SHARE, (40, 75), 55, 92, 1),
    Drawable("lymphocytes_10e9_l", ("淋巴细胞绝对值",), ("LYMPH#", "LY#"), _COUNT, (1.1, 3.2), 0.3, 1.9, 2),
    Drawable(None, ("淋巴细胞百分比",), ("LYMPH%", "LY%"), _SHARE, (20, 50), 5, 40, 1),
    Drawable(None, ("红细胞计数",), ("RBC",), (("10^12/L", None),), (4.3, 5.8), 2.2, 4.9, 2),
    Drawable(None, ("血红蛋白",), ("HGB", "Hb"), (("g/L", None),), (130, 175), 68, 148, 0),
    Drawable(None, ("红细胞压积",), ("HCT",), _SHARE, (40, 50), 22, 45, 1),
    Drawable("platelets_10e9_l", ("血小板计数", "血小板"), ("PLT",), _COUNT, (125, 350), 21, 210, 0),
    Drawable(None, ("平均血小板体积",), ("MPV",), (("fL", None),), (7.4, 12.5), 8, 13, 1),
    Drawable(None, ("C反应蛋白",), ("CRP",), (("mg/L", None),), (0, 10), 4, 120, 1),
)
BLOOD_GAS = (
    Drawable(None, ("酸碱度",), ("pH",), _NO_UNIT, (7.35, 7.45), 7.28, 7.52, 2),
    Drawable(None, ("二氧化碳分压",), ("pCO2",), (("mmHg", None),), (35, 45), 24, 48, 1),
    Drawable("pao2", ("氧分压",), ("pO2",), (("mmHg", "mmHg"),), (80, 100), 58, 99, 1),
    Drawable("sodium_mmol_l", ("钠离子",), ("Na+",), _MMOL, (136, 146), 118, 146, 0),
    Drawable(None, ("钾离子",), ("K+",), _MMOL, (3.4, 4.5), 2.9, 5.8, 1),
    Drawable(None, ("离子钙",), ("Ca++",), _MMOL, (1.15, 1.29), 0.9, 1.3, 2),
    Drawable("lactate_mmol_l", ("乳酸",), ("Lac",), (("mmol/L", "mmol/L"),), (0.5, 1.6), 0.8, 7.5, 1),
    Drawable(None, ("碳酸氢根",), ("HCO3-",), _MMOL, (21, 28), 15, 29, 1),
    Drawable(None, ("剩余碱",), ("BE",), _MMOL, (-3, 3), -9, 5, 1),
)

PANELS = {
    "liver": LIVER,
    "kidney": KIDNEY,
    "coagulation": COAGULATION,
    "blood_count": BLOOD_COUNT,
    "blood_gas": BLOOD_GAS,
}
_BOUND_SHARE = 0.03
_EMPTY_SHARE = 0.02
_EMPTY = ("未查", "-", "标本溶血")


def drawn_lines(panel: tuple[Drawable, ...], dice: Random, flags: tuple[str, str]) -> list[Printed]:
    """The lines of a panel in its order, one or the other left out."""
    return [
        _drawn(test, dice, flags) for test in panel if not test.is_left_out_at_times or dice.random() > 0.15
    ]


def _drawn(test: Drawable, dice: Random, flags: tuple[str, str]) -> Printed:
    unit_text, unit = dice.choice(test.units)
    number = round(dice.uniform(test.low, test.high), test.decimals)
    text = f"{number:.{test.decimals}f}"
    comparator = None
    if not test.is_left_out_at_times and dice.random() < _BOUND_SHARE:
        comparator = ">" if number > test.normal[1] else "<"
        text = comparator + text
    empty = test.is_left_out_at_times and dice.random() < _EMPTY_SHARE
    return Printed(
        input=test.input or test.of_input,
        name=dice.choice(test.names),
        short=dice.choice(test.short),
        text=dice.choice(_EMPTY) if empty else text,
        flag="" if empty else _flag(number, test.normal, flags),
        unit_text=unit_text,
        normal=_normal(test),
        value=None if empty else float(number),
        comparator=comparator,
        unit=unit,
    )


def _flag(number: float, normal: tuple[float, float], flags: tuple[str, str]) -> str:
    low, high = normal
    return flags[0] if number > high else flags[1] if number < low else ""


def _normal(test: Drawable) -> str:
    low, high = test.normal
    return f"{low:g}-{high:g}" if low >= 0 else f"{low:g}~{high:g}"
