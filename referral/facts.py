"""The facts each verb takes: one list for both faces, and the one parser of what they were given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import User, Ward
from referral import codes
from referral.errors import FactError, Text
from referral.models import Assessment, Case, Deadline
from referral.pathway import Verb


class Shape(StrEnum):
    """What a fact looks like: MOMENT is an aware datetime or RFC 3339 text with an offset."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    MOMENT = "moment"
    WARD = "ward"
    DEADLINE = "deadline"
    ASSESSMENT = "assessment"
    VALUES = "values"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a verb. `choices` belong to CHOICE and, as whole numbers, to NUMBER."""

    name: str
    shape: Shape
    label: Text
    required: bool = True
    choices: type[TextChoices] | tuple[int, ...] | None = None
    max_length: int = 2000


NOTE = Fact("note", Shape.TEXT, _("note"), required=False)
OCCURRED_AT = Fact("occurred_at", Shape.MOMENT, _("when it happened"), required=False)
WARD = Fact("ward", Shape.WARD, _("ward"))
DEADLINE = Fact("deadline", Shape.DEADLINE, _("deadline"))


def reason(choices: type[TextChoices]) -> Fact:
    return Fact("reason", Shape.CHOICE, _("reason"), choices=choices)


BED = Fact("bed", Shape.TEXT, _("bed, if known"), required=False, max_length=40)
PRECIPITANT = Fact("precipitant", Shape.CHOICE, _("precipitant"), choices=codes.PrecipitantCode)
EXPECTED = Fact("expected_arrival_at", Shape.MOMENT, _("expected arrival"))
WHY = Fact("reason", Shape.TEXT, _("reason"), max_length=200)

FACTS: dict[Verb, tuple[Fact, ...]] = {
    Verb.ASSESS: (
        Fact("values", Shape.VALUES, _("eight indicators"), required=False),
        Fact(
            "hold_back",
            Shape.CHOICE,
            _("reason for not referring"),
            required=False,
            choices=codes.HoldBackReason,
        ),
        NOTE,
        OCCURRED_AT,
    ),
    Verb.REFER: (reason(codes.ReferReason), NOTE, OCCURRED_AT),
    Verb.WITHDRAW: (reason(codes.WithdrawReason), NOTE, OCCURRED_AT),
    Verb.DEPART: (EXPECTED, OCCURRED_AT),
    Verb.ACKNOWLEDGE: (OCCURRED_AT,),
    Verb.ACCEPT: (BED, OCCURRED_AT),
    Verb.DECLINE: (reason(codes.DeclineReason), NOTE, OCCURRED_AT),
    Verb.RELEASE: (reason(codes.ReleaseReason), NOTE, OCCURRED_AT),
    Verb.DIVERT: (WARD, EXPECTED, NOTE, OCCURRED_AT),
    Verb.ADMIT: (BED, OCCURRED_AT),
    Verb.REDIRECT: (WARD, NOTE),
    Verb.RECORD_PRECIPITANT: (PRECIPITANT, NOTE, OCCURRED_AT),
    Verb.RECORD_INTERVENTION: (PRECIPITANT, Fact("note", Shape.TEXT, _("what was done")), OCCURRED_AT),
    Verb.DIAGNOSE: (
        Fact("category", Shape.CHOICE, _("diagnosis"), choices=codes.DiagnosisCategory),
        NOTE,
        OCCURRED_AT,
    ),
    Verb.BACK_REFER: (Fact("plan", Shape.TEXT, _("plan for the first hospital")), OCCURRED_AT),
    Verb.DISCHARGE: (
        Fact("to", Shape.CHOICE, _("discharged to"), choices=codes.DischargeTo),
        NOTE,
        OCCURRED_AT,
    ),
    Verb.CONFIRM_RETURN: (OCCURRED_AT,),
    Verb.RECORD_OUTCOME: (
        Fact("day", Shape.NUMBER, _("day"), choices=(28, 90)),
        Fact("status", Shape.CHOICE, _("outcome"), choices=codes.OutcomeStatus),
        OCCURRED_AT,
    ),
    Verb.RECORD_DEATH: (Fact("occurred_at", Shape.MOMENT, _("time of death")), NOTE),
    Verb.END_REFERRAL: (reason(codes.EndReason), NOTE, OCCURRED_AT),
    Verb.MESSAGE: (Fact("text", Shape.TEXT, _("message")),),
    Verb.CORRECT_FIRST_VISIT: (Fact("first_visit_at", Shape.MOMENT, _("first visit")), NOTE),
    Verb.MARK_ENTERED_IN_ERROR: (
        reason(codes.ErrorReason),
        Fact("assessment", Shape.ASSESSMENT, _("assessment"), required=False),
        NOTE,
    ),
    Verb.EXTEND: (DEADLINE, Fact("due_at", Shape.MOMENT, _("new time")), WHY),
    Verb.SNOOZE: (DEADLINE, Fact("until", Shape.MOMENT, _("silent until")), WHY),
    Verb.EXPLAIN_DELAY: (DEADLINE, reason(codes.DelayReason), NOTE),
}

ON_AN_OFFER = frozenset({Verb.ACKNOWLEDGE, Verb.ACCEPT, Verb.DECLINE})
"""Verbs that may name the offer they mean."""


def clean_facts(verb: Verb, raw: Mapping[str, Any], *, case: Case, user: User) -> dict[str, Any]:
    """`raw` as keyword arguments for `perform`. Raises FactError with a row for every fact that is wrong.

    What the verb does not take is refused by name, so that a misspelt fact is never lost in silence.
    """
    known = {fact.name: fact for fact in FACTS[verb]}
    rows: list[tuple[str, str, Text]] = [
        (name, "unknown_field", _("“%(field)s” is not known here. Check its spelling.") % {"field": name})
        for name in raw
        if name not in known
    ]
    cleaned: dict[str, Any] = {}
    for name, fact in known.items():
        value = raw.get(name)
        if value is None or value == "":
            if fact.required:
                rows.append((name, "required", _("Please fill this in.")))
            continue
        try:
            cleaned[name] = PARSERS[fact.shape](fact, value, case, user)
        except (ValueError, TypeError, AttributeError):
            rows.append((name, "invalid", _invalid(fact)))
    if rows:
        raise FactError(*rows)
    return cleaned


def _invalid(fact: Fact) -> Text:
    match fact.shape:
        case Shape.TEXT:
            return _("Write at most %(limit)s characters.") % {"limit": fact.max_length}
        case Shape.MOMENT:
            return _("This is no date and time with a time zone, such as 2026-05-17T08:30:00+08:00.")
        case Shape.CHOICE | Shape.NUMBER:
            return _("Choose one of the answers offered.")
        case _:
            return _("This does not exist here. Reload the case and choose again.")


def _text(fact: Fact, value: Any, case: Case, user: User) -> str:
    if not isinstance(value, str) or len(value) > fact.max_length or not value.strip() or "\x00" in value:
        raise ValueError
    return value.strip()


def _choice(fact: Fact, value: Any, case: Case, user: User) -> str:
    if not isinstance(fact.choices, type):
        raise TypeError
    return str(fact.choices(value).value)


def _number(fact: Fact, value: Any, case: Case, user: User) -> int:
    number = int(str(value))
    if isinstance(fact.choices, tuple) and number not in fact.choices:
        raise ValueError
    return number


def _moment(fact: Fact, value: Any, case: Case, user: User) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    if moment.tzinfo is None or not 1900 <= moment.year < 2200:
        raise ValueError
    return moment


def _values(fact: Fact, value: Any, case: Case, user: User) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError
    return dict(value)


def _one_of(rows: Callable[[Case, User], QuerySet[Any]]) -> Callable[[Fact, Any, Case, User], Model]:
    def parse(fact: Fact, value: Any, case: Case, user: User) -> Model:
        found = rows(case, user).filter(pk=UUID(str(getattr(value, "pk", value)))).first()
        if found is None:
            raise ValueError
        return found

    return parse


PARSERS: dict[Shape, Callable[[Fact, Any, Case, User], Any]] = {
    Shape.TEXT: _text,
    Shape.CHOICE: _choice,
    Shape.NUMBER: _number,
    Shape.MOMENT: _moment,
    Shape.VALUES: _values,
    Shape.WARD: _one_of(lambda case, user: Ward.objects.visible_to(user).select_related("hospital")),
    Shape.DEADLINE: _one_of(lambda case, user: Deadline.objects.filter(case=case)),
    Shape.ASSESSMENT: _one_of(lambda case, user: Assessment.objects.filter(case=case)),
}
