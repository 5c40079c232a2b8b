"""A line of a report as tokens: names of tests, numbers, units, ranges, flags, times, other words."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from labs.catalogue import LONGEST_NAME, NAMES, SHORTEST_MISPRINT, TESTS, LabTest, misprinted
from labs.coded import OF_LOINC
from scoring.catalogue import fold
from scoring.numbers import Printed, read_number


class Kind(StrEnum):
    NAME = "name"
    NUMBER = "number"
    UNIT = "unit"
    RANGE = "range"
    FLAG = "flag"
    TIME = "time"
    WORD = "word"
    NOTHING = "nothing"
    ROUGHLY = "roughly"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a line. `text` as it was printed; `start` is its place in the line.

    `test` of a NAME, `unsure` where an unknown word stood before the name, `misprinted` where it is one only
    if some of its signs were taken for others. `number` of a NUMBER, `unsure` where letters that are no unit
    hang on it. `limits` of a RANGE: low and high, None where it is open.
    `high` of a FLAG: above, below, or None for merely abnormal.
    """

    kind: Kind
    text: str
    start: int
    test: LabTest | None = None
    unsure: bool = False
    misprinted: bool = False
    number: Printed | None = None
    limits: tuple[float | None, float | None] = (None, None)
    high: bool | None = None


