"""What is answered to a form that cannot be taken: too many attempts, an empty choice, what is of others."""

import re
from typing import Any

import pytest

from accounts import clock
from accounts.models import Hospital
from portal.forms.visit import VisitForm
from referral.models import Case
from referral.pathway.inputs import parse_inputs
from referral.pathway.perform import perform
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Kind, Verb
from tests.portal.conftest import SignIn
from tests.portal.reading import hidden, visible_text
from tests.world import HOUR, MINUTE, World


def test_guessing_at_the_door_is_answered_with_the_time_to_wait(
    world: World, as_user: SignIn, settings: Any
) -> None:
    settings.LIMITS = {**settings.LIMITS, "unannounced": (2, 3600)}
    now, client = clock.now(), as_user(world.second_specialist)
    case = world.looked_up(world.flagged(now=now), world.second_specialist, now)
    address = f"/cases/{case.pk}/admit/"
    assert client.post(address, {"said": "测试丙"}).status_code == 422
    answer = client.post(address, {"said": "测试丁"})
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert re.search(r"Wait \d+ min", answer.content.decode())


@pytest.mark.parametrize(
    ("address", "typed"), [("/board/unannounced/", "26-999999"), ("/search/", "26-999999")]
)
def test_every_look_up_over_its_limit_says_how_long_to_wait(
    world: World, as_user: SignIn, settings: Any, address: str, typed: str
) -> None:
    settings.LIMITS = {**settings.LIMITS, "unannounced": (0, 60), "search": (0, 60)}
    answer = as_user(world.specialist).post(address, {"query": typed})
    assert (answer.status_code, bool(answer["Retry-After"])) == (429, True)


@pytest.mark.parametrize(
    ("verb", "field"),
    [
        (Verb.DECLINE, "reason"),
        (Verb.RECORD_TREATMENT, "item"),
        (Verb.REDIRECT, "ward"),
        (Verb.EXTEND, "deadline"),
        (Verb.RECORD_OUTCOME, "day"),
    ],
)
def test_an_empty_choice_asks_to_choose_and_an_empty_line_to_fill_in(
    world: World, verb: Verb, field: str
) -> None:
    case = world.flagged(now=clock.now())
    with pytest.raises(InputError) as refused:
        parse_inputs(verb, {}, case=case, user=world.coordinator)
    said = {name: str(message) for name, _code, message in refused.value.rows}
    assert said[field].startswith("Please choose: ")
    assert all(said[name].startswith("Please fill in: ") for name in {"due_at"} & set(said))


def test_the_form_of_a_first_visit_asks_to_choose_the_disease(world: World) -> None:
    form = VisitForm(None, hospitals=Hospital.objects.all(), now=clock.now())
    assert str(form.fields["chronic_liver_disease"].error_messages["required"]).startswith("Please choose: ")
    assert str(form.fields["name"].error_messages["required"]).startswith("Please fill in: ")


NO_CATCHMENTS = {"catchments-TOTAL_FORMS": "0", "catchments-INITIAL_FORMS": "0"}


def test_an_empty_choice_of_the_administration_asks_to_choose(world: World, as_user: SignIn) -> None:
    world.administrator.is_staff = True
    page = as_user(world.administrator).post("/admin/accounts/hospital/add/", NO_CATCHMENTS)
    text = visible_text(page.content.decode())
    assert "Please choose: " in text and "Please fill in: " in text
    assert "This field is required" not in text


def redirected(world: World) -> Case:
    """A case that the first ward was asked to take after both had declined: the place is still looked for."""
    now = clock.now() - 10 * MINUTE
    case = perform(world.flagged(now=now), Verb.DECLINE, actor=world.specialist, now=now, reason="no_bed")
    case = perform(case, Verb.DECLINE, actor=world.second_specialist, now=now, reason="no_staff")
    return perform(case, Verb.REDIRECT, actor=world.coordinator, now=now, ward=world.ward)


@pytest.mark.parametrize("verb", ["extend", "snooze"])
def test_a_ward_chooses_among_the_deadlines_that_it_answers_for(
    world: World, as_user: SignIn, verb: str
) -> None:
    case = redirected(world)
    place = str(case.deadlines.get(kind=Kind.PLACE).pk)
    own = str(case.deadlines.open().get(kind=Kind.ACKNOWLEDGE).pk)
    page = as_user(world.specialist).get(f"/cases/{case.pk}/{verb}/").content.decode()
    assert own in page and place not in page
    assert place in as_user(world.coordinator).get(f"/cases/{case.pk}/{verb}/").content.decode()


def test_a_ward_cannot_extend_silence_or_explain_the_deadline_of_others(world: World) -> None:
    case, now = redirected(world), clock.now()
    place = case.deadlines.get(kind=Kind.PLACE)
    asked: tuple[tuple[Verb, dict[str, Any]], ...] = (
        (Verb.EXTEND, {"due_at": now + HOUR, "reason": "x"}),
        (Verb.SNOOZE, {"until": now + HOUR, "reason": "x"}),
    )
    for verb, inputs in asked:
        with pytest.raises(InputError, match="of_others"):
            perform(case, verb, actor=world.specialist, now=now, deadline=place, **inputs)
        perform(case, verb, actor=world.coordinator, now=now, deadline=place, **inputs)
    place.refresh_from_db()
    place.missed_at = place.due_at
    place.save()
    with pytest.raises(InputError, match="of_others"):
        perform(case, Verb.EXPLAIN_DELAY, actor=world.specialist, now=now, deadline=place, reason="transport")


def test_a_refused_choice_names_its_field_once(world: World, as_user: SignIn) -> None:
    case, client = world.flagged(now=clock.now()), as_user(world.specialist)
    address = f"/cases/{case.pk}/decline/"
    sent = hidden(client.get(address).content.decode(), address)
    text = visible_text(client.post(address, sent).content.decode())
    assert "Please choose: reason." in text
    assert "Reason: Please choose: reason" not in text


@pytest.mark.parametrize("address", ["/admin/scoring/riskmodelversion/add/"])
def test_forms_of_the_administration_that_are_no_rows_name_what_is_missing(
    world: World, as_user: SignIn, address: str
) -> None:
    world.administrator.is_staff = world.administrator.is_superuser = True
    text = visible_text(as_user(world.administrator).post(address, {"reason": ""}).content.decode())
    assert "Please choose: Model file." in text and "Please fill in: Reason." in text
