"""The de-identified cohort: what is in it, what must not be, and who may take it."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.utils.translation import override

from accounts.models import AuditEntry, User
from referral.models import Case
from referral.pathway.refusals import AccessError
from referral.pathway.vocabulary import Verb
from referral.statistics.reports import anonymity
from referral.statistics.reports import export as module
from referral.statistics.reports.anonymity import ANY, K
from referral.statistics.reports.export import HEADER, KNOWN_BY, export
from referral.statistics.reports.export_columns import dictionary
from referral.statistics.reports.filters import parse_filter
from tests.referral.statistics.test_case_facts import do
from tests.world import HOUR, NOW, World

YEAR = {"since": "2026-01", "until": "2026-12"}


def cohort(user: User, **period: str) -> list[dict[str, str]]:
    report_filter = parse_filter(user, {**YEAR, **period}, now=NOW)
    return [dict(zip(HEADER, line, strict=True)) for line in export(user, report_filter, now=NOW)]


@pytest.fixture
def _one_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a line says is read of a single case, which no file would hold."""
    monkeypatch.setattr(anonymity, "K", 1)


one_is_enough = pytest.mark.usefixtures("_one_is_enough")


@pytest.fixture
def case(world: World) -> Case:
    result = world.admitted(
        name="张秘密", national_id="110101193001020013", local_number="MRN-7", birth_date=date(1930, 1, 2)
    )
    do(result, Verb.MESSAGE, world.doctor, HOUR, text="free text of a talk")
    return do(result, Verb.DIAGNOSE, world.specialist, 5 * HOUR, category="early_aclf", note="free note")


@one_is_enough
def test_nothing_in_it_names_the_patient_the_case_or_the_place(world: World, case: Case) -> None:
    text = str(cohort(world.researcher))
    for secret in (
        *("张秘密", "110101193001020013", "MRN-7", "1930", "free text", "free note"),
        *(case.number, str(case.pk), str(case.patient_id), str(world.hospital.pk), str(world.ward.pk)),
        *(world.hospital.name, world.ward.name, world.doctor.name, NOW.isoformat()[:13]),
    ):
        assert secret not in text


def shared_cells(line: dict[str, str]) -> tuple[str, ...]:
    """A line without the codes that are drawn for each file."""
    return tuple(cell for name, cell in line.items() if name not in ("case", "patient"))


def crowd(world: World, count: int, **changes: Any) -> None:
    """So many patients who look alike."""
    for number in range(count):
        world.register(name=f"众{number}", birth_date=date(1986, 1, 2), **changes)


def test_moments_are_whole_days_after_the_first_visit_and_no_date_is_in_it(world: World, case: Case) -> None:
    crowd(world, 4)
    lines = cohort(world.researcher)
    text = str(lines)
    assert "2026-" not in text and "T00" not in text and "policy_version" not in HEADER
    assert not any(name.endswith("_at") for name in HEADER)
    assert {line["first_visit_at"] for line in lines if "first_visit_at" in line} == set()


def test_of_fewer_than_five_cases_nothing_is_told(world: World, case: Case) -> None:
    crowd(world, 3)
    assert cohort(world.researcher) == []
    world.register(name="第五")
    assert {line["rows_alike"] for line in cohort(world.researcher)} == {"5"}


def test_every_line_has_four_others_that_look_alike(world: World, case: Case) -> None:
    crowd(world, 9)
    lines = cohort(world.researcher)
    groups = Counter(tuple(line[name] for name in KNOWN_BY) for line in lines)
    assert len(lines) == 10 and min(groups.values()) >= K
    assert all(int(line["rows_alike"]) >= K for line in lines)


def test_somebody_who_knows_age_cause_hospital_and_days_finds_nobody_alone(world: World, case: Case) -> None:
    """The attack: a rare age, the cause, the level of the hospital, the days of the journey."""
    crowd(world, 12)
    odd = world.register(name="罕见", birth_date=date(1940, 1, 2), chronic_liver_disease="wilson")
    do(odd, Verb.RECORD_DEATH, world.doctor, 30 * HOUR, occurred_at=NOW + 30 * HOUR)
    lines = cohort(world.researcher)

    def could_be(line: dict[str, str], **clues: Any) -> bool:
        for name, value in clues.items():
            low, _, high = line[name].partition("..")
            exact = line[name] in (ANY, str(value))
            if not exact and not (high and int(low) <= value <= int(high)):
                return False
        return True

    for clues in (
        {"age_years": 86, "chronic_liver_disease": "wilson"},
        {"age_years": 86, "sex": "male", "died_day": 1},
        {"age_years": 86, "hospital_level": "", "died_day": 1, "chronic_liver_disease": "wilson"},
        {"age_years": 90, "admitted_day": 0, "diagnosed_day": 0},
    ):
        assert sum(could_be(line, **clues) for line in lines) >= K, clues


