"""The verbs of the duty rota: the weekly pattern, exceptions that can be undone, the hand-over note.

`accounts.rota` answers who is on duty. Everything here is audited; the ward's own people may be named only.
Orders of one ward are given one after the other. One that leaves nobody is taken and becomes a gap, which the
page shows and the lead is told of; one that contradicts an earlier order is refused.
"""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.ids import new_id
from accounts.local_time import in_brief
from accounts.models import DutyOverride, DutyShift, HandoverNote, User, Ward
from accounts.rota import watches
from accounts.text import UNREADABLE, read_lines

LONGEST_EXCEPTION = timedelta(days=31)
ORDERS_AHEAD = timedelta(days=366)
"""How far ahead exceptions are entered, and gaps looked for: a later date is a mistyped year."""
LONGEST_NOTE = 1000
NOTE_LIFE = timedelta(days=3)


class DutyRefused(Exception):
    """What was typed does not fit the rota: the field, a stable code, and a sentence."""

    def __init__(self, field: str, code: str, message: str | Promise) -> None:
        super().__init__(f"{field}: {code}")
        self.field, self.code, self.message = field, code, message


class NotYours(Exception):
    """This person may not arrange the rota of this ward."""


def may_arrange(user: User, ward: Ward) -> bool:
    """Whether `user` leads the ward, coordinates its network or administers it."""
    access, network = user.access, ward.hospital.network_id
    return ward.pk in access.leads or network in access.coordinates | access.administers


def may_hand_over(user: User, ward: Ward) -> bool:
    """Whether `user` works on the ward, and so may write its hand-over note."""
    return ward.pk in user.access.wards


def people_of_ward(ward: Ward) -> QuerySet[User]:
    """Active people of `ward`, who may be on its duty."""
    people = User.objects.filter(is_active=True, is_program=False, memberships__ward=ward)
    return people.distinct().order_by("name", "pk")


@transaction.atomic
def add_shifts(
    *, ward: Ward, user: User, weekdays: Collection[int], starts: time, ends: time, actor: User, now: datetime
) -> list[DutyShift]:
    """Add a weekly duty on each of `weekdays` (0 is Monday). Raises NotYours or DutyRefused."""
    _begin(actor, ward)
    _of_the_ward(ward, user, "user")
    if not weekdays:
        raise DutyRefused("weekdays", "required", _("Choose at least one weekday."))
    try:
        with transaction.atomic():
            added = [
                DutyShift.objects.create(ward=ward, user=user, weekday=day, starts=starts, ends=ends)
                for day in sorted(set(weekdays))
            ]
    except IntegrityError as error:
        message = _(
            "This person already has a duty that begins then. Remove it first, or choose another time."
        )
        raise DutyRefused("starts", "taken", message) from error
    _record("add_duty", ward, actor, now, user=str(user.pk), weekdays=sorted(set(weekdays)))
    return added


@transaction.atomic
def remove_shift(*, shift: DutyShift, actor: User, now: datetime) -> None:
    """Take a weekly duty out of the pattern. Raises NotYours."""
    _begin(actor, shift.ward)
    _record("remove_duty", shift.ward, actor, now, user=str(shift.user_id), weekday=shift.weekday)
    shift.delete()


@transaction.atomic
def swap_duty(
    *, ward: Ward, off: User | None, on: User | None, span: tuple[datetime, datetime], note: str = "",
    actor: User, now: datetime,
) -> UUID:  # fmt: skip
    """`off` is free from the start to the end of `span` and `on` stands in; with one of them alone, a day off
    or a call-in. Returns the id by which it can be undone. Raises NotYours or DutyRefused, also for calling
    in somebody who was given the time off: that has to be undone first.
    """
    _begin(actor, ward)
    _check_span(span, now)
    _check_people(ward, off, on)
    if off is not None and all(watch.user != off for watch in watches(ward, *span)):
        raise DutyRefused("off", "not_on_duty", _("This person is not on duty then. Check the times."))
    if on is not None:
        _check_is_not_off(ward, on, span)
    swap = new_id()
    for user, is_on in ((off, False), (on, True)):
        if user is not None:
            DutyOverride.objects.create(
                ward=ward, user=user, is_on=is_on, starts_at=span[0], ends_at=span[1], note=note, swap=swap
            )
    _record("swap_duty", ward, actor, now, swap=str(swap), off=_id(off), on=_id(on))
    return swap