_NUM = r"[+-]?(?:\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}|\d+ ?[.,] ?\d+|\d+|\.\d+)"
_TIME = re.compile(
    r"(?:19|20)\d{2} ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}日?"
    r"(?: ?T?(?:上午|下午)? ?\d{1,2} ?[:时] ?\d{2}(?::?\d{2})?分?)?"
    r"|(?<![\d.])\d{1,2}:\d{2}(?::\d{2})?(?![\d.])|\d{1,2}月\d{1,2}日(?: ?\d{1,2}:\d{2})?"
)
_RANGE = re.compile(rf"[\[(]?(?P<low>{_NUM}) ?(?:-{{1,3}}|~|–|—|－|至|\.\.) ?(?P<high>{_NUM})(?![\d-])[\])]?")
_POWER = re.compile(r" ?[×xX*] ?10 ?\^? ?(?P<power>\d{1,2})(?![\d/]| ?/)")
_LIMIT = "大于等于|小于等于|不低于|不高于|小于|大于|低于|高于|超过"
_NUMBER = re.compile(
    rf"(?P<bound><=|>=|<|>|≤|≥|≦|≧|{_LIMIT}) ?{_NUM}|{_NUM} ?(?:以上|以下)|{_NUM}(?:[eE][+-]?\d+)?"
)
_ROUGHLY = re.compile(
    r"(?:大约|大概|约为|约|估计|接近|近|approx(?:imately|\.)?|about|~|≈) ?(?=\d)"
    r"|(?<=\d) ?(?:左右|上下|余|多|\+)(?!\d)",
    re.IGNORECASE,
)
_BEHIND_A_NAME = re.compile(
    rf"(?:{_LIMIT}|大约|大概|约为|约|估计|接近|近|弱?阳性|(?:可疑|弱)阳性?|阴性|未检出|可疑)$"
)
_FLAG = re.compile(
    r"(?P<up>↑+|⬆|⇑|⇧|▲|△|\[H+\]|\(H+\)|(?<![A-Za-z])HH?(?![A-Za-z]|\d+(?!\.?\d))|偏高|升高|增高|\[高\]|\(高\)|高(?![\u4e00-\u9fff]))"
    r"|(?P<down>↓+|⬇|⇓|⇩|▼|▽|\[L+\]|\(L+\)|(?<![A-Za-z])LL?(?![A-Za-z]|\d+(?!\.?\d))|偏低|降低|减低|\[低\]|\(低\)|低(?![\u4e00-\u9fff]))"
    r"|(?P<odd>[*★☆!●○◆◇■□◎]+)"
)
_COUNT_UNIT = re.compile(
    r"[×xX*]? ?10 ?[\^*eE~'°\"]? ?(?P<power>9|12|3|6) ?/ ?(?P<per>[Ll1I]|[uμ][Ll])(?![A-Za-z])"
)
_KNOWN_UNITS = sorted(
    {form for test in TESTS.values() for form in test.units if form and not form[0].isdigit() and form != "1"}
    | {"mg/l", "ug/l", "ng/l", "g/dl", "pg", "fl", "mm/h", "ku/l", "mmhg", "kpa", "iu/ml", "u/ml", "miu/ml"}
    | {"umol/l", "nmol/l", "pmol/l", "mmol/l", "mol/l", "mg/dl", "秒", "s", "sec", "%", "‰", "s/co", "coi"}
    | {
        "copies/ml",
        "拷贝/ml",
        "/hp",
        "/hpf",
        "/lp",
        "/lpf",
        "mosm/l",
        "ml/min",
        "meq/l",
        "g%",
        "mg%",
        "℃",
        "bpm",
        "l/l",
        "mol/mol",
    },
    key=len,
    reverse=True,
)
_KNOWN_UNIT = re.compile(
    "|".join(" ?".join(map(re.escape, form)).replace("u", "[uμ]") + r"(?![A-Za-z])" for form in _KNOWN_UNITS),
    re.IGNORECASE,
)
_LOGARITHM = re.compile(
    r"(?:log|lg)(?:10)?(?![A-Za-z])(?: ?\(?(?:IU|copies|cps|拷贝) ?/ ?ml\)?)?", re.IGNORECASE
)
"""A unit of what is printed as its logarithm, which no test is kept in."""
_GENERIC_UNIT = re.compile(
    r"[A-Za-zμ]{1,6} ?/ ?(?:[A-Za-z]{1,4}|\d{2,3} ?[A-Za-z]{1,2}|1\.73㎡?m?2?)(?![A-Za-z])"
)
_STROKE = re.compile(r"(?<=mo)[1I|](?= ?/)|(?<=mol/)[1I|](?![\w.])|(?<=\d [gU]/)[1I|](?![\w.])")
"""The l or L of a unit, read as another upright stroke."""
_CHANGE = re.compile(r"(?<=[\d\s])[-=]+ ?>")
"""An arrow from one result to the next."""
_COUNTER = re.compile(r"[①-⑳⑴-⒇]")
"""What counts the lines of a list, and would be a figure once it is folded."""
_NUMBER_GOES_ON = re.compile(r"\d[.,]?\d")
_GLUED = re.compile(r"\.+(?:\d|[OoQDlI|SsBZzgq](?![A-Za-z]))")
"""A second decimal sign behind a number that has one, or a decimal sign behind which a figure was misread."""
_LOINC = re.compile(r"\d{3,5}-\d(?![\d.-])")
_WORD = re.compile(r"[\u4e00-\u9fff]+|[A-Za-zα-ωΑ-Ω][\w.\-#%+]*|[^\s]")
_MISSING = re.compile(
    r"未检出|未查|未做|未检|未测|未出|待查|待报|溶血|标本溶血|阴性|阳性|弱阳性?|可疑|灰区"
    r"|\((?:-|\+{1,4}|±|\+/-)\)|±|\+{1,4}(?!\d)|—{1,2}|-{1,3}(?=\s|$)|/(?=\s|$)"
    r"|(?:pos(?:itive)?|neg(?:ative)?|non-?reactive|reactive|not detected)(?![A-Za-z])",
    re.IGNORECASE,
)
_IDEOGRAPHS = re.compile(r"[\u4e00-\u9fff]+")
_BEFORE_A_NAME = re.compile(
    r"(?:患者|病人|今[日天早晨晚]|昨日|急查|复查|急诊|查|示|为|提示|结果|入院|目前|最新|早上|上午|下午|晚上|凌晨"
    r"|我院|肝功能?|肾功能?|肝肾功能?|电解质|生化|凝血(?:功能|四项)?|血常规|血气"
    r"|[测检]得|动脉血|静脉血|全血|血清|血浆|血|其中|及|和|伴|予|化验|检验|检查|的|项目|名称|人|总计)*"
)
_AFTER_A_NAME = re.compile(
    r"(?:测定|检测|定量|浓度|计数|结果|水平|含量|数值|值|为|是|达|高达|升至|降至|升高|下降|上升|增高|降低|明显|仍|到|至|在|由|从)*"
)
_OTHER_SPECIMEN = re.compile(
    r"尿|便|腹水|胸水|腹腔|胸腔|积液|引流|脑脊液|穿刺|糖化|微量|游离|直接|间接|结合|修饰|百分|校正|抗|前(?!日)"
)
_IGNORED = frozenset("结果:：=,，;；、。.|()[]{}【】「」《》\"'“”‘’的和/")


def plain(text: str) -> str:
    """A line in half-width signs; what shows nothing is left out, tabs and wide blanks stay apart."""
    folded = unicodedata.normalize(
        "NFKC", _COUNTER.sub(" ", text).replace("\u3000", "  ").replace("\t", "    ")
    )
    signs = (
        _CHANGE.sub("→", _STROKE.sub(_upright, folded))
        .replace("−", "-")
        .replace("‐", "-")
        .replace("‑", "-")
        .replace("µ", "μ")
        .replace("。", ".")
    )
    return "".join(sign for sign in signs if unicodedata.category(sign) not in ("Cf", "Cc")).rstrip()


