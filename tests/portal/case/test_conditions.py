"""What both sides see of a ward that answers "yes, if"."""

from datetime import timedelta

from django.urls import reverse

from accounts import clock
from portal.moments import local
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.world import MINUTE, World


def test_both_sides_read_question_and_answer_and_who_is_awaited(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.flagged(now - 5 * MINUTE)
    ward, hospital = as_user(world.specialist), as_user(world.doctor)
    sent = ward.post(
        reverse("portal:verb", args=[case.pk, "ask-back"]), {"text": "Is he ventilated?", "version": "3"}
    )
    assert sent.status_code == 302
    page = hospital.get(reverse("portal:case", args=[case.pk])).content.decode()
    assert "has a question before it decides" in page and "Is he ventilated?" in page
    assert "an answer to the question of the ward" in page
    hospital.post(reverse("portal:verb", args=[case.pk, "answer-back"]), {"text": "No, on 2 L oxygen."})
    for client in (ward, hospital):
        page = client.get(reverse("portal:case", args=[case.pk])).content.decode()
        assert "Is he ventilated?" in page and "No, on 2 L oxygen." in page


def test_the_time_by_which_a_bed_is_free_is_typed_on_the_clock_of_the_hospital(
    world: World, as_user: SignIn
) -> None:
    now = clock.now()
    case = world.flagged(now)
    until = (now + timedelta(hours=6)).replace(second=0, microsecond=0)
    client, address = as_user(world.specialist), reverse("portal:verb", args=[case.pk, "accept-when-free"])
    for typed in ("", "soon", local(now - timedelta(hours=1), "Asia/Shanghai")):
        answer = client.post(address, {"until": typed, "note": "two discharges today"})
        assert answer.status_code == 422
        assert "two discharges today" in answer.content.decode()
    assert client.post(address, {"until": local(until, "Asia/Shanghai")}).status_code == 302
    page = as_user(world.doctor).get(reverse("portal:case", args=[case.pk])).content.decode()
    assert "accepts when a bed is free" in page
    assert case.offers.get().bed_promised_until == until


def test_a_promise_that_was_not_kept_is_named_as_such(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.flagged(now - 3 * MINUTE)
    perform(case, Verb.ACCEPT_WHEN_FREE, actor=world.specialist, now=now - 2 * MINUTE, until=now - MINUTE)
    offer = case.offers.get()
    perform(case, Verb.EXPIRE_OFFER, actor=None, now=now, offer=offer.pk)
    page = as_user(world.doctor).get(reverse("portal:case", args=[case.pk])).content.decode()
    assert "had no bed free by the time that it named" in page