@one_is_enough
def test_the_risk_that_would_tell_the_age_is_a_band(world: World, case: Case) -> None:
    (line,) = cohort(world.researcher)
    assert "risk_90d" not in HEADER and line["band"] in ("low", "moderate", "high", "very_high")


@one_is_enough
def test_the_second_window_is_in_it(world: World) -> None:
    case = world.admitted()
    table = {"bilirubin": 310, "bilirubin_unit": "umol/L", "inr": 1.8, "complications": 0}
    do(case, Verb.ASSESS_ORGAN_FAILURE, world.specialist, HOUR, **table)
    do(case, Verb.RECORD_PRECIPITANT, world.specialist, HOUR, precipitant="HBV_FLARE")
    do(case, Verb.RECORD_PRECIPITANT, world.specialist, 2 * HOUR, precipitant="ALCOHOL")
    do(case, Verb.DECIDE_TRANSPLANT, world.specialist, 3 * HOUR, decision="listed")
    do(case, Verb.DIAGNOSE, world.specialist, 5 * HOUR, category="aclf", note="why")
    (line,) = cohort(world.researcher)
    assert (line["leading_definition"], line["organ_tables"], line["most_failures"]) == ("china", "1", "1")
    assert (line["precipitants"], line["transplant"], line["diagnosis"]) == (
        *("ALCOHOL HBV_FLARE", "listed"),
        "aclf",
    )
    assert (line["artificial_liver_sessions"], line["kit"]) == ("0", "")


def test_ages_over_89_are_one_group(world: World, case: Case) -> None:
    world.register(name="年轻", birth_date=date(1986, 1, 2))
    crowd(world, 4)
    assert {line["age_years"] for line in cohort(world.researcher)} == {"40..90"}


def test_small_hospitals_share_one_code(world: World, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        world.register(name=f"外{number}", actor=world.other_doctor, hospital=world.other_hospital)
    assert {line["hospital"] for line in cohort(world.researcher)} == {"H-small"}
    assert {line["hospital_level"] for line in cohort(world.researcher)} == {""}
    monkeypatch.setattr(module, "SMALL_PLACE", 1)
    crowd(world, 5)
    assert len({line["hospital"] for line in cohort(world.researcher)} - {ANY}) == 2


@one_is_enough
def test_the_facts_are_those_of_the_case(world: World, case: Case) -> None:
    (line,) = cohort(world.researcher)
    case.refresh_from_db()
    assert (line["state"], line["sex"], line["admit_in_time"]) == ("diagnosed", "male", "in time")
    assert float(line["bilirubin_umol_l"]) == 310
    assert (line["inr"], line["cirrhosis"]) == ("2.2", "true")
    assert line["chronic_liver_disease"] == "hepatitis_b"


@one_is_enough
def test_a_late_deadline_carries_its_reason(world: World) -> None:
    case = world.accepted()
    do(case, Verb.ADMIT, world.specialist, 50 * HOUR)
    missed = case.deadlines.get(kind="admit")
    do(case, Verb.EXPLAIN_DELAY, world.doctor, 51 * HOUR, deadline=missed, reason="transport")
    assert cohort(world.researcher)[0]["admit_in_time"] == "late: transport"


@one_is_enough
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
    crowd(world, 5)
    whole = cohort(world.researcher)
    period = cohort(world.researcher, since="2026-06", until="2026-06")
    assert Counter(map(shared_cells, period)) == Counter(map(shared_cells, whole))
    assert len(whole) == 6


@one_is_enough
def test_a_single_small_hospital_is_not_alone_under_the_code_of_the_small(
    world: World, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SMALL_PLACE", 2)
    for number in range(2):
        world.register(name=f"外院{number}", actor=world.other_doctor, hospital=world.other_hospital)
    assert {line["hospital"] for line in cohort(world.researcher)} == {"H-small"}


@one_is_enough
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


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_column_is_explained(language: str) -> None:
    with override(language):
        rows = list(dictionary())
    assert [name for name, _meaning, _blurred in rows] == list(HEADER)
    assert all(meaning for _name, meaning, _blurred in rows)
    assert {name for name, _meaning, blurred in rows if blurred} == set(KNOWN_BY)