def _upright(stroke: re.Match[str]) -> str:
    return "L" if stroke.string[stroke.start() - 1] == "/" else "l"


def says_nothing(word: str) -> bool:
    """Whether a word before the name of a test leaves it the test that it names."""
    return _BEFORE_A_NAME.fullmatch(word) is not None


def tokens_of(line: str) -> Iterator[Token]:
    """The tokens of a line that `plain` has been over."""
    place = 0
    while place < len(line):
        if line[place].isspace():
            place += 1
            continue
        token, end = _next(line, place)
        if token is not None:
            yield token
        place = max(end, place + 1)


def _next(line: str, place: int) -> tuple[Token | None, int]:
    """The token that begins here, None for a sign without meaning, and where it ends."""
    for reader in (
        _time,
        _unit,
        _roughly,
        _name,
        _code,
        _misprint,
        _other_unit,
        _range,
        _number,
        _flag,
        _nothing,
    ):
        if token := reader(line, place):
            return token
    return _word(line, place)


def _time(line: str, place: int) -> tuple[Token, int] | None:
    match = _TIME.match(line, place)
    return (Token(Kind.TIME, match[0], place), match.end()) if match else None


def _name(line: str, place: int) -> tuple[Token, int] | None:
    if match := _IDEOGRAPHS.match(line, place):
        more = _BEHIND_A_NAME.search(match[0])
        return _chinese_name(line, place, place + more.start() if more else match.end())
    if not line[place].isalpha() or (place and line[place - 1].isascii() and line[place - 1].isalnum()):
        return None
    return _longest_name(line, place)


def _longest_name(line: str, place: int) -> tuple[Token, int] | None:
    for end in range(min(len(line), place + LONGEST_NAME), place, -1):
        if line[end - 1].isspace() or not _ends_here(line, end):
            continue
        name = line[place:end]
        if (test := NAMES.get(fold(name))) and (name[-1] != ")" or "(" in name) and _keeps_its_figures(name):
            return Token(Kind.NAME, name, place, test=test), end
    return None


def _code(line: str, place: int) -> tuple[Token, int] | None:
    """A LOINC code, which names its test."""
    match = _LOINC.match(line, place)
    test = OF_LOINC.get(match[0]) if match else None
    if match is None or test is None or (place and line[place - 1].isalnum()):
        return None
    return Token(Kind.NAME, match[0], place, test=test), match.end()


def _misprint(line: str, place: int) -> tuple[Token, int] | None:
    """A name of which some signs were read as others that look like them."""
    if not line[place].isalnum() or (place and line[place - 1].isalnum()):
        return None
    for end in range(min(len(line), place + LONGEST_NAME), place + SHORTEST_MISPRINT - 1, -1):
        name = line[place:end]
        if _is_word(name) and _ends_here(line, end) and (test := misprinted(name)):
            return Token(Kind.NAME, name, place, test=test, misprinted=True), end
    return None


def _is_word(text: str) -> bool:
    """Letters with at most one figure that may have been one."""
    return text.isalnum() and sum(sign.isalpha() for sign in text) >= max(2, len(text) - 1)


def _keeps_its_figures(name: str) -> bool:
    """False where the figures at the end of a name are those of a result behind a shorter name."""
    stem = name.rstrip("0123456789")
    return stem == name or stem[-1:].isalpha() or stem[-1:] == "-"


def _ends_here(line: str, end: int) -> bool:
    """True where a name may end: not within a word or a number, nor within a compound with a hyphen."""
    before, after, second = line[end - 1], line[end : end + 1], line[end + 1 : end + 2]
    if not (before.isalnum() or before in "+-#%)") or _NUMBER_GOES_ON.match(line, end - 1):
        return False
    if after in ("+", "#", "%") and after:
        return False
    if after == "-":
        return before.isalpha() and second.isdigit()
    if before.isascii() and before.isalpha() and after.isascii() and after.isalpha():
        return False
    return not (_is_ideograph(before) and _is_ideograph(after)) or _is_behind_a_name(line, end)


def _is_behind_a_name(line: str, place: int) -> bool:
    """Whether the rest of a run of ideographs is an answer, or says how the number behind it is meant."""
    run = _IDEOGRAPHS.match(line, place)
    return run is not None and bool(_BEHIND_A_NAME.match(run[0]))


def _is_ideograph(sign: str) -> bool:
    return bool(sign) and "\u4e00" <= sign <= "\u9fff"


