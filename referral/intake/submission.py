"""The first contact in one step: the visit, what the laboratory has said so far, and what follows from it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Hospital, User
from referral.alerts.recipients import Directory
from referral.identity.meetings import reporting_meetings
from referral.intake.case_files import add_reports
from referral.intake.drafts import save_indicators
from referral.intake.registration import FirstVisit, begin_case
from referral.models import Case
from referral.pathway.effects.assessment import refuse_unless_complete
from referral.pathway.inputs import parse_inputs
from referral.pathway.perform import apply, perform
from referral.pathway.settlement import Settlement
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
) -> Case:
    """Register a first visit and, in the same transaction, keep `values` or use them.

    `then` is ASSESS, REFER, or None to keep the values as a draft while the laboratory works; `inputs` are
    the other inputs of that verb, as typed. Nothing is registered when any of it is refused. Raises what
    `register`, `save_indicators` and `perform` raise.
    """
    with reporting_meetings(actor, hospital, now), transaction.atomic():
        refuse_unusable(values, then, inputs, actor=actor, hospital=hospital, now=now)
        settlement = begin_case(actor, hospital, visit, now)
        if then is Verb.ASSESS and not values.get("sources"):
            return _assess_at_once(settlement, actor, values, inputs)
        settlement.write(Directory(now, [settlement.case]))
        return proceed(settlement.case, actor=actor, values=values, then=then, inputs=inputs, now=now)


def _assess_at_once(
    settlement: Settlement, actor: User, values: Mapping[str, Any], inputs: Mapping[str, Any]
) -> Case:
    """Assess the case that begins, as one unit of work: no report has to be with it before."""
    case = settlement.case
    parsed = parse_inputs(Verb.ASSESS, {**inputs, "values": values}, case=case, user=actor)
    settlement.write(apply(settlement, Verb.ASSESS, actor=actor, **parsed))
    return case


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


@transaction.atomic
def proceed(
    case: Case,
    *,
    actor: User,
    values: Mapping[str, Any],
    then: Verb | None,
    inputs: Mapping[str, Any],
    now: datetime,
) -> Case:
    """Keep `values` of a registered case as its draft, or assess or refer it with them.

    The reports that they were taken from are added to its files, for whoever decides on them to see.
    """
    add_reports(case, actor=actor, values=values, now=now)
    if then is None:
        save_indicators(case=case, actor=actor, values=values, now=now)
        return case
    raw = dict(inputs)
    if then is Verb.ASSESS:
        raw["values"] = values
    else:
        save_indicators(case=case, actor=actor, values=values, now=now)
    return perform(case, then, actor=actor, now=now, **parse_inputs(then, raw, case=case, user=actor))
