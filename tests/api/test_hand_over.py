"""The code of a printed letter over the API: who is in front of the ward, and what takes them over."""

from datetime import datetime

import pytest
from django.core import signing

from accounts.models import AuditEntry
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.queries.hand_over_codes import GOOD_FOR_HOURS, make_code
from tests.api.conftest import Caller
from tests.world import HOUR, World


@pytest.fixture
def coming(world: World, now: datetime) -> Case:
    case = world.accepted(now - HOUR, name="张建国")
    return perform(case, Verb.DEPART, actor=world.doctor, now=now, expected_arrival_at=now + HOUR)


def address(case: Case) -> str:
    return f"/hand-over/{make_code(case.pk)}"


def test_the_ward_that_expects_the_patient_reads_who_it_is_and_takes_over(
    world: World, specialist: Caller, coming: Case
) -> None:
    answer = specialist.get(address(coming))
    assert answer.status == 200
    assert answer.body["case"]["patient"]["name"] == "张建国"
    assert answer.body["verbs"] == ["arrive", "hand_over"]
    version = f'"{answer.body["case"]["version"]}"'
    body = {"handed_over_by": "王师傅"}
    taken = specialist.post(f"/cases/{coming.pk}/hand-over", body, If_Match=version)
    assert (taken.status, taken.body["state"]) == (200, "admitted")
    assert AuditEntry.objects.filter(actor=world.specialist, subject_id=str(coming.pk)).exists()


def test_a_code_that_was_used_has_nothing_left_to_do(world: World, specialist: Caller, coming: Case) -> None:
    specialist.post(f"/cases/{coming.pk}/hand-over", {"handed_over_by": "王师傅"})
    answer = specialist.get(address(coming))
    assert (answer.status, answer.body["verbs"]) == (200, [])
    assert answer.body["case"]["transport"]["handed_over_by"] == "王师傅"


def test_a_patient_whose_departure_nobody_recorded_is_admitted(
    world: World, specialist: Caller, now: datetime
) -> None:
    assert specialist.get(address(world.accepted(now))).body["verbs"] == ["admit"]


def test_who_sent_the_patient_sees_the_case_and_takes_nobody_over(doctor: Caller, coming: Case) -> None:
    answer = doctor.get(address(coming))
    assert (answer.status, answer.body["verbs"]) == (200, [])


def test_a_code_that_is_forged_cut_or_of_something_else_is_refused_with_what_to_do(
    specialist: Caller, coming: Case
) -> None:
    code = make_code(coming.pk)
    swapped = code[:-1] + ("A" if code[-1] != "A" else "B")
    for wrong in (swapped, code[:-5], "made-up", "１２３", signing.dumps(coming.pk.hex), str(coming.pk)):
        answer = specialist.get(f"/hand-over/{wrong}")
        assert (answer.status, answer.code) == (404, "code_not_valid"), wrong
        assert "Find the patient on the board" in answer.body["detail"]


def test_a_code_is_too_old_after_three_days(
    specialist: Caller, coming: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = make_code(coming.pk)
    then = signing.time.time() + GOOD_FOR_HOURS * 3600 + 1
    monkeypatch.setattr(signing.time, "time", lambda: then)
    assert specialist.get(f"/hand-over/{code}").code == "code_not_valid"


def test_a_ward_to_which_the_patient_comes_no_more_is_told_whom_to_call(
    world: World, specialist: Caller, second_specialist: Caller, coming: Case, now: datetime
) -> None:
    inputs = {"ward": world.second_ward, "expected_arrival_at": now + 2 * HOUR}
    perform(coming, Verb.DIVERT, actor=world.coordinator, now=now, **inputs)
    answer = specialist.get(address(coming))
    assert (answer.status, answer.code) == (404, "not_coming")
    assert answer.body["hospital"] == {"name": world.hospital.name, "phone": world.hospital.phone}
    assert "张建国" not in str(answer.body)
    assert second_specialist.get(address(coming)).body["verbs"] == ["arrive", "hand_over"]


def test_somebody_of_another_ward_or_hospital_learns_nothing(
    second_specialist: Caller, other_doctor: Caller, coming: Case
) -> None:
    for caller in (second_specialist, other_doctor):
        answer = caller.get(address(coming))
        assert (answer.status, answer.code) == (404, "not_found")
        assert "张建国" not in str(answer.body)
