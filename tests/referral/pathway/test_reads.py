"""A verb reads nothing twice, and no more the more there is on a case."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from referral.models import RETRACTABLE, Case
from referral.pathway.perform import perform
from referral.pathway.refusals import VerbNotAllowed
from referral.pathway.vocabulary import Verb
from referral.ward.codes import RecordKind
from tests.referral.in_ward import DAY, SOUND, TWO, does
from tests.referral.pathway.test_corrections import back
from tests.referral.pathway.test_retraction import RECORDED, retract
from tests.referral.reads import reads_once
from tests.world import HOUR, MINUTE, NOW, World


def test_an_admission_and_its_undoing_read_nothing_twice(world: World) -> None:
    case = world.looked_up(world.accepted(), world.second_specialist)
    said = {"actor": world.second_specialist, "said": case.patient.name}
    with reads_once():
        case = perform(case, Verb.ADMIT, now=NOW, **said)
    with reads_once():
        perform(
            case, Verb.UNDO_ADMISSION, actor=world.second_specialist, now=NOW + HOUR, reason="wrong_patient"
        )


def test_a_question_and_its_answer_read_nothing_twice(world: World) -> None:
    case = world.watched()
    with reads_once():
        case = perform(case, Verb.ASK_ADVICE, actor=world.doctor, now=NOW, text="?")
    with reads_once():
        does(world, case, Verb.ANSWER_ADVICE, text="Wait", advice="watch")


def test_a_diagnosis_and_its_correction_read_nothing_twice(world: World) -> None:
    case = does(world, world.admitted(), Verb.ASSESS_ORGAN_FAILURE, **TWO)
    with reads_once():
        case = does(world, case, Verb.DIAGNOSE, NOW + 3 * HOUR, category="aclf")
    with reads_once():
        said = {"category": "early_aclf", "why": "w", "confirmed": ["category"]}
        does(world, case, Verb.CORRECT_DIAGNOSIS, NOW + 4 * HOUR, **said)


def test_an_outcome_a_death_and_a_settlement_read_nothing_twice(world: World) -> None:
    case = back(world, world.admitted())
    with reads_once():
        case = does(world, case, Verb.RECORD_OUTCOME, NOW + 29 * DAY, day=28, status="alive")
    earlier = {"actor": world.doctor, "occurred_at": NOW + 20 * DAY}
    with reads_once():
        case = perform(case, Verb.RECORD_DEATH, now=NOW + 30 * DAY, **earlier)
    assert case.outcome_disputed
    with reads_once():
        perform(
            case, Verb.SETTLE_OUTCOME, actor=world.coordinator, now=NOW + 31 * DAY, day=28, status="alive",
            occurred_at=NOW + 29 * DAY, note="asked both",
        )  # fmt: skip


def test_a_session_entered_rightly_after_the_stay_reads_nothing_twice(world: World) -> None:
    verb, inputs = RECORDED[RecordKind.ARTIFICIAL_LIVER]
    case = back(world, does(world, world.admitted(), verb, **inputs))
    wrong = RETRACTABLE[RecordKind.ARTIFICIAL_LIVER].objects.get()
    case = retract(world, case, wrong, NOW + 2 * DAY)
    times = {"started_at": NOW + HOUR, "ended_at": NOW + HOUR + 30 * MINUTE}
    with reads_once():
        does(world, case, verb, NOW + 2 * DAY, **{**inputs, **times, "corrects": wrong})


def test_a_refusal_reads_nothing_twice(world: World) -> None:
    case = world.flagged()
    with reads_once(), pytest.raises(VerbNotAllowed):
        does(world, case, Verb.DIAGNOSE, category="aclf")


def test_a_table_asks_as_often_after_three_kits_as_after_one(world: World) -> None:
    def asked(case: Case, kits: int) -> int:
        for number in range(kits):
            sampled = NOW + number * HOUR
            case = does(
                world, case, Verb.RECORD_KIT_RESULT, NOW + 5 * HOUR, lot="K", answer="positive",
                sampled_at=sampled, reported_at=sampled,
            )  # fmt: skip
        with CaptureQueriesContext(connection) as statements:
            does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 6 * HOUR, **SOUND)
        return len(statements)

    assert asked(world.admitted(name="甲一"), 3) == asked(world.admitted(name="甲二"), 1)
