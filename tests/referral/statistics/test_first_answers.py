"""How soon the first person answers a request, by what had alerted them."""

from datetime import timedelta

from notifications.models import Delivery, Notification
from referral.deadlines.engine import run_cycle
from referral.models import Case, Offer
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.statistics.reports.filters import parse_filter
from referral.statistics.reports.first_answers import AlertedBy, FirstAnswers, first_answers
from referral.statistics.reports.quantiles import Spread
from tests.referral.alerts.test_telephone import call_to, press
from tests.world import HOUR, MINUTE, NOW, World


def figures(world: World, user: str = "coordinator", **raw: str) -> FirstAnswers:
    person = getattr(world, user)
    asked = {"since": "2026-01", "until": "2026-06", **raw}
    return first_answers(person, parse_filter(person, asked, now=NOW))


def request(world: World, number: int = 0) -> Case:
    return world.flagged(name=f"测试{'甲乙丙丁戊己庚辛壬癸'[number]}", now=NOW + number * HOUR)


def alerted(case: Case, channel: str, after: timedelta, state: str = "sent") -> None:
    """The duty specialist was sent the alert about `case` by `channel`."""
    alert = Notification.objects.filter(alert__payload__case=str(case.pk), alert__kind="new_offer").earliest(
        "created_at"
    )
    at = alert.created_at + after
    Delivery.objects.create(
        notification=alert, channel=channel, urgent=True, state=state, available_at=at, next_hint_at=at,
        sent_at=at, delivered_at=at if state == "delivered" else None,
    )  # fmt: skip


def acknowledge(world: World, case: Case, after: timedelta) -> None:
    at = Offer.objects.get(case=case, state="open").offered_at + after
    perform(case, Verb.ACKNOWLEDGE, actor=world.specialist, now=at)


def counts(answers: FirstAnswers) -> dict[str, int]:
    return {way.value: spread.cases for way, spread in answers.by_alert.items()}


def test_a_request_counts_for_the_channel_that_last_alerted_whoever_answered(world: World) -> None:
    Delivery.objects.all().delete()
    for number, (channels, expected) in enumerate(
        [
            ((("sms", 1), ("voice", 2)), "voice"),
            ((("sms", 1), ("voice", 6)), "sms"),
            ((("fcm", 1),), "push"),
            ((("wecom", 1),), "robot"),
            ((), "inapp"),
        ]
    ):
        case = request(world, number)
        Delivery.objects.all().update(state="failed", sent_at=None)
        for channel, minute in channels:
            alerted(case, channel, minute * MINUTE)
        acknowledge(world, case, 5 * MINUTE)
        assert expected in counts(figures(world)), expected
    assert figures(world).whole == Spread(5, 300.0, None, None, 300.0)


def test_what_failed_alerted_nobody(world: World) -> None:
    case = request(world)
    Delivery.objects.all().update(state="failed", sent_at=None)
    alerted(case, "sms", MINUTE, state="failed")
    acknowledge(world, case, 5 * MINUTE)
    assert counts(figures(world)) == {"inapp": 1}


def test_an_answer_by_the_telephones_keys_counts_for_the_telephone(world: World) -> None:
    case = request(world)
    press(call_to(world.specialist, case))
    assert counts(figures(world)) == {AlertedBy.TELEPHONE: 1}


def test_who_was_not_alerted_and_answered_counts_apart(world: World) -> None:
    perform(request(world), Verb.ACKNOWLEDGE, actor=world.lead, now=NOW + MINUTE)
    assert counts(figures(world)) == {AlertedBy.UNALERTED: 1}


def test_accepting_at_once_is_an_answer_too(world: World) -> None:
    Delivery.objects.all().delete()
    perform(request(world), Verb.ACCEPT, actor=world.specialist, now=NOW + 7 * MINUTE, bed="1")
    assert figures(world).whole.cases == 1


def test_fewer_than_five_are_counted_and_not_summed_up(world: World) -> None:
    for number in range(4):
        acknowledge(world, request(world, number), (number + 1) * MINUTE)
    assert figures(world).whole == Spread(4)
    acknowledge(world, request(world, 4), 5 * MINUTE)
    whole = figures(world).whole
    assert (whole.cases, whole.median, whole.p90) == (5, 180.0, 276.0)


def test_a_request_that_ran_out_is_counted_as_unanswered(world: World) -> None:
    request(world)
    run_cycle(NOW + HOUR)
    assert (figures(world).unanswered, figures(world).whole.cases) == (1, 0)


def test_each_counts_the_requests_of_their_own_places(world: World) -> None:
    acknowledge(world, request(world), MINUTE)
    assert figures(world, "specialist").whole.cases == 1
    assert figures(world, "doctor").whole.cases == 1
    assert figures(world, "second_specialist").whole.cases == 0
    assert figures(world, "other_doctor").whole.cases == 0
    assert figures(world, ward=str(world.second_ward.pk)).whole.cases == 0
    assert figures(world, since="2026-06").whole.cases == 0
