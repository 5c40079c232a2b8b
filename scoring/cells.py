"""Words that stand in cells in place of a value: nothing was measured, or the row is no patient."""

import re
import unicodedata
from functools import lru_cache

_NOT_MEASURED = frozenset(
    {
        *("na", "n/a", "n.a.", "n.a", "#n/a", "nan", "null", "(null)", "<na>", "nil", "nd"),
        *("n.d.", "n/d", "none.", "missing", "unknown", "pending", "notdone", "nottested", "notavailable"),
        *(
            "tbd",
            "tba",
            "nt",
            "n.t.",
            "notreported",
            "hemolyzed",
            "haemolysed",
            "clotted",
            "cancelled",
            "canceled",
        ),
        *(
            "notmeasured",
            "notdetermined",
            "notknown",
            "#value!",
            "#ref!",
            "#div/0!",
            "#num!",
            "#name?",
            "#null!",
        ),
        *(
            "未查",
            "未测",
            "未做",
            "未检",
            "未验",
            "未化验",
            "未检测",
            "未检查",
            "未测定",
            "未送检",
            "未采",
            "未出",
        ),
        *(
            "未回报",
            "未报",
            "未知",
            "未记录",
            "未提供",
            "未填",
            "未行",
            "待查",
            "待检",
            "待测",
            "待回报",
            "待报",
        ),
        *(
            "待出",
            "待补",
            "待定",
            "缺",
            "缺失",
            "缺如",
            "缺失值",
            "空",
            "空白",
            "不详",
            "不明",
            "不清",
            "不适用",
        ),
        *("暂无", "暂缺", "无数据", "无结果", "无记录", "没查", "没测", "没做", "拒查", "拒检"),
        *(
            "未回",
            "未归",
            "未见报告",
            "取消",
            "已取消",
            "作废",
            "退检",
            "已退检",
            "拒收",
            "无法测定",
            "无法检测",
        ),
    }
)
_SIGNS = re.compile(r"[-\u2010-\u2015\u2212\u2500_/\\.*?~·]*")
_SPOILT = re.compile(
    r"(?:标本|样本|血样|样品)?(?:重度|严重|明显)?(?:溶血|脂血|乳糜|凝固|有凝块|不合格|不足|量不足|量少|污染|丢失)"
)
"""A sample from which nothing could be measured."""
_NO_NUMBER = frozenset({"无", "没有", "none", "no", "否"})
"""Answers that in a numeric column say that there is no value."""

_SUMMARY = re.compile(
    r"(?:本[页月年组季]|全[部组年]|各组)?"
    r"(?:合计|总计|小计|共计|累计|总和|总数|总人数|人数|例数|平均|平均值|平均数|均数|均值|中位数|标准差|最大值|最小值|"
    r"百分比|构成比|共(?=\d)|n(?==\d)|sum|total|subtotal|grandtotal|mean|average|median|sd|std|min|max|count)"
    r"(?:[:：(（±+/=].*|\d+[例人].*|[例人].*)?",
)
_FOOTNOTE = re.compile(r"(?:注|备注|说明|制表|审核|打印|导出|数据来源|note|source|printed|exported)[^a-z].*")


@lru_cache(maxsize=4096)
def is_missing(cell: str, *, numeric: bool = False) -> bool:
    """True for a cell that says that nothing was measured; in a numeric one “none” says so too."""
    word = _folded(cell)
    if _SIGNS.fullmatch(word) or _SPOILT.fullmatch(word):
        return True
    return word in _NOT_MEASURED or (numeric and word in _NO_NUMBER)


def is_summary(cell: str) -> bool:
    """True for the first cell of a row of totals or averages."""
    return len(cell) <= 40 and _SUMMARY.fullmatch(_folded(cell)) is not None


def is_footnote(cell: str) -> bool:
    """True for the first cell of a remark below a table."""
    return _FOOTNOTE.fullmatch(_folded(cell)) is not None


def visible(text: str) -> str:
    """The text without characters that show nothing, such as zero-width spaces and marks of direction."""
    if text.isascii():
        return text
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf")


def _folded(cell: str) -> str:
    if cell.isascii():
        return "".join(cell.split()).lower()
    return "".join(unicodedata.normalize("NFKC", cell).split()).lower()
