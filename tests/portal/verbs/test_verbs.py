"""The page and the form of each verb: doing it once, refusing it in words, keeping what was typed."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client

from accounts import clock
from accounts.retention import ANSWERS_KEPT_FOR
from portal.models import SentForm
from portal.pages.verbs.slugs import slug
from portal.pages.verbs.texts import TEXTS
from portal.tasks import purge_drafts
from referral.intake.unannounced import find_unannounced
from referral.intake.ward_status import close_ward
from referral.models import Case, Message, Offer
from referral.pathway.perform import EFFECTS, perform, usable_verbs
from referral.pathway.vocabulary import State, Verb
from tests.portal.conftest import SignIn
from tests.portal.reading import hidden
from tests.world import HOUR, MINUTE, World, open_offer


def address(case: Case, verb: Verb) -> str:
    return f"/cases/{case.pk}/{slug(verb)}/"


def form_values(client: Client, case: Case, verb: Verb) -> dict[str, str]:
    where = address(case, verb)
    return hidden(client.get(where).content.decode(), where)


def local(moment, hours: float = 0) -> str:  # type: ignore[no-untyped-def]
    return (moment + hours * HOUR).astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT%H:%M")


def test_every_verb_has_words_for_what_it_will_do() -> None:
    of_the_engine = {Verb.EXPIRE_OFFER, Verb.PASS_ON, Verb.CONFIRM_ADMISSION}
    with_pages_of_their_own = {Verb.REGISTER, Verb.SAVE_INDICATORS, Verb.ADD_FILE}
    assert set(EFFECTS) - of_the_engine - with_pages_of_their_own <= set(TEXTS)


@pytest.mark.parametrize("state", ["registered", "offered", "accepted", "admitted"])
def test_the_form_of_every_usable_verb_opens_and_says_what_it_will_do(
    world: World, as_user: SignIn, state: str
) -> None:
    now = clock.now()
    make = {
        "registered": world.register,
        "offered": world.flagged,
        "accepted": world.accepted,
        "admitted": world.admitted,
    }
    case = make[state](now=now)
    for user in (world.doctor, world.specialist, world.coordinator):
        client = as_user(user)
        find_unannounced(user=user, now=now, number=case.number)
        for verb in usable_verbs(user, case):
            if verb in (Verb.SAVE_INDICATORS, Verb.ADD_FILE):
                continue  # have pages of their own
            answer = client.get(address(case, verb))
            if verb == Verb.ASSESS:
                assert answer.url == f"/cases/{case.pk}/indicators/"  # type: ignore[attr-defined]
                continue
            assert answer.status_code == 200, verb
            assert str(TEXTS[verb].effect) in answer.content.decode().replace("&#x27;", "'"), verb
    assert Case.objects.get(pk=case.pk).version == case.version


def test_a_ward_accepts_with_a_bed_and_is_led_back_to_the_case(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())
    client = as_user(world.specialist)

    sent = form_values(client, case, Verb.ACCEPT)
    answer = client.post(address(case, Verb.ACCEPT), {**sent, "bed": "12"}, follow=True)

    assert answer.redirect_chain == [(f"/cases/{case.pk}/", 302)]
    assert "Accepted. The first hospital was told." in answer.content.decode()
    case.refresh_from_db()
    assert (case.state, case.bed) == (State.ACCEPTED, "12")


def test_from_the_board_one_is_led_back_to_the_board(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())
    client = as_user(world.specialist)
    answer = client.post(address(case, Verb.DECLINE), {"reason": "no_bed", "back": "board"})
    assert answer.url == "/board/"  # type: ignore[attr-defined]

    again = world.flagged(now=clock.now(), name="测试乙")
    answer = client.post(address(again, Verb.ACKNOWLEDGE), {"back": "https://elsewhere.example/"})
    assert answer.url == f"/cases/{again.pk}/"  # type: ignore[attr-defined]


def test_a_missing_fact_is_asked_for_at_its_field_and_what_was_typed_stays(
    world: World, as_user: SignIn
) -> None:
    case = world.flagged(now=clock.now())

    answer = as_user(world.specialist).post(
        address(case, Verb.DECLINE), {"note": "Two beds <closed>", "occurred_at": "yesterday"}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Please choose: " in page and "Enter a date and a time." in page
    assert "Two beds &lt;closed&gt;" in page and 'value="yesterday"' in page
    case.refresh_from_db()
    assert case.state == State.OFFERED


def test_a_time_is_read_in_the_zone_of_the_first_hospital(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.accepted(now=now)

    as_user(world.doctor).post(
        address(case, Verb.DEPART), {"version": case.version, "expected_arrival_at": local(now, 3)}
    )

    case.refresh_from_db()
    assert case.state == State.IN_TRANSIT
    assert case.expected_arrival_at == (now + 3 * HOUR).replace(second=0, microsecond=0)


def test_a_time_in_the_future_is_refused_at_its_field(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.accepted(now=now)

    answer = as_user(world.doctor).post(
        address(case, Verb.DEPART),
        {"version": case.version, "expected_arrival_at": local(now, 3), "occurred_at": local(now, 1)},
    )

    assert answer.status_code == 422
    assert "This time is in the future" in answer.content.decode()
    assert local(now, 1) in answer.content.decode()


def test_a_decision_on_an_older_state_is_asked_again_with_what_has_happened_since(
    world: World, as_user: SignIn
) -> None:
    case = world.flagged(now=clock.now())
    client = as_user(world.doctor)
    typed = {"reason": "improved", "note": "Much better since noon"}
    sent = form_values(client, case, Verb.WITHDRAW)
    perform(case, Verb.ACKNOWLEDGE, actor=world.specialist, now=clock.now())

    answer = client.post(address(case, Verb.WITHDRAW), {**sent, **typed})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The case has changed since you read it" in page
    assert "Request acknowledged" in page and "Much better since noon" in page
    assert Case.objects.get(pk=case.pk).state == State.OFFERED

    fresh = hidden(page, address(case, Verb.WITHDRAW))
    client.post(address(case, Verb.WITHDRAW), {**fresh, **typed})
    assert Case.objects.get(pk=case.pk).state == State.WATCHED


def test_an_answer_does_not_fail_because_somebody_wrote_a_message_meanwhile(
    world: World, as_user: SignIn
) -> None:
    case = world.flagged(now=clock.now())
    client = as_user(world.specialist)
    sent = form_values(client, case, Verb.ACCEPT)
    perform(case, Verb.MESSAGE, actor=world.doctor, now=clock.now(), text="She is getting worse")

    client.post(address(case, Verb.ACCEPT), {**sent, "bed": "3"})

    assert Case.objects.get(pk=case.pk).state == State.ACCEPTED


def test_a_request_that_was_passed_on_says_so_and_gives_back_what_was_typed(
    world: World, as_user: SignIn
) -> None:
    case = world.flagged(now=clock.now())
    client = as_user(world.lead)
    sent = form_values(client, case, Verb.ACCEPT)
    perform(case, Verb.DECLINE, actor=world.specialist, now=clock.now(), reason="no_bed")

    answer = client.post(address(case, Verb.ACCEPT), {**sent, "bed": "bay 7"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "has moved on" in page and "bay 7" in page
    assert "测试甲" not in page
    assert open_offer(case).ward == world.second_ward


def test_an_answered_request_that_is_still_visible_is_refused_in_words(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())
    client = as_user(world.lead)
    sent = form_values(client, case, Verb.ACCEPT)
    perform(case, Verb.ACCEPT, actor=world.specialist, now=clock.now(), bed="1")

    answer = client.post(address(case, Verb.ACCEPT), {**sent, "bed": "bay 7"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "no longer open" in page and "bay 7" in page and "It was not saved" in page
    case.refresh_from_db()
    assert case.bed == "1"


@pytest.mark.django_db(transaction=True)
def test_two_clicks_on_one_form_do_it_once(as_user: SignIn) -> None:
    from tests.world import build

    world = build()
    case = world.flagged(now=clock.now())
    client = as_user(world.specialist)
    sent = form_values(client, case, Verb.ACCEPT) | {"bed": "12"}

    first = client.post(address(case, Verb.ACCEPT), sent)
    second = client.post(address(case, Verb.ACCEPT), sent)

    assert first.status_code == second.status_code == 302
    assert case.events.filter(what=Verb.ACCEPT).count() == 1

    said = form_values(as_user(world.doctor), case, Verb.MESSAGE) | {"text": "On the way soon"}
    for _click in range(2):
        as_user(world.doctor).post(address(case, Verb.MESSAGE), said)
    assert Message.objects.filter(case=case).count() == 1


@pytest.mark.parametrize("hours", [25, 72, 95])
def test_a_form_that_a_browser_kept_and_sends_again_after_days_is_done_once(
    world: World, as_user: SignIn, hours: int
) -> None:
    case = world.flagged(now=clock.now())
    sent = form_values(as_user(world.doctor), case, Verb.MESSAGE) | {"text": "On the way soon"}
    as_user(world.doctor).post(address(case, Verb.MESSAGE), sent)
    cache.clear()
    clock.forward(timedelta(hours=hours))
    purge_drafts()
    assert as_user(world.doctor).post(address(case, Verb.MESSAGE), sent).status_code == 302
    assert Message.objects.filter(case=case).count() == 1


def test_a_form_that_was_refused_may_be_corrected_and_sent_again(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())
    client = as_user(world.doctor)
    sent = form_values(client, case, Verb.MESSAGE)
    assert client.post(address(case, Verb.MESSAGE), {**sent, "text": ""}).status_code != 302
    assert not SentForm.objects.exists()
    assert client.post(address(case, Verb.MESSAGE), {**sent, "text": "x"}).status_code == 302
    clock.forward(ANSWERS_KEPT_FOR + timedelta(minutes=1))
    purge_drafts()
    assert not SentForm.objects.exists()


def test_what_one_may_not_see_does_not_exist(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())
    for user in (world.other_doctor, world.second_specialist, world.researcher, world.administrator):
        client = as_user(user)
        for verb in (Verb.ACCEPT, Verb.MESSAGE, Verb.RECORD_DEATH):
            assert client.get(address(case, verb)).status_code == 404
            assert client.post(address(case, verb), {"bed": "1"}).status_code == 404
    assert Client().get(address(case, Verb.ACCEPT)).status_code == 302
    assert Case.objects.get(pk=case.pk).version == case.version


def test_a_verb_of_another_role_is_refused_in_words(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())

    answer = as_user(world.doctor).post(address(case, Verb.ACCEPT), {"bed": "1"})

    assert answer.status_code == 403
    assert "Your role does not allow this" in answer.content.decode()
    assert open_offer(case).state == Offer.State.OPEN


def test_a_verb_that_cannot_be_done_now_leads_back_to_the_case_with_a_sentence(
    world: World, as_user: SignIn
) -> None:
    case = world.register(now=clock.now())
    answer = as_user(world.doctor).get(address(case, Verb.DEPART), follow=True)
    assert answer.redirect_chain == [(f"/cases/{case.pk}/", 302)]
    assert "“Patient has left” cannot be done now." in answer.content.decode()


@pytest.mark.parametrize("verb", ["fly", "expire-offer", "record_death", "accept.php"])
def test_a_verb_that_does_not_exist_is_not_found(world: World, as_user: SignIn, verb: str) -> None:
    case = world.flagged(now=clock.now())
    assert as_user(world.doctor).post(f"/cases/{case.pk}/{verb}/").status_code == 404


@pytest.mark.parametrize("bed", ["\x00", "x" * 41, "   ", "12\x0034"])
def test_impossible_text_is_refused_and_never_an_error_of_ours(
    world: World, as_user: SignIn, bed: str
) -> None:
    case = world.flagged(now=clock.now())
    assert as_user(world.specialist).post(address(case, Verb.ACCEPT), {"bed": bed}).status_code == 422


@pytest.mark.parametrize("field", ["version", "offer", "once"])
@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 40, "\x00", "📎"])
def test_a_tampered_hidden_field_is_never_an_error_of_ours(
    world: World, as_user: SignIn, field: str, value: str
) -> None:
    case = world.flagged(now=clock.now())
    answer = as_user(world.specialist).post(address(case, Verb.ACCEPT), {"bed": "1", field: value})
    assert answer.status_code in (302, 409)


def test_a_forged_request_from_elsewhere_is_refused(world: World) -> None:
    case = world.flagged(now=clock.now())
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.specialist)
    assert client.post(address(case, Verb.ACCEPT), {"bed": "1"}).status_code == 403


def test_a_coordinator_sees_each_ward_with_its_phone_and_cannot_choose_a_closed_one(
    world: World, as_user: SignIn
) -> None:
    now = clock.now()
    case = world.flagged(now=now)
    close_ward(ward=world.second_ward, actor=world.coordinator, reason="renovation", now=now)

    client = as_user(world.coordinator)
    page = client.get(address(case, Verb.REDIRECT)).content.decode()
    choice = page[page.index(f'value="{world.second_ward.pk}"') :]

    assert 'href="tel:020-2000"' in page or 'href="tel:0202000"' in page
    assert "disabled" in choice[: choice.index("</label>")]
    answer = client.post(
        address(case, Verb.REDIRECT), {"version": case.version, "ward": str(world.second_ward.pk)}
    )
    assert answer.status_code in (409, 422)
    assert open_offer(case).ward == world.ward


def test_an_error_is_marked_only_after_saying_whether_an_assessment_or_the_case_is_meant(
    world: World, as_user: SignIn
) -> None:
    case = world.flagged(now=clock.now())
    client = as_user(world.doctor)
    where = address(case, Verb.MARK_ENTERED_IN_ERROR)
    sent = {"version": case.version, "reason": "wrong_values"}

    assert client.post(where, sent).status_code == 422
    client.post(where, {**sent, "assessment": str(case.assessment_id)})
    case.refresh_from_db()
    assert (case.state, case.assessment) == (State.OFFERED, None)

    client.post(where, {**sent, "version": case.version, "assessment": "case"})
    case.refresh_from_db()
    assert case.state == State.CANCELLED


def test_a_coordinator_extends_a_deadline_to_a_local_time(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.flagged(now=now)
    admit = case.deadlines.get(kind="admit")

    as_user(world.coordinator).post(
        address(case, Verb.EXTEND),
        {
            "version": case.version,
            "deadline": str(admit.pk),
            "due_at": local(admit.due_at, 6),
            "reason": "snow",
        },
    )

    first = admit.due_at
    admit.refresh_from_db()
    assert timedelta(hours=6) - MINUTE < admit.due_at - first <= timedelta(hours=6)
    assert admit.first_due_at == first


def test_the_open_page_gets_the_talk_back_with_the_message_in_it(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())
    client = as_user(world.doctor)

    answer = client.post(
        address(case, Verb.MESSAGE), {"text": "Bilirubin rises\nfast"}, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Bilirubin rises<br>fast" in page and "<html" not in page

    refused = client.post(address(case, Verb.MESSAGE), {"text": "x" * 2001}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "Write at most 2000 characters." in refused.content.decode()
    assert "x" * 2001 in refused.content.decode()
