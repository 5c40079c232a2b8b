"""The timeline of a case in words."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.local_time import written
from accounts.models import Ward
from accounts.punctuation import labelled
from labs.readings.sources import SourceForm
from portal.background import changed_names
from portal.definitions import leading_words
from portal.grades import by_number, easl_clif
from referral import codes
from referral.identity.birth import BirthDate
from referral.identity.matching import FIELDS
from referral.models import Case, Event
from referral.models.patients import Sex
from referral.pathway import timeline
from referral.pathway.inputs import REASONS
from referral.pathway.vocabulary import Kind, State, Verb
from referral.ward import codes as ward_codes
from scoring import texts

APART = timedelta(minutes=1)
VOID = gettext_lazy("belongs to an admission entered in error, and counts nowhere")

MARKS: Mapping[str, str] = {
    timeline.DEADLINE_MISSED: "bad",
    timeline.NOBODY_ON_DUTY: "bad",
    timeline.ALERT_UNDELIVERABLE: "bad",
    timeline.DEADLINE_QUARANTINED: "bad",
    Verb.DECLINE: "bad",
    Verb.EXPIRE_OFFER: "bad",
    Verb.PASS_ON: "bad",
    Verb.RELEASE: "bad",
    Verb.UNDO_ADMISSION: "bad",
    Verb.ACCEPT: "good",
    Verb.ADMIT: "good",
    Verb.ARRIVE: "good",
    Verb.HAND_OVER: "good",
    Verb.DIAGNOSE: "good",
    Verb.CONFIRM_RETURN: "good",
    timeline.READMITTED: "bad",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One event in words. `details` are short phrases; `recorded_at` is None where it adds nothing."""

    number: int
    title: str
    details: tuple[str, ...]
    note: str
    who: str
    occurred_at: datetime
    recorded_at: datetime | None
    state: str
    mark: str


@dataclass(frozen=True, slots=True)
class Clock:
    """The first hospital's, as it was when an event was recorded."""

    zone: str
    now: datetime

    def time(self, iso: str) -> str:
        return written(datetime.fromisoformat(iso), self.zone, self.now)


def lines(case: Case, events: Iterable[Event]) -> list[Line]:
    """The events of a case whose offers are loaded, the newest first."""
    wards = {str(offer.ward_id): offer.ward for offer in case.offers.all()}
    admissions = case.admissions.select_related("ward__hospital") if case.voided_stays else ()
    for ward in (*(row.ward for row in admissions), case.ward, case.expecting_ward):
        if ward is not None:
            wards[str(ward.pk)] = ward
    rows = list(events)
    wards |= _passed_over(rows, wards)
    names = {pk: f"{ward.hospital.name} · {ward.name}" for pk, ward in wards.items()}
    void = timeline.voided(rows)
    zone = case.hospital.zone
    return [_line(event, names, zone, is_void=event.number in void) for event in rows][::-1]


def _passed_over(events: Iterable[Event], loaded: Container[str]) -> dict[str, Ward]:
    """Wards that were passed over and never asked; no query where there is none."""
    named = {row["ward"] for event in events for row in event.details.get("passed_over", ())}
    missing = [pk for pk in named if pk not in loaded]
    rows = Ward.objects.filter(pk__in=missing).select_related("hospital") if missing else ()
    return {str(ward.pk): ward for ward in rows}


def _line(event: Event, wards: Mapping[str, str], zone: str, *, is_void: bool) -> Line:
    apart = event.recorded_at - event.occurred_at >= APART
    moved = event.state_before and event.state_before != event.state_after
    return Line(
        number=event.number,
        title=str(timeline.label(event.what, event.state_after)),
        details=(
            *_details(event, wards, Clock(zone, event.recorded_at)),
            *([str(VOID)] if is_void else []),
        ),
        note=event.note or "",
        who=event.actor.name if event.actor else "",
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at if apart else None,
        state=str(State(event.state_after).label) if moved else "",
        mark="void" if is_void else MARKS.get(event.what, ""),
    )


def _details(event: Event, wards: Mapping[str, str], clock: Clock) -> list[str]:
    recorded = event.details
    details = []
    if recorded.get("reason") and event.what in REASONS:
        details.append(str(REASONS[Verb(event.what)].codes(recorded["reason"]).label))
    if recorded.get("ward") in wards:
        details.append(wards[recorded["ward"]])
    details += [_full(row, wards, clock) for row in recorded.get("passed_over", ())]
    details += _grades(recorded)
    for name, phrase in PHRASES.items():
        if recorded.get(name):
            details.append(phrase(recorded[name], clock))
    if event.personal:
        details += corrected_identity(event.personal)
    if recorded.get("before") and recorded.get("after"):
        details.append(f"{clock.time(recorded['before'])} → {clock.time(recorded['after'])}")
    return details


def _full(passed: Mapping[str, str], wards: Mapping[str, str], clock: Clock) -> str:
    """Why a ward was not asked in its place."""
    words = {"ward": wards.get(passed["ward"], ""), "time": clock.time(passed["stated_at"])}
    return _("passed over, to be asked last: %(ward)s, which said at %(time)s that no bed is free") % words


def _grades(recorded: Mapping[str, Any]) -> list[str]:
    """What the leading definition says of an organ table; both grades on lines of before it was kept."""
    if "grade" not in recorded:
        return []
    if leading := recorded.get("leading"):
        return [leading_words(leading)]
    is_complete = not recorded.get("is_lower_bound")
    simple = by_number(recorded.get("simple_grade", ""), is_complete=is_complete)
    return [
        f"EASL-CLIF{_(': ')}{easl_clif(recorded['grade'], is_complete=is_complete)}",
        _("%(grade)s by number of failures") % {"grade": simple},
    ]


