"""Whose a report is and when it was sampled, from the lines above and below its results."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from labs.report import Person
from labs.tokens import plain
from scoring.dates import AmbiguousDateError, read_time

_COLON = r" *[:：]? *"
_END = r"(?=$|[\s,;、，；)）]|性别|年龄|科|床|住院|门诊|男|女|\d)"
_CHINESE_NAME = r"[\u4e00-\u9fff·•]{2,15}?|(?:[\u4e00-\u9fff] ){1,3}[\u4e00-\u9fff]"
_LATIN_NAME = r"[A-Za-z][A-Za-z .,'-]{1,40}?"
_NAME = re.compile(rf"(?:患者|病人)?姓 *名{_COLON}(?P<name>{_CHINESE_NAME}|{_LATIN_NAME}){_END}")
_ENGLISH_NAME = re.compile(
    rf"\b(?:patient(?: name)?|name) *: *(?P<name>{_LATIN_NAME})"
    r"(?=$| {2,}|;|\||\b(?:sex|gender|age|dob|mrn|id)\b)",
    re.IGNORECASE,
)
_SEX = re.compile(rf"(?:性 *别|sex|gender){_COLON}(?P<sex>男|女|male|female|m\b|f\b)", re.IGNORECASE)
_BARE_SEX = re.compile(r"(?:^|[\s,，、(])(?P<sex>男|女)(?:性)?[\s,，、/]*(?P<age>\d{1,3}) *岁")
_BARE_NAME = re.compile(
    r"(?:^|床|[;；。.])[:： ]*(?:患者|病人)?[:： ]*(?P<name>[\u4e00-\u9fff·]{2,4})"
    r"[\s,，、(]+(?:男|女)性?(?=[\s,，、/\d)]|$)"
)
_BED = re.compile(r"(?<![\d.])\+?(?P<bed>\d{1,3}) *床")
_AGE = re.compile(
    rf"(?:年 *龄|\bage){_COLON}(?P<age>\d{{1,3}}) *(?P<unit>岁|周岁|y|years?|月|天|个月)?", re.IGNORECASE
)
_NUMBER = re.compile(
    r"(?:住院号|病案号|病历号|门诊号|登记号|就诊号|就诊卡号|(?:患者|病人)(?:编号|ID|号)|ID号|MRN"
    r"|patient (?:id|no\.?|number))"
    rf"{_COLON}(?P<number>[A-Za-z]{{0,4}}\d[\w-]{{2,24}})",
    re.IGNORECASE,
)
_MOMENT = (
    r"(?P<time>(?:19|20)\d{2} ?[-/.年] ?\d{1,2} ?[-/.月] ?(?:[0-3]\d|\d)日?"
    r"(?:[ T]* ?(?:上午|下午)? ?\d{1,2} ?[:时] ?\d{2}(?: ?: ?\d{2})?分?)?)"
)
_SAMPLED = re.compile(
    r"(?:采样|采集|采血|抽血|标本采集|样本采集|取样|采标本)(?:时间|日期)?(?:/时间)?"
    + _COLON
    + _MOMENT
    + r"|(?:sampl(?:ed|ing)|collect(?:ed|ion)|drawn)[ a-z]{0,12}?"
    + _COLON
    + _MOMENT.replace("time", "english"),
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"(?:报告|审核|发布|打印|出报告)(?:时间|日期)"
    + _COLON
    + _MOMENT
    + r"|(?:report(?:ed)?|verified|printed)[ a-z]{0,12}?"
    + _COLON
    + _MOMENT.replace("time", "english"),
    re.IGNORECASE,
)
_MISSING_SPACE = re.compile(r"(?<=\d[-/.月]\d\d)日?(?=\d{2}:)")
_SPECIMEN = re.compile(
    r"(?:标本|样本|检材|specimen|sample)(?:类型|种类|名称| type)?"
    + _COLON
    + r"(?P<specimen>[^\s:：,，;；]{1,10})",
    re.IGNORECASE,
)
_OTHER_SPECIMEN = re.compile(
    r"尿|腹水|胸水|脑脊|粪|便|痰|引流|积液|穿刺|分泌物|urine|ascit|stool|csf", re.IGNORECASE
)
_SECTION = re.compile(
    r"(?:24 *小时|24h|随机)?(?P<urine>尿)(?:液)?(?:常规|生化|电解质|检|分析|沉渣)"
    r"|(?P<blood>血常规|血生化|生化|肝功|肾功|电解质|凝血|血气|感染|免疫)"
)
OLDEST = 120
"""Years; an age above it was not read as it was printed."""
_SEXES = {"男": "male", "m": "male", "male": "male", "女": "female", "f": "female", "female": "female"}


@dataclass(slots=True)
class Header:
    """What the lines say so far, each in the order of its lines; names and times that differ are all kept."""

    names: list[str] = field(default_factory=list)
    sexes: list[str] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    beds: list[str] = field(default_factory=list)
    sampled: list[str] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)
    of_blood: bool = True

    def take(self, text: str) -> bool:
        """Take what a line says; True if it said anything of the patient or the times."""
        line = _MISSING_SPACE.sub(" ", plain(text))
        taken = [self._person(line), self._times(line)]
        self._specimen(line)
        return any(taken)

    def patient(self) -> Person:
        return Person(
            name=self.names[0] if self.names else None,
            sex=self.sexes[0] if self.sexes else None,
            age_years=self.ages[0] if self.ages else None,
            number=self.numbers[0] if self.numbers else None,
        )

    def doubts(self) -> list[str]:
        """What the header as a whole makes doubtful."""
        several = any(len(set(each)) > 1 for each in (self.names, self.sexes, self.ages, self.beds))
        return [
            *(["several_patients"] if several else []),
            *(["several_times"] if len(set(self.sampled)) > 1 else []),
        ]

    def _person(self, line: str) -> bool:
        before = self._count()
        for pattern in (_NAME, _ENGLISH_NAME, _BARE_NAME):
            if matches := list(pattern.finditer(line)):
                self.names += [_name(match["name"]) for match in matches]
                break
        bare = list(_BARE_SEX.finditer(line))
        self.sexes += [_SEXES[match["sex"]] for match in bare]
        self.sexes += [_SEXES[match["sex"].lower()] for match in _SEX.finditer(line)]
        ages = [float(match["age"]) for match in bare]
        if not bare:
            ages = [_age(int(match["age"]), match["unit"] or "") for match in _AGE.finditer(line)]
        self.ages += [age for age in ages if age <= OLDEST]
        self.numbers += [match["number"] for match in _NUMBER.finditer(line)]
        self.beds += [match["bed"] for match in _BED.finditer(line)]
        return before != self._count()

    def _count(self) -> tuple[int, ...]:
        return (len(self.names), len(self.sexes), len(self.ages), len(self.numbers))

    def _times(self, line: str) -> bool:
        sampled, reported = _moments(_SAMPLED, line), _moments(_REPORTED, line)
        self.sampled += sampled
        self.reported += reported
        return bool(sampled or reported)

    def _specimen(self, line: str) -> None:
        if match := _SPECIMEN.search(line):
            self.of_blood = not _OTHER_SPECIMEN.search(match["specimen"])
        elif (match := _SECTION.search(line)) and not re.search(r"\d\.\d|\d{2}", line[match.end() :]):
            self.of_blood = not match["urine"]


def header_of(lines: Iterable[str]) -> Header:
    """The header of all lines at once."""
    header = Header()
    for line in lines:
        header.take(line)
    return header


def _name(text: str) -> str:
    folded = " ".join(text.split())
    return folded.replace(" ", "") if "\u4e00" <= folded[0] <= "\u9fff" else folded


def _age(number: int, unit: str) -> float:
    return 0 if unit in ("月", "天", "个月") else number


def _moments(pattern: re.Pattern[str], line: str) -> list[str]:
    """Times as YYYY-MM-DDTHH:MM, or the day alone where no more was printed."""
    times = (_moment(match["time"] or match["english"]) for match in pattern.finditer(line))
    return [moment for moment in times if moment]


def _moment(text: str) -> str | None:
    printed = " ".join(text.split())
    try:
        moment = read_time(printed, ZoneInfo("UTC"))
    except (AmbiguousDateError, ValueError):
        return None
    return _said(moment, printed)


def _said(moment: datetime, printed: str) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M" if ":" in printed or "时" in printed else "%Y-%m-%d")
