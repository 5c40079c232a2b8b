"""The first contact in one step: all of it is kept, or none."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from referral.identity.matching import OpenCaseExists
from referral.intake.drafts import draft_of, save_indicators
from referral.intake.first_visit import FirstVisit, doubts
from referral.intake.registration import register
from referral.intake.submission import submit
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.refusals import ConfirmationNeeded, InputError
from referral.pathway.vocabulary import State, Verb
from tests.world import HOUR, ILL, NOW, World, sampled, someone


def take(world: World, *, then: Verb | None, values: dict[str, Any], **changes: Any) -> Case:
    person = {key: changes.pop(key) for key in ("name", "birth_date", "national_id") if key in changes}
    actor, hospital = changes.pop("actor", world.doctor), changes.pop("hospital", world.hospital)
    visit = FirstVisit(
        person=someone(**person),
        at=changes.pop("at", NOW),
        chronic_liver_disease="hepatitis_b",
        presentation="acute_liver_injury",
        case_id=uuid4(),
    )
    return submit(
        actor=actor, hospital=hospital, visit=visit, values=values, then=then, inputs=changes, now=NOW
    )


def test_a_complete_set_of_indicators_is_registered_assessed_and_offered_at_once(world: World) -> None:
    case = take(world, then=Verb.ASSESS, values=sampled(ILL, NOW))

    assert (case.state, case.assessment is not None) == (State.OFFERED, True)


def test_a_flagged_submission_writes_its_case_and_its_lines_by_one_statement_each(world: World) -> None:
    take(world, then=Verb.ASSESS, values=sampled(ILL, NOW))
    with CaptureQueriesContext(connection) as asked:
        take(world, then=Verb.ASSESS, values=sampled(ILL, NOW), name="测试乙", national_id="")
    statements = [query["sql"] for query in asked.captured_queries]
    work = [sql for sql in statements if "SAVEPOINT" not in sql and not sql.startswith("SELECT 1 ")]
    assert len(work) <= 19
    for table in ("referral_case", "referral_event", "referral_deadline", "referral_patient"):
        assert sum(sql.startswith(f'INSERT INTO "{table}"') for sql in work) == 1
    assert not any(sql.startswith('UPDATE "referral_case"') for sql in work)


def test_what_the_laboratory_has_not_said_yet_can_wait_as_a_draft(world: World) -> None:
    case = take(world, then=None, values={"inr": "2.2", "cirrhosis": "yes"})

    assert case.state == State.REGISTERED
    assert draft_of(case)["inr"] == "2.2"


def test_a_case_can_be_referred_without_a_score_and_keeps_the_values_there_are(world: World) -> None:
    case = take(world, then=Verb.REFER, values={"inr": "2.2"}, reason="values_missing")

    assert (case.state, case.assessment) == (State.OFFERED, None)
    assert draft_of(case)["inr"] == "2.2"


def test_referring_without_a_score_needs_a_reason(world: World) -> None:
    with pytest.raises(InputError) as refusal:
        take(world, then=Verb.REFER, values={})

    assert refusal.value.rows[0][:2] == ("reason", "required")
    assert not Case.objects.exists()


def test_an_impossible_value_registers_nothing(world: World) -> None:
    with pytest.raises(InputError):
        take(world, then=None, values={"sodium_mmol_l": "1400"})

    assert not Case.objects.exists()


def test_a_doubtful_value_is_asked_about_before_anything_is_registered(world: World) -> None:
    doubtful = sampled({**ILL, "bilirubin": 20}, NOW)

    with pytest.raises(ConfirmationNeeded):
        take(world, then=Verb.ASSESS, values=doubtful)
    assert not Case.objects.exists()

    assert take(world, then=Verb.ASSESS, values={**doubtful, "confirmed": ["bilirubin"]}).assessment


def test_meeting_the_patient_of_another_hospital_is_reported_although_nothing_is_registered(
    world: World,
) -> None:
    existing = world.register(national_id="110101197001021233")

    with pytest.raises(OpenCaseExists):
        take(
            world,
            then=Verb.ASSESS,
            values=sampled(ILL, NOW),
            actor=world.other_doctor,
            hospital=world.other_hospital,
            national_id="110101197001021233",
        )

    assert list(Case.objects.all()) == [existing]
    assert AuditEntry.objects.filter(action="met_elsewhere", subject_id=str(existing.pk)).count() == 1


@pytest.mark.parametrize("born", [date(2026, 5, 18), date(1880, 1, 1)])
def test_a_birth_date_that_cannot_be_is_refused(world: World, born: date) -> None:
    with pytest.raises(InputError) as refusal:
        take(world, then=None, values={}, birth_date=born)

    assert refusal.value.rows[0][0] == "patient.birth_date"


def test_a_patient_without_a_name_is_refused(world: World) -> None:
    with pytest.raises(InputError) as refusal:
        take(world, then=None, values={}, name="  ", at=NOW - HOUR)

    assert refusal.value.rows[0][:2] == ("patient.name", "required")


def test_what_was_left_open_at_the_first_visit_is_asked_about_in_words(world: World) -> None:
    vague = FirstVisit(person=someone(), at=NOW - 25 * HOUR)
    assert {(field, code) for field, code, _text in doubts(vague, NOW)} == {
        ("chronic_liver_disease", "not_said"), ("presentation", "not_said"), ("first_visit_at", "long_ago")
    }  # fmt: skip
    case = register(actor=world.doctor, hospital=world.hospital, visit=vague, now=NOW)
    assert case.chronic_liver_disease == "unknown"


def test_a_confirmation_ends_with_the_value_that_was_confirmed(world: World) -> None:
    case = world.register()
    unusual = sampled({**ILL, "sodium_mmol_l": 112, "confirmed": ["sodium_mmol_l"]}, NOW)
    save_indicators(case=case, actor=world.doctor, values=unusual, now=NOW)
    with pytest.raises(ConfirmationNeeded):
        perform(case, Verb.ASSESS, actor=world.doctor, now=NOW, values={"sodium_mmol_l": 165})
