"""The first contact in one step: the visit, what the laboratory has said so far, and what follows from it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from accounts.models import Hospital, User
from referral.intake.case_files import add_reports
from referral.intake.first_visit import FirstVisit
from referral.intake.registration import beginning
from referral.models import Case
from referral.pathway.change import past
from referral.pathway.effects.assessment import refuse_unless_complete
from referral.pathway.inputs import parse_inputs
from referral.pathway.perform import apply
from referral.pathway.refusals import InputError
from referral.pathway.settlement import Settlement, settling
from referral.pathway.vocabulary import Verb
from scoring import read_inputs


def submit(
    *,
    actor: User,
    hospital: Hospital,
    visit: FirstVisit,
    values: Mapping[str, Any],
    then: Verb | None,
    inputs: Mapping[str, Any],
    now: datetime,
    background: Mapping[str, Any] | None = None,
) -> Case:
    """Register a first visit and, in one unit of work with it, keep `values` or use them.

    `then` is ASSESS, REFER, or None to keep the values as a draft while the laboratory works; `inputs` are
    the other inputs of that verb, as typed. `background`: inputs of STATE_BACKGROUND, as typed. Nothing is
    registered when any of it is refused. The case that is returned answers from memory, as it is now. Raises
    what `register` and `perform` raise.
    """
    with (
        beginning(actor, hospital, visit, now) as case,
        settling(case, now, is_answered=True) as settlement,
    ):
        refuse_unusable(values, then, inputs, actor=actor, hospital=hospital, now=now)
        stated = read_background(background or {}, actor=actor, hospital=hospital, now=now)
        apply(settlement, Verb.REGISTER, actor=actor, visit=visit)
        if stated:
            apply(settlement, Verb.STATE_BACKGROUND, actor=actor, **stated)
        _use(settlement, actor, values, then, inputs)
    return case


def read_background(
    raw: Mapping[str, Any], *, actor: User, hospital: Hospital, now: datetime
) -> dict[str, Any]:
    """The background of a case that is about to begin. Raises InputError, with fields as `background.*`."""
    try:
        stated = parse_inputs(Verb.STATE_BACKGROUND, raw, case=Case(hospital=hospital), user=actor)
        if measured_at := stated.get("measured_at"):
            stated["measured_at"] = past(measured_at, "measured_at", now=now)
        return stated
    except InputError as error:
        raise InputError(*((f"background.{name}", code, text) for name, code, text in error.rows)) from error


def proceed(
    case: Case,
    *,
    actor: User,
    values: Mapping[str, Any],
    then: Verb | None,
    inputs: Mapping[str, Any],
    now: datetime,
) -> Case:
    """Keep `values` of a registered case as its draft, or assess or refer it with them."""
    with settling(case, now) as settlement:
        _use(settlement, actor, values, then, inputs)
    return settlement.case


def _use(
    settlement: Settlement,
    actor: User,
    values: Mapping[str, Any],
    then: Verb | None,
    inputs: Mapping[str, Any],
) -> None:
    """Keep or use the values, with the reports that they were taken from, for whoever decides on them."""
    add_reports(settlement, actor=actor, values=values)
    raw = dict(inputs)
    if then is Verb.ASSESS:
        raw["values"] = values
    elif values:
        apply(settlement, Verb.SAVE_INDICATORS, actor=actor, values=values)
    if then is not None:
        apply(
            settlement,
            then,
            actor=actor,
            read=lambda case: parse_inputs(then, raw, case=case, user=actor),
        )


def refuse_unusable(
    values: Mapping[str, Any],
    then: Verb | None,
    inputs: Mapping[str, Any],
    *,
    actor: User,
    hospital: Hospital,
    now: datetime,
) -> None:
    """Raise what the values and inputs would be refused with, before anybody is looked for.

    Whether the patient is known would show otherwise in which of two mistakes is named first.
    """
    reading = read_inputs(values, now=now, expect_sampled_at=True)
    given = replace(reading, missing=tuple(name for name in reading.missing if name != "age_years"))
    if then is Verb.ASSESS:
        refuse_unless_complete(given)
    elif reading.issues:
        refuse_unless_complete(replace(given, missing=()))
    if then is not None:
        parse_inputs(then, inputs, case=Case(hospital=hospital), user=actor)
