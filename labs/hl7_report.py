"""A message of results (`ORU^R01`) as a report: proposals that wait for a person."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cached_property

from labs import doubts
from labs.catalogue import named
from labs.coded import OF_LOINC
from labs.coded_result import CodedResult
from labs.hl7 import Message, Segment
from labs.report import Finding, Person, Report
from scoring.numbers import read_number
from scoring.units import spelling

LOINC_NAMES = frozenset({"LN", "LOINC", "2.16.840.1.113883.6.1"})
FINAL, CORRECTED = frozenset({"F", "U", ""}), frozenset({"C", "A"})
_OF_ORDERS = frozenset("CIOPRSXYZ")
"""What OBR-25 may say of results that have no status of their own. There an A is no correction."""
_MARKS = "★☆▲△●○◆◇■□※#＃*＊@· "
"""What laboratories put before the name of a test that others accept or that is not certified."""
_POWER = re.compile(r"[x×*]?10", re.IGNORECASE)
_TIME = re.compile(r"(\d{8})(\d{4})?(\d{2})?(?:\.\d+)?([+-]\d{4})?")
_WRITTEN_OUT = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?(?:\.\d+)?"
)
"""A date with signs in it, which the standard does not have and laboratories send."""
_BRACKETED = re.compile(r"(.+?) ?[(（](.+)[)）]")
_NO_BLOOD = re.compile(
    r"尿(?!素|酸|氮)|腹水|胸水|脑脊液|引流液|粪|大便|痰"
    r"|\b(?:urine?|ascit\w*|pleural|csf|cerebrospinal|stool|f(?:a)?eces|drain\w*|UR|PLR)\b",
    re.IGNORECASE,
)
_SEXES = {"M": "male", "F": "female", "1": "male", "2": "female", "男": "male", "女": "female"}
_NUMBERS = ("MR", "PI", "PN", "VN", "")


@dataclass(frozen=True)
class Results:
    """What a message says, for a hospital whose clocks show the time of `zone`."""

    message: Message
    zone: tzinfo

    @cached_property
    def patient_numbers(self) -> list[str]:
        """The numbers by which the hospital knows the patient, those that say so first (PID-3, PID-2)."""
        patient = self._patient
        if patient is None:
            return []
        rows = sorted(
            (row for field in (3, 2) for row in patient.repetitions(field) if row and row[0]), key=_rank
        )
        return list(dict.fromkeys(row[0] for row in rows))

    @cached_property
    def birth_date(self) -> str:
        """As an ISO date; empty where the message has none."""
        text = _WRITTEN_OUT.sub(_without_signs, self._patient.text(7))[:8] if self._patient else ""
        return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdecimal() else ""

    @cached_property
    def person(self) -> Person:
        patient = self._patient
        if patient is None:
            return Person()
        name = _joined(patient.components(5)[:2])
        number = next(iter(self.patient_numbers), None)
        return Person(name or None, _SEXES.get(patient.text(8).upper()), None, number)

    @cached_property
    def _patient(self) -> Segment | None:
        return next(iter(self.message.of("PID")), None)

    def report(self) -> Report:
        """The results as proposals; preliminary, withdrawn and failed ones are shown and not proposed."""
        findings: list[Finding] = []
        unread: list[str] = []
        sampled: list[str] = []
        for order in self._orders():
            drawn = self._drawn(order)
            sampled += [drawn] if drawn else []
            specimen, status = _other_specimen(order), _status_of(order)
            for segment, note in _with_notes(order):
                if segment.name == "OBX":
                    finding, line = self._result(segment, note, drawn, specimen, status)
                    findings += [finding] if finding else []
                    unread += [line] if line else []
                elif note:
                    unread.append(note)
        reported = self._time(self.message.header.text(7))
        return Report(
            form="hl7v2",
            patient=self.person,
            sampled_at=sampled[0] if sampled else None,
            reported_at=reported,
            findings=doubts.repeated(findings),
            unread=unread,
        )

    def _orders(self) -> Iterator[list[Segment]]:
        """The segments of each order: an OBR and what follows it."""
        order: list[Segment] = []
        for segment in self.message.segments:
            if segment.name == "OBR" and order:
                yield order
                order = []
            order.append(segment)
        yield order

    def _drawn(self, order: Sequence[Segment]) -> str | None:
        """When the sample was taken, else when the laboratory got it."""
        request = next((row for row in order if row.name == "OBR"), None)
        return (self._time(request.text(7)) or self._time(request.text(14))) if request else None

    def _time(self, text: str) -> str | None:
        """`YYYY-MM-DDTHH:MM` in the hospital's time; None for a day without a time, and for what is none."""
        match = _TIME.fullmatch(_WRITTEN_OUT.sub(_without_signs, text))
        if match is None or not match[2]:
            return None
        try:
            moment = datetime.strptime(match[1] + match[2], "%Y%m%d%H%M")
        except ValueError:
            return None
        if match[4]:
            sign = -1 if match[4][0] == "-" else 1
            ahead = sign * timedelta(hours=int(match[4][1:3]), minutes=int(match[4][3:]))
            if abs(ahead) >= timedelta(hours=24):
                return None
            moment = moment.replace(tzinfo=timezone(ahead)).astimezone(self.zone)
        return moment.strftime("%Y-%m-%dT%H:%M")

    def _result(
        self, segment: Segment, note: str, drawn: str | None, specimen: str, of_order: str
    ) -> tuple[Finding | None, str]:
        """The proposal of an OBX, or the line that says why there is none. `specimen`: where not blood.
        `of_order`: the status of the order, which counts where the OBX has none.
        """
        printed = _value_of(segment)
        said = " ".join(filter(None, (_name_of(segment), printed, _unit_of(segment), note)))
        line = " ".join(said.split())
        if specimen:
            return None, f"{line} ({specimen})"
        status = segment.text(11).upper() or of_order
        if status not in FINAL | CORRECTED:
            return None, f"{line} ({status})"
        reading = _coded(segment, printed)
        if reading.test is None:
            return None, line
        finding = reading.finding(
            text=line,
            sampled_at=self._time(segment.text(14)) or drawn,
            is_corrected=status in CORRECTED,
        )
        return finding, "" if finding else line


