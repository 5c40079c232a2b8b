"""What is shown of a reading: whose the report is, when it is from, and its proposals one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.local_time import day_in_full, in_full
from accounts.text import cleaned
from files.models import FileState
from files.refusals import REASONS
from labs.models import LabReading, ReadingState
from labs.readings.sources import value_of
from labs.refusals import UnreadableReportError
from labs.texts import doubt_text, refusal_text, test_text
from portal.windows import duration
from referral.models.patients import Sex
from scoring.inputs import ANY_INPUT, Input
from scoring.texts import CHOICES, label, unit_text

SLOW_AFTER = timedelta(seconds=30)
"""A page takes some seconds: who waits longer than this is told to go on."""


MIXED = {"several_patients", "several_times"}
FEW_UNREAD = 5
"""So many lines without a result stand on any sheet: addresses, methods, remarks."""


@dataclass(frozen=True, slots=True)
class Patient:
    """Whom a form is about, as far as that is typed; empty is not known."""

    name: str = ""
    sex: str = ""
    age: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """One value that stands on a report. `name` is the field that it is for, `unit_field` that of its unit.

    `units`: those to choose from with their texts, where the report says none that the value can have.
    """

    name: str
    label: str | Promise
    value: str
    printed: str
    unit: str
    unit_field: str
    units: list[tuple[str, str]]
    sampled_at: str
    text: str
    cutout: str
    doubts: list[str]
    is_bound: bool

    @property
    def is_without_doubt(self) -> bool:
        return not self.doubts


def shown(reading: LabReading, patient: Patient, *, zone: str, now: datetime) -> dict[str, Any]:
    """The context of `portal/readings/_reading.html`."""
    context: dict[str, Any] = {"reading": reading, "is_waiting": reading.state == ReadingState.WAITING}
    if reading.state == ReadingState.FAILED:
        return context | {"trouble": _trouble(reading)}
    if reading.state == ReadingState.WAITING:
        awaits_scanner = reading.file is not None and reading.file.state == FileState.WAITING
        return context | {"is_slow": now - reading.asked_at > SLOW_AFTER, "awaits_scanner": awaits_scanner}
    report = reading.result
    proposals = _proposals(reading)
    return context | {
        "person": _person_words(report["patient"]),
        "differences": _differences(report["patient"], patient),
        "drawn": _drawn(report["sampled_at"], zone, now),
        "is_of_several": any(MIXED & set(row["doubts"]) for row in report["findings"]),
        "is_hardly_read": _is_hardly_read(reading),
        "proposals": proposals,
        "without_doubt": sum(one.is_without_doubt for one in proposals),
        "unread": report["unread"],
        "others": [_other(row) for row in report["findings"] if value_of(row) not in ANY_INPUT],
    }


def _is_hardly_read(reading: LabReading) -> bool:
    """Whether nothing was made of most lines of a picture, as when it is blurred or was taken from afar."""
    unread, read = len(reading.result["unread"]), len(reading.result["findings"])
    return reading.form in ("photo", "pdf") and unread > max(FEW_UNREAD, read)


def _trouble(reading: LabReading) -> str | Promise:
    if reading.reason in REASONS:
        return REASONS[reading.reason]
    return refusal_text(UnreadableReportError(reading.reason, reading.params))


def _proposals(reading: LabReading) -> list[Proposal]:
    rows = reading.result["findings"]
    cutouts = reading.cutouts or [""] * len(rows)
    named = [(value_of(row), row, cut) for row, cut in zip(rows, cutouts, strict=True)]
    return [_proposal(ANY_INPUT[name], row, cut) for name, row, cut in named if name and name in ANY_INPUT]


def _proposal(spec: Input, row: Mapping[str, Any], cutout: str) -> Proposal:
    is_open = bool(spec.units and spec.unit_field and row["unit"] is None)
    unit = "" if is_open else (row["unit"] or spec.unit)
    value = _value(row)
    return Proposal(
        name=spec.name,
        label=label(spec.name),
        value=value,
        printed=_printed(spec, row, value, unit),
        unit=row["unit"] or "",
        unit_field=spec.unit_field or "",
        units=[(name, unit_text(name)) for name in spec.units or {}] if is_open and value else [],
        sampled_at=row["sampled_at"] or "",
        text=row["text"],
        cutout=cutout,
        doubts=[doubt_text(code) for code in row["doubts"]],
        is_bound=row["comparator"] is not None,
    )


def _value(row: Mapping[str, Any]) -> str:
    """What goes into the field: the answer, or the number; empty where there is neither."""
    if row.get("choice"):
        return str(row["choice"])
    number = row["value"]
    return "" if number is None else f"{number:.15g}"


def _printed(spec: Input, row: Mapping[str, Any], value: str, unit: str) -> str:
    if row.get("choice"):
        return str(CHOICES[spec.name][value])
    return f"{row['comparator'] or ''}{value} {unit_text(unit) if unit else ''}".strip()


def _other(row: Mapping[str, Any]) -> str:
    return test_text(row["test"], get_language() or "")


def _person_words(person: Mapping[str, Any]) -> str:
    """Whom the report names, in one line; empty where it names nobody."""
    sex = Sex(person["sex"]).label if person.get("sex") else ""
    age = _("%(age)s years") % {"age": f"{person['age_years']:g}"} if "age_years" in person else ""
    return " · ".join(str(part) for part in (person.get("name"), sex, age, person.get("number")) if part)


def _differences(person: Mapping[str, Any], patient: Patient) -> list[str]:
    """Where the report names somebody else than the form, in words."""
    said, typed = cleaned(str(person.get("name", ""))), cleaned(patient.name)
    rows = []
    if said and typed and _folded(said) != _folded(typed):
        rows.append(_("The report names %(report)s, the form %(form)s.") % {"report": said, "form": typed})
    if person.get("sex") and patient.sex and person["sex"] != patient.sex:
        words = {"report": Sex(person["sex"]).label, "form": Sex(patient.sex).label}
        rows.append(_("Sex: on the report %(report)s, in the form %(form)s.") % words)
    age = person.get("age_years")
    if age is not None and patient.age is not None and abs(age - patient.age) > 1:
        rows.append(
            _("Age: on the report %(report)s, in the form %(form)s.")
            % {"report": f"{age:g}", "form": patient.age}
        )
    return rows


def _folded(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _drawn(moment: str | None, zone: str, now: datetime) -> dict[str, Any]:
    """When the blood was drawn, in words, and whether that is long ago or not known."""
    if not moment:
        return {"words": "", "is_day": False, "age": "", "is_old": False}
    drawn = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone))
    if len(moment) == len("2026-11-29"):
        days = (now.astimezone(ZoneInfo(zone)).date() - drawn.date()).days
        return {"words": day_in_full(drawn, zone), "is_day": True, "age": "", "is_old": days > 1}
    elapsed = now - drawn
    return {
        "words": in_full(drawn, zone),
        "is_day": False,
        "age": duration(elapsed) if elapsed > timedelta(0) else "",
        "is_old": elapsed > timedelta(hours=12),
        "is_ahead": elapsed < timedelta(minutes=-2),
    }
