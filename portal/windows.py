"""Time left, ready to be shown: how much of a window has gone, in words and in one of a few levels."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from referral.models import Case, Deadline
from referral.pathway.vocabulary import IN_WARD, Kind, State
from referral.queries.urgency import must_act

Text = str | Promise

LEVELS: tuple[tuple[float, str, Text], ...] = (
    (0.5, "calm", _("on time")),
    (0.75, "soon", _("half the time has gone")),
    (0.9, "hurry", _("time is short")),
    (1.0, "urgent", _("almost over")),
)
"""Up to which share of the time, the level and its words."""

ASKED_FOR = {Kind.FOLLOW_UP_28: timedelta(days=28), Kind.FOLLOW_UP_90: timedelta(days=90)}
"""The days after the first visit for which an outcome is asked."""

FIRST_WINDOW: Text = _("first visit to specialist ward")
OVER: tuple[str, Text] = ("over", _("overdue"))
ALARM: tuple[str, Text] = ("over", _("act now"))
"""However much time is left: a patient who needs a ward, and none is being asked."""
ENDED: dict[str, tuple[str, Text]] = {
    "met": ("met", _("done in time")),
    "late": ("over", _("done late")),
    "missed": ("over", _("not done in time")),
    "cancelled": ("off", _("no longer needed")),
}


@dataclass(frozen=True)
class Window:
    """From `starts_at` to `due_at`, looked at `now`. `outcome`, one of ENDED, is empty while it runs.
    `is_alarm`: somebody must act at once, whatever time is left."""

    label: Text
    starts_at: datetime
    due_at: datetime
    now: datetime
    zone: str
    first_due_at: datetime | None = None
    outcome: str = ""
    is_alarm: bool = False

    @property
    def share(self) -> float:
        """Elapsed share, 0 to 1."""
        length = self.due_at - self.starts_at
        return min(max((self.now - self.starts_at) / length, 0.0), 1.0) if length else 1.0

    @property
    def percent(self) -> int:
        return round(self.share * 100)

    @property
    def is_over(self) -> bool:
        return not self.outcome and self.now > self.due_at

    @property
    def is_extended(self) -> bool:
        return self.first_due_at is not None and self.first_due_at != self.due_at

    @property
    def level(self) -> str:
        return self._level[0]

    @property
    def words(self) -> Text:
        return self._level[1]

    @property
    def left(self) -> str:
        """Time left, or how long it has been over, in words."""
        if self.is_over:
            return gettext("%(time)s overdue") % {"time": duration(self.now - self.due_at)}
        return gettext("%(time)s left") % {"time": duration(self.due_at - self.now)}

    @property
    def _level(self) -> tuple[str, Text]:
        if self.outcome:
            return ENDED[self.outcome]
        if self.is_over:
            return OVER
        if self.is_alarm:
            return ALARM
        return next((level, words) for limit, level, words in LEVELS if self.share <= limit)


def window_of(deadline: Deadline, now: datetime, zone: str) -> Window:
    """The window of one deadline."""
    return Window(
        label=label_of(deadline, zone),
        starts_at=deadline.starts_at,
        due_at=deadline.due_at,
        now=now,
        zone=zone,
        first_due_at=deadline.first_due_at,
        outcome="late" if deadline.done_late else deadline.outcome,
    )


def label_of(deadline: Deadline, zone: str) -> Text:
    """What is due; for an outcome also the day that it is asked for, which comes before the days of grace."""
    kind = Kind(deadline.kind)
    if kind == Kind.ACKNOWLEDGE and not deadline.outcome:
        return gettext("the ward's acknowledgement")
    if kind not in ASKED_FOR:
        return kind.label
    day = (deadline.starts_at + ASKED_FOR[kind]).astimezone(ZoneInfo(zone)).date()
    return gettext("%(outcome)s (%(date)s)") % {
        "outcome": kind.label,
        "date": date_format(day, gettext("j M Y")),
    }


def window_of_case(case: Case, now: datetime) -> Window | None:
    """The 48 hours that the case is in: first visit to admission, or admission to diagnosis; else what is
    due next.

    The first window is counted from the first visit although its deadline opens with the flag.
    """
    running = {row.kind: row for row in case.deadlines.all() if not row.outcome}
    zone = case.hospital.zone
    if case.state in IN_WARD and Kind.DIAGNOSE in running:
        return window_of(running[Kind.DIAGNOSE], now, zone)
    admit = running.get(Kind.ADMIT)
    if admit is not None:
        return Window(
            FIRST_WINDOW,
            case.first_visit_at,
            admit.due_at,
            now,
            zone,
            admit.first_due_at,
            is_alarm=must_act(case),
        )
    if case.state == State.REGISTERED:
        due_at = case.first_visit_at + case.policy.length(Kind.ADMIT)
        return Window(FIRST_WINDOW, case.first_visit_at, due_at, now, zone, is_alarm=must_act(case))
    running_row = next((row for row in case.deadlines.all() if not row.outcome), None)
    return with_alarm(window_of(running_row, now, zone), case) if running_row else None


def with_alarm(window: Window, case: Case) -> Window:
    """A window that runs, red where somebody must act at once."""
    return replace(window, is_alarm=must_act(case))


def severity(level: str) -> int:
    """How pressing a level is, to compare levels by."""
    return [name for _limit, name, _words in LEVELS].index(level) if level != OVER[0] else len(LEVELS)


def duration(span: timedelta) -> str:
    """A length of time in the two units that matter: days and hours, hours and minutes, or minutes."""
    minutes = max(int(span.total_seconds()) // 60, 0)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if minutes < 1:
        return gettext("<1 min")
    if minutes < 60:
        return gettext("%(minutes)s min") % {"minutes": minutes}
    if minutes < 3 * 1440:
        return gettext("%(hours)s h %(minutes)s min") % {"hours": minutes // 60, "minutes": minutes % 60}
    return gettext("%(days)s d %(hours)s h") % {"days": days, "hours": hours}
