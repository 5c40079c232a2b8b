"""Adding to the eight indicators of a case."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock
from portal.moments import local
from referral.intake.drafts import draft_of, save_indicators
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import State, Verb
from tests.portal.conftest import SignIn
from tests.portal.entry.test_new_case import ZONE, text, typed, value_of
from tests.world import HOUR, WELL, World, sampled


def page_of(case: Case) -> str:
    return reverse("portal:indicators", args=[case.pk])


def mark(client: Client, case: Case) -> str:
    return value_of(text(client.get(page_of(case))), "mark")


def send(client: Client, case: Case, form: dict[str, Any]) -> Any:
    return client.post(page_of(case), {"mark": mark(client, case), **form})


def test_what_came_from_the_laboratory_is_added_to_the_draft(world: World, as_user: SignIn) -> None:
    client, case = as_user(world.doctor), world.register(now=clock.now())
    send(client, case, {"inr": "2.2", "then": "draft"})

    page = text(client.get(page_of(case)))
    send(client, case, {"inr": "2.2", "sodium_mmol_l": "129", "then": "draft"})

    assert value_of(page, "inr") == "2.2"
    assert {"inr": "2.2", "sodium_mmol_l": "129"}.items() <= draft_of(case).items()


def test_the_completed_eight_are_assessed(world: World, as_user: SignIn) -> None:
    client, case = as_user(world.doctor), world.register(now=clock.now())

    answer = send(client, case, typed(world))

    case.refresh_from_db()
    assert answer.headers["Location"] == reverse("portal:result", args=[case.pk])
    assert case.state == State.OFFERED


def test_values_that_somebody_else_saved_meanwhile_are_not_overwritten(world: World, as_user: SignIn) -> None:
    client, case = as_user(world.doctor), world.register(now=clock.now())
    seen = mark(client, case)
    save_indicators(case=case, actor=world.doctor, values={"inr": "3.1"}, now=clock.now())

    answer = client.post(page_of(case), {"mark": seen, "sodium_mmol_l": "129", "then": "draft"})

    page = text(answer)
    assert answer.status_code == 422
    assert "Somebody saved other values" in page and "3.1" in page
    assert value_of(page, "sodium_mmol_l") == "129"
    assert draft_of(case)["inr"] == "3.1"


def test_a_new_assessment_asks_the_laboratory_afresh_and_shows_the_last_values(
    world: World, as_user: SignIn
) -> None:
    now = clock.now()
    case = perform(
        world.register(now=now), Verb.ASSESS, actor=world.doctor, now=now, values=sampled(WELL, now)
    )

    page = text(as_user(world.doctor).get(page_of(case)))

    assert value_of(page, "inr") == ""
    assert "Stored before" in page and "60 µmol/L" in page


def test_a_watched_patient_who_gets_worse_is_offered(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = perform(
        world.register(now=now), Verb.ASSESS, actor=world.doctor, now=now, values=sampled(WELL, now)
    )

    send(as_user(world.doctor), case, typed(world, sampled_at=local(now, ZONE)))

    case.refresh_from_db()
    assert case.state == State.OFFERED


def test_new_values_of_an_offered_case_reach_the_ward_and_change_nothing_else(
    world: World, as_user: SignIn
) -> None:
    case = world.flagged(now=clock.now() - HOUR)
    client = as_user(world.doctor)
    page = text(client.get(page_of(case)))

    send(client, case, typed(world, bilirubin="250"))

    case.refresh_from_db()
    assert 'value="refer"' not in page and "the ward is told of the new values" in page
    assert (case.state, case.assessments.count()) == (State.OFFERED, 2)


def test_a_wrong_value_keeps_what_was_typed(world: World, as_user: SignIn) -> None:
    client, case = as_user(world.doctor), world.register(now=clock.now())

    answer = send(client, case, typed(world, sodium_mmol_l="1400"))

    assert answer.status_code == 422
    assert value_of(text(answer), "inr") == "2.2"
    assert Case.objects.get().assessment is None


def test_after_admission_the_ward_records_what_follows(world: World, as_user: SignIn) -> None:
    case = world.admitted(now=clock.now() - HOUR)

    assert as_user(world.doctor).get(page_of(case)).headers["Location"] == reverse(
        "portal:case", args=[case.pk]
    )


@pytest.mark.parametrize("who", ["specialist", "other_doctor", "coordinator", "researcher"])
def test_for_others_the_page_does_not_exist(world: World, as_user: SignIn, who: str) -> None:
    case = world.flagged(now=clock.now())
    client = as_user(getattr(world, who))

    assert client.get(page_of(case)).status_code == 404
    assert client.post(page_of(case), typed(world)).status_code == 404
