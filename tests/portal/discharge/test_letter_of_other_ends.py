"""The first hospital has a letter of every stay, also of one that ended otherwise than by the way back."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.models import User
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.portal.reading import visible_text
from tests.world import HOUR, World

DAY = timedelta(days=1)
ASKED_OF_THE_LIVING = ("Next tests and appointments", "Warning signs", "Medicines", "Plan", "Day 28")


def letter_of(case: Case, reader: User, as_user: SignIn, lang: str = "en") -> str:
    answer = as_user(reader).get(f"/cases/{case.pk}/back-letter/?lang={lang}")
    assert answer.status_code == 200
    return " ".join(visible_text(answer.content.decode()).split())


def dead(world: World, *, diagnosed: bool = True) -> Case:
    now = clock.now()
    case = (world.diagnosed if diagnosed else world.admitted)(now - 3 * DAY)
    moment = {"now": now - HOUR, "occurred_at": now - 2 * HOUR}
    return perform(
        case, Verb.RECORD_DEATH, actor=world.specialist, note="Bleeding that did not stop", **moment
    )


@pytest.mark.parametrize("diagnosed", [True, False])
def test_a_death_in_the_ward_is_told_with_the_course_and_without_advice_for_the_living(
    world: World, as_user: SignIn, diagnosed: bool
) -> None:
    text = letter_of(dead(world, diagnosed=diagnosed), world.doctor, as_user)
    for said in ("Letter to the first hospital", "Died in the ward", "Bleeding that did not stop"):
        assert said in text, said
    assert "Course of the values" in text
    assert f"For any question, call the ward: {world.ward.phone}" in text
    for heading in ASKED_OF_THE_LIVING:
        assert heading not in text, heading


def test_the_letter_of_a_death_speaks_chinese(world: World, as_user: SignIn) -> None:
    text = letter_of(dead(world), world.doctor, as_user, lang="zh-hans")
    for said in ("转诊反馈函", "在病房死亡", "出院转归"):
        assert said in text, said


@pytest.mark.parametrize(
    ("to", "said", "has_signs"),
    [
        ("home", "Discharged: home", True),
        ("against_advice", "Discharged: against medical advice", True),
        ("other_hospital", "Discharged: another hospital", False),
    ],
)
def test_a_discharge_is_told_with_what_is_still_to_be_done(
    world: World, as_user: SignIn, to: str, said: str, has_signs: bool
) -> None:
    now = clock.now()
    case = world.diagnosed(now - DAY)
    case = perform(case, Verb.DISCHARGE, actor=world.specialist, now=now, to=to, note="Note-N")
    text = letter_of(case, world.doctor, as_user)
    assert said in text and "Note-N" in text
    assert ("Call the ward at once" in text) is has_signs
    assert "Day 28" in text and "confirm the return" not in text


def test_what_somebody_goes_home_with_stands_in_the_letter_and_is_asked_in_front(
    world: World, as_user: SignIn
) -> None:
    now = clock.now()
    case = world.diagnosed(now - DAY)
    form = as_user(world.specialist).get(f"/cases/{case.pk}/discharge/").content.decode()
    asked = form.index("Plan, medicines, next tests with dates, warning signs")
    assert asked < form.index("It happened earlier") and "Add a note" not in form
    at_home = perform(case, Verb.DISCHARGE, actor=world.specialist, now=now, to="home", note="Rifaximin")
    text = " ".join(letter_of(at_home, world.doctor, as_user).split())
    assert "Plan, medicines, next tests, warning signs Rifaximin Call the ward at once" in text


def test_a_letter_of_a_discharge_that_tells_nothing_says_so(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = perform(world.diagnosed(now - DAY), Verb.DISCHARGE, actor=world.specialist, now=now, to="home")
    text = " ".join(letter_of(case, world.doctor, as_user).split())
    assert "Plan, medicines, next tests, warning signs Not stated. Ask the ward." in text


def test_a_death_after_the_discharge_takes_the_place_of_what_was_to_be_done(
    world: World, as_user: SignIn
) -> None:
    now = clock.now()
    case = world.diagnosed(now - DAY)
    case = perform(case, Verb.DISCHARGE, actor=world.specialist, now=now - 3 * HOUR, to="home")
    case = perform(case, Verb.RECORD_DEATH, actor=world.doctor, now=now, occurred_at=now - HOUR)
    text = letter_of(case, world.doctor, as_user)
    assert "Discharged: home" in text and "The patient has died" in text
    for heading in ASKED_OF_THE_LIVING:
        assert heading not in text, heading


def test_a_letter_back_of_somebody_who_died_has_no_tests_and_no_warning_signs(
    world: World, as_user: SignIn
) -> None:
    now = clock.now()
    case = world.returned(now - DAY)
    case = perform(case, Verb.RECORD_DEATH, actor=world.doctor, now=now, occurred_at=now - HOUR)
    text = letter_of(case, world.doctor, as_user)
    assert "The patient has died" in text
    assert "Next tests and appointments" not in text and "Warning signs" not in text


def test_a_stay_that_lasts_until_day_90_is_told_with_its_outcome(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.diagnosed(now - 100 * DAY)
    for day in (28, 90):
        said = {"day": day, "status": "alive", "occurred_at": now - (98 - day) * DAY}
        case = perform(case, Verb.RECORD_OUTCOME, actor=world.specialist, now=now, **said)
    text = letter_of(case, world.doctor, as_user)
    assert "In the ward at day 90, when the case was closed: alive" in text
    for heading in ASKED_OF_THE_LIVING:
        assert heading not in text, heading


def test_the_page_of_the_case_leads_to_the_letter_also_without_a_diagnosis(
    world: World, as_user: SignIn
) -> None:
    case = dead(world, diagnosed=False)
    page = as_user(world.doctor).get(f"/cases/{case.pk}/").content.decode()
    assert f'href="/cases/{case.pk}/back-letter/"' in page


def test_there_is_no_letter_of_somebody_who_was_in_no_ward(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = perform(world.watched(now - DAY), Verb.DISCHARGE, actor=world.doctor, now=now, to="home")
    assert as_user(world.doctor).get(f"/cases/{case.pk}/back-letter/").status_code == 404