def _chinese_name(line: str, place: int, end: int) -> tuple[Token, int] | None:
    """A name at the end of a run of ideographs, or one that goes on in Latin letters."""
    start = _BEFORE_A_NAME.match(line, place, end).end()  # type: ignore[union-attr]
    for first in (place, start):
        if name := _longest_name(line, first):
            return name
        if name := _name_with_more(line, first, end):
            return name
    return _name_behind(line, place, end)


def _name_with_more(line: str, first: int, end: int) -> tuple[Token, int] | None:
    """A name of which the rest of the run says only that it was measured, or how it changed."""
    for last in range(end, first, -1):
        test = NAMES.get(fold(line[first:last]))
        if test and _AFTER_A_NAME.fullmatch(line, last, end):
            return Token(Kind.NAME, line[first:last], first, test=test), end
    return None


def _name_behind(line: str, place: int, end: int) -> tuple[Token, int] | None:
    """A name behind unknown words: unsure, and none where they say that something else was measured."""
    for first in range(place + 1, end):
        test = NAMES.get(fold(line[first:end]))
        if test and end - first > 1:
            if _OTHER_SPECIMEN.search(line, place, first):
                return Token(Kind.WORD, line[place:end], place), end
            return Token(Kind.NAME, line[first:end], first, test=test, unsure=True), end
    return None


def _roughly(line: str, place: int) -> tuple[Token, int] | None:
    match = _ROUGHLY.match(line, place)
    return (Token(Kind.ROUGHLY, match[0], place), match.end()) if match else None


def _unit(line: str, place: int) -> tuple[Token, int] | None:
    if match := _COUNT_UNIT.match(line, place):
        text = f"10^{match['power']}/{'uL' if 'u' in match['per'].lower() or 'μ' in match['per'] else 'L'}"
        return Token(Kind.UNIT, text, place), match.end()
    if line[place].isdigit() or (place and line[place - 1].isascii() and line[place - 1].isalpha()):
        return None
    match = _LOGARITHM.match(line, place) or _KNOWN_UNIT.match(line, place)
    return (Token(Kind.UNIT, match[0], place), match.end()) if match else None


def _other_unit(line: str, place: int) -> tuple[Token, int] | None:
    match = _GENERIC_UNIT.match(line, place)
    return (Token(Kind.UNIT, match[0], place), match.end()) if match else None


def _range(line: str, place: int) -> tuple[Token, int] | None:
    match = _RANGE.match(line, place)
    if match is None:
        return None
    low, high = (read_number(_tight(match[side])) for side in ("low", "high"))
    if low is None or high is None or low.ambiguous or high.ambiguous or low.value > high.value:
        return None
    return Token(Kind.RANGE, match[0], place, limits=(low.value, high.value)), match.end()


def _number(line: str, place: int) -> tuple[Token, int] | None:
    match = _NUMBER.match(line, place)
    if match is None:
        return None
    number, end = read_number(_tight(match[0])), match.end()
    if number is None:
        return None
    if power := _POWER.match(line, end):
        number = Printed(number.value * 10 ** int(power["power"]), number.bound, ambiguous=number.ambiguous)
        end = power.end()
    return Token(Kind.NUMBER, line[place:end], place, unsure=_goes_on(line, end), number=number), end


def _goes_on(line: str, end: int) -> bool:
    """Whether something hangs on the number before `end` that is neither unit nor flag: a zero read as an O,
    or a reference range that nothing parts from it.
    """
    sign = line[end : end + 1]
    if _GLUED.match(line, end):
        return True
    if not sign.isalnum() or _is_ideograph(sign):
        return False
    return not any(reader(line, end) for reader in (_unit, _other_unit, _flag, _name))


def _tight(text: str) -> str:
    return text.replace(" ", "")


def _flag(line: str, place: int) -> tuple[Token, int] | None:
    match = _FLAG.match(line, place)
    if match is None:
        return None
    high = True if match["up"] else False if match["down"] else None
    return Token(Kind.FLAG, match[0], place, high=high), match.end()


def _nothing(line: str, place: int) -> tuple[Token, int] | None:
    match = _MISSING.match(line, place)
    return (Token(Kind.NOTHING, match[0], place), match.end()) if match else None


def _word(line: str, place: int) -> tuple[Token | None, int]:
    match = _WORD.match(line, place)
    if match is None or match[0] in _IGNORED:
        return None, place + 1
    if _AFTER_A_NAME.fullmatch(match[0]):
        return None, match.end()
    return Token(Kind.WORD, match[0], place), match.end()
