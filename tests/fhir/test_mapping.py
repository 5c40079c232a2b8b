"""Every state and every verb of the pathway says what it is in FHIR."""

from typing import Any

import pytest

from accounts import clock
from fhir.mapping import BUSINESS, REQUEST_STATUS, TASK_AFTER, TaskStatus
from fhir.mapping_table import FILE, replaced
from referral.pathway.perform import perform
from referral.pathway.vocabulary import State, Verb
from tests.contract.test_house import ROOT
from tests.fhir.conftest import Program
from tests.world import HOUR, World

REQUEST_CODES = {"draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"}
TASK_CODES = {
    *("draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress"),
    *("on-hold", "failed", "completed", "entered-in-error"),
}


def test_every_state_and_every_verb_has_its_row() -> None:
    assert set(REQUEST_STATUS) == set(State)
    assert set(TASK_AFTER) == set(Verb)


def test_every_status_is_one_of_fhir() -> None:
    assert set(REQUEST_STATUS.values()) <= REQUEST_CODES
    statuses = [status for status in TASK_AFTER.values() if status]
    assert {status.status for status in statuses} <= TASK_CODES
    assert {status.business for status in statuses} <= set(BUSINESS)


def test_the_document_has_the_table_of_today() -> None:
    document = (ROOT / FILE).read_text()
    assert replaced(document) == document, "manage.py draw_fhir_mapping writes it anew"


def _task(world: World, ward: Program, case: Any) -> tuple[str, str]:
    row = ward.get(f"Task/{case.offers.order_by('-offered_at', '-pk').first().pk}").body
    return row["status"], row["businessStatus"]["coding"][0]["code"]


@pytest.mark.parametrize(
    ("steps", "last"),
    [
        ([], Verb.ASSESS),
        ([(Verb.ACKNOWLEDGE, "specialist", {})], Verb.ACKNOWLEDGE),
        ([(Verb.ACCEPT, "specialist", {"bed": "1"})], Verb.ACCEPT),
        ([(Verb.DECLINE, "second_specialist", {"reason": "no_bed"})], Verb.DECLINE),
        ([(Verb.WITHDRAW, "doctor", {"reason": "improved"})], Verb.WITHDRAW),
        ([(Verb.ACCEPT, "specialist", {"bed": "1"}), (Verb.DEPART, "doctor", None)], Verb.DEPART),
        ([(Verb.ACCEPT, "specialist", {"bed": "1"}), (Verb.ADMIT, "specialist", {})], Verb.ADMIT),
        (
            [
                (Verb.ACCEPT, "specialist", {"bed": "1"}),
                (Verb.ADMIT, "specialist", {}),
                (Verb.DIAGNOSE, "specialist", {"category": "early_aclf"}),
            ],
            Verb.DIAGNOSE,
        ),
        (
            [
                (Verb.ACCEPT, "specialist", {"bed": "1"}),
                (Verb.ADMIT, "specialist", {}),
                (Verb.DIAGNOSE, "specialist", {"category": "early_aclf"}),
                (Verb.BACK_REFER, "specialist", {"plan": "p"}),
            ],
            Verb.BACK_REFER,
        ),
        ([(Verb.END_REFERRAL, "doctor", {"reason": "refused"})], Verb.END_REFERRAL),
    ],
)
def test_a_verb_makes_the_task_what_the_table_says(
    world: World, ward: Program, steps: list[Any], last: Verb
) -> None:
    now = clock.now()
    case = world.flagged(now)
    if last is Verb.DECLINE:
        perform(case, Verb.DECLINE, actor=world.specialist, now=now, reason="no_bed")
        assert _declined(ward, case) == ("rejected", "4.0")
        return
    for verb, who, inputs in steps:
        given = {"expected_arrival_at": now + HOUR} if inputs is None else inputs
        perform(case, verb, actor=getattr(world, who), now=now, **given)
        case.refresh_from_db()
    expected = TASK_AFTER[last]
    assert isinstance(expected, TaskStatus)
    assert _task(world, ward, case) == (expected.status, expected.business)


def _declined(ward: Program, case: Any) -> tuple[str, str]:
    row = ward.get(f"Task/{case.offers.order_by('offered_at', 'pk').first().pk}").body
    return row["status"], row["businessStatus"]["coding"][0]["code"]
