"""What the form of a verb starts with: only what is known already."""

from collections.abc import Callable, Iterable, Mapping

from accounts import clock
from portal.background import as_typed
from portal.moments import local
from referral.codes import ReferReason
from referral.identity.written import identity_of
from referral.models import ArtificialLiverSession, Case, LaboratoryPanel, Precipitant
from referral.pathway.inputs import VERB_INPUTS
from referral.pathway.inputs.ward import BEDSIDE, BESIDE_ORGANS, ORGAN_INPUTS
from referral.pathway.vocabulary import Verb
from referral.queries import cases
from referral.queries.background import background_of
from referral.queries.case_values import tables_of
from referral.queries.urgency import unanswered_red_flags
from scoring.inputs import ANY_INPUT

OF_THE_TABLE = frozenset({*ORGAN_INPUTS, *BEDSIDE, *BESIDE_ORGANS})
IDENTITY = ("name", "sex", "birth_date", "national_id", "local_number", "phone")
SAID_ANEW = {
    Verb.CORRECT_DIAGNOSIS: cases.diagnosis_of,
    Verb.CORRECT_BACK_REFERRAL: cases.back_referral_of,
}
"""Verbs that say anew what was said: from what stands, so that only what was wrong is typed."""


def proposed(verb: Verb, case: Case, *, expected: bool = True) -> dict[str, str]:
    """By fact, what stands on the case now. `expected`: whether the reader's ward keeps the bed."""
    if verb == Verb.ADMIT and case.bed and expected:
        return {"bed": case.bed}
    if verb in OF_THE_WAY:
        return _of_the_way(verb, case)
    if verb == Verb.REFER and _has_red_flag(case):
        return {"reason": ReferReason.RED_FLAG.value}
    if verb == Verb.CORRECT_JOURNEY:
        times = {"departed_at": case.departed_at, "expected_arrival_at": case.expected_arrival_at}
        return {name: local(moment, case.hospital.zone) for name, moment in times.items() if moment}
    if verb in WHAT_STANDS:
        return WHAT_STANDS[verb](case)
    if verb in SAID_ANEW:
        said, names = SAID_ANEW[verb](case), {verb_input.name for verb_input in VERB_INPUTS[verb]} - {"why"}
        return {name: getattr(said, name, None) or "" for name in names}
    return {}


OF_THE_WAY = frozenset({Verb.DEPART, Verb.DESCRIBE_TRANSPORT, Verb.CHANGE_ARRIVAL, Verb.HAND_OVER})


def _of_the_way(verb: Verb, case: Case) -> dict[str, str]:
    """Who brings the patient and when, as it stands; needs on the way also as the background has them."""
    journey, expected = case.journey, case.expected_arrival_at
    arrival = {"expected_arrival_at": local(expected, case.hospital.zone)} if expected else {}
    if verb == Verb.CHANGE_ARRIVAL:
        return arrival
    if verb == Verb.HAND_OVER:
        return {"bed": case.bed, "handed_over_by": (journey.team if journey else None) or ""}
    if journey is not None:
        stands = {"means": journey.means, "team": journey.team, "contact": journey.contact}
        return arrival | {name: value or "" for name, value in stands.items()} | _needs(journey.needs)
    background = background_of(case)
    return arrival | _needs(background.content.get("transport_needs", ()) if background else ())


def _needs(codes: Iterable[str]) -> dict[str, str]:
    return {"needs": ",".join(codes)}


def newest_panel(case: Case) -> dict[str, str]:
    """What a table of organ failure takes of the last laboratory panel, with its units and time of sampling;
    nothing where a table was made since."""
    panel = LaboratoryPanel.objects.counting().filter(case=case).last()
    if panel is None or any(table.occurred_at >= panel.recorded_at for table in tables_of(case)):
        return {}
    taken = {"sampled_at": local(panel.occurred_at, case.hospital.zone)}
    for name, entry in panel.entered.items():
        if name in OF_THE_TABLE and "value" in entry:
            taken[name] = str(entry["value"])
            if unit_field := ANY_INPUT[name].unit_field:
                taken[unit_field] = str(entry.get("unit") or ANY_INPUT[name].unit)
    return taken


def _untreated(case: Case) -> dict[str, str]:
    """The precipitant against which nothing was recorded yet, where there is only one."""
    rows = Precipitant.objects.counting().filter(case=case, interventions=None)
    precipitants = {row.precipitant for row in rows}
    return {"precipitant": precipitants.pop()} if len(precipitants) == 1 else {}


def _as_the_last_session(case: Case) -> dict[str, str]:
    last = ArtificialLiverSession.objects.counting().filter(case=case).last()
    return {name: getattr(last, name) for name in ("mode", "anticoagulant", "access")} if last else {}


def _stored_identity(case: Case) -> dict[str, str]:
    stored = identity_of(case.patient)
    return {name: str(getattr(stored, name) or "") for name in IDENTITY}


WHAT_STANDS: Mapping[Verb, Callable[[Case], dict[str, str]]] = {
    Verb.CORRECT_FIRST_VISIT: lambda case: {"first_visit_at": local(case.first_visit_at, case.hospital.zone)},
    Verb.CORRECT_IDENTITY: _stored_identity,
    Verb.ASSESS_ORGAN_FAILURE: newest_panel,
    Verb.RECORD_INTERVENTION: _untreated,
    Verb.RECORD_ARTIFICIAL_LIVER: _as_the_last_session,
    Verb.RECORD_INTAKE: lambda case: {"day": local(clock.now(), case.hospital.zone)[:10]},
    Verb.STATE_BACKGROUND: lambda case: as_typed(background_of(case), case.hospital.zone),
}
"""Verbs whose form starts with what stands on the case, whatever else is so."""


def _has_red_flag(case: Case) -> bool:
    assessed = case.assessment.red_flags if case.assessment else ()
    return bool(unanswered_red_flags(case) or assessed)
