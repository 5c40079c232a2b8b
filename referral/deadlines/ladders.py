"""Alert ladders as data: when a deadline alerts whom, how loudly, and what it then does by itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from referral.pathway.vocabulary import Audience, Kind

ABOUT_AN_OFFER = (Kind.ACKNOWLEDGE, Kind.DECIDE)
SEVERITIES = ("info", "warning", "severe", "critical")


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: at `fraction` of the deadline's time plus `offset`, alert `audience` with `severity`.

    `every` repeats the rung until the deadline is closed; with `expires_offer` the offer expires too.
    """

    fraction: float
    audience: tuple[str, ...]
    severity: str = "warning"
    offset: timedelta = timedelta(0)
    every: timedelta | None = None
    expires_offer: bool = False

    def at(self, starts_at: datetime, due_at: datetime) -> datetime:
        """The first instant of the rung; one that would come before the start comes at the start."""
        return max(starts_at, starts_at + (due_at - starts_at) * self.fraction + self.offset)

    def next_after(self, moment: datetime, starts_at: datetime, due_at: datetime) -> datetime | None:
        """The first time after `moment` at which the rung fires; None when it has fired for the last time."""
        first = self.at(starts_at, due_at)
        if first > moment:
            return first
        if self.every is None:
            return None
        return first + self.every * ((moment - first) // self.every + 1)

    def as_dict(self) -> dict[str, Any]:
        return {
            "fraction": self.fraction,
            "offset_minutes": self.offset.total_seconds() / 60,
            "audience": [str(audience) for audience in Audience if audience in self.audience],
            "severity": self.severity,
            "every_minutes": self.every.total_seconds() / 60 if self.every else None,
            "expires_offer": self.expires_offer,
        }


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def days(number: float) -> timedelta:
    return timedelta(days=number)


DUTY, WARD, LEAD = Audience.DUTY, Audience.WARD, Audience.WARD_LEAD
CLINICIAN, HOSPITAL, COORDINATOR = Audience.CLINICIAN, Audience.HOSPITAL, Audience.COORDINATOR
EVERYONE = (DUTY, LEAD, CLINICIAN, HOSPITAL, COORDINATOR)

FOLLOW_UP = (
    Step(1, (Audience.HOLDER,), "info", offset=-days(3)),
    Step(1, (Audience.HOLDER,), "warning"),
    Step(1, (Audience.HOLDER,), "warning", offset=days(7), every=days(7)),
)
WINDOW_2 = (
    Step(0.5, (DUTY,)),
    Step(0.75, (LEAD,), "severe"),
    Step(1, (LEAD, COORDINATOR), "severe"),
    Step(1, (LEAD, COORDINATOR), "severe", offset=hours(12), every=hours(12)),
)

DEFAULT_LADDERS: dict[str, tuple[Step, ...]] = {
    Kind.ASSESS: (
        Step(0.5, (CLINICIAN,)),
        Step(1, (CLINICIAN,), "severe"),
        Step(1, (HOSPITAL,), "severe", offset=hours(1)),
    ),
    Kind.REASSESS: (Step(1, (CLINICIAN,)), Step(1, (CLINICIAN,), offset=hours(4))),
    Kind.ACKNOWLEDGE: (
        Step(0, (DUTY,), "severe"),
        Step(0, (DUTY,), "critical", offset=minutes(5)),
        Step(1, (LEAD,), "critical"),
        Step(1, (COORDINATOR,), "critical", offset=minutes(15)),
        Step(1, (LEAD, COORDINATOR), "critical", offset=minutes(30), expires_offer=True),
    ),
    Kind.DECIDE: (
        Step(0.5, (DUTY,), "severe"),
        Step(1, (LEAD, CLINICIAN), "critical"),
        Step(1, (COORDINATOR,), "critical", offset=minutes(30)),
        Step(1, (LEAD, COORDINATOR), "critical", offset=minutes(60), expires_offer=True),
    ),
    Kind.PLACE: (
        Step(0, (COORDINATOR, CLINICIAN), "critical", every=minutes(15)),
        Step(1, (COORDINATOR, CLINICIAN), "critical"),
    ),
    Kind.ADMIT: (
        Step(0.5, (DUTY, CLINICIAN)),
        Step(0.75, (DUTY, CLINICIAN, LEAD), "severe"),
        Step(0.9, (COORDINATOR,), "severe"),
        Step(1, EVERYONE, "critical"),
        Step(1, EVERYONE, "critical", offset=hours(12), every=hours(12)),
    ),
    Kind.ARRIVE: (
        Step(1, (DUTY, CLINICIAN), "severe"),
        Step(1, (DUTY, CLINICIAN), "severe", offset=minutes(30), every=minutes(30)),
        Step(1, (LEAD, COORDINATOR), "severe", offset=minutes(30)),
    ),
    Kind.DIAGNOSE: WINDOW_2,
    Kind.TREAT_PRECIPITANT: WINDOW_2,
    Kind.TRANSPLANT: (
        Step(0, (DUTY, LEAD), "severe", offset=days(1), every=days(1)),
        Step(0, (DUTY, LEAD, COORDINATOR), "severe", offset=days(5)),
        Step(1, EVERYONE, "critical"),
    ),
    Kind.ANSWER_ADVICE: (Step(1, (DUTY,)), Step(1.5, (LEAD,), "severe")),
    Kind.CONFIRM_RETURN: (Step(1, (CLINICIAN,)), Step(1.5, (HOSPITAL,), "severe")),
    Kind.FOLLOW_UP_28: FOLLOW_UP,
    Kind.FOLLOW_UP_90: FOLLOW_UP,
}


def parse_ladders(stored: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, tuple[Step, ...]]:
    """Stored JSON as steps, checked. Raises ValidationError naming the kind and the step at fault."""
    refuse_other_kinds(stored)
    for kind in Kind.values:
        if not isinstance(stored.get(kind), list) or not stored[kind]:
            raise ValidationError(_("The ladder of “%(kind)s” is missing."), params={"kind": kind})
    return {kind: _ladder(kind, stored[kind]) for kind in Kind.values}


class Ladders(Mapping[str, tuple[Step, ...]]):
    """The ladders of a published policy; each is parsed when it is asked for: a cycle needs few."""

    def __init__(self, stored: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self._stored = stored
        self._parsed: dict[str, tuple[Step, ...]] = {}

    def __getitem__(self, kind: str) -> tuple[Step, ...]:
        if kind not in self._parsed:
            self._parsed[kind] = _ladder(kind, self._stored[kind])
        return self._parsed[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(Kind.values)

    def __len__(self) -> int:
        return len(Kind.values)


def _ladder(kind: str, stored: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    return tuple(_step(kind, number, raw) for number, raw in enumerate(stored, 1))


def check_climbable(stored: Any, lengths: Mapping[str, int]) -> None:
    """Refuse steps of sound ladders that could never do what they say; `lengths` are minutes by kind.

    Raises ValidationError naming kind and step. Asked when a policy is published, not of those in force.
    """
    start = datetime(2000, 1, 1, tzinfo=UTC)
    for kind, steps in parse_ladders(stored).items():
        due = start + minutes(lengths[kind])
        end = min((step.at(start, due) for step in steps if step.expires_offer), default=None)
        for number, step in enumerate(steps, 1):
            problem = _why_never(step, kind, start, due, end)
            if problem:
                raise ValidationError(problem, params={"number": number, "kind": kind})


def _why_never(step: Step, kind: str, start: datetime, due: datetime, end: datetime | None) -> Any:
    """The sentence that says why a step never happens; None when it can."""
    if step.expires_offer and kind not in ABOUT_AN_OFFER:
        return _("Step %(number)s of the ladder “%(kind)s” is impossible: this deadline is not of an offer.")
    if start + (due - start) * step.fraction + step.offset < start:
        return _(
            "Step %(number)s of the ladder “%(kind)s” is impossible: it comes before the deadline begins."
        )
    if end is not None and step.at(start, due) > end:
        return _("Step %(number)s of the ladder “%(kind)s” is impossible: the offer has expired by then.")
    return None


def refuse_other_kinds(stored: Any) -> None:
    """Raise ValidationError unless `stored` is a mapping whose keys are kinds of deadlines."""
    if not isinstance(stored, Mapping):
        raise ValidationError(_("Write a JSON object with one entry for each kind of deadline."))
    for kind in stored:
        if kind not in Kind.values:
            raise ValidationError(
                _("“%(kind)s” is no kind of deadline. Check its spelling."), params={"kind": kind}
            )


def _step(kind: str, number: int, raw: Any) -> Step:
    try:
        return _sound_step(**raw)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValidationError(
            _(
                "Step %(number)s of the ladder “%(kind)s” is impossible: "
                "check its time, audience and severity."
            ),
            params={"number": number, "kind": kind},
        ) from error


def _sound_step(
    *,
    audience: list[str],
    severity: str,
    fraction: float = 0,
    offset_minutes: float = 0,
    every_minutes: float | None = None,
    expires_offer: bool = False,
) -> Step:
    """A step of stored JSON. Raises TypeError, ValueError or OverflowError for anything that is none."""
    if not isinstance(audience, list) or not audience or not set(audience) <= set(Audience.values):
        raise ValueError(audience)
    if severity not in SEVERITIES or not isinstance(expires_offer, bool):
        raise ValueError(severity)
    if not fraction >= 0 or (every_minutes is not None and not every_minutes >= 1):
        raise ValueError(fraction)
    return Step(
        fraction=fraction,
        audience=tuple(audience),
        severity=severity,
        offset=minutes(offset_minutes),
        every=None if every_minutes is None else minutes(every_minutes),
        expires_offer=expires_offer,
    )