def corrected_identity(versions: Mapping[str, Any]) -> list[str]:
    """Both versions of what an identity said, field by field."""
    return [
        labelled(FIELDS[name], f"{_written(name, old)} → {_written(name, versions['after'][name])}")
        for name, old in versions["before"].items()
    ]


def _written(field: str, value: str) -> str:
    if field == "sex":
        return str(Sex(value).label)
    if field == "birth_date" and BirthDate.parse(value).is_estimated:
        return _("about %(year)s") % {"year": value}
    return value or "—"


def _kind(value: str, clock: Clock) -> str:
    """What a deadline is for, or what a file is."""
    choices = next((one for one in (Kind, codes.FileKind) if value in one.values), None)
    return str(choices(value).label) if choices else value


def _missing(value: list[str], clock: Clock) -> str:
    return _("still missing: %(names)s") % {"names": _listed(texts.label(name) for name in value)}


def _listed(words: Iterable[str]) -> str:
    return _(", ").join(words)


def _label(choices: Any) -> Callable[[Any, Clock], str]:
    return lambda value, clock: str(choices(value).label)


THIRD_FAILURE = {
    "from_two": gettext_lazy("third organ failure, after two"),
    "first_seen": gettext_lazy("three or more organ failures when first seen"),
}

PHRASES: Mapping[str, Callable[[Any, Clock], str]] = {
    "of": _label(ward_codes.RecordKind),
    "corrects": lambda value, clock: _("in the place of a record entered in error"),
    "band": lambda value, clock: _("risk %(band)s") % {"band": texts.band_text(value)},
    "flagged": lambda value, clock: _("flagged"),
    "hold_back": lambda value, clock: (
        _("not referred: %(reason)s") % {"reason": codes.HoldBackReason(value).label}
    ),
    "all_full": lambda value, clock: _(
        "every ward that is left says that no bed is free; they are asked in the usual order"
    ),
    "beyond_beds": lambda value, clock: _("accepted although the ward said that no bed is free"),
    "background": lambda value, clock: _listed(changed_names(value)),
    "bed": lambda value, clock: _("bed %(bed)s") % {"bed": value},
    "unannounced": lambda value, clock: _("unannounced"),
    "expected_arrival_at": lambda value, clock: _("expected %(time)s") % {"time": clock.time(value)},
    "departed_at": lambda value, clock: _("left %(time)s") % {"time": clock.time(value)},
    "departed_at_before": lambda value, clock: _("before: left %(time)s") % {"time": clock.time(value)},
    "expected_arrival_at_before": lambda value, clock: (
        _("before: expected %(time)s") % {"time": clock.time(value)}
    ),
    "not_arrived": lambda value, clock: _("the arrival was recorded in error"),
    "means": _label(codes.TransportMeans),
    "needs": lambda value, clock: _listed(str(codes.TransportNeed(code).label) for code in value),
    "kind": _kind,
    "verb": lambda value, clock: str(timeline.label(value)),
    "promised_until": lambda value, clock: (
        _("no bed had become free by %(time)s") % {"time": clock.time(value)}
    ),
    "number_ending": lambda value, clock: _("by telephone, number ending %(digits)s") % {"digits": value},
    "until": lambda value, clock: _("until %(time)s") % {"time": clock.time(value)},
    "missing": _missing,
    "sources": lambda value, clock: _listed(
        labelled(SourceForm(form).label, number) for form, number in value.items()
    ),
    "kit": _label(ward_codes.KitAnswer),
    "beside_purpose": lambda value, clock: _("organ failure when the sample was taken"),
    "third_failure": lambda value, clock: str(THIRD_FAILURE[value]),
    "met_by_another": lambda value, clock: _("met by what was done %(time)s") % {"time": clock.time(value)},
    "unmet_by": lambda value, clock: _("not met before the patient left the ward"),
    "runs_again": lambda value, clock: _("the time limit runs again"),
    "kits": lambda value, clock: _("organ failure at the kit's sampling judged anew"),
    "no_third_failure": lambda value, clock: _("no third organ failure is left"),
    "third_failure_at": lambda value, clock: (
        _("third organ failure seen %(time)s") % {"time": clock.time(value)}
    ),
    "transplant": _label(ward_codes.TransplantDecision),
    "treatment": _label(ward_codes.InterventionKind),
    "item": _label(ward_codes.TreatmentItem),
    "progress": _label(ward_codes.Progress),
    "mode": _label(ward_codes.ArtificialLiverMode),
    "complications": lambda value, clock: _listed(str(ward_codes.Complication(code).label) for code in value),
    "target_kcal": lambda value, clock: _("%(kcal)s kcal per day") % {"kcal": value},
    "kcal": lambda value, clock: f"{value} kcal",
    "on_day": lambda value, clock: str(value),
    "markers": lambda value, clock: _listed(texts.label(name) for name in value),
    "precipitant": _label(codes.PrecipitantCode),
    "category": _label(codes.DiagnosisCategory),
    "instead_of": lambda value, clock: (
        _("instead of: %(diagnosis)s") % {"diagnosis": codes.DiagnosisCategory(value).label}
    ),
    "to": _label(codes.DischargeTo),
    "day": lambda value, clock: _("day %(day)s") % {"day": value},
    "status": _label(codes.OutcomeStatus),
    "organ_failure": lambda value, clock: (
        _("organ failure within 28 days: %(answer)s") % {"answer": codes.OrganFailureSeen(value).label}
    ),
    "disputed": lambda value, clock: _("contradicts another statement"),
    "advice": _label(codes.Advice),
    "number": lambda value, clock: _("case %(number)s") % {"number": value},
}