def _with_notes(order: Sequence[Segment]) -> Iterator[tuple[Segment, str]]:
    """Each segment with what the NTE behind it say of it."""
    place = 0
    while place < len(order):
        segment, texts = order[place], []
        place += 1
        while place < len(order) and order[place].name == "NTE":
            texts += [row[0] for row in order[place].repetitions(3)]
            place += 1
        yield segment, " ".join(filter(None, texts))


def _coded(segment: Segment, printed: str) -> CodedResult:
    """One OBX as a coded result: the names of OBX-3 that say most come first."""
    number, unit = read_number(printed), _unit_of(segment)
    if number and number.unit and unit and spelling(number.unit) != spelling(unit):
        number = None
    return CodedResult(
        loinc=next(_codes(segment), ""),
        names=tuple(_names(segment)),
        number=number,
        unit_text=unit or (number.unit if number else ""),
        printed=" ".join((printed, unit, segment.text(7))),
    )


def _names(segment: Segment) -> Iterator[str]:
    """What the test is called: in OBX-3, and in OBX-4, where analysers write it behind a number of their own.

    A short form in brackets behind a name is one only where both mean the same test.
    """
    parts = segment.components(3)
    for marked in (*(parts[place] for place in (1, 0, 4, 3) if len(parts) > place), segment.text(4)):
        name = marked.lstrip(_MARKS)
        bracketed = _BRACKETED.fullmatch(name)
        test = named(bracketed[1]) if bracketed else None
        yield bracketed[1] if bracketed and test and test == named(bracketed[2]) else name


def _name_of(segment: Segment) -> str:
    """The name of the test for people."""
    name = segment.text(3, 2) or segment.text(3)
    return segment.text(4) or name if name.isdecimal() else name


def _other_specimen(order: Sequence[Segment]) -> str:
    """What an order was about where that was not blood: its specimen, or its own name. Empty for blood."""
    said = [text for row in order if row.name == "OBR" for text in (*row.components(15), *row.components(4))]
    said += [text for row in order if row.name == "SPM" for text in row.components(4)]
    return next((text for text in said if _NO_BLOOD.search(text)), "")


def _without_signs(match: re.Match[str]) -> str:
    """A date, and a time, as the standard writes them."""
    year, month, day, hour, minute, second = match.groups()
    clock = f"{int(hour):02}{minute}{second or ''}" if hour else ""
    return f"{year}{int(month):02}{int(day):02}{clock}"


def _codes(segment: Segment) -> Iterator[str]:
    """The codes of OBX-3 that are LOINC's, or look like one of those we know."""
    parts = segment.components(3)
    for code, system in ((0, 2), (3, 5)):
        if len(parts) > code and parts[code]:
            is_loinc = len(parts) > system and parts[system].upper() in LOINC_NAMES
            if is_loinc or parts[code] in OF_LOINC:
                yield parts[code]


def _value_of(segment: Segment) -> str:
    """OBX-5 as it would be printed: of a structured number (SN) the comparator and the number. Several values
    are no number.
    """
    is_structured = segment.text(2) == "SN"
    rows = [
        "".join(parts[:4]).removeprefix("=") if is_structured else parts[0]
        for parts in segment.repetitions(5)
    ]
    return " ~ ".join(filter(None, rows))


def _unit_of(segment: Segment) -> str:
    """OBX-6: its code, or its text where there is no code. `10^9/L` is often sent without the escape."""
    parts = segment.components(6)
    if len(parts) > 1 and _POWER.fullmatch(parts[0]) and parts[1][:1].isdecimal():
        return "^".join(parts[:2])
    return next(filter(None, parts[:2]), "")


def _status_of(order: Sequence[Segment]) -> str:
    """What an order says of its results where they have no status of their own."""
    said = next((row.text(25).upper() for row in order if row.name == "OBR"), "")
    return said if said in _OF_ORDERS else ""


def _rank(row: list[str]) -> int:
    kind = row[4] if len(row) > 4 else ""
    return _NUMBERS.index(kind) if kind in _NUMBERS else len(_NUMBERS)


def _joined(parts: list[str]) -> str:
    """Family and given name, without a blank between Chinese characters."""
    plain = [part for part in parts if part]
    is_chinese = all(ord(sign) > 0x2E80 for part in plain for sign in part)
    return ("" if is_chinese else " ").join(plain)
