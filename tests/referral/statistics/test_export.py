"""The de-identified cohort: what is in it, what must not be, and who may take it."""

from datetime import date, datetime, timedelta

import pytest

from accounts.models import AuditEntry, User
from referral.identity.birth import BirthDate
from referral.models import Case
from referral.pathway.refusals import AccessError
from referral.pathway.vocabulary import Verb
from referral.statistics.reports import export as module
from referral.statistics.reports.export import HEADER, export, shift
from referral.statistics.reports.filters import parse_filter
from tests.referral.statistics.test_case_facts import do
from tests.world import HOUR, NOW, World

YEAR = {"since": "2026-01", "until": "2026-12"}


def cohort(user: User, **period: str) -> list[dict[str, str]]:
    report_filter = parse_filter(user, {**YEAR, **period}, now=NOW)
    return [dict(zip(HEADER, line, strict=True)) for line in export(user, report_filter, now=NOW)]


def moment_of(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


@pytest.fixture
def case(world: World) -> Case:
    result = world.admitted(
        name="张秘密", national_id="110101193001020013", local_number="MRN-7", birth_date=date(1930, 1, 2)
    )
    do(result, Verb.MESSAGE, world.doctor, HOUR, text="free text of a talk")
    return do(result, Verb.DIAGNOSE, world.specialist, 5 * HOUR, category="early_aclf", note="free note")


def test_nothing_in_it_names_the_patient_the_case_or_the_place(world: World, case: Case) -> None:
    text = str(cohort(world.researcher))
    for secret in (
        *("张秘密", "110101193001020013", "MRN-7", "1930", "free text", "free note"),
        *(case.number, str(case.pk), str(case.patient_id), str(world.hospital.pk), str(world.ward.pk)),
        *(world.hospital.name, world.ward.name, world.doctor.name, NOW.isoformat()[:13]),
    ):
        assert secret not in text


def test_dates_are_moved_together_so_order_and_intervals_stay(world: World, case: Case) -> None:
    (line,) = cohort(world.researcher)
    first, diagnosed = moment_of(line["first_visit_at"]), moment_of(line["diagnosed_at"])
    assert diagnosed - first == 5 * HOUR
    assert timedelta(0) < NOW - first <= timedelta(days=365)
    assert NOW - first == shift(case.person_id)


def test_every_case_of_a_patient_is_moved_alike_and_every_patient_otherwise(world: World, case: Case) -> None:
    do(case, Verb.DISCHARGE, world.specialist, 6 * HOUR, to="home")
    later = NOW + timedelta(days=60)
    world.register(
        name="张秘密",
        national_id="110101193001020013",
        birth_date=date(1930, 1, 2),
        now=later,
    )
    world.register(name="另一人", now=later)
    lines = cohort(world.researcher)
    by_patient: dict[str, list[datetime]] = {}
    for line in lines:
        by_patient.setdefault(line["patient"], []).append(moment_of(line["first_visit_at"]))
    twice, once = sorted(by_patient.values(), key=len, reverse=True)
    assert max(twice) - min(twice) == timedelta(days=60)
    assert once[0] != max(twice)


def test_ages_over_89_are_one_group(world: World, case: Case) -> None:
    world.register(name="年轻", birth_date=date(1986, 1, 2))
    assert sorted(line["age_years"] for line in cohort(world.researcher)) == ["40", "90"]


def test_an_age_that_follows_from_an_estimated_birth_date_says_so(world: World, case: Case) -> None:
    world.register(name="估计", birth_date=BirthDate.parse("1986"))
    is_estimated = {line["age_years"]: line["age_is_estimated"] for line in cohort(world.researcher)}
    assert is_estimated == {"40": "true", "90": "false"}


def test_codes_are_stable_and_small_hospitals_share_one(
    world: World, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.register(name="外院", actor=world.other_doctor, hospital=world.other_hospital)
    first = sorted(line["case"] for line in cohort(world.researcher))
    assert sorted(line["case"] for line in cohort(world.researcher)) == first
    assert {line["hospital"] for line in cohort(world.researcher)} == {"H-small"}
    assert {line["hospital_level"] for line in cohort(world.researcher)} == {""}
    monkeypatch.setattr(module, "SMALL_PLACE", 1)
    assert len({line["hospital"] for line in cohort(world.researcher)}) == 2


def test_the_facts_are_those_of_the_case(world: World, case: Case) -> None:
    (line,) = cohort(world.researcher)
    case.refresh_from_db()
    assert (line["state"], line["sex"], line["admit_in_time"]) == ("diagnosed", "male", "in time")
    assert float(line["risk_90d"]) == case.assessment.risk_90d
    assert float(line["bilirubin_umol_l"]) == 310
    assert (line["inr"], line["cirrhosis"]) == ("2.2", "true")
    assert line["chronic_liver_disease"] == "hepatitis_b"


def test_a_late_deadline_carries_its_reason(world: World) -> None:
    case = world.accepted()
    do(case, Verb.ADMIT, world.specialist, 50 * HOUR)
    missed = case.deadlines.get(kind="admit")
    do(case, Verb.EXPLAIN_DELAY, world.doctor, 51 * HOUR, deadline=missed, reason="transport")
    assert cohort(world.researcher)[0]["admit_in_time"] == "late: transport"


def test_taking_it_out_is_on_the_audit_trail(world: World, case: Case) -> None:
    cohort(world.researcher)
    entry = AuditEntry.objects.get(action="research_export")
    assert (entry.actor, entry.subject_id) == (world.researcher, str(world.network.pk))
    assert entry.detail == {"cases": 1}


def test_only_researchers_may_take_it(world: World, case: Case) -> None:
    for user in (world.coordinator, world.doctor, world.specialist, world.lead):
        with pytest.raises(AccessError):
            cohort(user)
    assert not AuditEntry.objects.filter(action="research_export").exists()


def test_two_periods_give_the_same_cohort_so_that_their_difference_tells_no_date(
    world: World, case: Case
) -> None:
    whole = cohort(world.researcher)
    assert cohort(world.researcher, since="2026-06", until="2026-06") == whole
    assert len(whole) == 1


def test_a_single_small_hospital_is_not_alone_under_the_code_of_the_small(
    world: World, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SMALL_PLACE", 2)
    for number in range(2):
        world.register(name=f"外院{number}", actor=world.other_doctor, hospital=world.other_hospital)
    assert {line["hospital"] for line in cohort(world.researcher)} == {"H-small"}


def test_small_wards_share_one_code(world: World, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [line["ward"] for line in cohort(world.researcher)] == ["W-small"]
    monkeypatch.setattr(module, "SMALL_PLACE", 1)
    (line,) = cohort(world.researcher)
    assert line["ward"].startswith("W-")
    assert line["ward"] != "W-small"


def test_a_case_entered_by_mistake_is_not_in_it(world: World) -> None:
    case = world.register()
    do(case, Verb.MARK_ENTERED_IN_ERROR, world.doctor, HOUR, reason="test_entry")
    assert cohort(world.researcher) == []