@transaction.atomic
def undo_exception(*, override: DutyOverride, actor: User, now: datetime) -> int:
    """Undo an exception that is not over, both rows of a swap; returns how many.

    Raises NotYours or DutyRefused.
    """
    _begin(actor, override.ward)
    if override.ends_at <= now:
        raise DutyRefused("override", "over", _("This is over and cannot be undone any more."))
    rows = DutyOverride.objects.filter(ward=override.ward)
    rows = rows.filter(swap=override.swap) if override.swap else rows.filter(pk=override.pk)
    users = [str(user) for user in rows.values_list("user", flat=True)]
    _record("undo_duty_exception", override.ward, actor, now, users=users)
    return rows.delete()[0]


def exceptions(ward: Ward, now: datetime) -> QuerySet[DutyOverride]:
    """Exceptions that are not over, the earliest first."""
    return ward.duty_overrides.filter(ends_at__gt=now).select_related("user").order_by("starts_at", "is_on")


@transaction.atomic
def hand_over(*, ward: Ward, text: str, actor: User, now: datetime) -> HandoverNote:
    """Leave a note for who comes on duty next. Raises NotYours or DutyRefused."""
    if not may_hand_over(actor, ward):
        raise NotYours
    try:
        text = read_lines(text)
    except ValueError:
        raise DutyRefused("text", "unprintable", UNREADABLE) from None
    if not 0 < len(text) <= LONGEST_NOTE:
        raise DutyRefused("text", "length", _("Write a note of at most 1,000 characters."))
    note = HandoverNote.objects.create(ward=ward, author=actor, text=text, written_at=now)
    _record("hand_over", ward, actor, now, note=str(note.pk))
    return note


def current_note(ward: Ward, now: datetime) -> HandoverNote | None:
    """The latest hand-over note, unless it is older than three days."""
    notes = ward.handover_notes.filter(written_at__gt=now - NOTE_LIFE, written_at__lte=now)
    return notes.select_related("author").first()


def _begin(actor: User, ward: Ward) -> None:
    """Check the right, and let other orders for the ward wait until this one is decided."""
    if not may_arrange(actor, ward):
        raise NotYours
    Ward.objects.select_for_update(of=("self",), no_key=True).get(pk=ward.pk)


def _check_people(ward: Ward, off: User | None, on: User | None) -> None:
    for field, user in (("off", off), ("on", on)):
        if user is not None:
            _of_the_ward(ward, user, field)
    if off is None and on is None:
        raise DutyRefused("on", "required", _("Say who is free, who stands in, or both."))
    if off == on:
        raise DutyRefused("on", "same_person", _("Choose two different people."))


def _of_the_ward(ward: Ward, user: User, field: str) -> None:
    if not people_of_ward(ward).filter(pk=user.pk).exists():
        raise DutyRefused(field, "not_of_the_ward", _("Choose somebody who works on this ward."))


def _check_is_not_off(ward: Ward, user: User, span: tuple[datetime, datetime]) -> None:
    off = ward.duty_overrides.time_off(user.pk, *span).order_by("starts_at").first()
    if off is not None:
        zone = ward.hospital.zone
        raise DutyRefused(
            "on",
            "is_off",
            _(
                "%(name)s was given the time from %(start)s to %(end)s off. "
                "Undo that exception first, or choose somebody else."
            )
            % {
                "name": user.name,
                "start": in_brief(off.starts_at, zone),
                "end": in_brief(off.ends_at, zone),
            },
        )


def _check_span(span: tuple[datetime, datetime], now: datetime) -> None:
    start, end = span
    if end <= start:
        raise DutyRefused("ends_at", "not_after_start", _("The end must come after the start."))
    if end <= now:
        raise DutyRefused("ends_at", "in_past", _("This is over already. Choose a time to come."))
    if start - now > ORDERS_AHEAD:
        raise DutyRefused("starts_at", "too_far", _("This is more than a year ahead. Check the year."))
    if end - start > LONGEST_EXCEPTION:
        raise DutyRefused(
            "ends_at", "too_long", _("An exception lasts 31 days at most; change the weekly pattern.")
        )


def _record(action: str, ward: Ward, actor: User, now: datetime, **detail: object) -> None:
    network = ward.hospital.network_id
    audit.record(
        actor=actor,
        action=action,
        subject_type="ward",
        subject_id=ward.pk,
        now=now,
        network=network,
        **detail,
    )


def _id(user: User | None) -> str | None:
    return str(user.pk) if user else None
